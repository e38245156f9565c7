#include "core/part_files.h"

#include <utility>

namespace pyforge::core {

struct PartFiles::OpenFile {
  OutputFile* file = nullptr;
  std::unique_ptr<Output> output;
  std::unique_ptr<TableSink> sink;
};

PartFiles::PartFiles(PartFilesOptions options, Staging& staging, ExecutionContext& context)
    : options_(std::move(options)), staging_(staging), context_(context) {}

PartFiles::~PartFiles() = default;

Result<std::unique_ptr<PartFiles>> PartFiles::Open(PartFilesOptions options, Staging& staging,
                                                   ExecutionContext& context) {
  std::unique_ptr<PartFiles> files(new PartFiles(std::move(options), staging, context));
  ARROW_RETURN_NOT_OK(files->Begin());
  files->first_sink_ = files->open_files_.front()->sink.get();
  return files;
}

Status PartFiles::Begin() {
  auto next = std::make_unique<OpenFile>();
  if (files_.empty() && options_.first_file != nullptr) {
    next->file = options_.first_file;
  } else {
    ARROW_ASSIGN_OR_RAISE(next->file,
                          staging_.NewFile(options_.path(static_cast<int64_t>(files_.size()))));
  }
  files_.push_back(next->file);
  ARROW_ASSIGN_OR_RAISE(
      next->output, options_.format->open_output(*next->file, *options_.format_options, context_));
  ARROW_ASSIGN_OR_RAISE(next->sink, next->output->OpenTable(options_.table));
  open_files_.push_back(std::move(next));
  has_pieces_ = false;
  return Status::OK();
}

Status PartFiles::End() {
  OpenFile& last = *open_files_.back();
  ARROW_ASSIGN_OR_RAISE(const TableSummary part, last.sink->Finish());
  ARROW_RETURN_NOT_OK(last.output->Finish());
  ARROW_RETURN_NOT_OK(staging_.Finish(last.file));
  summary_.rows += part.rows;
  if (summary_.columns.empty()) {
    summary_.columns = part.columns;
  } else {
    for (size_t i = 0; i < summary_.columns.size(); ++i) {
      summary_.columns[i].null_count += part.columns[i].null_count;
    }
  }
  return Status::OK();
}

std::unique_ptr<Segment> PartFiles::NewSegment() { return first_sink_->NewSegment(); }

Status PartFiles::Append(std::unique_ptr<Piece> piece) {
  const bool is_full =
      options_.file_bytes_max && has_pieces_ &&
      open_files_.back()->file->position() + piece->bytes > *options_.file_bytes_max;
  if (is_full) {
    ARROW_RETURN_NOT_OK(End());
    ARROW_RETURN_NOT_OK(Begin());
  }
  has_pieces_ = true;
  return open_files_.back()->sink->Append(std::move(piece));
}

Result<TableSummary> PartFiles::Finish() {
  ARROW_RETURN_NOT_OK(End());
  return summary_;
}

Status PartFiles::Discard() {
  open_files_.clear();
  for (OutputFile* file : std::exchange(files_, {})) {
    ARROW_RETURN_NOT_OK(staging_.Discard(file));
  }
  return Status::OK();
}

}  // namespace pyforge::core
