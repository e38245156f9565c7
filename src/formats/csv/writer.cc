#include "formats/csv/writer.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/key_value_metadata.h>

#include "codec/compress/compressor.h"
#include "formats/csv/errors.h"
#include "formats/csv/row_text.h"
#include "formats/csv/text_buffer.h"
#include "schema/cast.h"
#include "schema/text_format.h"

namespace pyforge::csv {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct TextPiece : public Piece {
  TextBuffer text;
  std::vector<uint8_t> compressed;  // instead of text
  std::vector<int64_t> null_counts;
};

/// Buffers of pieces that were written, to be filled again: memory that is new costs more than what
/// is written to it. Threads: share freely.
class BufferPool {
 public:
  TextBuffer Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    TextBuffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  void GiveBack(TextBuffer buffer) {
    buffer.Clear();
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::vector<TextBuffer> free_;
};

/// What sink and segments share. Threads: share freely; all but the pool is immutable.
struct Layout {
  WriteOptions options;
  std::shared_ptr<arrow::Schema> schema;
  compress::Container container = compress::Container::kNone;
  LineRules rules;
  mutable BufferPool buffers;
};

class TextSegment : public Segment {
 public:
  static Result<std::unique_ptr<TextSegment>> Make(std::shared_ptr<const Layout> layout) {
    auto segment = std::make_unique<TextSegment>(std::move(layout));
    ARROW_RETURN_NOT_OK(segment->Begin());
    return segment;
  }
  explicit TextSegment(std::shared_ptr<const Layout> layout) : layout_(std::move(layout)) {}

  Status Add(const arrow::RecordBatch& batch) override {
    ARROW_RETURN_NOT_OK(printer_->Print(batch, &text_));
    rows_ += batch.num_rows();
    return compressor_ != nullptr && text_.size() >= kCompressedAtOnce ? Compress() : Status::OK();
  }

  int64_t bytes() const override {
    return static_cast<int64_t>(text_.capacity() + compressed_.capacity() + printer_->bytes());
  }

  Result<std::unique_ptr<Piece>> Finish() override {
    auto piece = std::make_unique<TextPiece>();
    if (compressor_ != nullptr) {
      if (text_.size() > 0) ARROW_RETURN_NOT_OK(Compress());
      if (rows_ > 0) ARROW_RETURN_NOT_OK(compressor_->Finish(&compressed_));
      piece->compressed = std::exchange(compressed_, {});
      piece->bytes = static_cast<int64_t>(piece->compressed.size());
    } else {
      piece->text = std::exchange(text_, layout_->buffers.Take());
      piece->bytes = static_cast<int64_t>(piece->text.size());
    }
    piece->rows = std::exchange(rows_, 0);
    piece->null_counts = printer_->TakeNullCounts();
    return piece;
  }

 private:
  static constexpr size_t kCompressedAtOnce = 256 << 10;

  Status Begin() {
    ARROW_ASSIGN_OR_RAISE(printer_, RowPrinter::Make(layout_->schema, layout_->rules));
    if (layout_->container == compress::Container::kNone) return Status::OK();
    const int level = static_cast<int>(layout_->options.output_compression_level.value_or(
        compress::LevelsOf(layout_->container).standard));
    ARROW_ASSIGN_OR_RAISE(compressor_, compress::Compressor::Make(layout_->container, level));
    return Status::OK();
  }

  Status Compress() {
    ARROW_RETURN_NOT_OK(compressor_->Append(text_.bytes(), &compressed_));
    text_.Clear();
    return Status::OK();
  }

  std::shared_ptr<const Layout> layout_;
  std::unique_ptr<RowPrinter> printer_;
  TextBuffer text_;
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
    auto& text = static_cast<TextPiece&>(*piece);
    rows_ += text.rows;
    for (size_t i = 0; i < null_counts_.size(); ++i) null_counts_[i] += text.null_counts[i];
    if (layout_->container != compress::Container::kNone) return file_.Append(text.compressed);
    ARROW_RETURN_NOT_OK(file_.Append(text.text.bytes()));
    layout_->buffers.GiveBack(std::move(text.text));
    return Status::OK();
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
      head.Append(layout_->rules.line_end);
    }
    if (options.output_header) {
      for (int i = 0; i < layout_->schema->num_fields(); ++i) {
        const std::string& name = layout_->schema->field(i)->name();
        if (i > 0) head.Append(options.output_delimiter);
        ARROW_RETURN_NOT_OK(AddWhere(PrintText(name, layout_->rules, &head), {.column = name}));
      }
      head.Append(layout_->rules.line_end);
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
    const bool is_crlf = options_.excel || options_.line_end == LineEnd::kCrlf;
    layout->rules = {
        .characters = {.delimiter = options_.output_delimiter, .quote = options_.output_quote},
        .quoting = options_.quoting,
        .null_text = options_.null_text,
        .line_end = is_crlf ? "\r\n" : "\n",
        .values = options_.Formats()};
    ARROW_RETURN_NOT_OK(TextSegment::Make(layout).status());
    return std::make_unique<TextSink>(file_, std::move(layout));
  }

  Status Finish() override { return Status::OK(); }

 private:
  OutputFile& file_;
  const WriteOptions options_;
  bool has_table_ = false;
};

/// How values of a type are spelt; empty where a reader needs no word about it, or where the
/// pattern has left something out, so that there is none.
std::string SpellingOf(const arrow::DataType& type, const WriteOptions& options) {
  using schema::TextKind;
  const auto or_else = [](const std::string& pattern, std::string_view iso) {
    return pattern.empty() ? std::string(iso) : pattern;
  };
  if (arrow::is_floating(type.id()) || arrow::is_decimal(type.id())) {
    return std::string("1234") + options.output_decimal + '5';
  }
  if (arrow::is_date(type.id())) return or_else(options.output_date_format, "yyyy-mm-dd");
  if (type.id() != arrow::Type::TIMESTAMP) return {};
  const bool has_zone = !static_cast<const arrow::TimestampType&>(type).timezone().empty();
  std::string pattern =
      or_else(options.output_timestamp_format,
              has_zone ? "yyyy-mm-ddThh:mm:ss.ffffffZ" : "yyyy-mm-ddThh:mm:ss.ffffff");
  schema::TextType reading{.kind = TextKind::kTimestamp};
  const bool is_whole =
      schema::ParseFormat(pattern, &reading).ok() && reading.layout.has_zone == has_zone;
  return is_whole ? pattern : std::string();
}

}  // namespace

std::shared_ptr<arrow::Schema> ReadBackContract(const arrow::Schema& written,
                                                const WriteOptions& options) {
  arrow::FieldVector fields;
  for (const auto& field : written.fields()) {
    auto metadata = field->metadata() == nullptr ? arrow::key_value_metadata({}, {})
                                                 : field->metadata()->Copy();
    if (metadata->Contains(schema::kFormatKey)) {  // how the input spelt them
      static_cast<void>(metadata->Delete(schema::kFormatKey));
    }
    const std::string spelling = SpellingOf(*field->type(), options);
    if (!spelling.empty()) metadata->Append(schema::kFormatKey, spelling);
    fields.push_back(field->WithMetadata(std::move(metadata)));
  }
  return arrow::schema(std::move(fields), written.metadata());
}

Result<std::unique_ptr<Output>> OpenWriter(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& /*context*/) {
  ARROW_RETURN_NOT_OK(options.Validate());
  return std::make_unique<TextOutput>(file, options);
}

}  // namespace pyforge::csv
