#include "formats/csv/writer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "codec/compress/compressor.h"
#include "formats/csv/errors.h"
#include "formats/csv/value_printer.h"

namespace pyforge::csv {

bool HasSpecialCharacter(std::string_view text, const QuotingRules& rules) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto is_special = [&](char byte) {
    return byte == rules.delimiter || byte == rules.quote || byte == '\n' || byte == '\r';
  };
#if defined(__SSE2__)
  if (text.size() >= 16) {
    const __m128i delimiter = _mm_set1_epi8(rules.delimiter);
    const __m128i quote = _mm_set1_epi8(rules.quote);
    const __m128i lf = _mm_set1_epi8('\n');
    const __m128i cr = _mm_set1_epi8('\r');
    const auto holds_special = [&](const char* from) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      const __m128i hits =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, delimiter), _mm_cmpeq_epi8(block, quote)),
                       _mm_or_si128(_mm_cmpeq_epi8(block, lf), _mm_cmpeq_epi8(block, cr)));
      return _mm_movemask_epi8(hits) != 0;
    };
    for (; end - at >= 16; at += 16) {
      if (holds_special(at)) return true;
    }
    return holds_special(end - 16);  // looks at some bytes twice
  }
#endif
  return std::any_of(at, end, is_special);
}

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct TextPiece : public Piece {
  std::vector<uint8_t> text;
  std::vector<int64_t> null_counts;
};

/// What sink and segments share. Threads: immutable, share freely.
struct Layout {
  WriteOptions options;
  std::shared_ptr<arrow::Schema> schema;
  compress::Container container = compress::Container::kNone;
  QuotingRules rules;
  std::string line_end;
};

/// Prints fields into a buffer by a layout.
class FieldPrinter {
 public:
  explicit FieldPrinter(const Layout& layout) : layout_(layout), rules_(layout.rules) {}

  /// Text that may be anything. Errors: csv.needs_quotes.
  Status PrintText(std::string_view text, bool is_text_type, TextBuffer* out) const {
    const Quoting quoting = layout_.options.quoting;
    if (quoting == Quoting::kAll || (quoting == Quoting::kText && is_text_type)) {
      PrintQuoted(text, out);
      return Status::OK();
    }
    if (!NeedsQuotes(text)) {
      out->Append(text);
      return Status::OK();
    }
    if (quoting == Quoting::kNone) {
      return Fail(kNeedsQuotes, {}, "the value '{}' cannot be written without quotes",
                  text.substr(0, 80));
    }
    PrintQuoted(text, out);
    return Status::OK();
  }

  void PrintQuoted(std::string_view text, TextBuffer* out) const {
    char* at = out->Reserve(2 * text.size() + 2);
    *at++ = rules_.quote;
    while (true) {
      const size_t next = text.find(rules_.quote);
      const size_t count = next == std::string_view::npos ? text.size() : next + 1;
      // An empty text may have no bytes to point to.
      if (count != 0) std::memcpy(at, text.data(), count);
      at += count;
      if (next == std::string_view::npos) break;
      *at++ = rules_.quote;
      text.remove_prefix(count);
    }
    *at++ = rules_.quote;
    out->Commit(at);
  }

 private:
  bool NeedsQuotes(std::string_view text) const {
    if (text == layout_.options.null_text) return true;
    if (text.empty()) return layout_.options.quoting != Quoting::kNone;
    // Other programs trim blanks.
    return text.front() == ' ' || text.back() == ' ' || HasSpecialCharacter(text, rules_);
  }

  const Layout& layout_;
  const QuotingRules rules_;
};

class TextSegment : public Segment {
 public:
  static Result<std::unique_ptr<TextSegment>> Make(std::shared_ptr<const Layout> layout) {
    auto segment = std::make_unique<TextSegment>(std::move(layout));
    ARROW_RETURN_NOT_OK(segment->Begin());
    return segment;
  }
  explicit TextSegment(std::shared_ptr<const Layout> layout)
      : layout_(std::move(layout)), fields_(*layout_) {}

  Status Add(const arrow::RecordBatch& batch) override {
    const int column_count = batch.num_columns();
    for (int i = 0; i < column_count; ++i) {
      columns_[static_cast<size_t>(i)].printer->SetColumn(*batch.column(i));
    }
    const char delimiter = layout_->options.output_delimiter;
    const std::string_view line_end = layout_->line_end;
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) text_.Append(delimiter);
        const Status status = PrintField(&columns_[i], row);
        if (!status.ok()) {
          return AddWhere(status, {.column = layout_->schema->field(static_cast<int>(i))->name()});
        }
      }
      text_.Append(line_end);
    }
    if (text_.has_unreadable() || value_.has_unreadable()) return RefuseUnreadable(batch);
    rows_ += batch.num_rows();
    return compressor_ != nullptr && text_.size() >= kCompressedAtOnce ? Compress() : Status::OK();
  }

  int64_t bytes() const override {
    return static_cast<int64_t>(text_.capacity() + compressed_.capacity());
  }

  Result<std::unique_ptr<Piece>> Finish() override {
    auto piece = std::make_unique<TextPiece>();
    if (compressor_ != nullptr) {
      if (text_.size() > 0) ARROW_RETURN_NOT_OK(Compress());
      if (rows_ > 0) ARROW_RETURN_NOT_OK(compressor_->Finish(&compressed_));
      piece->text = std::exchange(compressed_, {});
    } else {
      piece->text.assign(text_.bytes().begin(), text_.bytes().end());
    }
    text_.Clear();
    piece->rows = std::exchange(rows_, 0);
    piece->bytes = static_cast<int64_t>(piece->text.size());
    for (Column& column : columns_) {
      piece->null_counts.push_back(std::exchange(column.null_count, 0));
    }
    return piece;
  }

 private:
  static constexpr size_t kCompressedAtOnce = 256 << 10;

  struct Column {
    std::unique_ptr<ValuePrinter> printer;
    bool is_plain = false;  // printed without a look at the characters
    bool is_text_type = false;
    int64_t null_count = 0;
  };

  Status Begin() {
    for (const auto& field : layout_->schema->fields()) {
      auto printer = ValuePrinter::Make(*field->type());
      if (!printer.ok()) return AddWhere(printer.status(), {.column = field->name()});
      Column column{.printer = *std::move(printer)};
      column.is_text_type = column.printer->text() == PrintedText::kAny;
      // A digit or a letter as delimiter, or a word for null, would break even these.
      column.is_plain =
          !column.is_text_type && layout_->options.quoting != Quoting::kAll &&
          layout_->options.null_text.empty() &&
          std::string_view("0123456789+-.:TZaeflnrstiuy").find(layout_->rules.delimiter) ==
              std::string_view::npos;
      columns_.push_back(std::move(column));
    }
    if (layout_->container == compress::Container::kNone) return Status::OK();
    const int level = static_cast<int>(layout_->options.output_compression_level.value_or(
        compress::LevelsOf(layout_->container).standard));
    ARROW_ASSIGN_OR_RAISE(compressor_, compress::Compressor::Make(layout_->container, level));
    return Status::OK();
  }

  Status PrintField(Column* column, int64_t row) {
    if (column->printer->IsNull(row)) {
      ++column->null_count;
      text_.Append(layout_->options.null_text);
      return Status::OK();
    }
    if (column->is_plain) {
      column->printer->Print(row, &text_);
      return Status::OK();
    }
    value_.Clear();
    column->printer->Print(row, &value_);
    return fields_.PrintText(value_.view(), column->is_text_type, &text_);
  }

  /// The failure of a batch that holds a value which would not be read back: the first of them.
  Status RefuseUnreadable(const arrow::RecordBatch& batch) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].printer->IsNull(row)) continue;
        TextBuffer value;
        columns_[i].printer->Print(row, &value);
        if (!value.has_unreadable()) continue;
        return Fail(kUnreadableDate,
                    {.column = layout_->schema->field(static_cast<int>(i))->name()},
                    "the value {} lies too far from today to be read back from a CSV file",
                    value.view().substr(0, 80));
      }
    }
    return Status::OK();
  }

  Status Compress() {
    ARROW_RETURN_NOT_OK(compressor_->Append(text_.bytes(), &compressed_));
    text_.Clear();
    return Status::OK();
  }

  std::shared_ptr<const Layout> layout_;
  FieldPrinter fields_;
  std::vector<Column> columns_;
  TextBuffer text_;
  TextBuffer value_;
  std::unique_ptr<compress::Compressor> compressor_;  // null: plain
  std::vector<uint8_t> compressed_;
  int64_t rows_ = 0;
};

class TextSink : public TableSink {
 public:
  TextSink(OutputFile& file, std::shared_ptr<const Layout> layout)
      : file_(file), layout_(std::move(layout)), null_counts_(layout_->schema->fields().size()) {}

  std::unique_ptr<Segment> NewSegment() override {
    // The types were checked when the sink was made.
    return std::move(TextSegment::Make(layout_)).ValueOr(nullptr);
  }

  Status Append(std::unique_ptr<Piece> piece) override {
    ARROW_RETURN_NOT_OK(WriteHead());
    const auto& text = static_cast<const TextPiece&>(*piece);
    rows_ += text.rows;
    for (size_t i = 0; i < null_counts_.size(); ++i) null_counts_[i] += text.null_counts[i];
    return file_.Append(text.text);
  }

  Result<TableSummary> Finish() override {
    ARROW_RETURN_NOT_OK(WriteHead());
    TableSummary summary{.rows = rows_};
    for (size_t i = 0; i < null_counts_.size(); ++i) {
      summary.columns.push_back({.name = layout_->schema->field(static_cast<int>(i))->name(),
                                 .null_count = null_counts_[i]});
    }
    return summary;
  }

 private:
  /// Byte-order mark, `sep=` line and names, once.
  Status WriteHead() {
    if (std::exchange(has_head_, true)) return Status::OK();
    const WriteOptions& options = layout_->options;
    TextBuffer head;
    if (options.excel) head.Append(kByteOrderMark);
    if (options.excel && options.output_delimiter != ',') {
      head.Append("sep=");
      head.Append(options.output_delimiter);
      head.Append(layout_->line_end);
    }
    const FieldPrinter fields(*layout_);
    if (options.output_header) {
      for (int i = 0; i < layout_->schema->num_fields(); ++i) {
        const std::string& name = layout_->schema->field(i)->name();
        if (i > 0) head.Append(options.output_delimiter);
        ARROW_RETURN_NOT_OK(AddWhere(fields.PrintText(name, true, &head), {.column = name}));
      }
      head.Append(layout_->line_end);
    }
    if (layout_->container == compress::Container::kNone) {
      return head.size() == 0 ? Status::OK() : file_.Append(head.bytes());
    }
    // Even without a head there is a member, so that an empty table is a whole compressed file.
    const int level = static_cast<int>(
        options.output_compression_level.value_or(compress::LevelsOf(layout_->container).standard));
    ARROW_ASSIGN_OR_RAISE(const auto compressor,
                          compress::Compressor::Make(layout_->container, level));
    std::vector<uint8_t> compressed;
    ARROW_RETURN_NOT_OK(compressor->Append(head.bytes(), &compressed));
    ARROW_RETURN_NOT_OK(compressor->Finish(&compressed));
    return file_.Append(compressed);
  }

  OutputFile& file_;
  std::shared_ptr<const Layout> layout_;
  bool has_head_ = false;
  int64_t rows_ = 0;
  std::vector<int64_t> null_counts_;
};

class TextOutput : public Output {
 public:
  TextOutput(OutputFile& file, const WriteOptions& options) : file_(file), options_(options) {}

  Result<std::unique_ptr<TableSink>> OpenTable(const TableSpec& spec) override {
    if (std::exchange(has_table_, true)) {
      return Fail(kUnsupported, {.path = file_.path(), .table = spec.name},
                  "a CSV file holds one table");
    }
    auto layout = std::make_shared<Layout>();
    layout->options = options_;
    layout->schema = spec.schema;
    layout->container = options_.ContainerFor(file_.path());
    layout->rules = {.delimiter = options_.output_delimiter, .quote = options_.output_quote};
    layout->line_end = options_.excel || options_.line_end == LineEnd::kCrlf ? "\r\n" : "\n";
    ARROW_RETURN_NOT_OK(TextSegment::Make(layout).status());
    return std::make_unique<TextSink>(file_, std::move(layout));
  }

  Status Finish() override { return Status::OK(); }

 private:
  OutputFile& file_;
  const WriteOptions options_;
  bool has_table_ = false;
};

}  // namespace

Result<std::unique_ptr<Output>> OpenWriter(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& /*context*/) {
  ARROW_RETURN_NOT_OK(options.Validate());
  return std::make_unique<TextOutput>(file, options);
}

}  // namespace pyforge::csv
