#include "formats/parquet/reader.h"

#include <arrow/compute/api.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/schema.h>

#include <cstring>
#include <random>

#include "formats/parquet/round_trip_testing.h"
#include "support/matchers.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

/// The table as Arrow's writer stores it.
std::string WriteWithArrow(
    const arrow::Table& table,
    const std::function<void(::parquet::WriterProperties::Builder&)>& set = [](auto&) {},
    bool with_int96 = false, int64_t row_group_rows = 1 << 20) {
  ::parquet::WriterProperties::Builder builder;
  builder.enable_page_checksum();
  set(builder);
  ::parquet::ArrowWriterProperties::Builder arrow_builder;
  arrow_builder.store_schema();
  if (with_int96) arrow_builder.enable_deprecated_int96_timestamps();
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  EXPECT_OK(::parquet::arrow::WriteTable(table, arrow::default_memory_pool(), sink, row_group_rows,
                                         builder.build(), arrow_builder.build()));
  return sink->Finish().ValueOrDie()->ToString();
}

std::shared_ptr<arrow::Table> RandomTable(
    const std::vector<std::shared_ptr<arrow::DataType>>& types, int64_t rows, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& type : types) {
    fields.push_back(arrow::field("c" + std::to_string(fields.size()), type));
    arrays.push_back(testing::RandomArray(type, rows, 0.2, &random));
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

Result<std::unique_ptr<Input>> Open(std::string bytes) {
  return OpenInput(std::make_shared<testing::MemorySource>("orders.parquet", std::move(bytes)), {},
                   DefaultContext());
}

TEST(Reader, TellsTheTableWithoutReadingRows) {
  const auto table = RandomTable({arrow::int64(), arrow::utf8()}, 1000);
  ASSERT_OK_AND_ASSIGN(
      const auto input,
      Open(WriteWithArrow(
          *table->ReplaceSchemaMetadata(arrow::key_value_metadata({"k"}, {"v"})),
          [](auto& builder) { builder.compression(arrow::Compression::ZSTD); }, false, 300)));
  ASSERT_EQ(input->tables().size(), 1);
  const TableInfo& info = input->tables()[0];
  EXPECT_EQ(info.name, "orders");
  EXPECT_EQ(info.row_count, 1000);
  EXPECT_EQ(info.first_row_number, 1);
  EXPECT_TRUE(info.schema->Equals(*table->schema()));
  const auto is = [](const std::string& name, const auto& value) {
    return Contains(AllOf(Field(&Finding::name, name), Field(&Finding::value, value)));
  };
  EXPECT_THAT(input->findings(), is("row groups", "4"));
  EXPECT_THAT(input->findings(), is("compression", "zstd"));
  EXPECT_THAT(input->findings(), is("creator", HasSubstr("parquet-cpp-arrow")));
  EXPECT_THAT(input->findings(), is("encodings of c0", HasSubstr("RLE_DICTIONARY")));
  EXPECT_THAT(input->findings(), is("metadata k", "v"));
}

TEST(Reader, ReadsWhatArrowWritesWithEveryCodecAndPageVersion) {
  const auto table = RandomTable({arrow::int32(), arrow::utf8(), arrow::float64(), arrow::boolean(),
                                  arrow::list(arrow::utf8()), arrow::decimal128(20, 3)},
                                 5000);
  for (const auto codec :
       {arrow::Compression::UNCOMPRESSED, arrow::Compression::SNAPPY, arrow::Compression::GZIP,
        arrow::Compression::BROTLI, arrow::Compression::ZSTD, arrow::Compression::LZ4}) {
    for (const auto version :
         {::parquet::ParquetDataPageVersion::V1, ::parquet::ParquetDataPageVersion::V2}) {
      const std::string bytes = WriteWithArrow(*table, [&](auto& builder) {
        builder.compression(codec)->data_page_version(version)->data_pagesize(5000);
      });
      ASSERT_OK_AND_ASSIGN(const auto back, ReadFile(bytes));
      ExpectEqual(*table, *back);
    }
  }
}

TEST(Reader, ReadsDictionaryColumnsAsPlainOnes) {
  const auto table = RandomTable({arrow::dictionary(arrow::int32(), arrow::utf8())}, 100);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadFile(WriteWithArrow(*table)));
  EXPECT_TRUE(back->field(0)->type()->Equals(*arrow::utf8()));
  ASSERT_OK_AND_ASSIGN(const auto plain, arrow::compute::Cast(table->column(0), arrow::utf8()));
  EXPECT_TRUE(back->column(0)->Equals(*plain.chunked_array()));
}

TEST(Reader, ReadsOldTimestampsAndListsWithoutElementGroups) {
  const auto table = RandomTable({arrow::timestamp(arrow::TimeUnit::NANO)}, 50);
  ASSERT_OK_AND_ASSIGN(auto back, ReadFile(WriteWithArrow(
                                      *table, [](auto&) {}, true)));
  ExpectEqual(*table, *back);

  // A repeated number that no list group surrounds.
  using ::parquet::Repetition;
  using ::parquet::schema::GroupNode;
  using ::parquet::schema::PrimitiveNode;
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto numbers = PrimitiveNode::Make("n", Repetition::REPEATED, ::parquet::Type::INT32);
  const auto root = std::static_pointer_cast<GroupNode>(
      GroupNode::Make("schema", Repetition::REQUIRED, {numbers}));
  auto writer = ::parquet::ParquetFileWriter::Open(sink, root);
  auto* column = static_cast<::parquet::Int32Writer*>(writer->AppendRowGroup()->NextColumn());
  const std::vector<int16_t> definition = {1, 1, 0, 1};
  const std::vector<int16_t> repetition = {0, 1, 0, 0};
  const std::vector<int32_t> values = {1, 2, 3};
  column->WriteBatch(4, definition.data(), repetition.data(), values.data());
  writer->Close();
  ASSERT_OK_AND_ASSIGN(back, ReadFile(sink->Finish().ValueOrDie()->ToString()));
  ASSERT_EQ(back->num_rows(), 3);
  ASSERT_EQ(back->field(0)->type()->id(), arrow::Type::LIST);
  const auto& lists = static_cast<const arrow::ListArray&>(*back->column(0)->chunk(0));
  EXPECT_EQ(lists.value_length(0), 2);
  EXPECT_EQ(lists.value_length(1), 0);
  EXPECT_EQ(static_cast<const arrow::Int32Array&>(*lists.values()).Value(2), 3);
}

TEST(Reader, DeliversColumnsInTheOrderAskedFor) {
  const auto table = RandomTable({arrow::int32(), arrow::list(arrow::int8()), arrow::utf8()}, 500);
  const std::string bytes = WriteWithArrow(*table);
  ASSERT_OK_AND_ASSIGN(const auto back, ReadFile(bytes, {.request = {.columns = {"c2", "c0"}}}));
  ASSERT_OK_AND_ASSIGN(const auto wanted, table->SelectColumns({2, 0}));
  ExpectEqual(*wanted, *back);
  EXPECT_THAT(ReadFile(bytes, {.request = {.columns = {"c0", "no such"}}}),
              FailsWith("input.no_such_column"));
  EXPECT_THAT(ReadFile(bytes, {.request = {.table = "u"}}), FailsWith("input.no_such_table"));
  ASSERT_OK(ReadFile(bytes, {.request = {.table = "t"}}));
}

TEST(Reader, GivesTextThatTellsEveryValueExactly) {
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("double", arrow::float64()), arrow::field("day", arrow::date32()),
                     arrow::field("stamp", arrow::timestamp(arrow::TimeUnit::MILLI, "Asia/Tokyo")),
                     arrow::field("price", arrow::decimal128(10, 2)),
                     arrow::field("flag", arrow::boolean())}),
      {[] {
         arrow::DoubleBuilder builder;
         EXPECT_OK(builder.AppendValues({0.1, 1e300, -0.0}));
         return *builder.Finish();
       }(),
       [] {
         arrow::Date32Builder builder;
         EXPECT_OK(builder.AppendValues({0, -1, 19'000}));
         return *builder.Finish();
       }(),
       [] {
         arrow::TimestampBuilder builder(arrow::timestamp(arrow::TimeUnit::MILLI, "Asia/Tokyo"),
                                         arrow::default_memory_pool());
         EXPECT_OK(builder.AppendValues({0, 1, -1}));
         return *builder.Finish();
       }(),
       [] {
         arrow::Decimal128Builder builder(arrow::decimal128(10, 2));
         for (int value : {5, -12'345, 100}) EXPECT_OK(builder.Append(arrow::Decimal128(value)));
         return *builder.Finish();
       }(),
       [] {
         arrow::BooleanBuilder builder;
         EXPECT_OK(builder.Append(true));
         EXPECT_OK(builder.AppendNull());
         EXPECT_OK(builder.Append(false));
         return *builder.Finish();
       }()});
  ASSERT_OK_AND_ASSIGN(const auto back,
                       ReadFile(WriteWithArrow(*table), {.request = {.types_as_text = true}}));
  const auto column = [&](int i) {
    EXPECT_TRUE(back->field(i)->type()->Equals(*arrow::utf8()));
    std::vector<std::string> texts;
    const auto& array = static_cast<const arrow::StringArray&>(*back->column(i)->chunk(0));
    for (int64_t row = 0; row < array.length(); ++row) {
      texts.push_back(array.IsNull(row) ? "null" : array.GetString(row));
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(column(0), (Texts{"0.1", "1e+300", "-0"}));
  EXPECT_EQ(column(1), (Texts{"1970-01-01", "1969-12-31", "2022-01-08"}));
  EXPECT_EQ(column(2), (Texts{"1970-01-01 00:00:00.000Z", "1970-01-01 00:00:00.001Z",
                              "1969-12-31 23:59:59.999Z"}));
  EXPECT_EQ(column(3), (Texts{"0.05", "-123.45", "1.00"}));
  EXPECT_EQ(column(4), (Texts{"true", "null", "false"}));
}

TEST(Reader, RefusesTextOfWhatHasNone) {
  const auto lists = RandomTable({arrow::list(arrow::int8())}, 3);
  EXPECT_THAT(ReadFile(WriteWithArrow(*lists), {.request = {.types_as_text = true}}),
              FailsWith("parquet.no_text_form"));
  const auto fixed = RandomTable({arrow::fixed_size_binary(5)}, 3);
  EXPECT_THAT(ReadFile(WriteWithArrow(*fixed), {.request = {.types_as_text = true}}),
              FailsWith("parquet.no_text_form"));
  arrow::BinaryBuilder builder;
  ASSERT_OK(builder.Append("\xFF"));
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("b", arrow::binary())}), {*builder.Finish()});
  EXPECT_THAT(ReadFile(WriteWithArrow(*table), {.request = {.types_as_text = true}}),
              FailsWith("parquet.no_text_form"));
}

TEST(Reader, DeliversTheTypesOfAContract) {
  arrow::Int32Builder builder;
  ASSERT_OK(builder.AppendValues({1, 300}));
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("a", arrow::int32()), arrow::field("b", arrow::int32())}),
      {*builder.Finish(), arrow::MakeArrayOfNull(arrow::int32(), 2).ValueOrDie()});
  const std::string bytes = WriteWithArrow(*table);
  const auto contract = [](const std::string& name, const std::shared_ptr<arrow::DataType>& type) {
    return TableRequest{.contract = arrow::schema({arrow::field(name, type)})};
  };
  ASSERT_OK_AND_ASSIGN(const auto back,
                       ReadFile(bytes, {.request = contract("a", arrow::int64())}));
  EXPECT_EQ(back->num_columns(), 1);
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*back->column(0)->chunk(0)).Value(1), 300);
  EXPECT_THAT(ReadFile(bytes, {.request = contract("a", arrow::int8())}),
              FailsWith("parquet.contract_misfit"));
  EXPECT_THAT(ReadFile(bytes, {.request = contract("a", arrow::fixed_size_list(arrow::int8(), 2))}),
              FailsWith("parquet.contract_misfit"));
  EXPECT_THAT(ReadFile(bytes, {.request = contract("c", arrow::int8())}),
              FailsWith("input.no_such_column"));
}

TEST(Reader, HandsOutSmallRowGroupsWholeAndLargeOnesInSlices) {
  const auto table = RandomTable({arrow::int64(), arrow::utf8(), arrow::float64()}, 400'000);
  const std::string bytes = WriteWithArrow(*table);
  int morsels = 0;
  ASSERT_OK_AND_ASSIGN(auto back, ReadFile(bytes, {}, &morsels));
  EXPECT_EQ(morsels, 1);
  ExpectEqual(*table, *back);

  ExecutionContext small({.memory_bytes_max = int64_t{48} << 20, .threads = 4});
  const int64_t held_before = small.memory_pool()->bytes_allocated();
  {
    auto source = std::make_shared<testing::MemorySource>("t.parquet", bytes);
    ASSERT_OK_AND_ASSIGN(auto input, OpenInput(source, {}, small));
    const TableRequest request;
    ASSERT_OK_AND_ASSIGN(auto scans, input->Scan(std::span(&request, 1)));
    const auto decoder = scans[0]->NewDecoder();
    for (int pass = 0; pass < 2; ++pass) {
      int64_t rows = 0;
      int slices = 0;
      while (true) {
        ASSERT_OK_AND_ASSIGN(const auto morsel, scans[0]->Next());
        if (morsel == nullptr) break;
        ++slices;
        EXPECT_GT(morsel->bytes, 0);
        EXPECT_LT(small.memory_pool()->bytes_allocated() - held_before, int64_t{20} << 20);
        ASSERT_OK_AND_ASSIGN(const Decoded decoded, decoder->Decode(*morsel, DecodeMode::kRows));
        for (const DecodedBatch& each : decoded.batches) {
          EXPECT_LE(each.batch->num_rows(), 16 << 10);
          EXPECT_TRUE(each.batch->Equals(
              *table->Slice(rows, each.batch->num_rows())->CombineChunksToBatch().ValueOrDie()));
          rows += each.batch->num_rows();
        }
        if (pass == 0) break;  // a rewind in the middle of a row group
      }
      if (pass == 1) {
        EXPECT_EQ(rows, 400'000);
        EXPECT_GE(slices, 2);
      }
      ASSERT_OK(scans[0]->Rewind());
      EXPECT_EQ(scans[0]->stored_position(), 0);
    }
  }
}

TEST(Reader, CountsRowsWithoutDeliveringThemWhenOnlyEvidenceIsWanted) {
  const auto table = RandomTable({arrow::int64()}, 100);
  ASSERT_OK_AND_ASSIGN(const auto back,
                       ReadFile(WriteWithArrow(*table), {.mode = DecodeMode::kEvidence}));
  EXPECT_EQ(back->num_rows(), 0);
}

TEST(Reader, HasFinalTypesAndStops) {
  ExecutionContext context({.threads = 1});
  auto source = std::make_shared<testing::MemorySource>(
      "t.parquet", WriteWithArrow(*RandomTable({arrow::int64()}, 100)));
  ASSERT_OK_AND_ASSIGN(auto input, OpenInput(source, {}, context));
  const TableRequest request;
  ASSERT_OK_AND_ASSIGN(auto scans, input->Scan(std::span(&request, 1)));
  EXPECT_TRUE(scans[0]->types_are_final());
  class NoEvidence : public Evidence {
    void Merge(const Evidence&) override {}
  };
  ASSERT_OK_AND_ASSIGN(const Settlement settlement, scans[0]->Settle(NoEvidence()));
  EXPECT_FALSE(settlement.changed);
  ASSERT_OK_AND_ASSIGN(const auto morsel, scans[0]->Next());
  EXPECT_GT(scans[0]->stored_position(), 0);
  context.cancellation().Request();
  EXPECT_THAT(scans[0]->NewDecoder()->Decode(*morsel, DecodeMode::kRows),
              FailsWith("interrupted.cancelled"));
}

TEST(Reader, ReadsAFileWithoutRows) {
  ASSERT_OK_AND_ASSIGN(const auto table,
                       arrow::Table::MakeEmpty(arrow::schema({arrow::field("c", arrow::utf8())})));
  int morsels = 0;
  ASSERT_OK_AND_ASSIGN(const auto back, ReadFile(WriteWithArrow(*table), {}, &morsels));
  EXPECT_EQ(morsels, 0);
  ExpectEqual(*table, *back);
}

// Hostile files.

TEST(Reader, RefusesAGroupWithoutColumns) {
  std::string footer;
  ThriftWriter writer(&footer);
  writer.BeginStruct();
  writer.I32(1, 2);
  writer.BeginList(2, ThriftType::kStruct, 3);
  SchemaElement root{.name = "schema", .child_count = 2};
  WriteSchemaElement(root, &writer);
  WriteSchemaElement({.name = "g", .repetition = Repetition::kOptional, .child_count = 0}, &writer);
  WriteSchemaElement(
      {.name = "n", .type = PhysicalType::kInt32, .repetition = Repetition::kOptional}, &writer);
  writer.I64(3, 0);
  writer.BeginList(4, ThriftType::kStruct, 0);
  writer.EndStruct();
  const auto size = static_cast<uint32_t>(footer.size());
  const std::string bytes =
      "PAR1" + footer + std::string(reinterpret_cast<const char*>(&size), 4) + "PAR1";
  EXPECT_THAT(ReadFile(bytes), FailsWith("parquet.unsupported"));
  EXPECT_OK(ReadFile(bytes, {.request = {.columns = {"n"}}}));
}

TEST(Reader, SaysWhatIsWrongWithAPage) {
  const std::string whole = WriteWithArrow(*RandomTable({arrow::utf8()}, 1000));
  ASSERT_OK(ReadFile(whole));
  std::string bytes = whole;
  for (size_t i = 100; i < 200; ++i) bytes[i] = '\x55';
  const Status status = ReadFile(bytes).status();
  EXPECT_THAT(status, FailsWith("parquet.corrupt"));
  EXPECT_EQ(DetailOf(status)->where().path, "t.parquet");
  EXPECT_EQ(DetailOf(status)->where().row, 0);
}

TEST(Reader, RefusesTextThatIsNotUtf8) {
  const auto bad = [](const std::vector<std::string>& texts, const auto& type) {
    arrow::BinaryBuilder builder;
    EXPECT_OK(builder.AppendValues(texts));
    auto data = builder.Finish().ValueOrDie()->data()->Copy();
    data->type = arrow::utf8();
    auto array = arrow::MakeArray(data);
    if (type->id() == arrow::Type::LIST) {
      arrow::Int32Builder offsets;
      EXPECT_OK(offsets.AppendValues({0, static_cast<int32_t>(texts.size())}));
      array = arrow::ListArray::FromArrays(*offsets.Finish().ValueOrDie(), *array).ValueOrDie();
    } else if (!type->Equals(*arrow::utf8())) {
      array = arrow::compute::Cast(*array, arrow::compute::CastOptions::Unsafe(type))->make_array();
    }
    return WriteWithArrow(
        *arrow::Table::Make(arrow::schema({arrow::field("c", array->type())}), {array}));
  };
  const std::vector<std::string> latin = {"good", "caf\xE9"};
  // Together they are UTF-8, each alone is not.
  const std::vector<std::string> split = {"a\xC3", "\xBC"};
  for (const auto& texts : {latin, split}) {
    for (const auto& type :
         {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(), arrow::list(arrow::utf8()),
          arrow::dictionary(arrow::int32(), arrow::utf8())}) {
      const std::string bytes = bad(texts, type);
      const Status status = ReadFile(bytes).status();
      ASSERT_THAT(status, FailsWith("parquet.bad_text")) << type->ToString();
      EXPECT_EQ(DetailOf(status)->where().column, "c");
      if (type->Equals(*arrow::utf8())) {
        EXPECT_EQ(DetailOf(status)->where().row, texts == latin ? 1 : 0);
      }
    }
  }
  EXPECT_OK(ReadFile(bad({"caf\xC3\xA9", "", "a"}, arrow::utf8())));
}

TEST(Reader, ComparesChecksumsUnlessToldNotTo) {
  const auto table = RandomTable({arrow::int64()}, 1000);
  const std::string whole = WriteWithArrow(*table, [](auto& builder) {
    builder.disable_dictionary()->compression(arrow::Compression::UNCOMPRESSED);
  });
  std::string bytes = whole;
  bytes[3000] = static_cast<char>(bytes[3000] ^ 1);  // inside a value
  EXPECT_THAT(ReadFile(bytes), FailsSaying("CRC"));
  ASSERT_OK_AND_ASSIGN(const auto back, ReadFile(bytes, {.options = {.verify_checksums = false}}));
  EXPECT_EQ(back->num_rows(), 1000);
}

// The footer's 64-bit numbers `from` become `to`, which takes as many bytes.
std::string ReplaceInFooter(std::string bytes, int64_t from, int64_t to) {
  const auto encode = [](int64_t number) {
    std::string text;
    ThriftWriter writer(&text);
    writer.BeginStruct();
    writer.I64(1, number);
    return text.substr(1);
  };
  uint32_t footer_bytes = 0;
  std::memcpy(&footer_bytes, bytes.data() + bytes.size() - 8, sizeof(footer_bytes));
  int replaced = 0;
  for (size_t at = bytes.size() - 8 - footer_bytes;; ++replaced) {
    at = bytes.find(encode(from), at);
    if (at == std::string::npos) break;
    bytes.replace(at, encode(from).size(), encode(to));
  }
  EXPECT_GE(replaced, 2);
  return bytes;
}

TEST(Reader, RefusesPagesOfMoreRowsThanTheFooterTells) {
  const auto table = RandomTable({arrow::int64(), arrow::utf8()}, 5000);
  for (const int64_t batch_rows : {100, 5000}) {
    const std::string bytes = ReplaceInFooter(
        WriteWithArrow(
            *table, [&](auto& builder) { builder.data_pagesize(1)->write_batch_size(batch_rows); }),
        5000, 4900);
    const Status status = ReadFile(bytes).status();
    EXPECT_THAT(status, FailsWith("parquet.corrupt"));
    EXPECT_THAT(status, FailsSaying("row group 0 says it has 4900 values but its pages hold 5000"));
    EXPECT_EQ(DetailOf(status)->where().column, "c0");
    EXPECT_EQ(DetailOf(ReadFile(bytes, {.request = {.columns = {"c1"}}}).status())->where().column,
              "c1");
  }
}

TEST(Reader, RefusesRowsOfListsThatTheFooterDoesNotTell) {
  arrow::ListBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::Int32Builder>());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_OK(builder.Append());
    for (int j = 0; j < 3; ++j) {
      ASSERT_OK(static_cast<arrow::Int32Builder*>(builder.value_builder())->Append(j));
    }
  }
  const std::shared_ptr<arrow::Array> lists = builder.Finish().ValueOrDie();
  const auto table = arrow::Table::Make(arrow::schema({arrow::field("c", lists->type())}), {lists});
  const std::string bytes = WriteWithArrow(*table);
  ASSERT_OK(ReadFile(bytes));
  const Status status = ReadFile(ReplaceInFooter(bytes, 1000, 999)).status();
  EXPECT_THAT(status, FailsWith("parquet.corrupt"));
  EXPECT_THAT(status, FailsSaying("has 3000 values but 2997 of them make its 999 rows"));
  EXPECT_EQ(DetailOf(status)->where().byte_offset, 4);
}

TEST(Reader, RefusesValuesInARowGroupThatSaysItHasNone) {
  const auto table = RandomTable({arrow::int64()}, 50);  // numbers of one byte, as 0 is
  const Status status = ReadFile(ReplaceInFooter(WriteWithArrow(*table), 50, 0)).status();
  EXPECT_THAT(status, FailsSaying("says it has 0 values but its pages hold 50"));
  const auto lists = RandomTable({arrow::list(arrow::int64())}, 50);
  EXPECT_THAT(ReadFile(ReplaceInFooter(WriteWithArrow(*lists), 50, 0)),
              FailsWith("parquet.corrupt"));
}

TEST(Reader, NeverCrashesWhateverByteChanges) {
  std::mt19937_64 random(testing::RandomSeed());
  const auto table = RandomTable({arrow::int32(), arrow::utf8(), arrow::list(arrow::utf8()),
                                  arrow::float64(), arrow::boolean()},
                                 200);
  ASSERT_OK_AND_ASSIGN(const std::string ours, WriteFile(*table));
  const std::string theirs = WriteWithArrow(*table);
  int refused = 0;
  int rounds = 0;
  for (const std::string& whole : {ours, theirs}) {
    for (int round = 0; round < 1500; ++round, ++rounds) {
      std::string bytes = whole;
      for (uint64_t i = random() % 3 + 1; i > 0; --i) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      const auto result = ReadFile(bytes, {.options = {.verify_checksums = round % 2 == 0}});
      if (result.ok()) continue;
      ++refused;
      ASSERT_NE(DetailOf(result.status()), nullptr) << result.status();
      const ErrorCategory category = DetailOf(result.status())->code().category;
      EXPECT_THAT(category, AnyOf(ErrorCategory::kData, ErrorCategory::kUnsupported,
                                  ErrorCategory::kLimit, ErrorCategory::kNotFound))
          << result.status();
    }
  }
  EXPECT_GT(refused, rounds / 2);
}

TEST(Reader, RefusesAFileCutOffAnywhere) {
  ASSERT_OK_AND_ASSIGN(const std::string whole,
                       WriteFile(*RandomTable({arrow::int32(), arrow::utf8()}, 100)));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ReadFile(whole.substr(0, size)),
                AnyOf(FailsWith("parquet.truncated"), FailsWith("parquet.not_parquet")))
        << size;
  }
}

TEST(Reader, TellsThatThePageNeedsMoreMemoryThanThereIs) {
  arrow::StringBuilder builder;
  ASSERT_OK(builder.Append(std::string(60 << 20, 'a')));
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("c", arrow::utf8())}), {*builder.Finish()});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
  EXPECT_LT(bytes.size(), 10 << 20);
  ExecutionContext small({.memory_bytes_max = 32 << 20, .threads = 1});
  EXPECT_THAT(ReadFile(bytes, {.context = &small}), FailsWith("limit.memory"));
}

class ShrinkingSource : public testing::MemorySource {
 public:
  using testing::MemorySource::MemorySource;
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    ARROW_ASSIGN_OR_RAISE(auto whole, testing::MemorySource::OpenRandomAccess());
    return std::make_shared<Broken>(std::move(whole));
  }

 private:
  class Broken : public RandomAccess {
   public:
    explicit Broken(std::shared_ptr<RandomAccess> whole) : whole_(std::move(whole)) {}
    int64_t size() const override { return whole_->size(); }
    Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
      if (++reads_ > 4) return Fail(kReadFailed, {.path = "disk"}, "the device is gone");
      return whole_->ReadAt(offset, bytes, out);
    }

   private:
    std::shared_ptr<RandomAccess> whole_;
    mutable int reads_ = 0;
  };
};

TEST(Reader, PassesOnWhatTheDiskSays) {
  auto source = std::make_shared<ShrinkingSource>(
      "t.parquet", WriteWithArrow(*RandomTable({arrow::int64(), arrow::utf8()}, 1000)));
  ASSERT_OK_AND_ASSIGN(auto input, OpenInput(source, {}, DefaultContext()));
  const TableRequest request;
  ASSERT_OK_AND_ASSIGN(auto scans, input->Scan(std::span(&request, 1)));
  ASSERT_OK_AND_ASSIGN(const auto morsel, scans[0]->Next());
  EXPECT_THAT(scans[0]->NewDecoder()->Decode(*morsel, DecodeMode::kRows),
              FailsWith("io.read_failed"));
}

}  // namespace
}  // namespace pyforge::parquet
