// Lines of any bytes as a column: evidence and kernels must agree, with and without vectors.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "schema/block_kernels.h"
#include "schema/testing.h"
#include "schema/text_evidence.h"

namespace pyforge::schema {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

Texts LinesOf(const char* text, size_t bytes) {
  Texts lines(1);
  for (size_t i = 0; i < bytes; ++i) {
    if (text[i] == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += text[i];
    }
  }
  return lines;
}

void CheckColumn(const Texts& lines, const DecideOptions& options) {
  ColumnEvidence evidence;
  Texts values;
  for (const std::string& line : lines) {
    evidence.Add(line, false);
    if (!line.empty()) values.push_back(line);
  }
  static_cast<void>(evidence.Explain(options));
  const TextType type = evidence.Decide(options);
  if (type.kind == TextKind::kText || type.kind == TextKind::kNull) return;
  const TextColumn column(values);
  const InstructionSet portable = InstructionSet::kPortable;
  ForceInstructionSet(&portable);
  const ConvertedColumn plain(type, column.slice());
  ForceInstructionSet(nullptr);
  const ConvertedColumn quick(type, column.slice());
  Check(plain.count == static_cast<int64_t>(values.size()) && quick.count == plain.count);
  const size_t bytes = type.kind == TextKind::kBool      ? values.size() / 8
                       : type.kind == TextKind::kDate    ? values.size() * 4
                       : type.kind == TextKind::kDecimal ? values.size() * 16
                                                         : values.size() * 8;
  Check(std::memcmp(plain.values.data(), quick.values.data(), bytes) == 0);
  ColumnEvidence converted;
  converted.AddConverted(type, column.slice(), quick.count, quick.buffers);
  converted.Merge(evidence);
  Check(converted.Decide(options) == type);
}

}  // namespace
}  // namespace pyforge::schema

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto lines = pyforge::schema::LinesOf(reinterpret_cast<const char*>(data), size);
  pyforge::schema::CheckColumn(lines, {});
  pyforge::schema::CheckColumn(lines, {.decimals = true, .decimal_point = ','});
  return 0;
}
