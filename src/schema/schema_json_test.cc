#include "schema/schema_json.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gtest/gtest.h>

#include "schema/cast.h"
#include "schema/errors.h"

namespace pyforge::schema {
namespace {

std::shared_ptr<arrow::KeyValueMetadata> Metadata(const std::string& source,
                                                  const std::string& format) {
  return arrow::key_value_metadata({kSourceNameKey, kFormatKey}, {source, format});
}

TEST(SchemaJson, IsOneColumnALine) {
  const auto schema = arrow::schema({
      arrow::field("id", arrow::int64(), false),
      arrow::field("amount", arrow::float64(), true, Metadata("Amount €", "1.234,5")),
  });
  EXPECT_EQ(SchemaToJson(*schema), R"({
  "pyforge_schema": 1,
  "columns": [
    {"name":"id","type":"int64","nullable":false},
    {"name":"amount","source_name":"Amount €","type":"double","nullable":true,"format":"1.234,5"}
  ]
}
)");
}

TEST(SchemaJson, GivesBackWhatWasWritten) {
  const auto schema = arrow::schema({
      arrow::field("id", arrow::int64(), false),
      arrow::field("day", arrow::date32(), true, Metadata("Tag", "dd.mm.yyyy")),
      arrow::field("at", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
      arrow::field("price", arrow::decimal128(10, 2)),
      arrow::field("tags", arrow::list(arrow::utf8())),
      arrow::field("quoted \"name\"", arrow::struct_({arrow::field("a b", arrow::int8())})),
  });
  const auto read = SchemaFromJson(SchemaToJson(*schema));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE((*read)->Equals(*schema, /*check_metadata=*/true)) << (*read)->ToString(true);
  const auto empty = SchemaFromJson(SchemaToJson(*arrow::schema({})));
  EXPECT_EQ((*empty)->num_fields(), 0);
}

TEST(SchemaJson, NeedsNameAndTypeOnly) {
  const auto read =
      SchemaFromJson(R"({"pyforge_schema": 1, "columns": [{"name": "a", "type": "bigint"}]})");
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE((*read)->field(0)->Equals(arrow::field("a", arrow::int64())));
}

TEST(SchemaJson, NamesThatAreNoUtf8ArePrintedWithReplacements) {
  const auto schema = arrow::schema({arrow::field("a\xff", arrow::int64())});
  EXPECT_NE(SchemaToJson(*schema).find("a\uFFFD"), std::string::npos);
}

void ExpectRefused(const std::string& json, const ErrorCode& code, const std::string& message,
                   const std::string& column = "") {
  const auto read = SchemaFromJson(json);
  ASSERT_FALSE(read.ok()) << json;
  EXPECT_TRUE(FailedWith(read.status(), code)) << read.status().ToString();
  EXPECT_EQ(read.status().message(), message);
  EXPECT_EQ(DetailOf(read.status())->where().column, column);
}

std::string Columns(const std::string& columns) {
  return R"({"pyforge_schema": 1, "columns": )" + columns + "}";
}

TEST(SchemaJson, SaysWhatIsWrongWithAFile) {
  ExpectRefused("{", kBadSchemaFile, "the file is not JSON");
  ExpectRefused("[]", kBadSchemaFile, "the file has no \"pyforge_schema\"");
  ExpectRefused("{}", kBadSchemaFile, "the file has no \"pyforge_schema\"");
  ExpectRefused(R"({"pyforge_schema": 2})", kBadSchemaFile,
                "\"pyforge_schema\" is 2; this program reads 1");
  ExpectRefused(R"({"pyforge_schema": 1})", kBadSchemaFile, "the file has no list of \"columns\"");
  ExpectRefused(Columns("[5]"), kBadSchemaFile, "column 1 is 5 and not an object");
  ExpectRefused(Columns(R"([{"type": "int8"}])"), kBadSchemaFile, "column 1 has no name");
  ExpectRefused(Columns(R"([{"name": "a"}])"), kBadSchemaFile, "the column has no type", "a");
  ExpectRefused(Columns(R"([{"name": "a", "type": 5}])"), kBadSchemaFile,
                "\"type\" is 5 and not text", "a");
  ExpectRefused(Columns(R"([{"name": "a", "type": "int8", "nullable": 1}])"), kBadSchemaFile,
                "\"nullable\" is 1 and not true or false", "a");
  ExpectRefused(Columns(R"([{"name": "a", "type": "int8"}, {"name": "a", "type": "int8"}])"),
                kBadSchemaFile, "there are two columns of that name", "a");
  ExpectRefused(Columns(R"([{"name": "a", "type": "number"}])"), kBadType,
                "'number' is not the name of a type", "a");
  ExpectRefused(Columns(R"([{"name": "a", "type": "date", "format": "x"}])"), kBadFormat,
                "'x' is no pattern for values of type date32[day]", "a");
}

const auto kAllTypes = arrow::schema({
    arrow::field("a", arrow::int64(), false),
    arrow::field("b \"`", arrow::decimal128(10, 2)),
    arrow::field("c", arrow::uint64()),
    arrow::field("d", arrow::timestamp(arrow::TimeUnit::MICRO)),
    arrow::field("e", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
    arrow::field("f", arrow::list(arrow::struct_({arrow::field("x", arrow::int32())}))),
    arrow::field("g", arrow::map(arrow::utf8(), arrow::float64())),
    arrow::field("h", arrow::time64(arrow::TimeUnit::MICRO)),
    arrow::field("i", arrow::dictionary(arrow::int8(), arrow::utf8())),
    arrow::field("j", arrow::binary()),
    arrow::field("k", arrow::decimal256(50, 2)),
    arrow::field("l", arrow::null()),
    arrow::field("m", arrow::duration(arrow::TimeUnit::MICRO)),
    arrow::field("n", arrow::timestamp(arrow::TimeUnit::NANO)),
    arrow::field("o", arrow::timestamp(arrow::TimeUnit::MILLI)),
    arrow::field("p", arrow::timestamp(arrow::TimeUnit::SECOND)),
    arrow::field(
        "q",
        arrow::struct_({arrow::field("u8", arrow::uint8()), arrow::field("u16", arrow::uint16()),
                        arrow::field("u32", arrow::uint32()), arrow::field("i8", arrow::int8()),
                        arrow::field("i16", arrow::int16()), arrow::field("f", arrow::float32()),
                        arrow::field("b", arrow::boolean()), arrow::field("d", arrow::date32())})),
});

TEST(SchemaToDdl, WritesSparkTables) {
  EXPECT_EQ(*SchemaToDdl(*kAllTypes, "my table", "spark"), R"(CREATE TABLE `my table` (
  `a` BIGINT NOT NULL,
  `b "``` DECIMAL(10, 2),
  `c` DECIMAL(20, 0),
  `d` TIMESTAMP_NTZ,
  `e` TIMESTAMP,
  `f` ARRAY<STRUCT<`x`: INT>>,
  `g` MAP<STRING, DOUBLE>,
  `h` STRING,
  `i` STRING,
  `j` BINARY,
  `k` STRING,
  `l` VOID,
  `m` INTERVAL DAY TO SECOND,
  `n` TIMESTAMP_NTZ,
  `o` TIMESTAMP_NTZ,
  `p` TIMESTAMP_NTZ,
  `q` STRUCT<`u8`: SMALLINT, `u16`: INT, `u32`: BIGINT, `i8`: TINYINT, `i16`: SMALLINT, `f`: FLOAT, `b`: BOOLEAN, `d`: DATE>
);
)");
}

TEST(SchemaToDdl, WritesDuckdbTables) {
  EXPECT_EQ(*SchemaToDdl(*kAllTypes, "t", "duckdb"), R"(CREATE TABLE "t" (
  "a" BIGINT NOT NULL,
  "b ""`" DECIMAL(10, 2),
  "c" UBIGINT,
  "d" TIMESTAMP,
  "e" TIMESTAMP WITH TIME ZONE,
  "f" STRUCT("x" INTEGER)[],
  "g" MAP(VARCHAR, DOUBLE),
  "h" TIME,
  "i" VARCHAR,
  "j" BLOB,
  "k" VARCHAR,
  "l" "NULL",
  "m" INTERVAL,
  "n" TIMESTAMP_NS,
  "o" TIMESTAMP_MS,
  "p" TIMESTAMP_S,
  "q" STRUCT("u8" UTINYINT, "u16" USMALLINT, "u32" UINTEGER, "i8" TINYINT, "i16" SMALLINT, "f" FLOAT, "b" BOOLEAN, "d" DATE)
);
)");
}

TEST(SchemaToDdl, KnowsTwoDialects) {
  EXPECT_TRUE(FailedWith(SchemaToDdl(*kAllTypes, "t", "oracle").status(), kBadOption));
}

}  // namespace
}  // namespace pyforge::schema
