#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <gmock/gmock.h>
#include <parquet/page_index.h>

#include "formats/parquet/writer.h"
#include "formats/parquet/writer_testing.h"
#include "support/matchers.h"

namespace pyforge::parquet {
namespace {

TEST(PageIndex, TellsOfEachPage) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 60'000; ++i) {
    ASSERT_OK(i >= 20'000 && i < 40'000 ? builder.AppendNull() : builder.Append(i));
  }
  ASSERT_OK_AND_ASSIGN(const auto values, builder.Finish());
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*OneColumn(values)));
  const auto reader = OpenWithArrow(bytes);
  const auto row_group = reader->GetPageIndexReader()->RowGroup(0);
  const auto offsets = row_group->GetOffsetIndex(0);
  const auto index = row_group->GetColumnIndex(0);
  const auto& columns = static_cast<const ::parquet::Int64ColumnIndex&>(*index);
  ASSERT_EQ(offsets->page_locations().size(), columns.null_pages().size());
  ASSERT_GE(columns.null_pages().size(), 4);
  EXPECT_EQ(columns.boundary_order(), ::parquet::BoundaryOrder::Ascending);
  int64_t nulls = 0;
  for (size_t i = 0; i < columns.null_pages().size(); ++i) {
    nulls += columns.null_counts()[i];
    if (columns.null_pages()[i]) continue;
    EXPECT_LE(columns.min_values()[i], columns.max_values()[i]);
    const int64_t first_row = offsets->page_locations()[i].first_row_index;
    if (first_row < 20'000) {
      EXPECT_EQ(columns.min_values()[i], first_row);
    }
  }
  EXPECT_EQ(nulls, 20'000);

  WriteOptions options;
  options.page_index = false;
  ASSERT_OK_AND_ASSIGN(const std::string without, WriteFile(*OneColumn(values), options));
  EXPECT_FALSE(
      OpenWithArrow(without)->metadata()->RowGroup(0)->ColumnChunk(0)->GetOffsetIndexLocation());
}

TEST(PageIndex, TellsOfPagesOfTextTheirOwnBounds) {
  // Weeks of one size, found by their place in a range, and of two sizes, found by hash: each page
  // has others than those before it, and a stretch in the middle has none.
  for (const int first_week : {100, 90}) {
    SCOPED_TRACE(first_week);
    constexpr int64_t kRows = 200'000;
    arrow::StringBuilder builder;
    for (int64_t i = 0; i < kRows; ++i) {
      const bool is_null = i % 7 == 0 || (i >= 80'000 && i < 140'000);
      const int64_t week = 700 - first_week - i / 1000 + i % 3;
      ASSERT_OK(is_null ? builder.AppendNull() : builder.Append(std::to_string(week)));
    }
    ASSERT_OK_AND_ASSIGN(const auto values, builder.Finish());
    ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*OneColumn(values)));
    ASSERT_TRUE(ViewChunk(bytes).has_dictionary);
    const auto reader = OpenWithArrow(bytes);
    const auto row_group = reader->GetPageIndexReader()->RowGroup(0);
    const auto offsets = row_group->GetOffsetIndex(0);
    const auto index = row_group->GetColumnIndex(0);
    const auto& columns = static_cast<const ::parquet::ByteArrayColumnIndex&>(*index);
    const auto& places = offsets->page_locations();
    ASSERT_GE(places.size(), 3);
    const auto& texts = static_cast<const arrow::StringArray&>(*values);
    for (size_t page = 0; page < places.size(); ++page) {
      const int64_t end = page + 1 < places.size() ? places[page + 1].first_row_index : kRows;
      std::optional<std::string_view> least, greatest;
      for (int64_t i = places[page].first_row_index; i < end; ++i) {
        if (texts.IsNull(i)) continue;
        const std::string_view text = texts.GetView(i);
        least = std::min(least.value_or(text), text);
        greatest = std::max(greatest.value_or(text), text);
      }
      ASSERT_EQ(columns.null_pages()[page], !least.has_value());
      if (!least) continue;
      EXPECT_EQ(::parquet::ByteArrayToString(columns.min_values()[page]), *least);
      EXPECT_EQ(::parquet::ByteArrayToString(columns.max_values()[page]), *greatest);
    }
  }
}

TEST(PageIndex, HasNoBoundsWhereAPageHasNone) {
  const auto table = OneColumn(ArrayOf<arrow::DoubleBuilder, double>({std::nan(""), std::nan("")}));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  const auto metadata = OpenWithArrow(bytes)->metadata();
  const auto row_group = metadata->RowGroup(0);
  const auto chunk = row_group->ColumnChunk(0);
  EXPECT_FALSE(chunk->GetColumnIndexLocation());
  EXPECT_TRUE(chunk->GetOffsetIndexLocation());
  EXPECT_FALSE(ViewChunk(bytes).has_bounds);
}

}  // namespace
}  // namespace pyforge::parquet
