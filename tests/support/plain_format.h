// A file format for tests of the core: a line of names and types, then a line a row. Fields are
// parted by '|'; an empty field is null.
//
//   id:int64|name:string
//   1|x
#pragma once

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "pyforge/execution.h"
#include "pyforge/format_descriptor.h"
#include "schema/cast.h"

namespace pyforge::testing {

inline std::vector<std::string> SplitFields(const std::string& line) {
  std::vector<std::string> fields;
  size_t begin = 0;
  while (true) {
    const size_t end = line.find('|', begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == std::string::npos) return fields;
    begin = end + 1;
  }
}

struct PlainMorsel : Morsel {
  std::vector<std::string> lines;
};

/// A line `bad` is a bad row, a line `broken` cannot be decoded.
inline constexpr ErrorCode kPlainBad{
    .id = "plain.bad", .category = ErrorCategory::kData, .summary = "bad", .fix = "none"};

class PlainScan : public Scan {
 public:
  PlainScan(TableInfo info, std::vector<std::string> lines, std::vector<int> columns)
      : info_(std::move(info)), lines_(std::move(lines)), columns_(std::move(columns)) {}
  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::unique_ptr<Morsel>> Next() override {
    if (next_ == lines_.size()) return nullptr;
    auto morsel = std::make_unique<PlainMorsel>();
    for (int i = 0; i < 3 && next_ < lines_.size(); ++i) {
      morsel->bytes += static_cast<int64_t>(lines_[next_].size());
      morsel->lines.push_back(lines_[next_++]);
    }
    return morsel;
  }
  std::unique_ptr<Decoder> NewDecoder() override { return std::make_unique<LineDecoder>(*this); }
  bool types_are_final() const override { return true; }
  Result<Settlement> Settle(const Evidence&) override { return Settlement{}; }
  Status Rewind() override {
    next_ = 0;
    return Status::OK();
  }

 private:
  class LineDecoder : public Decoder {
   public:
    explicit LineDecoder(const PlainScan& scan) : scan_(scan) {}
    Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
      const auto& lines = static_cast<const PlainMorsel&>(morsel).lines;
      Decoded decoded;
      std::vector<arrow::StringBuilder> builders(scan_.columns_.size());
      int64_t rows = 0;
      for (const std::string& line : lines) {
        const int64_t row = decoded.record_count++;
        ++decoded.line_count;
        if (line == "broken") return Fail(kCorrupt, {.row = row}, "the line is broken");
        if (line == "bad") {
          decoded.ledger.Reject(
              {.row = row, .line = row, .raw = line, .reason = &kPlainBad, .message = "is bad"});
          continue;
        }
        const std::vector<std::string> fields = SplitFields(line);
        ++rows;
        for (size_t i = 0; i < builders.size(); ++i) {
          const std::string& field = fields[static_cast<size_t>(scan_.columns_[i])];
          ARROW_RETURN_NOT_OK(field.empty() ? builders[i].AppendNull() : builders[i].Append(field));
        }
      }
      if (mode == DecodeMode::kEvidence || rows == 0) return decoded;
      arrow::ArrayVector columns;
      for (size_t i = 0; i < builders.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(auto text, builders[i].Finish());
        if (scan_.info_.schema->field(static_cast<int>(i))->type()->id() == arrow::Type::NA) {
          ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(arrow::null(), rows));
          columns.push_back(std::move(nulls));
          continue;
        }
        ARROW_ASSIGN_OR_RAISE(
            auto column,
            schema::CastColumn(text, scan_.info_.schema->field(static_cast<int>(i))->type(),
                               arrow::default_memory_pool()));
        columns.push_back(std::move(column));
      }
      decoded.batches.push_back(
          {.batch = arrow::RecordBatch::Make(scan_.info_.schema, rows, std::move(columns))});
      return decoded;
    }

   private:
    const PlainScan& scan_;
  };

  const TableInfo info_;
  const std::vector<std::string> lines_;
  const std::vector<int> columns_;
  size_t next_ = 0;
};

class PlainInput : public Input {
 public:
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the type of the seam
  static Result<std::unique_ptr<Input>> Open(std::shared_ptr<Source> source, const OptionValues&,
                                             ExecutionContext&) {
    ARROW_ASSIGN_OR_RAISE(const auto stream, source->OpenStream());
    std::string text(1 << 20, '\0');
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes,
                          stream->Read(1 << 20, reinterpret_cast<uint8_t*>(text.data())));
    text.resize(static_cast<size_t>(bytes));
    auto input = std::make_unique<PlainInput>();
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    arrow::FieldVector fields;
    for (const std::string& field : SplitFields(line)) {
      const size_t colon = field.find(':');
      ARROW_ASSIGN_OR_RAISE(auto type, schema::ParseType(field.substr(colon + 1)));
      fields.push_back(arrow::field(field.substr(0, colon), std::move(type)));
    }
    input->info_ = {.name = "plain", .schema = arrow::schema(fields), .first_row_number = 2};
    while (std::getline(lines, line)) input->lines_.push_back(line);
    return input;
  }
  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::vector<std::unique_ptr<pyforge::Scan>>> Scan(
      std::span<const TableRequest> requests) override {
    TableInfo info = info_;
    std::vector<int> columns;
    arrow::FieldVector fields;
    for (int i = 0; i < info_.schema->num_fields(); ++i) {
      const auto& field = info_.schema->field(i);
      const auto& wanted = requests[0].columns;
      const auto& contract = requests[0].contract;
      if (!wanted.empty() &&
          std::find(wanted.begin(), wanted.end(), field->name()) == wanted.end()) {
        continue;
      }
      columns.push_back(i);
      fields.push_back(contract == nullptr ? field : contract->GetFieldByName(field->name()));
    }
    info.schema = arrow::schema(std::move(fields));
    std::vector<std::unique_ptr<pyforge::Scan>> scans;
    scans.push_back(std::make_unique<PlainScan>(std::move(info), lines_, std::move(columns)));
    return scans;
  }

 private:
  TableInfo info_;
  std::vector<std::string> lines_;
};

class PlainOutput : public Output {
 public:
  static Result<std::unique_ptr<Output>> Open(OutputFile& file, const OptionValues&,
                                              ExecutionContext&) {
    return std::make_unique<PlainOutput>(file);
  }
  explicit PlainOutput(OutputFile& file) : file_(file) {}
  Result<std::unique_ptr<TableSink>> OpenTable(const TableSpec& spec) override {
    std::string header;
    for (const auto& field : spec.schema->fields()) {
      if (!header.empty()) header += '|';
      header += field->name() + ":" + field->type()->ToString();
    }
    ARROW_RETURN_NOT_OK(file_.Append(header + "\n"));
    return std::make_unique<LineSink>(file_, spec.schema);
  }
  Status Finish() override { return Status::OK(); }

 private:
  struct LinePiece : Piece {
    std::string text;
    std::vector<int64_t> null_counts;
  };
  class LineSegment : public Segment {
   public:
    Status Add(const arrow::RecordBatch& batch) override {
      piece_->null_counts.resize(static_cast<size_t>(batch.num_columns()));
      arrow::ArrayVector texts;
      for (int i = 0; i < batch.num_columns(); ++i) {
        piece_->null_counts[static_cast<size_t>(i)] += batch.column(i)->null_count();
        ARROW_ASSIGN_OR_RAISE(auto text, schema::CastColumn(batch.column(i), arrow::utf8(),
                                                            arrow::default_memory_pool()));
        texts.push_back(std::move(text));
      }
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        for (size_t i = 0; i < texts.size(); ++i) {
          if (i > 0) piece_->text += '|';
          const auto& column = static_cast<const arrow::StringArray&>(*texts[i]);
          if (column.IsValid(row)) piece_->text += column.GetView(row);
        }
        piece_->text += '\n';
      }
      piece_->rows += batch.num_rows();
      piece_->bytes = static_cast<int64_t>(piece_->text.size());
      return Status::OK();
    }
    int64_t bytes() const override { return piece_->bytes; }
    Result<std::unique_ptr<Piece>> Finish() override {
      return std::exchange(piece_, std::make_unique<LinePiece>());
    }

   private:
    std::unique_ptr<LinePiece> piece_ = std::make_unique<LinePiece>();
  };
  class LineSink : public TableSink {
   public:
    LineSink(OutputFile& file, const std::shared_ptr<arrow::Schema>& schema) : file_(file) {
      for (const auto& field : schema->fields()) summary_.columns.push_back({field->name(), 0});
    }
    std::unique_ptr<Segment> NewSegment() override { return std::make_unique<LineSegment>(); }
    Status Append(std::unique_ptr<Piece> piece) override {
      const auto& ours = static_cast<const LinePiece&>(*piece);
      summary_.rows += ours.rows;
      for (size_t i = 0; i < ours.null_counts.size(); ++i) {
        summary_.columns[i].null_count += ours.null_counts[i];
      }
      return file_.Append(ours.text);
    }
    Result<TableSummary> Finish() override { return summary_; }

   private:
    OutputFile& file_;
    TableSummary summary_;
  };

  OutputFile& file_;
};

/// Reads and writes files that end in ".plain".
inline const FormatDescriptor& PlainFormat() {
  static constexpr std::string_view kExtensions[] = {".plain"};
  static const ErrorCode* const kErrors[] = {&kPlainBad};
  static const FormatDescriptor kDescriptor{
      .name = "plain",
      .title = "Plain lines",
      .description = "For tests.",
      .extensions = kExtensions,
      .errors = kErrors,
      .sniff =
          [](std::string_view head, std::string_view) {
            return SniffResult{.confidence = head.find(':') < head.find('\n') ? 0.95 : 0.0,
                               .reason = "its first line names types"};
          },
      .open_input = PlainInput::Open,
      .open_output = PlainOutput::Open};
  return kDescriptor;
}

}  // namespace pyforge::testing
