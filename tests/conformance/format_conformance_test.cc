// The same demands put to every format of the registry; a new format is held to them unasked.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pyforge/registry.h"
#include "support/format_io.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::testing {
namespace {

std::vector<const FormatDescriptor*> TwoWayFormats() {
  std::vector<const FormatDescriptor*> formats;
  for (const FormatDescriptor* format : BuiltinFormats()) {
    if (format->open_input != nullptr && format->open_output != nullptr) formats.push_back(format);
  }
  return formats;
}

class FormatConformance : public ::testing::TestWithParam<const FormatDescriptor*> {
 protected:
  const FormatDescriptor& format() const { return *GetParam(); }

  std::shared_ptr<arrow::RecordBatch> RandomBatch(const std::shared_ptr<arrow::Schema>& schema,
                                                  int64_t rows, double null_share) {
    arrow::ArrayVector columns;
    for (const auto& field : schema->fields()) {
      columns.push_back(RandomArray(field->type(), rows, null_share, &random_));
    }
    return arrow::RecordBatch::Make(schema, rows, std::move(columns));
  }

  Result<std::string> Write(const std::shared_ptr<arrow::Schema>& schema,
                            const arrow::RecordBatchVector& batches) {
    MemoryOutput output(FileName(format()));
    ARROW_RETURN_NOT_OK(WriteTable(format(), schema, batches, &output, context_));
    return std::move(output.bytes);
  }

  /// Reads under the schema that was written, so that a format without types can tell them too.
  Result<std::shared_ptr<arrow::Table>> ReadAs(const std::shared_ptr<arrow::Schema>& schema,
                                               std::string bytes) {
    return ReadTable(format(), std::move(bytes), {.contract = schema}, context_);
  }

  void ExpectRoundTrip(const arrow::RecordBatchVector& batches) {
    const auto& schema = batches.front()->schema();
    auto bytes = Write(schema, batches);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    auto table = ReadAs(schema, *bytes);
    ASSERT_TRUE(table.ok()) << table.status();
    const auto expected = *(*arrow::Table::FromRecordBatches(schema, batches))->CombineChunks();
    const auto actual = *(*table)->CombineChunks();
    ASSERT_TRUE(actual->schema()->Equals(*schema, false))
        << actual->schema()->ToString() << "\nwas written as\n"
        << schema->ToString();
    ASSERT_TRUE((*table)->ValidateFull().ok());
    EXPECT_TRUE(actual->Equals(*expected)) << actual->ToString() << expected->ToString();
  }

  ExecutionContext context_{{.threads = 1}};
  std::mt19937_64 random_{RandomSeed()};
};

std::shared_ptr<arrow::Schema> PlainSchema() {
  return arrow::schema({arrow::field("n", arrow::int64()), arrow::field("text", arrow::utf8()),
                        arrow::field("x", arrow::float64()), arrow::field("day", arrow::date32())});
}

TEST_P(FormatConformance, DescribesItself) {
  EXPECT_FALSE(format().name.empty());
  EXPECT_FALSE(format().title.empty());
  EXPECT_FALSE(format().description.empty());
  ASSERT_FALSE(format().extensions.empty());
  for (std::string_view extension : format().extensions) EXPECT_EQ(extension.front(), '.');
  for (const ErrorCode* code : format().errors) {
    const std::string_view owner = code->id.substr(0, code->id.find('.'));
    EXPECT_TRUE(owner == format().name || owner == CategoryName(code->category)) << code->id;
    EXPECT_FALSE(code->summary.empty()) << code->id;
    EXPECT_FALSE(code->fix.empty()) << code->id;
  }
  for (const auto options : {format().read_options, format().write_options}) {
    for (const OptionSpec& option : options) EXPECT_FALSE(option.help.empty()) << option.name;
  }
}

TEST_P(FormatConformance, KeepsATableWithoutRows) {
  ExpectRoundTrip({RandomBatch(PlainSchema(), 0, 0)});
}

TEST_P(FormatConformance, KeepsOneRow) { ExpectRoundTrip({RandomBatch(PlainSchema(), 1, 0)}); }

TEST_P(FormatConformance, KeepsTheOrderOfManySegments) {
  arrow::RecordBatchVector batches;
  for (int64_t rows : {3, 1, 1000, 17, 5000, 2})
    batches.push_back(RandomBatch(PlainSchema(), rows, 0.1));
  ExpectRoundTrip(batches);
}

TEST_P(FormatConformance, KeepsColumnsOfNothingButNulls) {
  ExpectRoundTrip({RandomBatch(PlainSchema(), 10, 1)});
}

TEST_P(FormatConformance, KeepsOrRefusesEveryType) {
  for (const auto& type : AllTypes()) {
    for (double null_share : {0.0, 0.3}) {
      SCOPED_TRACE(type->ToString());
      const auto schema =
          arrow::schema({arrow::field("id", arrow::int64()), arrow::field("v", type)});
      const arrow::RecordBatchVector batches = {RandomBatch(schema, 100, null_share)};
      auto bytes = Write(schema, batches);
      if (!bytes.ok()) {
        EXPECT_TRUE(FailedWith(bytes.status(), kUnsupportedType)) << bytes.status();
        EXPECT_EQ(DetailOf(bytes.status())->where().column, "v");
        continue;
      }
      // What was written can be read back.
      ExpectRoundTrip(batches);
    }
  }
}

TEST_P(FormatConformance, KeepsNamesOfAnyLanguage) {
  const auto schema = arrow::schema({arrow::field("größe", arrow::int64()),
                                     arrow::field("名前, \"quoted\"", arrow::utf8()),
                                     arrow::field("with blank", arrow::utf8())});
  ExpectRoundTrip({RandomBatch(schema, 20, 0.2)});
}

TEST_P(FormatConformance, ReadsOnlyTheColumnsAskedFor) {
  const auto batch = RandomBatch(PlainSchema(), 50, 0.1);
  auto bytes = Write(PlainSchema(), {batch});
  ASSERT_TRUE(bytes.ok());
  auto table =
      ReadTable(format(), *bytes, {.columns = {"day", "n"}, .contract = PlainSchema()}, context_);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT((*table)->ColumnNames(), ::testing::ElementsAre("day", "n"));
  EXPECT_TRUE((*(*table)->CombineChunks())->column(1)->chunk(0)->Equals(batch->column(0)));
}

TEST_P(FormatConformance, RefusesAColumnThatIsNotThere) {
  auto bytes = Write(PlainSchema(), {RandomBatch(PlainSchema(), 5, 0)});
  ASSERT_TRUE(bytes.ok());
  auto table = ReadTable(format(), *bytes, {.columns = {"nowhere"}}, context_);
  EXPECT_TRUE(FailedWith(table.status(), kNoSuchColumn)) << table.status();
}

TEST_P(FormatConformance, RefusesATableThatIsNotThere) {
  auto bytes = Write(PlainSchema(), {RandomBatch(PlainSchema(), 5, 0)});
  ASSERT_TRUE(bytes.ok());
  auto table = ReadTable(format(), *bytes, {.table = "nowhere"}, context_);
  EXPECT_TRUE(FailedWith(table.status(), kNoSuchTable)) << table.status();
}

TEST_P(FormatConformance, GivesEveryValueAsTextWhenAsked) {
  auto bytes = Write(PlainSchema(), {RandomBatch(PlainSchema(), 50, 0.1)});
  ASSERT_TRUE(bytes.ok());
  auto table = ReadTable(format(), *bytes, {.types_as_text = true}, context_);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ((*table)->num_rows(), 50);
  for (const auto& field : (*table)->schema()->fields()) {
    EXPECT_TRUE(field->type()->Equals(arrow::utf8())) << field->ToString();
  }
}

TEST_P(FormatConformance, RecognisesWhatItWrote) {
  auto bytes = Write(PlainSchema(), {RandomBatch(PlainSchema(), 50, 0.1)});
  ASSERT_TRUE(bytes.ok());
  const SniffResult own = format().sniff(*bytes, FileName(format()));
  EXPECT_GT(own.confidence, 0.5) << own.reason;
  EXPECT_FALSE(own.reason.empty());
  for (const FormatDescriptor* other : TwoWayFormats()) {
    if (other != GetParam()) {
      EXPECT_LT(other->sniff(*bytes, FileName(format())).confidence, own.confidence);
    }
  }
}

TEST_P(FormatConformance, WritesTheSameBytesForTheSameRows) {
  const auto batch = RandomBatch(PlainSchema(), 500, 0.1);
  EXPECT_EQ(*Write(PlainSchema(), {batch}), *Write(PlainSchema(), {batch}));
}

TEST_P(FormatConformance, ReportsAFullDiskAtEveryWrite) {
  const arrow::RecordBatchVector batches = {RandomBatch(PlainSchema(), 40, 0.1),
                                            RandomBatch(PlainSchema(), 40, 0.1)};
  auto whole = Write(PlainSchema(), batches);
  ASSERT_TRUE(whole.ok());
  const auto size = static_cast<int64_t>(whole->size());
  for (int64_t room = 0; room < size; room += 1 + size / 97) {
    MemoryOutput output(FileName(format()), room);
    const Status status = WriteTable(format(), PlainSchema(), batches, &output, context_);
    EXPECT_TRUE(FailedWith(status, kWriteFailed)) << room << ": " << status;
  }
}

TEST_P(FormatConformance, NeverCrashesOnAFileCutOffAnywhere) {
  auto bytes = Write(PlainSchema(),
                     {RandomBatch(PlainSchema(), 20, 0.1), RandomBatch(PlainSchema(), 20, 0.1)});
  ASSERT_TRUE(bytes.ok());
  for (size_t size = 0; size < bytes->size(); ++size) {
    // A format may not be able to tell (text has no end mark), but it answers with rows or an error
    // that says what is wrong.
    auto table = ReadAs(PlainSchema(), bytes->substr(0, size));
    if (table.ok()) {
      EXPECT_LE((*table)->num_rows(), 40) << size;
      EXPECT_TRUE((*table)->ValidateFull().ok()) << size;
    } else if (DetailOf(table.status()) != nullptr) {
      EXPECT_NE(DetailOf(table.status())->code().category, ErrorCategory::kInternal)
          << size << ": " << table.status();
    }
  }
}

TEST_P(FormatConformance, NeverCrashesOnFlippedBits) {
  auto bytes = Write(PlainSchema(), {RandomBatch(PlainSchema(), 60, 0.1)});
  ASSERT_TRUE(bytes.ok());
  for (int round = 0; round < 300; ++round) {
    std::string broken = *bytes;
    broken[random_() % broken.size()] ^= static_cast<char>(1 << (random_() % 8));
    auto table = ReadAs(PlainSchema(), broken);
    if (table.ok()) {
      EXPECT_TRUE((*table)->ValidateFull().ok()) << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, FormatConformance, ::testing::ValuesIn(TwoWayFormats()),
                         [](const auto& each) { return std::string(each.param->name); });

}  // namespace
}  // namespace pyforge::testing
