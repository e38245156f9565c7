// Columns of text against what was written, whichever way their values take.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "formats/csv/reader_testing.h"
#include "support/matchers.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

/// What stands in a file, and the value that it means.
struct Written {
  std::string raw;
  std::string value;  // "null" for null
};

std::string Letters(size_t count, std::mt19937_64& random) {
  std::string text(count, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

/// Mostly as long as the column's other values; some empty, in quotes, or with quotes in them.
Written Field(size_t usual_length, int doubled_quotes_of_100, std::mt19937_64& random) {
  const auto dice = static_cast<int>(random() % 100);
  if (dice < 8) return {.raw = "", .value = "null"};
  if (dice < 12) return {.raw = "\"\"", .value = ""};
  std::string text = "t" + Letters(random() % (usual_length + 1), random);
  if (dice < 22) return {.raw = "\"" + text + ",\n" + text + "\"", .value = text + ",\n" + text};
  if (dice < 22 + doubled_quotes_of_100) {
    return {.raw = "\"" + text + "\"\"" + text + "\"", .value = text + "\"" + text};
  }
  return {.raw = text, .value = text};
}

TEST(TextColumns, HoldWhatWasWritten) {
  std::mt19937_64 random(testing::RandomSeed());
  for (int round = 0; round < 40; ++round) {
    const std::string line_end = round % 2 == 0 ? "\n" : "\r\n";
    const int columns = 1 + static_cast<int>(random() % 4);
    const int rows = static_cast<int>(random() % 400);
    std::string text;
    for (int c = 0; c < columns; ++c) {
      text += (c == 0 ? "" : ",") + std::string("c") + std::to_string(c);
    }
    text += line_end;
    std::vector<std::vector<std::string>> values(static_cast<size_t>(rows));
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        // Columns of short, middling and long values, which grow from a row on, past what the rows
        // before let expect. Doubled quotes stand in the first column only.
        const size_t usual = size_t{6} << (2 * c) << (r > 200 ? 2 : 0);
        Written field = Field(usual, c == 0 ? 5 : 0, random);
        // Alone in its row, an empty field would be a blank line.
        if (columns == 1 && field.raw.empty()) field = {.raw = "\"\"", .value = ""};
        text += (c == 0 ? "" : ",") + field.raw;
        values[static_cast<size_t>(r)].push_back(field.value);
      }
      text += line_end;
    }
    ReadSettings settings;
    // A last row of few fields would else be a remark below the table.
    settings.options = {
        .delimiter = ",", .quote = "\"", .header = Header::kYes, .footer = Footer::kKeep};
    settings.request.types_as_text = true;
    const auto bytes = static_cast<int64_t>(64 + random() % 20'000);
    settings.tuning = {.morsel_bytes = bytes, .slice_bytes = bytes};
    ASSERT_OK_AND_ASSIGN(const ReadResult result, ReadCsv(text, settings));
    ASSERT_EQ(result.table->num_rows(), rows);
    for (int r = 0; r < rows; ++r) {
      ASSERT_EQ(Row(*result.table, r), values[static_cast<size_t>(r)]) << "row " << r;
    }
  }
}

TEST(TextColumns, HoldAnEmptyTextInTheLastRow) {
  ReadSettings settings;
  settings.options = {.delimiter = ",", .quote = "\"", .header = Header::kYes};
  ASSERT_OK_AND_ASSIGN(const ReadResult result, ReadCsv("c\nx\n\"\"\ny\n\"\"\n\"\"\n", settings));
  ASSERT_EQ(result.table->num_rows(), 5);
  EXPECT_EQ(Cell(*result.table, 0, 4), "");
}

TEST(TextColumns, HoldWhatWasWrittenWhereTypesAreInferred) {
  // The column is text for good after the first slice.
  std::string text = "name,n\n";
  int64_t nulls = 0;
  for (int i = 0; i < 5000; ++i) {
    const bool is_null = i % 7 == 3;
    nulls += is_null ? 1 : 0;
    text += (is_null ? "" : "name " + std::to_string(i)) + "," + std::to_string(i) + "\n";
  }
  ReadSettings settings;
  settings.options = {.delimiter = ",", .quote = "\"", .header = Header::kYes};
  settings.tuning = {.morsel_bytes = 4096, .slice_bytes = 4096};
  ASSERT_OK_AND_ASSIGN(const ReadResult result, ReadCsv(text, settings));
  ASSERT_EQ(result.table->num_rows(), 5000);
  EXPECT_EQ(result.table->column(0)->null_count(), nulls);
  EXPECT_EQ(Row(*result.table, 4999), (std::vector<std::string>{"name 4999", "4999"}));
  EXPECT_THAT(result.evidence, ::testing::ElementsAre("text, as 'name 0'", ::testing::_));
}

}  // namespace
}  // namespace pyforge::csv
