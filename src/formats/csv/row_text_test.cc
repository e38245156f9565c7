#include "formats/csv/row_text.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/errors.h"
#include "support/matchers.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using ::testing::HasSubstr;

using Row = std::vector<std::optional<std::string>>;

std::shared_ptr<arrow::Schema> TextSchema(size_t columns) {
  arrow::FieldVector fields;
  for (size_t i = 0; i < columns; ++i) {
    fields.push_back(arrow::field("c" + std::to_string(i), arrow::utf8()));
  }
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::RecordBatch> BatchOf(const std::vector<Row>& rows, size_t columns) {
  arrow::ArrayVector arrays;
  for (size_t i = 0; i < columns; ++i) {
    arrow::StringBuilder builder;
    for (const Row& row : rows) {
      EXPECT_TRUE((row[i] ? builder.Append(*row[i]) : builder.AppendNull()).ok());
    }
    // Exactly as many bytes as there are, so that a sanitizer sees what is read behind them.
    const auto array = builder.Finish().ValueOrDie();
    const auto data = array->data()->Copy();
    if (data->buffers[2] != nullptr) {
      data->buffers[2] = arrow::Buffer::FromString(data->buffers[2]->ToString());
    }
    arrays.push_back(arrow::MakeArray(data));
  }
  return arrow::RecordBatch::Make(TextSchema(columns), static_cast<int64_t>(rows.size()),
                                  std::move(arrays));
}

/// A line the simple way.
std::string LineOf(const Row& row, const LineRules& rules) {
  TextBuffer line;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line.Append(rules.characters.delimiter);
    if (!row[i]) {
      line.Append(rules.null_text);
    } else {
      EXPECT_TRUE(PrintText(*row[i], rules, &line).ok());
    }
  }
  line.Append(rules.line_end);
  return std::string(line.view());
}

std::optional<std::string> RandomField(std::mt19937_64& random) {
  constexpr std::string_view kSpecial = ",\"\n\r \t;'";
  if (random() % 8 == 0) return std::nullopt;
  std::string text(random() % (random() % 50 == 0 ? 3000 : 80), 'x');
  for (char& byte : text) byte = static_cast<char>('a' + random() % 26);
  if (!text.empty() && random() % 4 == 0) {
    text[random() % text.size()] = kSpecial[random() % kSpecial.size()];
  }
  return random() % 20 == 0 ? "NULL" : text;
}

TEST(RowText, IsWhatEachFieldIsByItself) {
  const uint64_t seed = testing::RandomSeed();
  std::mt19937_64 random(seed);
  const std::vector<LineRules> all_rules = {
      {.characters = {}, .quoting = Quoting::kMinimal, .null_text = "", .line_end = "\n"},
      {.characters = {.delimiter = ';', .quote = '\''}, .null_text = "NULL", .line_end = "\r\n"},
      {.characters = {}, .quoting = Quoting::kAll, .null_text = "", .line_end = "\n"},
      {.characters = {}, .quoting = Quoting::kText, .null_text = "NULL", .line_end = "\n"}};
  for (const size_t columns : {1U, 3U, 12U, 300U, 5000U}) {
    for (const LineRules& rules : all_rules) {
      std::vector<Row> rows(columns > 100 ? 40 : 1500);
      for (Row& row : rows) {
        for (size_t i = 0; i < columns; ++i) row.push_back(RandomField(random));
      }
      const auto batch = BatchOf(rows, columns);
      const auto printer = RowPrinter::Make(batch->schema(), rules).ValueOrDie();
      TextBuffer text;
      ASSERT_TRUE(printer->Print(*batch, &text).ok());
      const auto middle = static_cast<int64_t>(rows.size() / 2);
      ASSERT_TRUE(printer->Print(*batch->Slice(middle), &text).ok());
      std::string expected;
      for (const Row& row : rows) expected += LineOf(row, rules);
      for (size_t i = rows.size() / 2; i < rows.size(); ++i) expected += LineOf(rows[i], rules);
      ASSERT_EQ(text.view(), expected) << columns;
      int64_t null_count = 0;
      for (const auto& column : batch->columns()) {
        null_count += column->null_count() + column->Slice(middle)->null_count();
      }
      for (const int64_t count : printer->TakeNullCounts()) null_count -= count;
      EXPECT_EQ(null_count, 0);
    }
  }
}

TEST(RowText, IsTheSameForLargeValues) {
  std::vector<Row> rows;
  rows.reserve(60);
  for (int i = 0; i < 60; ++i) {
    rows.push_back({std::string(static_cast<size_t>(i % 7) * 100000, ','), "x"});
  }
  const LineRules rules{.line_end = "\n"};
  const auto batch = BatchOf(rows, 2);
  const auto printer = RowPrinter::Make(batch->schema(), rules).ValueOrDie();
  TextBuffer text;
  ASSERT_TRUE(printer->Print(*batch, &text).ok());
  std::string expected;
  for (const Row& row : rows) expected += LineOf(row, rules);
  EXPECT_TRUE(text.view() == expected);
}

TEST(RowText, TellsTheFirstRowThatNeedsQuotesOfAllColumns) {
  std::vector<Row> rows(100, {"x", "y", "z"});
  rows[90][0] = "a,b";
  rows[70][1] = "c,d";
  rows[70][2] = "e,f";
  const LineRules rules{.quoting = Quoting::kNone, .line_end = "\n"};
  const auto batch = BatchOf(rows, 3);
  const auto printer = RowPrinter::Make(batch->schema(), rules).ValueOrDie();
  TextBuffer text;
  const Status status = printer->Print(*batch, &text);
  EXPECT_THAT(status, FailsWith("csv.needs_quotes"));
  EXPECT_THAT(status.ToString(), HasSubstr("c,d"));
}

}  // namespace
}  // namespace pyforge::csv
