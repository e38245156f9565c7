#include "core/concat_scan.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/pipeline.h"
#include "schema/cast.h"
#include "schema/errors.h"
#include "support/fake_scan.h"

namespace pyforge::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Cells = std::vector<std::optional<std::string>>;

/// A table of text whose types are inferred from the first row and corrected by the rest, or that
/// has fixed types.
struct TextTable {
  std::string path;
  std::vector<std::string> names;
  std::vector<Cells> rows = {};
  std::vector<std::shared_ptr<arrow::DataType>> types = {};  // empty: inferred
  int64_t bad_row = -1;
  int64_t failing_row = -1;
  int64_t first_row_number = 2;
};

std::shared_ptr<arrow::DataType> TypeOf(const std::string& text) {
  int64_t whole = 0;
  double number = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, whole).ptr == end) return arrow::int64();
  if (std::from_chars(text.data(), end, number).ptr == end) return arrow::float64();
  return arrow::utf8();
}

class TextEvidence : public Evidence {
 public:
  void Merge(const Evidence& later) override {
    const auto& other = static_cast<const TextEvidence&>(later);
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
  std::vector<Cells> values;
};

struct TextMorsel : Morsel {
  size_t row = 0;
};

class TextScan : public Scan {
 public:
  TextScan(const TextTable& table, const TableRequest& request) : table_(table) {
    info_.name = "t";
    info_.first_row_number = table.first_row_number;
    types_final_ = !table.types.empty() || request.contract != nullptr || request.types_as_text;
    arrow::FieldVector fields;
    const auto wants = [&](const std::string& name) {
      if (request.contract != nullptr) return request.contract->GetFieldIndex(name) >= 0;
      return request.columns.empty() || std::find(request.columns.begin(), request.columns.end(),
                                                  name) != request.columns.end();
    };
    for (size_t i = 0; i < table.names.size(); ++i) {
      if (!wants(table.names[i])) continue;
      columns_.push_back(i);
      if (request.contract != nullptr) {
        fields.push_back(request.contract->GetFieldByName(table.names[i]));
      } else if (request.types_as_text) {
        fields.push_back(arrow::field(table.names[i], arrow::utf8()));
      } else if (!table.types.empty()) {
        fields.push_back(arrow::field(table.names[i], table.types[i]));
      } else {
        fields.push_back(Inferred(i, 1));
      }
    }
    info_.schema = arrow::schema(std::move(fields));
  }

  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::unique_ptr<Morsel>> Next() override {
    if (next_ == table_.rows.size()) return nullptr;
    auto morsel = std::make_unique<TextMorsel>();
    morsel->bytes = 10;
    morsel->row = next_++;
    return morsel;
  }
  std::unique_ptr<Decoder> NewDecoder() override { return std::make_unique<TextDecoder>(*this); }
  bool types_are_final() const override { return types_final_; }
  Result<Settlement> Settle(const Evidence& evidence) override {
    EXPECT_EQ(static_cast<const TextEvidence&>(evidence).values.size(), table_.rows.size());
    const auto before = info_.schema;
    arrow::FieldVector fields;
    for (size_t i : columns_) fields.push_back(Inferred(i, table_.rows.size()));
    info_.schema = arrow::schema(std::move(fields));
    types_final_ = true;
    return Settlement{.changed = !info_.schema->Equals(*before)};
  }
  Status Rewind() override {
    next_ = 0;
    return Status::OK();
  }
  int64_t stored_position() const override { return static_cast<int64_t>(next_) * 10; }

 private:
  std::shared_ptr<arrow::Field> Inferred(size_t column, size_t rows) const {
    std::shared_ptr<arrow::DataType> type;
    for (size_t row = 0; row < std::min(rows, table_.rows.size()); ++row) {
      const auto& cell = table_.rows[row][column];
      if (!cell) continue;
      const auto own = TypeOf(*cell);
      type = type == nullptr || type->Equals(*own) ? own : arrow::utf8();
    }
    if (type != nullptr) return arrow::field(table_.names[column], type);
    return arrow::field(table_.names[column], arrow::utf8(), true,
                        arrow::key_value_metadata({schema::kNoValuesKey}, {"true"}));
  }

  class TextDecoder : public Decoder {
   public:
    explicit TextDecoder(TextScan& scan) : scan_(scan) {}
    Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
      const auto row = static_cast<const TextMorsel&>(morsel).row;
      const Cells& cells = scan_.table_.rows[row];
      evidence_.values.push_back(cells);
      Decoded decoded;
      decoded.record_count = decoded.line_count = 1;
      if (static_cast<int64_t>(row) == scan_.table_.failing_row) {
        return Fail(kCorrupt, {.row = 0}, "broken");
      }
      if (static_cast<int64_t>(row) == scan_.table_.bad_row) {
        decoded.ledger.Reject(
            {.row = 0, .line = 0, .raw = "x", .reason = &kTestBad, .message = "is bad"});
        return decoded;
      }
      if (mode == DecodeMode::kEvidence) return decoded;
      arrow::ArrayVector columns;
      for (size_t i = 0; i < scan_.columns_.size(); ++i) {
        const auto& cell = cells[scan_.columns_[i]];
        const auto& field = *scan_.info_.schema->field(static_cast<int>(i));
        const bool no_values =
            field.metadata() != nullptr && field.metadata()->Contains(schema::kNoValuesKey);
        if (cell && (no_values || (!TypeOf(*cell)->Equals(*field.type()) &&
                                   field.type()->id() != arrow::Type::STRING))) {
          decoded.contradicts_types = true;
          return decoded;
        }
        auto text = cell ? arrow::MakeArrayFromScalar(*arrow::MakeScalar(*cell), 1).ValueOrDie()
                         : arrow::MakeArrayOfNull(arrow::utf8(), 1).ValueOrDie();
        columns.push_back(
            schema::CastColumn(text, field.type(), arrow::default_memory_pool()).ValueOrDie());
      }
      decoded.batches.push_back(
          {.batch = arrow::RecordBatch::Make(scan_.info_.schema, 1, std::move(columns))});
      return decoded;
    }
    std::unique_ptr<Evidence> TakeEvidence() override {
      if (scan_.types_final_) return nullptr;
      auto taken = std::make_unique<TextEvidence>();
      std::swap(taken->values, evidence_.values);
      return taken;
    }

   private:
    TextScan& scan_;
    TextEvidence evidence_;
  };

  const TextTable& table_;
  TableInfo info_;
  std::vector<size_t> columns_;
  bool types_final_ = false;
  size_t next_ = 0;
};

class TextInput : public Input {
 public:
  explicit TextInput(const TextTable& table) : table_(table), scan_(table, {}) {}
  std::span<const TableInfo> tables() const override { return scan_.tables(); }
  Result<std::vector<std::unique_ptr<pyforge::Scan>>> Scan(
      std::span<const TableRequest> requests) override {
    std::vector<std::unique_ptr<pyforge::Scan>> scans;
    scans.push_back(std::make_unique<TextScan>(table_, requests[0]));
    return scans;
  }

 private:
  const TextTable& table_;
  TextScan scan_;
};

class PathSource : public Source {
 public:
  explicit PathSource(std::string path) : path_(std::move(path)) {}
  const std::string& path() const override { return path_; }
  const std::string& name() const override { return path_; }
  std::string_view container() const override { return {}; }
  std::optional<int64_t> stored_bytes() const override { return {}; }
  std::optional<int64_t> bytes() const override { return {}; }
  bool repeatable() const override { return true; }
  Result<std::string_view> Head(int64_t) override { return std::string_view(); }
  Result<std::unique_ptr<ByteStream>> OpenStream() override { return nullptr; }
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override { return nullptr; }
  bool cheap_random_access() const override { return false; }
  Status MakeRepeatable() override { return Status::OK(); }

 private:
  std::string path_;
};

/// What a sink got, as text.
class TextSink : public TableSink {
 public:
  std::unique_ptr<Segment> NewSegment() override { return std::make_unique<TextSegment>(); }
  Status Append(std::unique_ptr<Piece> piece) override {
    auto& ours = static_cast<TextPiece&>(*piece);
    rows.insert(rows.end(), ours.rows_as_text.begin(), ours.rows_as_text.end());
    return Status::OK();
  }
  Result<TableSummary> Finish() override { return TableSummary{}; }
  std::vector<std::string> rows;

 private:
  struct TextPiece : Piece {
    std::vector<std::string> rows_as_text;
  };
  class TextSegment : public Segment {
   public:
    Status Add(const arrow::RecordBatch& batch) override {
      EXPECT_TRUE(batch.ValidateFull().ok());
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        std::string text;
        for (const auto& column : batch.columns()) {
          if (!text.empty()) text += "|";
          text += column->GetScalar(row).ValueOrDie()->ToString();
        }
        rows_.push_back(std::move(text));
      }
      return Status::OK();
    }
    int64_t bytes() const override { return 0; }
    Result<std::unique_ptr<Piece>> Finish() override {
      auto piece = std::make_unique<TextPiece>();
      piece->rows = static_cast<int64_t>(rows_.size());
      piece->rows_as_text = std::exchange(rows_, {});
      return piece;
    }

   private:
    std::vector<std::string> rows_;
  };
};

/// Inputs of text tables, and the union of them.
class Union {
 public:
  explicit Union(std::vector<TextTable> tables, const TableRequest& request = {})
      : tables_(std::move(tables)) {
    inputs_.resize(tables_.size());
    std::vector<ConcatPart> parts;
    for (size_t i = 0; i < tables_.size(); ++i) {
      inputs_[i].source = std::make_shared<PathSource>(tables_[i].path);
      inputs_[i].input = std::make_unique<TextInput>(tables_[i]);
      parts.push_back({.opened = &inputs_[i], .request = request});
    }
    auto made = ConcatScan::Make(std::move(parts), context);
    EXPECT_TRUE(made.ok()) << made.status();
    scan = *std::move(made);
  }

  /// Runs passes as a conversion does; the number of passes.
  int Convert(int threads = 1) {
    ExecutionContext workers({.threads = threads});
    bool settled = scan->types_are_final();
    for (int pass_count = 1;; ++pass_count) {
      sink = TextSink();
      ledger = {};
      auto pass = RunPass(*scan, {{.sink = &sink}}, {.segment_bytes = 15}, workers);
      status = pass.status();
      if (!pass.ok()) return pass_count;
      ledger = pass->ledger;
      bool changed = false;
      if (!settled && pass->evidence != nullptr) {
        auto settlement = scan->Settle(*pass->evidence);
        EXPECT_TRUE(settlement.ok()) << settlement.status();
        changed = settlement->changed;
      }
      EXPECT_EQ(pass->contradicted && !changed, false);
      if (!changed) return pass_count;
      settled = true;
      EXPECT_TRUE(scan->Rewind().ok());
      EXPECT_EQ(scan->stored_position(), 0);
    }
  }

  std::string Types() const {
    std::string text;
    for (const auto& field : scan->tables()[0].schema->fields()) {
      text += field->name() + ":" + field->type()->ToString() + " ";
    }
    return text;
  }

  ExecutionContext context{{.threads = 1}};
  std::unique_ptr<ConcatScan> scan;
  TextSink sink;
  Ledger ledger;
  Status status;

 private:
  std::vector<TextTable> tables_;
  std::vector<OpenedInput> inputs_;
};

TEST(ConcatScan, GivesTableAfterTable) {
  for (const int threads : {1, 3}) {
    Union all({{"a.csv", {"x", "y"}, {{"1", "p"}, {"2", "q"}}},
               {"empty.csv", {"x", "y"}},
               {"b.csv", {"y", "x"}, {{"r", "3"}}}});
    EXPECT_EQ(all.Convert(threads), 1);
    EXPECT_EQ(all.Types(), "x:int64 y:string ");
    EXPECT_THAT(all.sink.rows, ElementsAre("1|p", "2|q", "3|r"));
    EXPECT_EQ(all.scan->stored_position(), 30);
    EXPECT_THAT(all.scan->DescribeDrift(), IsEmpty());
  }
}

TEST(ConcatScan, FillsMissingColumnsWithNullAndTellsTheDifference) {
  Union all({{"a.csv", {"x", "y"}, {{"1", "p"}}}, {"b.csv", {"x", "z"}, {{"2", "7"}}}});
  EXPECT_EQ(all.Convert(), 1);
  EXPECT_EQ(all.Types(), "x:int64 y:string z:int64 ");
  EXPECT_THAT(all.sink.rows, ElementsAre("1|p|null", "2|null|7"));
  EXPECT_THAT(all.scan->DescribeDrift(),
              ElementsAre("a.csv lacks the column 'z': null", "a.csv alone has the column 'y'",
                          "b.csv lacks the column 'y': null", "b.csv alone has the column 'z'"));
}

TEST(ConcatScan, WidensNumbers) {
  Union all({{"a.csv", {"n"}, {{"1"}}}, {"b.csv", {"n"}, {{"2.5"}}}});
  EXPECT_EQ(all.Convert(), 1);
  EXPECT_EQ(all.Types(), "n:double ");
  EXPECT_THAT(all.sink.rows, ElementsAre("1", "2.5"));
  EXPECT_THAT(all.scan->DescribeDrift(),
              ElementsAre("a.csv: the column 'n' is int64 there and becomes double"));
}

TEST(ConcatScan, RefusesToRoundAnInteger) {
  Union all({{"a.csv", {"n"}, {{"1"}, {"9007199254740993"}}}, {"b.csv", {"n"}, {{"2.5"}}}});
  all.Convert();
  ASSERT_TRUE(FailedWith(all.status, schema::kCastFailed)) << all.status;
  const Status local = all.scan->Localize(all.status);
  EXPECT_EQ(DetailOf(local)->where().path, "a.csv");
  EXPECT_EQ(DetailOf(local)->where().column, "n");
  EXPECT_EQ(DetailOf(local)->where().row, 3);
}

TEST(ConcatScan, KeepsTheSpellingOfWhatBecomesText) {
  for (const int threads : {1, 3}) {
    Union all({{"a.csv", {"k", "n"}, {{"1", "1.50"}, {"2", "2.0"}}},
               {"b.csv", {"k", "n"}, {{"3", "none"}}}});
    EXPECT_FALSE(all.scan->types_are_final());
    EXPECT_EQ(all.Convert(threads), 2);
    EXPECT_EQ(all.Types(), "k:int64 n:string ");
    EXPECT_THAT(all.sink.rows, ElementsAre("1|1.50", "2|2.0", "3|none"));
    EXPECT_THAT(all.scan->DescribeDrift(),
                ElementsAre("a.csv: the column 'n' is double there and becomes string"));
  }
}

TEST(ConcatScan, KeepsTheSpellingWhenALateValueMakesAColumnText) {
  for (const int threads : {1, 4}) {
    Union all({{"a.csv", {"n"}, {{"1.50"}, {"2.0"}}},
               {"b.csv", {"n"}, {{"3.0"}, {"4.0"}, {"x"}}},
               {"c.csv", {"n"}, {{"5.10"}}}});
    EXPECT_EQ(all.Types(), "n:double ");
    EXPECT_EQ(all.Convert(threads), 2);
    EXPECT_EQ(all.Types(), "n:string ");
    EXPECT_THAT(all.sink.rows, ElementsAre("1.50", "2.0", "3.0", "4.0", "x", "5.10"));
  }
}

TEST(ConcatScan, CastsWhatHasFixedTypes) {
  Union all({{"a.parquet", {"n"}, {{"1"}}, {arrow::int64()}, -1, -1, 1},
             {"b.parquet", {"n"}, {{"x"}}, {arrow::utf8()}, -1, -1, 1}});
  EXPECT_TRUE(all.scan->types_are_final());
  EXPECT_EQ(all.Convert(), 1);
  EXPECT_EQ(all.Types(), "n:string ");
  EXPECT_THAT(all.sink.rows, ElementsAre("1", "x"));
}

TEST(ConcatScan, LetsAColumnWithoutValuesTakeTheOthersType) {
  Union all({{"a.csv", {"n"}, {{std::nullopt}}}, {"b.csv", {"n"}, {{"5"}}}});
  EXPECT_EQ(all.Convert(), 1);
  EXPECT_EQ(all.Types(), "n:int64 ");
  EXPECT_THAT(all.sink.rows, ElementsAre("null", "5"));
  EXPECT_THAT(all.scan->DescribeDrift(), IsEmpty());

  Union late({{"a.csv", {"n"}, {{std::nullopt}, {"x"}}}, {"b.csv", {"n"}, {{"5"}}}});
  EXPECT_EQ(late.Convert(), 2);
  EXPECT_EQ(late.Types(), "n:string ");
  EXPECT_THAT(late.sink.rows, ElementsAre("null", "x", "5"));

  Union nothing({{"a.csv", {"n"}, {{std::nullopt}}}, {"b.csv", {"n"}, {{std::nullopt}}}});
  EXPECT_EQ(nothing.Convert(), 1);
  EXPECT_EQ(nothing.Types(), "n:string ");
  EXPECT_EQ(nothing.scan->tables()[0].schema->field(0)->metadata(), nullptr);
}

TEST(ConcatScan, ReadsOnlyTheColumnsAskedFor) {
  Union all({{"a.csv", {"x", "y"}, {{"1", "p"}}},
             {"b.csv", {"z", "y"}, {{"2", "q"}}},
             {"c.csv", {"w"}, {{"9"}}}},
            {.columns = {"y", "x"}});
  EXPECT_EQ(all.Convert(), 1);
  EXPECT_EQ(all.Types(), "x:int64 y:string ");
  EXPECT_THAT(all.sink.rows, ElementsAre("1|p", "null|q", "null|null"));
}

TEST(ConcatScan, TellsTheInputsOwnRowNumbers) {
  for (const int threads : {1, 3}) {
    Union all({{"a.csv", {"n"}, {{"1"}, {"2"}}, {}, 1},
               {"b.csv", {"n"}, {{"3"}, {"4"}, {"5"}}, {}, 2},
               {"c.csv", {"n"}, {{"6"}}}});
    EXPECT_EQ(all.Convert(threads), 1);
    ASSERT_EQ(all.ledger.rejected().size(), 2U);
    const auto& first = all.ledger.rejected()[0];
    const auto& second = all.ledger.rejected()[1];
    EXPECT_EQ(*all.scan->Locate(first.row, first.line).path, "a.csv");
    EXPECT_EQ(all.scan->Locate(first.row, first.line).row, 3);
    EXPECT_EQ(*all.scan->Locate(second.row, second.line).path, "b.csv");
    EXPECT_EQ(all.scan->Locate(second.row, second.line).row, 4);
    EXPECT_EQ(all.scan->Locate(second.row, second.line).line, 4);
    EXPECT_EQ(*all.scan->Locate(5, 5).path, "c.csv");
  }
}

TEST(ConcatScan, TellsWhereAPartFails) {
  for (const int threads : {1, 3}) {
    TextTable broken{"b.csv", {"n"}, {{"3"}, {"4"}, {"5"}}};
    broken.failing_row = 1;
    Union all({{"a.csv", {"n"}, {{"1"}, {"2"}}}, broken, {"c.csv", {"n"}, {{"6"}}}});
    all.Convert(threads);
    ASSERT_TRUE(FailedWith(all.status, kCorrupt)) << all.status;
    const Status local = all.scan->Localize(all.status);
    EXPECT_EQ(DetailOf(local)->where().path, "b.csv");
    EXPECT_EQ(DetailOf(local)->where().row, 3);
  }
  Union all({{"a.csv", {"n"}, {{"1"}}}});
  EXPECT_TRUE(all.scan->Localize(Status::OK()).ok());
  const Status elsewhere = Fail(kWriteFailed, {.path = "out", .row = 5}, "disk full");
  EXPECT_EQ(DetailOf(all.scan->Localize(elsewhere))->where().row, 5);
}

TEST(UniteSchemas, KeepsOrderOfAppearanceAndForgetsSpelling) {
  const auto spelt = arrow::key_value_metadata({schema::kFormatKey, schema::kSourceNameKey},
                                               {"dd/mm/yyyy", "The Day"});
  const auto united = UniteSchemas(
      {arrow::schema(
           {arrow::field("d", arrow::date32(), false, spelt), arrow::field("n", arrow::null())}),
       arrow::schema({arrow::field("e", arrow::uint8()), arrow::field("n", arrow::int8()),
                      arrow::field("d", arrow::timestamp(arrow::TimeUnit::MICRO))}),
       arrow::schema({arrow::field("n", arrow::uint64()), arrow::field("e", arrow::boolean())})});
  EXPECT_EQ(united->ToString(), "d: timestamp[us]\nn: decimal128(20, 0)\ne: string");
  EXPECT_EQ(united->field(0)->metadata()->size(), 1);
  EXPECT_EQ(UniteSchemas({arrow::schema({arrow::field("n", arrow::null())})})->ToString(),
            "n: string");
}

}  // namespace
}  // namespace pyforge::core
