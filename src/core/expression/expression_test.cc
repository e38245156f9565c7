#include "core/expression/expression.h"

#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/expression/common_type.h"
#include "pyforge/input.h"
#include "schema/errors.h"

namespace pyforge::core {
namespace {

using arrow::TimeUnit;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Sql(std::string_view text) {
  auto expression = Expression::Parse(text);
  EXPECT_TRUE(expression.ok()) << expression.status();
  return expression.ok() ? expression->ToSql() : "";
}

std::string ParseError(std::string_view text) {
  auto expression = Expression::Parse(text);
  EXPECT_TRUE(FailedWith(expression.status(), kBadExpression)) << text;
  return expression.status().message();
}

struct Column {
  std::string name;
  std::shared_ptr<arrow::DataType> type;
  std::string json;
};

std::shared_ptr<arrow::RecordBatch> Batch(const std::vector<Column>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Column& column : columns) {
    auto array = arrow::json::ArrayFromJSONString(column.type, column.json);
    EXPECT_TRUE(array.ok()) << array.status();
    fields.push_back(arrow::field(column.name, column.type));
    arrays.push_back(*array);
  }
  const int64_t rows = arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
}

Result<std::shared_ptr<arrow::RecordBatch>> FilterBatch(
    const std::shared_ptr<arrow::RecordBatch>& batch, std::string_view condition) {
  ARROW_ASSIGN_OR_RAISE(const Expression expression, Expression::Parse(condition));
  ARROW_ASSIGN_OR_RAISE(const auto bound, BoundExpression::Bind(expression, batch->schema()));
  return bound->Filter(batch, arrow::default_memory_pool());
}

/// Row numbers (from 0) that a condition keeps.
std::vector<int64_t> Kept(std::shared_ptr<arrow::RecordBatch> batch, std::string_view condition) {
  arrow::Int64Builder numbers;
  for (int64_t i = 0; i < batch->num_rows(); ++i) (void)numbers.Append(i);
  batch = *batch->AddColumn(0, "#", *numbers.Finish());
  auto kept = FilterBatch(batch, condition);
  EXPECT_TRUE(kept.ok()) << condition << ": " << kept.status();
  std::vector<int64_t> rows;
  if (!kept.ok()) return rows;
  EXPECT_TRUE((*kept)->ValidateFull().ok());
  const auto& column = static_cast<const arrow::Int64Array&>(*(*kept)->column(0));
  for (int64_t i = 0; i < column.length(); ++i) rows.push_back(column.Value(i));
  return rows;
}

std::string BindError(const std::shared_ptr<arrow::RecordBatch>& batch,
                      std::string_view condition) {
  auto kept = FilterBatch(batch, condition);
  EXPECT_TRUE(FailedWith(kept.status(), kBadExpression)) << condition << ": " << kept.status();
  return kept.status().message();
}

// True, false or null, as SQL says: whether a row is kept tells true alone.
std::string Truth(const std::shared_ptr<arrow::RecordBatch>& batch, const std::string& condition) {
  if (Kept(batch, condition).size() == 1) return "true";
  return Kept(batch, "not (" + condition + ")").size() == 1 ? "false" : "null";
}

std::shared_ptr<arrow::RecordBatch> OneRow() { return Batch({{"n", arrow::int64(), "[7]"}}); }

TEST(ExpressionParser, BindsOperatorsAsSqlDoes) {
  EXPECT_EQ(Sql("a or b and not c = 1"), R"(("a" OR ("b" AND (NOT ("c" = 1)))))");
  EXPECT_EQ(Sql("a + b * c - d"), R"((("a" + ("b" * "c")) - "d"))");
  EXPECT_EQ(Sql("(a + b) * c % 2 / 3"), R"((((("a" + "b") * "c") % 2) / 3))");
  EXPECT_EQ(Sql("- a * b"), R"(((- "a") * "b"))");
  EXPECT_EQ(Sql("not a is null"), R"((NOT ("a" IS NULL)))");
  EXPECT_EQ(Sql("a < b is not null"), R"((("a" < "b") IS NOT NULL))");
  EXPECT_EQ(Sql("a between 1 and 2 and b"), R"((("a" BETWEEN 1 AND 2) AND "b"))");
  EXPECT_EQ(Sql("a between 1 + 1 and 2 * 2 or b"), R"((("a" BETWEEN (1 + 1) AND (2 * 2)) OR "b"))");
  EXPECT_EQ(Sql("a not in (1, 2) and b not like 'x%'"),
            R"((("a" NOT IN (1, 2)) AND ("b" NOT LIKE 'x%')))");
  EXPECT_EQ(Sql("not not a"), R"((NOT (NOT "a")))");
  EXPECT_EQ(Sql("a and b and (c and d)"), R"(("a" AND "b" AND ("c" AND "d")))");
}

TEST(ExpressionParser, ReadsEveryKindOfValue) {
  EXPECT_EQ(Sql("\"a b\" = 'it''s'"), R"(("a b" = 'it''s'))");
  EXPECT_EQ(Sql("\"a\"\"b\" = ''"), R"(("a""b" = ''))");
  EXPECT_EQ(Sql("1.50 = .5"), "(1.50 = .5)");
  EXPECT_EQ(Sql("1e-3 <> 2E+5"), "(1e-3 <> 2E+5)");
  EXPECT_EQ(Sql("-9223372036854775808 = - 5"), "(-9223372036854775808 = -5)");
  EXPECT_EQ(Sql("-(5) = +5"), "((-(5)) = 5)");
  EXPECT_EQ(Sql("TRUE or False or NULL"), "(TRUE OR FALSE OR NULL)");
  EXPECT_EQ(Sql("d > date '2024-01-31'"), R"(("d" > DATE '2024-01-31'))");
  EXPECT_EQ(Sql("date > timestamp '2024-01-31 10:00'"),
            R"(("date" > TIMESTAMP '2024-01-31 10:00'))");
  EXPECT_EQ(Sql("gr\xC3\xB6\xC3\x9F\x65 != 1"), "(\"gr\xC3\xB6\xC3\x9F\x65\" <> 1)");
  EXPECT_EQ(Sql("a like 'x!%' escape '!'"), R"(("a" LIKE 'x!%' ESCAPE '!'))");
  EXPECT_EQ(Sql("LOWER(a) = upper( b )"), R"((lower("a") = upper("b")))");
  EXPECT_EQ(Sql("round(a, -2) > coalesce(a,b,1)"), R"((round("a", -2) > coalesce("a", "b", 1)))");
  EXPECT_EQ(Sql("cast(a as decimal(10, 2)) = 1"), R"((CAST("a" AS decimal(10, 2)) = 1))");
}

TEST(ExpressionParser, ReadsItsOwnSqlBack) {
  for (std::string_view text :
       {"a or b and not c = 1 or d", "-a - - 5 = -(3)", "(a and b) and c", "a is null is not null",
        "\"x\"\"y\" not between -1 and 'z''' or e in (1, null, 'a')",
        "cast(a as timestamp[us, UTC]) < timestamp '2024-01-01' and b like '\\_' escape '\\'",
        "coalesce(lower(trim(a)), 'x') = 'y' and round(abs(b) % 3, 1) >= length(c)"}) {
    const std::string sql = Sql(text);
    EXPECT_EQ(Sql(sql), sql);
  }
}

TEST(ExpressionParser, NamesColumnsOnceInOrder) {
  auto expression = Expression::Parse("b > 1 and (a = b or lower(\"C c\") in (a, d))");
  ASSERT_TRUE(expression.ok());
  EXPECT_THAT(expression->columns(), ElementsAre("b", "a", "C c", "d"));
  EXPECT_TRUE(Expression::Parse("1 = 1")->columns().empty());
}

TEST(ExpressionParser, SaysWhereAndWhatItExpected) {
  EXPECT_EQ(ParseError("a = = b"),
            "expected a column or a value, but found '=' at character 5 of 'a = = b'");
  EXPECT_EQ(ParseError("a >"),
            "expected a column or a value, but found the end at character 4 of 'a >'");
  EXPECT_EQ(ParseError(""), "expected a column or a value, but found the end at character 1 of ''");
  EXPECT_EQ(ParseError("\xC3\xA4 = 'x"),
            "there is a quote that is never closed at character 5 of '\xC3\xA4 = 'x'");
  EXPECT_THAT(ParseError("a < b < c"), HasSubstr("expected 'and', 'or' or the end, but found '<'"));
  EXPECT_THAT(ParseError("a b"), HasSubstr("found 'b' at character 3"));
  EXPECT_THAT(ParseError("(a = 1"), HasSubstr("expected ')'"));
  EXPECT_THAT(ParseError("a in 1"), HasSubstr("'(' before the list of 'in'"));
  EXPECT_THAT(ParseError("a in (1 2)"), HasSubstr("',' or ')' in the list of 'in'"));
  EXPECT_THAT(ParseError("a in ()"), HasSubstr("expected a column or a value"));
  EXPECT_THAT(ParseError("a between 1 or 2"), HasSubstr("the 'and' of 'between'"));
  EXPECT_THAT(ParseError("a is 5"), HasSubstr("'null' or 'not null'"));
  EXPECT_THAT(ParseError("a is not 5"), HasSubstr("expected 'null', but"));
  EXPECT_THAT(ParseError("a like 'x' escape 'ab'"), HasSubstr("one ASCII character"));
  EXPECT_THAT(ParseError("sum(a) > 1"), HasSubstr("one of the functions cast, lower"));
  EXPECT_THAT(ParseError("round(a, 1, 2)"), HasSubstr("takes 1 to 2 but is given 3"));
  EXPECT_THAT(ParseError("abs(a, 1)"), HasSubstr("takes 1 but is given 2"));
  EXPECT_THAT(ParseError("cast a"), HasSubstr("'(' behind 'cast'"));
  EXPECT_THAT(ParseError("cast(a int)"), HasSubstr("'as' and a type"));
  EXPECT_THAT(ParseError("cast(a as )"), HasSubstr("expected a type"));
  EXPECT_THAT(ParseError("cast(a as int"), HasSubstr("')' behind the type"));
  EXPECT_THAT(ParseError("12abc = 1"), HasSubstr("a number that runs into a name"));
  EXPECT_THAT(ParseError("a ; b"), HasSubstr("';' means nothing"));
  EXPECT_THAT(ParseError("\"\" = 1"), HasSubstr("an empty column name"));
  EXPECT_THAT(ParseError("and = 1"), HasSubstr("double quotes"));
  EXPECT_THAT(ParseError("a = " + std::string(300, ' ') + "="), HasSubstr("...'"));
}

TEST(ExpressionParser, LimitsDepthAndNothingElse) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_TRUE(Expression::Parse(nested(90)).ok());
  EXPECT_THAT(ParseError(nested(100'000)), HasSubstr("deeper than 200 levels"));
  std::string text = "a";
  for (int i = 0; i < 100'000; ++i) text += " or a";
  EXPECT_TRUE(Expression::Parse(text).ok());
  text = "a";
  for (int i = 0; i < 100'000; ++i) text += " + a";
  EXPECT_THAT(ParseError(text), HasSubstr("deeper than 200 levels"));
  text.clear();
  for (int i = 0; i < 100'000; ++i) text += "not ";
  EXPECT_THAT(ParseError(text + "a"), HasSubstr("deeper than 200 levels"));
  EXPECT_THAT(ParseError(std::string(100'000, '-') + "a"), HasSubstr("deeper than 200 levels"));
}

TEST(Expression, FollowsThreeValuedLogic) {
  const auto row = OneRow();
  const std::vector<std::string> values = {"true", "false", "null"};
  const auto expect = [&](const std::string& condition, std::string_view truth) {
    EXPECT_EQ(Truth(row, condition), truth) << condition;
  };
  expect("true and null", "null");
  expect("false and null", "false");
  expect("null and null", "null");
  expect("true or null", "true");
  expect("false or null", "null");
  expect("not null", "null");
  expect("null = null", "null");
  expect("null <> 1", "null");
  expect("n = null", "null");
  expect("n in (1, null)", "null");
  expect("n in (7, null)", "true");
  expect("n not in (7, null)", "false");
  expect("n not in (1, null)", "null");
  expect("null in (1, 2)", "null");
  expect("null in (null)", "null");
  expect("n between 1 and null", "null");
  expect("n between 8 and null", "false");
  expect("null like 'x'", "null");
  expect("null is null", "true");
  expect("n is null", "false");
  expect("n is not null", "true");
  expect("(n = null) is null", "true");
  expect("coalesce(null, n) = 7", "true");
  expect("coalesce(null, null) is null", "true");
}

TEST(Expression, ComparesColumnsHoldingNulls) {
  const auto batch =
      Batch({{"a", arrow::int64(), "[1, null, 3, 4]"}, {"b", arrow::int64(), "[1, 2, null, 5]"}});
  EXPECT_THAT(Kept(batch, "a = b"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "a <> b"), ElementsAre(3));
  EXPECT_THAT(Kept(batch, "not a = b"), ElementsAre(3));
  EXPECT_THAT(Kept(batch, "a is null or b is null"), ElementsAre(1, 2));
  EXPECT_THAT(Kept(batch, "a > 0 or b > 0"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Kept(batch, "a in (b, 3)"), ElementsAre(0, 2));
  EXPECT_THAT(Kept(batch, "a in (3, 4, 1, 99)"), ElementsAre(0, 2, 3));
  EXPECT_THAT(Kept(batch, "a not in (3)"), ElementsAre(0, 3));
  EXPECT_THAT(Kept(batch, "a between 2 and 4"), ElementsAre(2, 3));
  EXPECT_THAT(Kept(batch, "a not between 2 and 4"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "true"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Kept(batch, "1 = 2"), ElementsAre());
  EXPECT_THAT(Kept(batch, "null"), ElementsAre());
  EXPECT_THAT(Kept(batch->Slice(1, 3), "a >= 3"), ElementsAre(1, 2));
}

TEST(Expression, HandsAnUntouchedBatchOn) {
  const auto batch = OneRow();
  EXPECT_EQ(FilterBatch(batch, "n = 7")->get(), batch.get());
}

TEST(Expression, ComparesNumbersByValueWhateverTheirTypes) {
  const auto batch = Batch({{"i", arrow::int32(), "[1, 10, 11]"},
                            {"u", arrow::uint64(), "[18446744073709551615, 10, 0]"},
                            {"d", arrow::decimal128(10, 2), R"(["1.00", "10.50", "10.99"])"},
                            {"f", arrow::float64(), "[1, 10.5, 10.25]"},
                            {"g", arrow::float32(), "[0.1, 10.5, 0.2]"},
                            {"h", arrow::float16(), "[1, 10.5, 0.5]"}});
  EXPECT_THAT(Kept(batch, "i = d"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "i > 10.5"), ElementsAre(2));
  EXPECT_THAT(Kept(batch, "i = 10.0"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "i < 99999999999"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "i = '10'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "u > i"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "u = 18446744073709551615"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "u > -1"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "d = 10.5"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "d >= 10.985"), ElementsAre(2));
  EXPECT_THAT(Kept(batch, "d in ('10.50', 1)"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "d = f"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "f = 10.5"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "f < 1e1"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "g = 0.1"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "g = f"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "h = 10.5"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "i < 1e300"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "i < 123456789012345678901234567890123456789012345"),
              ElementsAre(0, 1, 2));
}

TEST(Expression, KeepsLargeIntegersApart) {
  const auto batch = Batch({{"n", arrow::int64(), "[9007199254740992, 9007199254740993]"},
                            {"f", arrow::float64(), "[9007199254740992, 9007199254740992]"}});
  EXPECT_THAT(Kept(batch, "n = 9007199254740993"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "n = 9007199254740993.0"), ElementsAre(1));
  // A double cannot hold the second; comparing by a neighbour would be wrong without a word.
  const auto compared = FilterBatch(batch, "n = f");
  ASSERT_TRUE(FailedWith(compared.status(), kExpressionFailed)) << compared.status();
  EXPECT_EQ(DetailOf(compared.status())->where().row, 1);
}

TEST(Expression, Calculates) {
  const auto batch = Batch({{"a", arrow::int32(), "[7, -7, 2147483647]"},
                            {"d", arrow::decimal128(5, 2), R"(["7.50", "-7.50", "1.00"])"},
                            {"f", arrow::float64(), "[7.5, -7.5, 0]"}});
  EXPECT_THAT(Kept(batch, "a + 1 = 2147483648"), ElementsAre(2));
  EXPECT_THAT(Kept(batch, "a - 1 = 6 or a * 2 = -14"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "a / 2 = 3.5"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "a % 3 = 1"), ElementsAre(0, 2));
  EXPECT_THAT(Kept(batch, "a % 3 = -1"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "a % -3 = 1"), ElementsAre(0, 2));
  EXPECT_THAT(Kept(batch, "d % 2 = -1.5"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "f % 2 = 1.5"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "d * d = 56.25"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "d + a = 14.5"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "d + f = 15"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "-a = 7 and -d = 7.5"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "1 / f > 1e300"), ElementsAre(2));
  EXPECT_THAT(Kept(batch, "a + null is null"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "abs(a) = 7 and abs(d) = 7.5"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "2 + 2 * 2 = 6"), ElementsAre(0, 1, 2));
}

TEST(Expression, GoesOnBeyond38Digits) {
  const auto batch = Batch(
      {{"d", arrow::decimal128(38, 0), R"(["99999999999999999999999999999999999999", "3"])"}});
  EXPECT_THAT(Kept(batch, "d + 1 = 100000000000000000000000000000000000000"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "d * 2 = 6"), ElementsAre(1));
}

TEST(Expression, RoundsAwayFromZero) {
  const auto batch = Batch({{"f", arrow::float64(), "[2.5, -2.5, 2.4]"},
                            {"d", arrow::decimal128(6, 3), R"(["2.345", "-2.345", "2.344"])"},
                            {"n", arrow::int64(), "[155, -155, 1]"}});
  EXPECT_THAT(Kept(batch, "round(f) = 3"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "round(f) = -3"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "round(d, 2) = 2.35"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "round(d, 5) = d"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "round(n) = n"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "round(n, -1) = 160"), ElementsAre(0));
}

TEST(Expression, ComparesText) {
  for (const auto& type : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(),
                           arrow::dictionary(arrow::int32(), arrow::utf8())}) {
    const auto batch = Batch({{"t", type, R"(["a", " \u00e4B ", null, "c"])"},
                              {"u", arrow::utf8(), R"(["a", "x", "y", "b"])"}});
    EXPECT_THAT(Kept(batch, "t = 'a'"), ElementsAre(0)) << type->ToString();
    EXPECT_THAT(Kept(batch, "t = u"), ElementsAre(0));
    EXPECT_THAT(Kept(batch, "t > 'b'"), ElementsAre(3));
    EXPECT_THAT(Kept(batch, "t in ('c', 'a')"), ElementsAre(0, 3));
    EXPECT_THAT(Kept(batch, "t like '%B_' and not t like '_'"), ElementsAre(1));
    EXPECT_THAT(Kept(batch, "t not like '_'"), ElementsAre(1));
    EXPECT_THAT(Kept(batch, "trim(lower(t)) = '\xC3\xA4\x62'"), ElementsAre(1));
    EXPECT_THAT(Kept(batch, "upper(t) = ' \xC3\x84\x42 '"), ElementsAre(1));
    EXPECT_THAT(Kept(batch, "length(t) = 4"), ElementsAre(1));
    EXPECT_THAT(Kept(batch, "coalesce(t, u) = 'y'"), ElementsAre(2));
    EXPECT_THAT(Kept(batch->Slice(1), "t like 'c'"), ElementsAre(2));
  }
  EXPECT_THAT(Kept(OneRow(), "'a_b' like 'a!_b' escape '!'"), ElementsAre(0));
  EXPECT_THAT(Kept(OneRow(), "'axb' like 'a!_b' escape '!'"), ElementsAre());
  const auto binary = Batch({{"b", arrow::binary(), R"(["a", "b"])"}});
  EXPECT_THAT(Kept(binary, "b = 'a'"), ElementsAre(0));
}

TEST(Expression, TakesTextForDatesAndTimes) {
  const auto utc = arrow::timestamp(TimeUnit::MICRO, "UTC");
  const auto batch = Batch({{"d", arrow::date32(), "[19753, 19754, null]"},  // 2024-01-31
                            {"s", arrow::timestamp(TimeUnit::SECOND),
                             R"(["2024-01-31 00:00:00", "2024-02-01 10:30:00", null])"},
                            {"z", utc, R"(["2024-01-31 00:00:00", "2024-02-01 10:30:00", null])"},
                            {"t", arrow::time64(TimeUnit::MICRO), "[36000000000, 1, null]"}});
  EXPECT_THAT(Kept(batch, "d = '2024-01-31'"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "d > date '2024-01-31'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "d < '2024-01-31 12:00'"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "d in ('2024-02-01', '1999-12-31')"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "d between '2024-01-31' and '2024-02-01'"), ElementsAre(0, 1));
  EXPECT_THAT(Kept(batch, "s = '2024-02-01 10:30'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "s > '2024-02-01T10:29:59.5'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "s >= timestamp '2024-01-31 00:00:00.123456789'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "s = d"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "s >= '2024-02-01'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "z = '2024-02-01 12:30+02:00'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "z = timestamp '2024-02-01 10:30:00Z'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "z = '2024-02-01 10:30'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "t = '10:00:00'"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "t < '00:00:00.0000015'"), ElementsAre(1));
  EXPECT_THAT(BindError(batch, "d = '31.01.2024'"), HasSubstr("'31.01.2024' is compared with"));
  EXPECT_THAT(BindError(batch, "s = '2024-02-01 10:30Z'"), HasSubstr("but is none"));
  EXPECT_THAT(BindError(batch, "s = timestamp '2024-02-01 10:30Z'"),
              HasSubstr("cannot be compared"));
  EXPECT_THAT(BindError(batch, "d = date '2024-02-30'"), HasSubstr("is no date"));
  EXPECT_THAT(BindError(batch, "d = timestamp 'x'"), HasSubstr("is no timestamp"));
  EXPECT_THAT(BindError(batch, "s = t"), HasSubstr("cannot be compared"));
  EXPECT_THAT(BindError(batch, "d = 5"), HasSubstr("cannot be compared"));
}

TEST(Expression, TakesTextForTruth) {
  const auto batch = Batch({{"b", arrow::boolean(), "[true, false, null]"}});
  EXPECT_THAT(Kept(batch, "b"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "not b"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "b = 'False'"), ElementsAre(1));
  EXPECT_THAT(Kept(batch, "b = true or b is null"), ElementsAre(0, 2));
  EXPECT_THAT(BindError(batch, "b = 'maybe'"), HasSubstr("'maybe' is compared with bool"));
  EXPECT_THAT(BindError(batch, "b = 1"), HasSubstr("cannot be compared"));
}

TEST(Expression, CastsAsTheCastOptionDoes) {
  const auto batch =
      Batch({{"t", arrow::utf8(), R"(["12", "7", "x"])"}, {"n", arrow::int64(), "[12, 3, 5]"}});
  EXPECT_THAT(Kept(batch, "n <> 5 and cast(t as bigint) = n"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "cast(n as string) = t"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "cast('2024-01-31' as date) = date '2024-01-31'"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Kept(batch, "cast(null as int) is null"), ElementsAre(0, 1, 2));
  EXPECT_THAT(BindError(batch, "cast(t as money) = 1"), HasSubstr("'money' is no type"));
  EXPECT_THAT(BindError(batch, "cast('x' as int) = 1"), HasSubstr("cannot be computed"));
  const auto failed = FilterBatch(batch, "cast(t as bigint) = n");
  ASSERT_TRUE(FailedWith(failed.status(), schema::kCastFailed)) << failed.status();
  EXPECT_EQ(DetailOf(failed.status())->where().row, 2);
}

TEST(Expression, RefusesTypesThatDoNotFit) {
  const auto batch = Batch({{"n", arrow::int64(), "[1]"},
                            {"t", arrow::utf8(), R"(["a"])"},
                            {"l", arrow::list(arrow::int64()), "[[1]]"}});
  EXPECT_EQ(BindError(batch, "t = 12345"),
            "string and int64 cannot be compared (put the value in quotes, or cast the column) at "
            "character 3 of 't = 12345'");
  EXPECT_THAT(BindError(batch, "n = t"), HasSubstr("int64 and string cannot be compared (put"));
  EXPECT_THAT(BindError(batch, "n = 'x'"), HasSubstr("'x' is compared with int64 but is none"));
  EXPECT_THAT(BindError(batch, "n"), HasSubstr("a condition must be true or false"));
  EXPECT_THAT(BindError(batch, "t and n = 1"), HasSubstr("a condition must be true or false"));
  EXPECT_THAT(BindError(batch, "not n"), HasSubstr("at character 5"));
  EXPECT_THAT(BindError(batch, "t + 1 = 2"), HasSubstr("+ takes numbers, but this is string"));
  EXPECT_THAT(BindError(batch, "-t = 2"), HasSubstr("- takes numbers"));
  EXPECT_THAT(BindError(batch, "lower(n) = 'a'"), HasSubstr("lower takes text"));
  EXPECT_THAT(BindError(batch, "n like 'a'"), HasSubstr("like takes text"));
  EXPECT_THAT(BindError(batch, "t like t"), HasSubstr("must be a text in quotes"));
  EXPECT_THAT(BindError(batch, "t like 'a!b' escape '!'"), HasSubstr("the escape must stand"));
  EXPECT_THAT(BindError(batch, "round(n, n) = 1"), HasSubstr("a whole number of digits"));
  EXPECT_THAT(BindError(batch, "l = n"), HasSubstr("cannot be compared"));
  EXPECT_THAT(BindError(batch, "l = l"), HasSubstr("cannot be computed"));
  EXPECT_THAT(BindError(batch, "l in (l)"), HasSubstr("cannot be computed"));
  EXPECT_THAT(BindError(batch, "n = " + std::string(80, '9')), HasSubstr("beyond all types"));
  EXPECT_THAT(BindError(batch, "9223372036854775807 + 1 = n"), HasSubstr("cannot be computed"));
  EXPECT_THAT(Kept(batch, "l is not null"), ElementsAre(0));
}

TEST(Expression, NamesAMissingColumnAndItsNeighbour) {
  const auto batch = Batch({{"amount", arrow::int64(), "[1]"}});
  const auto kept = FilterBatch(batch, "amuont > 1");
  ASSERT_TRUE(FailedWith(kept.status(), kNoSuchColumn)) << kept.status();
  EXPECT_THAT(kept.status().message(), HasSubstr("did you mean 'amount'? at character 1"));
  EXPECT_TRUE(FailedWith(FilterBatch(batch, "zzzzzzzz > 1").status(), kNoSuchColumn));
  const auto twice = Batch({{"a", arrow::int64(), "[1]"}, {"a", arrow::int64(), "[1]"}});
  EXPECT_THAT(BindError(twice, "a = 1"), HasSubstr("there are 2 columns 'a'"));
}

TEST(Expression, NamesTheRowThatCannotBeComputed) {
  const auto batch = Batch({{"a", arrow::int64(), "[1, 9223372036854775807, 3, 0]"},
                            {"b", arrow::int64(), "[1, 2, 0, 0]"}});
  const auto overflow = FilterBatch(batch, "a + 1 > 2");
  ASSERT_TRUE(FailedWith(overflow.status(), kExpressionFailed));
  EXPECT_EQ(DetailOf(overflow.status())->where().row, 1);
  EXPECT_THAT(overflow.status().message(), HasSubstr("overflow"));
  const auto division = FilterBatch(batch, "a % b = 0");
  ASSERT_TRUE(FailedWith(division.status(), kExpressionFailed));
  EXPECT_EQ(DetailOf(division.status())->where().row, 2);
}

TEST(Expression, DoesNotComputeForRowsThatAreOut) {
  const auto batch = Batch({{"a", arrow::int64(), "[1, 9223372036854775807, 3, 0]"},
                            {"b", arrow::int64(), "[1, 2, 0, 0]"}});
  EXPECT_THAT(Kept(batch, "b <> 0 and a % b = 0"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "b > 0 and (a < 5 and a + 1 = 2)"), ElementsAre(0));
  EXPECT_THAT(Kept(batch, "b > 9 and a % b = 0"), ElementsAre());
  const auto failed = FilterBatch(batch, "a < 5 and a % b = 0");
  ASSERT_TRUE(FailedWith(failed.status(), kExpressionFailed));
  EXPECT_EQ(DetailOf(failed.status())->where().row, 2);
}

TEST(Expression, FiltersNestedColumnsToo) {
  const auto batch = Batch({{"n", arrow::int64(), "[1, 2, 3]"},
                            {"l", arrow::list(arrow::utf8()), R"([["a"], [], null])"}});
  auto kept = FilterBatch(batch, "n >= 2");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ((*kept)->column(1)->ToString(),
            arrow::json::ArrayFromJSONString(arrow::list(arrow::utf8()), "[[], null]")
                .ValueOrDie()
                ->ToString());
}

TEST(Expression, ReportsMissingMemoryAsALimit) {
  arrow::CappedMemoryPool pool(arrow::default_memory_pool(), 64);
  const auto batch = Batch({{"t", arrow::utf8(), R"(["a long text", "b"])"}});
  auto expression = Expression::Parse("lower(t) = 'b'");
  auto bound = BoundExpression::Bind(*expression, batch->schema());
  ASSERT_TRUE(bound.ok());
  EXPECT_TRUE(FailedWith((*bound)->Filter(batch, &pool).status(), kMemoryLimit));
}

TEST(CommonType, WidensWithoutLoss) {
  const auto expect = [](const std::shared_ptr<arrow::DataType>& a,
                         const std::shared_ptr<arrow::DataType>& b,
                         const std::shared_ptr<arrow::DataType>& common) {
    for (const auto& found : {CommonType(a, b), CommonType(b, a)}) {
      if (common == nullptr) {
        EXPECT_EQ(found, nullptr) << a->ToString() << " " << b->ToString();
      } else {
        ASSERT_NE(found, nullptr) << a->ToString() << " " << b->ToString();
        EXPECT_TRUE(found->Equals(*common)) << found->ToString();
      }
    }
  };
  expect(arrow::int8(), arrow::uint8(), arrow::int16());
  expect(arrow::int8(), arrow::int8(), arrow::int8());
  expect(arrow::uint16(), arrow::int8(), arrow::int32());
  expect(arrow::uint32(), arrow::uint8(), arrow::uint32());
  expect(arrow::uint32(), arrow::int64(), arrow::int64());
  expect(arrow::uint64(), arrow::int8(), arrow::decimal128(20, 0));
  expect(arrow::float16(), arrow::float32(), arrow::float32());
  expect(arrow::float32(), arrow::int8(), arrow::float64());
  expect(arrow::decimal128(10, 2), arrow::int16(), arrow::decimal128(10, 2));
  expect(arrow::decimal128(10, 2), arrow::uint64(), arrow::decimal128(22, 2));
  expect(arrow::decimal128(38, 10), arrow::decimal128(38, 0), arrow::decimal256(48, 10));
  expect(arrow::decimal256(76, 76), arrow::int8(), nullptr);
  expect(arrow::null(), arrow::date32(), arrow::date32());
  expect(arrow::date32(), arrow::date64(), arrow::timestamp(TimeUnit::MILLI));
  expect(arrow::date32(), arrow::timestamp(TimeUnit::MICRO, "UTC"),
         arrow::timestamp(TimeUnit::MICRO, "UTC"));
  expect(arrow::timestamp(TimeUnit::SECOND, "Europe/Berlin"),
         arrow::timestamp(TimeUnit::NANO, "UTC"), arrow::timestamp(TimeUnit::NANO, "UTC"));
  expect(arrow::timestamp(TimeUnit::SECOND), arrow::timestamp(TimeUnit::NANO, "UTC"), nullptr);
  expect(arrow::time32(TimeUnit::SECOND), arrow::time32(TimeUnit::MILLI),
         arrow::time32(TimeUnit::MILLI));
  expect(arrow::time32(TimeUnit::SECOND), arrow::time64(TimeUnit::NANO),
         arrow::time64(TimeUnit::NANO));
  expect(arrow::duration(TimeUnit::SECOND), arrow::duration(TimeUnit::MILLI),
         arrow::duration(TimeUnit::MILLI));
  expect(arrow::utf8(), arrow::large_utf8(), arrow::large_utf8());
  expect(arrow::utf8(), arrow::dictionary(arrow::int8(), arrow::utf8()), arrow::utf8());
  expect(arrow::utf8_view(), arrow::utf8(), arrow::utf8());
  expect(arrow::binary_view(), arrow::fixed_size_binary(3), arrow::binary());
  expect(arrow::large_binary(), arrow::fixed_size_binary(3), arrow::large_binary());
  expect(arrow::utf8(), arrow::int64(), nullptr);
  expect(arrow::utf8(), arrow::binary(), nullptr);
  expect(arrow::boolean(), arrow::int64(), nullptr);
}

}  // namespace
}  // namespace pyforge::core
