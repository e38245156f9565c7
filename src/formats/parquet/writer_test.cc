#include "formats/parquet/writer.h"

#include <arrow/compute/api.h>
#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/statistics.h>

#include <map>
#include <random>

#include "formats/parquet/errors.h"
#include "formats/parquet/round_trip_testing.h"
#include "formats/parquet/writer_testing.h"
#include "support/matchers.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Tables that are written and read back whole.

struct Scenario {
  int64_t rows;
  double null_share;
  std::string compression;
};

class RoundTrip : public ::testing::TestWithParam<Scenario> {};

/// What our files give back for a type: Parquet knows no seconds and no 64-bit days, and neither
/// dictionaries nor views are part of a file's schema.
std::shared_ptr<arrow::Array> AsStored(const std::shared_ptr<arrow::Array>& array,
                                       const std::shared_ptr<arrow::DataType>& type) {
  if (array->type()->Equals(*type)) return array;
  auto cast = arrow::compute::Cast(*array, type);
  EXPECT_OK(cast);
  return cast.ok() ? *cast : array;
}

TEST_P(RoundTrip, GivesBackEveryTypeToArrowAndToUs) {
  const Scenario& scenario = GetParam();
  std::mt19937_64 random(testing::RandomSeed());
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& type : testing::AllTypes()) {
    const auto array = testing::RandomArray(type, scenario.rows, scenario.null_share, &random);
    if (!PlanSchema(*arrow::schema({arrow::field("c", type)})).ok()) continue;
    fields.push_back(arrow::field(std::to_string(fields.size()) + " " + type->ToString(), type));
    arrays.push_back(array);
  }
  ASSERT_GT(fields.size(), 30);
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  for (const bool is_plain : {false, true}) {
    WriteOptions options;
    options.compression = scenario.compression;
    options.row_group_rows = 20'000;
    if (is_plain) options.compatibility = Compatibility::kPlain;
    ASSERT_OK_AND_ASSIGN(const std::string bytes,
                         WriteFile(*table, options, {.batch_rows = is_plain ? 777 : 16'384}));
    ASSERT_OK_AND_ASSIGN(const auto by_arrow, ReadWithArrow(bytes));
    ASSERT_OK_AND_ASSIGN(const auto by_us, ReadFile(bytes));
    ExpectEqual(*by_arrow, *by_us);
    ASSERT_EQ(by_arrow->num_rows(), scenario.rows);
    for (int i = 0; i < table->num_columns(); ++i) {
      ASSERT_OK_AND_ASSIGN(const auto read, arrow::Concatenate(by_arrow->column(i)->chunks()));
      const auto wanted = AsStored(arrays[static_cast<size_t>(i)], read->type());
      EXPECT_TRUE(wanted->Equals(*read)) << fields[static_cast<size_t>(i)]->ToString();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Writer, RoundTrip,
    ::testing::Values(Scenario{1, 0, "snappy"}, Scenario{1, 1, "none"}, Scenario{8, 0.5, "gzip:1"},
                      Scenario{1000, 0, "lz4"}, Scenario{1001, 0.02, "zstd"},
                      Scenario{16'385, 0.3, "snappy"}, Scenario{30'000, 0, "brotli:1"},
                      Scenario{20'001, 1, "snappy"}, Scenario{40'000, 0.9, "none"}),
    [](const auto& scenario) {
      std::string name = std::to_string(scenario.param.rows) + "_rows_" +
                         std::to_string(static_cast<int>(scenario.param.null_share * 100)) +
                         "_of_100_null_" + scenario.param.compression;
      std::replace(name.begin(), name.end(), ':', '_');
      return name;
    });

TEST(Writer, GivesTheSameBytesHoweverRowsComeInBatches) {
  std::mt19937_64 random(5);
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& type : {arrow::int64(), arrow::utf8(), arrow::float64(), arrow::boolean()}) {
    fields.push_back(arrow::field(type->ToString(), type));
    arrays.push_back(testing::RandomArray(type, 50'000, 0.1, &random));
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  ASSERT_OK_AND_ASSIGN(const std::string whole, WriteFile(*table));
  ASSERT_OK_AND_ASSIGN(const std::string parts, WriteFile(*table, {}, {.batch_rows = 1013}));
  EXPECT_TRUE(whole == parts);
}

TEST(Writer, GivesTheSameBytesWhicheverWorkerTookASegment) {
  std::mt19937_64 random(6);
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("a", arrow::utf8()), arrow::field("b", arrow::int32())}),
      {testing::RandomArray(arrow::utf8(), 60'000, 0.1, &random),
       testing::RandomArray(arrow::int32(), 60'000, 0.1, &random)});
  ASSERT_OK_AND_ASSIGN(
      const std::string one,
      WriteFile(*table, {}, {.batch_rows = 5000, .segment_batches = 2, .segments_in_use = 1}));
  ASSERT_OK_AND_ASSIGN(
      const std::string three,
      WriteFile(*table, {}, {.batch_rows = 5000, .segment_batches = 2, .segments_in_use = 3}));
  EXPECT_TRUE(one == three);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(three));
  ExpectEqual(*table, *back);
  EXPECT_EQ(OpenWithArrow(three)->metadata()->num_row_groups(), 6);
}

TEST(Writer, WritesATableWithoutRowsAndOneWithoutColumns) {
  const auto schema = arrow::schema({arrow::field("c", arrow::utf8())});
  ASSERT_OK_AND_ASSIGN(const auto empty, arrow::Table::MakeEmpty(schema));
  ASSERT_OK_AND_ASSIGN(std::string bytes, WriteFile(*empty));
  ASSERT_OK_AND_ASSIGN(auto back, ReadWithArrow(bytes));
  EXPECT_EQ(back->num_rows(), 0);
  EXPECT_TRUE(back->schema()->Equals(*schema));
  ASSERT_OK_AND_ASSIGN(bytes,
                       WriteFile(*arrow::Table::Make(arrow::schema({}), arrow::ArrayVector{}, 0)));
  ASSERT_OK_AND_ASSIGN(back, ReadWithArrow(bytes));
  EXPECT_EQ(back->num_columns(), 0);
}

// Encodings, each chosen by the first page.

TEST(Writer, PacksDifferencesOfIntegers) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       WriteFile(*OneColumn(Longs(100'000, [](int64_t i) { return i; }))));
  const ChunkView chunk = ViewChunk(bytes);
  EXPECT_THAT(chunk.encodings, ElementsAre("DELTA_BINARY_PACKED"));
  EXPECT_FALSE(chunk.has_dictionary);
  EXPECT_LT(chunk.stored_bytes, 10'000);
}

TEST(Writer, KeepsIntegersWithoutAnyPatternPlain) {
  std::mt19937_64 random(1);
  const auto table =
      OneColumn(Longs(50'000, [&](int64_t) { return static_cast<int64_t>(random()); }));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("PLAIN"));
  EXPECT_EQ(ViewChunk(bytes).compression, "uncompressed");
}

TEST(Writer, PutsFewDistinctValuesIntoADictionary) {
  const auto texts =
      OneColumn(Texts(50'000, [](int64_t i) { return "name " + std::to_string(i % 40); }));
  ASSERT_OK_AND_ASSIGN(std::string bytes, WriteFile(*texts));
  EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("RLE_DICTIONARY"));
  EXPECT_TRUE(ViewChunk(bytes).has_dictionary);

  std::mt19937_64 random(1);
  const auto far_apart = OneColumn(
      Longs(50'000, [&](int64_t) { return static_cast<int64_t>(random() % 20 * 1'000'000'007); }));
  ASSERT_OK_AND_ASSIGN(bytes, WriteFile(*far_apart));
  EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("RLE_DICTIONARY"));

  const auto doubles = OneColumn(
      ArrayOf<arrow::DoubleBuilder, double>(std::vector<std::optional<double>>(20'000, 0.25)));
  ASSERT_OK_AND_ASSIGN(bytes, WriteFile(*doubles));
  EXPECT_LT(ViewChunk(bytes).stored_bytes, 200);
}

TEST(Writer, PutsIntegersOfASmallRangeIntoADictionaryWhereItIsNoLarger) {
  std::mt19937_64 random(1);
  const auto encodings = [](const std::shared_ptr<arrow::Array>& values) {
    const auto table = OneColumn(values);
    const std::string bytes = WriteFile(*table).ValueOrDie();
    ExpectEqual(*table, *ReadWithArrow(bytes).ValueOrDie());
    return ViewChunk(bytes).encodings;
  };
  // Six bits a code, where differences take seven and what their blocks begin with.
  EXPECT_THAT(
      encodings(Longs(50'000, [&](int64_t) { return static_cast<int64_t>(random() % 50); })),
      ElementsAre("RLE_DICTIONARY"));
  // In order, hardly a bit a difference.
  EXPECT_THAT(encodings(Longs(50'000, [](int64_t i) { return i / 50; })),
              ElementsAre("DELTA_BINARY_PACKED"));
  // A dictionary of which the page does not use the half.
  EXPECT_THAT(
      encodings(Longs(50'000, [&](int64_t) { return static_cast<int64_t>(random() % 30'000); })),
      ElementsAre("DELTA_BINARY_PACKED"));
}

TEST(Writer, KeepsADictionaryOfManyValuesWhereItHalvesTheChunk) {
  std::mt19937_64 random(1);
  const auto encodings = [&](const std::string& prefix, uint64_t distinct) {
    const auto table = OneColumn(Texts(
        60'000, [&](int64_t) { return prefix + std::to_string(10'000 + random() % distinct); }));
    const std::string bytes = WriteFile(*table).ValueOrDie();
    ExpectEqual(*table, *ReadWithArrow(bytes).ValueOrDie());
    return ViewChunk(bytes).encodings;
  };
  EXPECT_THAT(encodings("2026-", 5'000), ElementsAre("RLE_DICTIONARY"));
  // Values too short for the gain, which a look at some thousand shows; values too many, which a
  // look at some hundred does.
  EXPECT_THAT(encodings("", 7'000), ElementsAre("DELTA_LENGTH_BYTE_ARRAY"));
  EXPECT_THAT(encodings("2026-", 10'000'000), ElementsAre("DELTA_LENGTH_BYTE_ARRAY"));
}

TEST(Writer, ComparesValuesAtTheirEndsWhereThatIsEnough) {
  std::mt19937_64 random(1);
  const auto stamps = Texts(50'000, [&](int64_t) {
    return fmt::format("2026-{:02}-{:02} {:02}:{:02}:{:02}", random() % 12 + 1, random() % 28 + 1,
                       random() % 24, random() % 60, random() % 60);
  });
  const auto table = OneColumn(stamps);
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  EXPECT_EQ(ViewChunk(bytes).compression, "snappy");
  EXPECT_LT(ViewChunk(bytes).stored_bytes, 50'000 * 16);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*table, *back);
}

TEST(Writer, GivesADictionaryUpWhenValuesStopRepeating) {
  const auto table = OneColumn(
      Texts(200'000, [](int64_t i) { return "value " + std::to_string(i < 20'000 ? i % 10 : i); }));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("RLE_DICTIONARY", "DELTA_BYTE_ARRAY"));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*table, *back);

  // Long values fill it before they are many.
  const auto wide = OneColumn(Texts(30'000, [](int64_t i) {
    return std::string(500, 'a') + std::to_string(i < 10'000 ? i % 10 : i);
  }));
  ASSERT_OK_AND_ASSIGN(const std::string wide_bytes, WriteFile(*wide));
  EXPECT_EQ(ViewChunk(wide_bytes).encodings.size(), 2);
  ASSERT_OK_AND_ASSIGN(const auto wide_back, ReadWithArrow(wide_bytes));
  ExpectEqual(*wide, *wide_back);
}

TEST(Writer, KeepsLargeDictionariesOfAnyValues) {
  // Of one size, looked up by their place in a range; of several, by hash, once a page.
  for (const bool one_size : {true, false}) {
    SCOPED_TRACE(one_size);
    std::mt19937_64 random(testing::RandomSeed());
    const auto table = OneColumn(Texts(150'000, [&](int64_t) {
      const uint64_t day = random() % 6000;
      const uint64_t of_year = day % 360 + (one_size ? 100 : 0);
      return std::to_string(2000 + day / 360) + "-" + std::to_string(of_year);
    }));
    ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
    EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("RLE_DICTIONARY"));
    ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
    ExpectEqual(*table, *back);
  }
}

TEST(Writer, SharesThePrefixesOfSortedTexts) {
  const auto table = OneColumn(Texts(100'000, [](int64_t i) {
    // Some are empty, the beginning of the next one, or longer than a word.
    if (i % 1000 == 0) return std::string();
    return "2026-11-" + std::to_string(1'000'000 + i / 3) +
           std::string(static_cast<size_t>(i % 3), 'x') +
           (i % 500 == 1 ? std::string(70, 'y') : "");
  }));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  EXPECT_THAT(ViewChunk(bytes).encodings, ElementsAre("DELTA_BYTE_ARRAY"));
  EXPECT_LT(bytes.size(), 400'000);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*table, *back);
}

TEST(Writer, UsesOldEncodingsAloneWhenAskedTo) {
  WriteOptions options;
  options.compatibility = Compatibility::kPlain;
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8()),
                     arrow::field("c", arrow::utf8())}),
      {Longs(20'000, [](int64_t i) { return i; }),
       Texts(20'000, [](int64_t i) { return std::to_string(i); }),
       Texts(20'000, [](int64_t i) { return "long enough " + std::to_string(i % 7); })});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
  EXPECT_THAT(ViewChunk(bytes, 0, 0).encodings, ElementsAre("PLAIN"));
  EXPECT_THAT(ViewChunk(bytes, 0, 1).encodings, ElementsAre("PLAIN"));
  EXPECT_THAT(ViewChunk(bytes, 0, 2).encodings, ElementsAre("RLE_DICTIONARY"));
}

TEST(Writer, CompressesOnlyWhatShrinks) {
  std::mt19937_64 random(1);
  const auto words = Texts(20'000, [](int64_t i) {
    return "the same words again and again, number " + std::to_string(i);
  });
  const auto noise = Texts(20'000, [&](int64_t) {
    std::string text;
    for (int k = 0; k < 30; ++k) text += static_cast<char>(33 + random() % 90);
    return text;
  });
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("words", arrow::utf8()), arrow::field("noise", arrow::utf8())}),
      {words, noise});
  const std::map<std::string, std::string> names = {{"snappy", "snappy"}, {"zstd:5", "zstd"},
                                                    {"gzip", "gzip"},     {"lz4", "lz4_raw"},
                                                    {"brotli", "brotli"}, {"none", "uncompressed"}};
  for (const auto& [option, name] : names) {
    WriteOptions options;
    options.compression = option;
    ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
    EXPECT_EQ(ViewChunk(bytes, 0, 0).compression, name);
    if (option == "snappy" || option == "lz4") {
      EXPECT_EQ(ViewChunk(bytes, 0, 1).compression, "uncompressed") << option;
    }
    ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
    ExpectEqual(*table, *back, option);
  }
}

// Row groups.

TEST(Writer, EndsRowGroupsAtTheirRowsAndBytes) {
  const auto table = OneColumn(Longs(10'000, [](int64_t i) { return i * i; }));
  WriteOptions options;
  options.row_group_rows = 3000;
  ASSERT_OK_AND_ASSIGN(std::string bytes, WriteFile(*table, options));
  const auto metadata = OpenWithArrow(bytes)->metadata();
  ASSERT_EQ(metadata->num_row_groups(), 4);
  EXPECT_EQ(metadata->RowGroup(0)->num_rows(), 3000);
  EXPECT_EQ(metadata->RowGroup(3)->num_rows(), 1000);

  options = {};
  options.compression = "none";
  options.row_group_bytes = {40'000};
  const auto noise = OneColumn(Texts(40'000, [](int64_t i) { return std::to_string(i * i); }));
  ASSERT_OK_AND_ASSIGN(bytes, WriteFile(*noise, options, {.batch_rows = 1000}));
  const auto groups = OpenWithArrow(bytes)->metadata();
  EXPECT_GT(groups->num_row_groups(), 5);
  EXPECT_LT(groups->RowGroup(0)->total_byte_size(), 60'000);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*noise, *back);
}

TEST(Writer, GivesAValueLargerThanAPageAPageOfItsOwn) {
  const auto table = OneColumn(Texts(200, [](int64_t i) {
    return std::string(static_cast<size_t>(i % 5 == 0 ? 300'000 : 10),
                       static_cast<char>('a' + i % 26));
  }));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*table, *back);
  const auto index = OpenWithArrow(bytes)->GetPageIndexReader()->RowGroup(0)->GetOffsetIndex(0);
  EXPECT_GE(index->page_locations().size(), 40);
}

// Bounds, nulls and indexes.

TEST(Writer, TellsBoundsAndNullsOfEachChunk) {
  WriteOptions options;
  options.row_group_rows = 3;
  const auto table = OneColumn(ArrayOf<arrow::Int32Builder, int32_t>({5, {}, -7, {}, {}, {}}));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
  const ChunkView first = ViewChunk(bytes);
  EXPECT_TRUE(first.has_bounds);
  EXPECT_EQ(first.null_count, 1);
  int32_t min = 0;
  std::memcpy(&min, first.min.data(), 4);
  EXPECT_EQ(min, -7);
  const ChunkView second = ViewChunk(bytes, 1);
  EXPECT_FALSE(second.has_bounds);
  EXPECT_EQ(second.null_count, 3);
  EXPECT_TRUE(OpenWithArrow(bytes)->metadata()->RowGroup(0)->ColumnChunk(0)->is_stats_set());
}

TEST(Writer, CutsBoundsOfLongTextsAndSaysSo) {
  const auto table = OneColumn(ArrayOf<arrow::StringBuilder, std::string>(
      {std::string(1000, 'b'), std::string(1000, 'c') + "x"}));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  const ChunkView chunk = ViewChunk(bytes);
  EXPECT_EQ(chunk.min, std::string(256, 'b'));
  EXPECT_EQ(chunk.max, std::string(255, 'c') + "d");
  EXPECT_EQ(chunk.min_is_exact, false);
  EXPECT_EQ(chunk.max_is_exact, false);
  ASSERT_OK_AND_ASSIGN(const std::string short_bytes,
                       WriteFile(*OneColumn(ArrayOf<arrow::StringBuilder, std::string>({"a"}))));
  EXPECT_EQ(ViewChunk(short_bytes).max_is_exact, true);
}

TEST(Writer, LeavesOutWhatIsSwitchedOff) {
  WriteOptions options;
  options.statistics = false;
  options.page_checksums = false;
  options.arrow_schema = false;
  const auto table = OneColumn(ArrayOf<arrow::LargeStringBuilder, std::string>({"a", "b"}));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
  EXPECT_FALSE(ViewChunk(bytes).has_bounds);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  EXPECT_EQ(back->schema()->field(0)->type()->id(), arrow::Type::STRING);
  EXPECT_EQ(OpenWithArrow(bytes)->metadata()->key_value_metadata(), nullptr);
}

TEST(Writer, StoresChecksumsThatNoticeAChangedByte) {
  const auto table = OneColumn(Texts(1000, [](int64_t i) { return "text " + std::to_string(i); }));
  ASSERT_OK_AND_ASSIGN(std::string bytes, WriteFile(*table));
  ASSERT_OK(ReadFile(bytes));
  bytes[500] = static_cast<char>(bytes[500] ^ 1);
  EXPECT_THAT(ReadFile(bytes), FailsSaying("CRC"));
}

// The file's own words.

TEST(Writer, NamesItselfAndKeepsMetadataAndFieldIds) {
  const auto field_metadata = arrow::key_value_metadata({"PARQUET:field_id"}, {"17"});
  const auto element = arrow::field("item", arrow::int32(), true,
                                    arrow::key_value_metadata({"PARQUET:field_id"}, {"18"}));
  const auto schema =
      arrow::schema({arrow::field("c", arrow::list(element), true, field_metadata),
                     arrow::field("d", arrow::int8(), true,
                                  arrow::key_value_metadata({"PARQUET:field_id"}, {"x"}))},
                    arrow::key_value_metadata({"owner", "ARROW:schema"}, {"me", "stale"}));
  ASSERT_OK_AND_ASSIGN(const auto table, arrow::Table::MakeEmpty(schema));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  const auto reader = OpenWithArrow(bytes);
  const auto metadata = reader->metadata();
  EXPECT_THAT(metadata->created_by(), HasSubstr("pyforge version "));
  EXPECT_EQ(*metadata->key_value_metadata()->Get("owner"), "me");
  EXPECT_NE(*metadata->key_value_metadata()->Get("ARROW:schema"), "stale");
  const auto* root = metadata->schema()->group_node();
  EXPECT_EQ(root->field(0)->field_id(), 17);
  EXPECT_EQ(metadata->schema()->Column(0)->schema_node()->field_id(), 18);
  EXPECT_EQ(root->field(1)->field_id(), -1);
}

TEST(Writer, GivesArrowItsOwnTypesBack) {
  const auto schema = arrow::schema(
      {arrow::field("large", arrow::large_utf8()), arrow::field("view", arrow::utf8_view()),
       arrow::field("zone", arrow::timestamp(arrow::TimeUnit::MICRO, "Europe/Lisbon")),
       arrow::field("nanos", arrow::timestamp(arrow::TimeUnit::NANO)),
       arrow::field("duration", arrow::duration(arrow::TimeUnit::NANO)),
       arrow::field("narrow", arrow::decimal32(5, 2)),
       arrow::field("list", arrow::large_list(arrow::field("item", arrow::int8()))),
       arrow::field("code", arrow::dictionary(arrow::int8(), arrow::utf8())),
       arrow::field("views", arrow::list_view(arrow::int8()))});
  ASSERT_OK_AND_ASSIGN(const auto table, arrow::Table::MakeEmpty(schema));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(back->field(i)->type()->Equals(*schema->field(i)->type()))
        << back->field(i)->ToString();
  }
  EXPECT_TRUE(back->field(7)->type()->Equals(*arrow::utf8())) << "a dictionary is a way to store";
  EXPECT_EQ(back->field(8)->type()->id(), arrow::Type::LIST);
}

TEST(Writer, MarksExtensionTypesThatParquetKnows) {
  const auto schema = arrow::schema(
      {arrow::field("id", arrow::extension::uuid()),
       arrow::field("doc", arrow::extension::json(arrow::utf8())),
       arrow::field("ids", arrow::list(arrow::extension::uuid())),
       arrow::field("group", arrow::struct_({arrow::field("id", arrow::extension::uuid())}))});
  arrow::ChunkedArrayVector chunks;  // Arrow makes no empty arrays of such types
  for (const auto& field : schema->fields()) {
    chunks.push_back(std::make_shared<arrow::ChunkedArray>(arrow::ArrayVector{}, field->type()));
  }
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*arrow::Table::Make(schema, chunks, 0)));
  const auto reader = OpenWithArrow(bytes);
  const auto* columns = reader->metadata()->schema();
  EXPECT_TRUE(columns->Column(0)->logical_type()->is_UUID());
  EXPECT_TRUE(columns->Column(1)->logical_type()->is_JSON());
  EXPECT_TRUE(columns->Column(2)->logical_type()->is_UUID());
  EXPECT_TRUE(columns->Column(3)->logical_type()->is_UUID());
}

// Columns that come in another form than the schema says.

TEST(Writer, TakesDictionariesOfEveryKindForPlainColumns) {
  const auto texts = ArrayOf<arrow::StringBuilder, std::string>({"x", "y", {}});
  const auto codes = ArrayOf<arrow::Int8Builder, int8_t>({1, {}, 0, 2, 1});
  for (const auto& type : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view()}) {
    ASSERT_OK_AND_ASSIGN(const auto values, arrow::compute::Cast(*texts, type));
    ASSERT_OK_AND_ASSIGN(
        const auto array,
        arrow::DictionaryArray::FromArrays(arrow::dictionary(arrow::int8(), type), codes, values));
    ExecutionContext context({});
    testing::MemoryOutput file("t.parquet");
    ASSERT_OK_AND_ASSIGN(auto output, OpenOutput(file, {}, context));
    const auto schema = arrow::schema({arrow::field("c", type)});
    ASSERT_OK_AND_ASSIGN(auto sink, output->OpenTable({.name = "t", .schema = schema}));
    auto segment = sink->NewSegment();
    ASSERT_OK(segment->Add(
        *arrow::RecordBatch::Make(arrow::schema({arrow::field("c", array->type())}), 5, {array})));
    EXPECT_GT(segment->bytes(), 0);
    ASSERT_OK_AND_ASSIGN(auto piece, segment->Finish());
    EXPECT_EQ(piece->rows, 5);
    EXPECT_GT(piece->bytes, 0);
    ASSERT_OK(sink->Append(std::move(piece)));
    ASSERT_OK_AND_ASSIGN(const TableSummary summary, sink->Finish());
    EXPECT_EQ(summary.columns[0].null_count, 2);
    ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(file.bytes));
    ASSERT_OK_AND_ASSIGN(
        const auto expected,
        arrow::compute::Cast(*ArrayOf<arrow::StringBuilder, std::string>({"y", {}, "x", {}, "y"}),
                             type));
    EXPECT_TRUE(back->column(0)->chunk(0)->Equals(*expected));
  }
}

TEST(Writer, DecodesRunsAndDictionariesInsideStructs) {
  const auto runs = ArrayOf<arrow::Int32Builder, int32_t>({2, 5});
  const auto values = ArrayOf<arrow::StringBuilder, std::string>({"a", {}});
  ASSERT_OK_AND_ASSIGN(const auto encoded, arrow::RunEndEncodedArray::Make(5, runs, values));
  const auto codes = ArrayOf<arrow::Int8Builder, int8_t>({0, 1, 0, {}, 1});
  ASSERT_OK_AND_ASSIGN(
      const auto dictionary,
      arrow::DictionaryArray::FromArrays(arrow::dictionary(arrow::int8(), arrow::utf8()), codes,
                                         ArrayOf<arrow::StringBuilder, std::string>({"p", "q"})));
  ASSERT_OK_AND_ASSIGN(const auto record, arrow::StructArray::Make(arrow::ArrayVector{dictionary},
                                                                   std::vector<std::string>{"d"}));
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("r", encoded->type()), arrow::field("s", record->type())}),
      {encoded, record});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  EXPECT_TRUE(back->column(0)->chunk(0)->Equals(
      *ArrayOf<arrow::StringBuilder, std::string>({"a", "a", {}, {}, {}})));
  EXPECT_TRUE(static_cast<const arrow::StructArray&>(*back->column(1)->chunk(0))
                  .field(0)
                  ->Equals(*ArrayOf<arrow::StringBuilder, std::string>({"p", "q", "p", {}, "q"})));
}

TEST(Writer, WritesSlicesOfNestedColumns) {
  std::mt19937_64 random(9);
  const auto type = arrow::list(arrow::struct_(
      {arrow::field("a", arrow::list(arrow::utf8())), arrow::field("b", arrow::int16())}));
  const auto whole = testing::RandomArray(type, 5000, 0.2, &random);
  const auto table = OneColumn(whole->Slice(1234, 3000));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, {}, {.batch_rows = 700}));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*table, *back);
}

TEST(Writer, SpreadsLongListsOverPages) {
  arrow::ListBuilder builder(arrow::default_memory_pool(),
                             std::make_shared<arrow::StringBuilder>());
  auto& items = static_cast<arrow::StringBuilder&>(*builder.value_builder());
  for (int row = 0; row < 300; ++row) {
    ASSERT_OK(builder.Append());
    const int length = row % 50 == 7 ? 30'000 : row % 4;
    for (int i = 0; i < length; ++i) ASSERT_OK(items.Append("item " + std::to_string(i * row)));
  }
  ASSERT_OK_AND_ASSIGN(const auto lists, builder.Finish());
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*OneColumn(lists)));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
  ExpectEqual(*OneColumn(lists), *back);
  const auto index = OpenWithArrow(bytes)->GetPageIndexReader()->RowGroup(0)->GetOffsetIndex(0);
  EXPECT_GE(index->page_locations().size(), 6);
}

// Failures.

TEST(Writer, RefusesTypesThatParquetHasNoPlaceFor) {
  std::shared_ptr<arrow::DataType> deep = arrow::int8();
  for (int i = 0; i < 120; ++i) deep = arrow::list(deep);
  for (const auto& type :
       {arrow::month_interval(), arrow::day_time_interval(), arrow::month_day_nano_interval(),
        arrow::dense_union({arrow::field("a", arrow::int8())}), arrow::struct_({}),
        arrow::fixed_size_binary(0), arrow::decimal128(5, -2), arrow::decimal128(2, 5),
        arrow::list(arrow::day_time_interval()), deep}) {
    const auto schema = arrow::schema({arrow::field("bad one", type)});
    const Status status = PlanSchema(*schema).status();
    EXPECT_THAT(status, FailsWith("unsupported.type")) << type->ToString();
    EXPECT_THAT(status, FailsSaying("bad one")) << type->ToString();
  }
}

TEST(Writer, RefusesNullsInColumnsDeclaredNeverNull) {
  const auto flat = ArrayOf<arrow::Int32Builder, int32_t>({1, {}, 3});
  EXPECT_THAT(WriteFile(*OneColumn(flat, false)), FailsWith("parquet.null_in_required_column"));
  ASSERT_OK_AND_ASSIGN(const auto record, arrow::StructArray::Make(
                                              {flat}, {arrow::field("x", arrow::int32(), false)}));
  EXPECT_THAT(WriteFile(*OneColumn(record)), FailsWith("parquet.null_in_required_column"));
  const auto full = ArrayOf<arrow::Int32Builder, int32_t>({1, 2});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*OneColumn(full, false)));
  EXPECT_FALSE(ReadWithArrow(bytes).ValueOrDie()->field(0)->nullable());
}

TEST(Writer, RefusesValuesThatDoNotFit) {
  const auto stamps = ArrayOf<arrow::TimestampBuilder, int64_t>(
      {0, {}, INT64_MAX / 10}, arrow::TimestampBuilder(arrow::timestamp(arrow::TimeUnit::SECOND),
                                                       arrow::default_memory_pool()));
  EXPECT_THAT(WriteFile(*OneColumn(stamps)), FailsWith("parquet.value_out_of_range"));
  const auto days = ArrayOf<arrow::Date64Builder, int64_t>({86'400'000, 86'400'001});
  EXPECT_THAT(WriteFile(*OneColumn(days)), FailsSaying("86400001"));
  const auto times = ArrayOf<arrow::Time32Builder, int32_t>(
      {INT32_MAX},
      arrow::Time32Builder(arrow::time32(arrow::TimeUnit::SECOND), arrow::default_memory_pool()));
  EXPECT_THAT(WriteFile(*OneColumn(times)), FailsWith("parquet.value_out_of_range"));
}

TEST(Writer, RefusesAValueThatNoPageCanHold) {
  // Offsets alone say that the value is long; its bytes are never looked at.
  const std::vector<int64_t> offsets = {0, 1, int64_t{3} << 30};
  const auto array = std::make_shared<arrow::LargeStringArray>(
      2, arrow::Buffer::FromVector(offsets), arrow::Buffer::FromString("x"));
  EXPECT_THAT(WriteFile(*OneColumn(array)), FailsWith("parquet.value_too_large"));
}

TEST(Writer, IsReadyAgainAfterASegmentFailed) {
  ExecutionContext context({});
  testing::MemoryOutput file("t.parquet");
  ASSERT_OK_AND_ASSIGN(auto output, OpenOutput(file, {}, context));
  const auto schema = arrow::schema({arrow::field("c", arrow::int32(), false)});
  ASSERT_OK_AND_ASSIGN(auto sink, output->OpenTable({.name = "t", .schema = schema}));
  auto segment = sink->NewSegment();
  const auto batch = [&](const std::vector<std::optional<int32_t>>& values) {
    const auto array = ArrayOf<arrow::Int32Builder, int32_t>(values);
    return arrow::RecordBatch::Make(schema, array->length(), {array});
  };
  EXPECT_THAT(segment->Add(*batch({1, {}})), FailsWith("parquet.null_in_required_column"));
  (void)segment->Finish();
  ASSERT_OK(segment->Add(*batch({7, 8})));
  ASSERT_OK_AND_ASSIGN(auto piece, segment->Finish());
  ASSERT_OK(sink->Append(std::move(piece)));
  ASSERT_OK(sink->Finish());
  ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(file.bytes));
  EXPECT_TRUE(back->column(0)->chunk(0)->Equals(*ArrayOf<arrow::Int32Builder, int32_t>({7, 8})));
}

TEST(Writer, RefusesBatchesOfAnotherShape) {
  ExecutionContext context({});
  testing::MemoryOutput file("t.parquet");
  ASSERT_OK_AND_ASSIGN(auto output, OpenOutput(file, {}, context));
  const auto schema = arrow::schema({arrow::field("c", arrow::int32())});
  ASSERT_OK_AND_ASSIGN(auto sink, output->OpenTable({.name = "t", .schema = schema}));
  auto segment = sink->NewSegment();
  EXPECT_THAT(segment->Add(*arrow::RecordBatch::Make(arrow::schema({}), 1, arrow::ArrayVector{})),
              FailsWith("internal.bug"));
  const auto texts = Texts(1, [](int64_t) { return "x"; });
  EXPECT_THAT(segment->Add(*arrow::RecordBatch::Make(
                  arrow::schema({arrow::field("c", arrow::utf8())}), 1, {texts})),
              FailsWith("internal.bug"));
}

TEST(Writer, HoldsOneTable) {
  ExecutionContext context({});
  testing::MemoryOutput file("t.parquet");
  ASSERT_OK_AND_ASSIGN(auto output, OpenOutput(file, {}, context));
  const auto schema = arrow::schema({arrow::field("c", arrow::int32())});
  ASSERT_OK(output->OpenTable({.name = "", .schema = schema}));
  EXPECT_THAT(output->OpenTable({.name = "second", .schema = schema}),
              FailsWith("unsupported.feature"));
}

TEST(Writer, PassesOnWhatAFullDiskSays) {
  const auto table = OneColumn(Texts(5000, [](int64_t i) { return std::to_string(i * i); }));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  for (size_t room : {size_t{0}, size_t{3}, size_t{100}, bytes.size() / 2, bytes.size() - 400,
                      bytes.size() - 1}) {
    ExecutionContext context({});
    testing::MemoryOutput file("t.parquet", static_cast<int64_t>(room));
    ASSERT_OK_AND_ASSIGN(auto output, OpenOutput(file, {}, context));
    ASSERT_OK_AND_ASSIGN(auto sink, output->OpenTable({.name = "t", .schema = table->schema()}));
    auto segment = sink->NewSegment();
    ASSERT_OK(segment->Add(*table->CombineChunksToBatch().ValueOrDie()));
    Status status = sink->Append(*segment->Finish());
    if (status.ok()) status = sink->Finish().status();
    EXPECT_THAT(status, FailsWith("io.write_failed")) << room;
  }
}

}  // namespace
}  // namespace pyforge::parquet
