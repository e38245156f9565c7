// Properties of evidence that hold for any values in any order and any pieces.
#include <gtest/gtest.h>

#include <string>

#include "schema/testing.h"
#include "schema/text_evidence.h"
#include "schema/text_kernels.h"
#include "support/seed.h"

namespace pyforge::schema {
namespace {

const int kColumns = Rounds(20000);

ColumnEvidence EvidenceOf(const Texts& texts) {
  ColumnEvidence evidence;
  for (const std::string& text : texts) evidence.Add(text, false);
  return evidence;
}

std::string Show(const Texts& texts) {
  std::string shown;
  for (const std::string& text : texts) shown += "[" + text + "] ";
  return shown;
}

bool Accepts(const TextType& type, const std::string& text) {
  Int128 value = 0;
  return ConvertValue(type, text.data(), text.size(), &value);
}

bool HasKernel(const TextType& type) {
  return type.kind != TextKind::kText && type.kind != TextKind::kNull;
}

const DecideOptions kOptions[] = {{},
                                  {.decimals = true},
                                  {.delimiter = ','},
                                  {.decimal_point = '.', .date_order = DateOrder::kDmy},
                                  {.decimal_point = ',', .date_order = DateOrder::kMdy}};

TEST(ColumnEvidenceProperty, DecidedKernelAcceptsEveryValue) {
  RandomTexts random(pyforge::testing::RandomSeed());
  int typed = 0;
  for (int i = 0; i < kColumns; ++i) {
    const Texts texts = random.Column();
    for (const DecideOptions& options : kOptions) {
      const TextType type = EvidenceOf(texts).Decide(options);
      if (!HasKernel(type)) continue;
      ++typed;
      for (const std::string& text : texts) {
        ASSERT_TRUE(Accepts(type, text))
            << text << " as " << type.ToString() << ": " << Show(texts);
      }
      const TextColumn column(texts);
      const ConvertedColumn converted(type, column.slice());
      ASSERT_EQ(converted.count, static_cast<int64_t>(texts.size()))
          << type.ToString() << ": " << Show(texts);
      ASSERT_EQ(converted.buffers.null_count, 0);
    }
  }
  EXPECT_GT(typed, kColumns / 2);
}

TEST(ColumnEvidenceProperty, DecisionDoesNotDependOnOrderOrPieces) {
  RandomTexts random(pyforge::testing::RandomSeed());
  for (int i = 0; i < kColumns; ++i) {
    Texts texts = random.Column();
    const ColumnEvidence whole = EvidenceOf(texts);
    const int pieces = 1 + random.Below(4);
    std::vector<ColumnEvidence> evidence(static_cast<size_t>(pieces));
    for (size_t j = texts.size(); j > 1; --j) {
      std::swap(texts[j - 1], texts[static_cast<size_t>(random.Below(static_cast<int>(j)))]);
    }
    for (const std::string& text : texts) {
      evidence[static_cast<size_t>(random.Below(pieces))].Add(text, random.OneIn(2));
    }
    while (evidence.size() > 1) {
      const auto from = static_cast<size_t>(random.Below(static_cast<int>(evidence.size())));
      const auto into = (from + 1) % evidence.size();
      evidence[into].Merge(evidence[from]);
      evidence.erase(evidence.begin() + static_cast<std::ptrdiff_t>(from));
    }
    for (const DecideOptions& options : kOptions) {
      ASSERT_EQ(evidence[0].Decide(options), whole.Decide(options)) << Show(texts);
      ASSERT_EQ(evidence[0].is_text_for_good(options), whole.is_text_for_good(options));
      ASSERT_EQ(evidence[0].Explain(options), whole.Explain(options)) << Show(texts);
    }
    ASSERT_EQ(evidence[0].value_count(), whole.value_count());
    ASSERT_EQ(evidence[0].ambiguous_dates(), whole.ambiguous_dates());
  }
}

TEST(ColumnEvidenceProperty, AcceptedValueLeavesTheDecisionAsItIs) {
  RandomTexts random(pyforge::testing::RandomSeed());
  int accepted = 0;
  for (int i = 0; i < kColumns; ++i) {
    Texts texts = random.Column();
    const int kind = random.AnyKind();
    for (const DecideOptions& options : kOptions) {
      const TextType type = EvidenceOf(texts).Decide(options);
      if (!HasKernel(type)) continue;
      for (int j = 0; j < 5; ++j) {
        const std::string value = j == 0 ? random.Of(kind) : random.Column()[0];
        if (!Accepts(type, value)) continue;
        ++accepted;
        Texts more = texts;
        more.push_back(value);
        ASSERT_EQ(EvidenceOf(more).Decide(options), type)
            << value << " joined " << Show(texts) << " of " << type.ToString();
      }
    }
  }
  EXPECT_GT(accepted, kColumns / 10);
}

TEST(ColumnEvidenceProperty, TextForGoodStaysText) {
  RandomTexts random(pyforge::testing::RandomSeed());
  for (int i = 0; i < kColumns; ++i) {
    const Texts texts = random.Column();
    ColumnEvidence evidence = EvidenceOf(texts);
    const bool for_good = evidence.is_text_for_good();
    const Texts more = random.Column();
    for (const std::string& text : more) evidence.Add(text, false);
    if (for_good) {
      ASSERT_EQ(evidence.Decide().kind, TextKind::kText) << Show(texts) << Show(more);
    }
  }
}

// A reader decides on a sample, converts slices by that type and adds what did not fit.
TEST(ColumnEvidenceProperty, ConvertedSlicesSayTheSameAsTheirValues) {
  RandomTexts random(pyforge::testing::RandomSeed());
  int converted_values = 0;
  for (int i = 0; i < kColumns; ++i) {
    const Texts texts = random.Column();
    const size_t sample = 1 + static_cast<size_t>(random.Below(static_cast<int>(texts.size())));
    const DecideOptions options =
        kOptions[static_cast<size_t>(random.Below(static_cast<int>(std::size(kOptions))))];
    const TextType type =
        EvidenceOf(Texts(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(sample)))
            .Decide(options);
    if (!HasKernel(type)) continue;

    std::vector<std::optional<std::string>> fields(texts.begin(), texts.end());
    int64_t nulls = 0;
    for (size_t j = random.OneIn(2) ? fields.size() : 0; j > 0; --j) {
      if (!random.OneIn(4)) continue;
      fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(j), std::nullopt);
      ++nulls;
    }
    const TextColumn column(fields);
    ColumnEvidence evidence;
    for (int64_t first = 0; first < static_cast<int64_t>(fields.size());) {
      TextSlice slice = column.slice(first);
      slice.count = std::min<int64_t>(slice.count, 1 + random.Below(100));
      const ConvertedColumn converted(type, slice);
      evidence.AddConverted(type, slice, converted.count, converted.buffers);
      converted_values += static_cast<int>(converted.count);
      first += converted.count;
      if (converted.count < slice.count) {
        ASSERT_FALSE(Accepts(type, fields[static_cast<size_t>(first)].value_or("1")));
        evidence.Add(fields[static_cast<size_t>(first)].value_or("1"), false);
        ++first;
      }
    }
    const ColumnEvidence whole = EvidenceOf(texts);
    ASSERT_EQ(evidence.value_count(), whole.value_count());
    ASSERT_EQ(evidence.null_count(), nulls);
    ASSERT_EQ(evidence.Decide(options).ToString(), whole.Decide(options).ToString())
        << type.ToString() << " by " << sample << " of " << Show(texts);
    ASSERT_EQ(evidence.Explain(options), whole.Explain(options))
        << type.ToString() << " by " << sample << " of " << Show(texts);
    ASSERT_EQ(evidence.is_text_for_good(options), whole.is_text_for_good(options));
  }
  EXPECT_GT(converted_values, kColumns);
}

}  // namespace
}  // namespace pyforge::schema
