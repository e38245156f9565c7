// Nanoseconds a value of kernels and evidence, on slices of 12,000 fields that stay in the
// second-level cache.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <functional>

#include "schema/testing.h"
#include "schema/text_evidence.h"
#include "schema/text_format.h"

namespace pyforge::schema {
namespace {

constexpr int kFields = 12000;

using MakeText = std::function<std::string(RandomTexts&)>;

std::string Printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

double Uniform(RandomTexts& random) {
  return random.Below(1 << 30) * 0x1p-30 + random.Below(1 << 23) * 0x1p-53;
}

std::string Day(RandomTexts& random) {
  return fmt::format("{}-{:02}-{:02}", 1990 + random.Below(40), 1 + random.Below(12),
                     1 + random.Below(28));
}

std::string Clock(RandomTexts& random) {
  return fmt::format("{:02}:{:02}:{:02}", random.Below(24), random.Below(60), random.Below(60));
}

struct Case {
  const char* name;
  MakeText make;
  const char* format = "";  // where the values alone do not settle it
  int nulls_in = 0;         // one in so many
  bool decimals = false;
};

const Case kCases[] = {
    {"int_id", [n = 0](RandomTexts&) mutable { return std::to_string(1234567 + n++); }},
    {"int_1_to_6", [](RandomTexts& r) { return std::to_string(r.Below(1 << r.Below(20))); }},
    {"int_signed", [](RandomTexts& r) { return std::to_string(r.Below(200000) - 100000); }},
    {"int_nulls", [](RandomTexts& r) { return std::to_string(r.Below(1000)); }, "", 4},
    {"int_18", [](RandomTexts& r) { return fmt::format("1{}", r.Digits(17)); }},
    {"int_grouped",
     [](RandomTexts& r) {
       return fmt::format("{},{:03},{:03}", 1 + r.Below(99), r.Below(1000), r.Below(1000));
     }},
    {"amount", [](RandomTexts& r) { return Printed("%.2f", Uniform(r) * 10000 - 2000); }},
    {"rate", [](RandomTexts& r) { return Printed("%.6f", Uniform(r)); }},
    {"amount_nulls", [](RandomTexts& r) { return Printed("%.2f", Uniform(r) * 1000); }, "", 4},
    {"amount_comma",
     [](RandomTexts& r) { return fmt::format("{},{:02}", r.Below(10000), r.Below(100)); }},
    {"amount_german",
     [](RandomTexts& r) {
       return fmt::format("{}.{:03},{:02}", 1 + r.Below(99), r.Below(1000), r.Below(100));
     }},
    {"amount_decimal", [](RandomTexts& r) { return Printed("%.2f", Uniform(r) * 10000); }, "", 0,
     true},
    {"double_17", [](RandomTexts& r) { return Printed("%.17g", Uniform(r)); }},
    {"double_repr", [](RandomTexts& r) { return fmt::format("{}", Uniform(r) * 100); }},
    {"double_exponent", [](RandomTexts& r) { return Printed("%.6e", (Uniform(r) - 0.5) * 1e-9); }},
    {"date", [](RandomTexts& r) { return Day(r); }},
    {"date_dmy",
     [](RandomTexts& r) {
       return fmt::format("{:02}/{:02}/{}", 1 + r.Below(28), 1 + r.Below(12), 1990 + r.Below(40));
     }},
    {"date_unpadded",
     [](RandomTexts& r) {
       return fmt::format("{}/{}/{}", 1 + r.Below(12), 1 + r.Below(28), 1990 + r.Below(40));
     }},
    {"timestamp_twelve_hours",
     [](RandomTexts& r) {
       return fmt::format("{}/{}/{} {}:{:02}:{:02} {}", 1 + r.Below(12), 1 + r.Below(28),
                          1990 + r.Below(40), 1 + r.Below(12), r.Below(60), r.Below(60),
                          r.OneIn(2) ? "AM" : "PM");
     }},
    {"timestamp", [](RandomTexts& r) { return Day(r) + " " + Clock(r); }},
    {"timestamp_millis",
     [](RandomTexts& r) { return Day(r) + "T" + Clock(r) + "." + r.Digits(3); }},
    {"timestamp_zone",
     [](RandomTexts& r) { return Day(r) + "T" + Clock(r) + "." + r.Digits(6) + "+02:00"; }},
    {"timestamp_z", [](RandomTexts& r) { return Day(r) + "T" + Clock(r) + "Z"; }},
    {"time", [](RandomTexts& r) { return Clock(r); }},
    {"bool", [](RandomTexts& r) { return r.OneIn(2) ? "true" : "false"; }},
    {"bool_nulls", [](RandomTexts& r) { return r.OneIn(2) ? "Yes" : "No"; }, "", 4},
};

struct Column {
  explicit Column(const Case& which) {
    RandomTexts random(7);
    MakeText make = which.make;
    for (int i = 0; i < kFields; ++i) {
      if (which.nulls_in != 0 && random.OneIn(which.nulls_in)) {
        fields.push_back(std::nullopt);
      } else {
        fields.push_back(make(random));
        evidence.Add(*fields.back(), false);
      }
    }
    type = evidence.Decide({.decimals = which.decimals});
  }
  std::vector<std::optional<std::string>> fields;
  ColumnEvidence evidence;
  TextType type;
};

void SetTime(benchmark::State& state) {
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kFields * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Convert(benchmark::State& state, const Case& which) {
  const Column column(which);
  state.SetLabel(column.type.ToString());
  const TextColumn text(column.fields);
  ConvertedColumn converted(column.type, text.slice());
  if (converted.count != kFields) state.SkipWithError("a value does not fit");
  for (auto _ : state) {
    benchmark::DoNotOptimize(ConvertSlice(column.type, text.slice(), &converted.buffers));
  }
  SetTime(state);
}

void AddToEvidence(benchmark::State& state, const Case& which) {
  const Column column(which);
  ColumnEvidence evidence;
  for (auto _ : state) {
    for (const auto& field : column.fields) {
      if (field) evidence.Add(*field, false);
    }
  }
  SetTime(state);
}

void AddConvertedToEvidence(benchmark::State& state, const Case& which) {
  const Column column(which);
  const TextColumn text(column.fields);
  const ConvertedColumn converted(column.type, text.slice());
  ColumnEvidence evidence;
  for (auto _ : state) {
    evidence.AddConverted(column.type, text.slice(), converted.count, converted.buffers);
  }
  SetTime(state);
}

const bool kRegistered = [] {
  for (const Case& which : kCases) {
    const std::string name = which.name;
    benchmark::RegisterBenchmark(("convert/" + name).c_str(), Convert, which);
    benchmark::RegisterBenchmark(("evidence/" + name).c_str(), AddToEvidence, which);
    benchmark::RegisterBenchmark(("converted/" + name).c_str(), AddConvertedToEvidence, which);
  }
  const Case text{"text", [](RandomTexts& r) {
                    return r.Pick({"shipped", "Berlin", "new order", "Émile", "x-17"});
                  }};
  benchmark::RegisterBenchmark("evidence/text", AddToEvidence, text);
  return true;
}();

}  // namespace
}  // namespace pyforge::schema
