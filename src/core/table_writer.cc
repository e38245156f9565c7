#include "core/table_writer.h"

#include <utility>

namespace pyforge::core {

Result<bool> TableWriter::Stage() {
  if (file_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(file_, staging_.NewFile(request_.path));
  }
  return staging_.CanRestart(*file_);
}

Status TableWriter::Open(const TableSpec& spec) {
  ARROW_RETURN_NOT_OK(Stage());
  ARROW_ASSIGN_OR_RAISE(output_,
                        request_.format->open_output(*file_, request_.format_options, context_));
  ARROW_ASSIGN_OR_RAISE(sink_, output_->OpenTable(spec));
  if (request_.wants_checksum) checksum_ = std::make_unique<ChecksumSink>(sink_.get());
  return Status::OK();
}

TableSink* TableWriter::sink() { return checksum_ != nullptr ? checksum_.get() : sink_.get(); }

Status TableWriter::Discard() {
  checksum_.reset();
  sink_.reset();
  output_.reset();
  OutputFile* file = std::exchange(file_, nullptr);
  return file == nullptr ? Status::OK() : staging_.Discard(file);
}

Result<TableSummary> TableWriter::Finish() {
  ARROW_ASSIGN_OR_RAISE(TableSummary summary, sink()->Finish());
  ARROW_RETURN_NOT_OK(output_->Finish());
  ARROW_RETURN_NOT_OK(staging_.Finish(file_));
  bytes_ = file_->position();
  return summary;
}

}  // namespace pyforge::core
