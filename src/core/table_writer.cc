#include "core/table_writer.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "core/exchange/partition_path.h"
#include "core/verify.h"
#include "io/errors.h"

namespace pyforge::core {
namespace {

namespace fs = std::filesystem;

/// Of the memory, for all tables that are sorted at once.
constexpr double kSortShare = 0.25;

}  // namespace

Result<bool> TableWriter::Stage() {
  if (WritesDirectory(*request_.options)) {
    ARROW_RETURN_NOT_OK(CheckDirectory());
    return true;
  }
  if (staged_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(staged_, staging_.NewFile(request_.path));
  }
  return staging_.CanRestart(*staged_);
}

Status TableWriter::CheckDirectory() {
  if (request_.path == "-") {
    return Fail(kBadRequest, {.path = request_.path},
                "several files cannot go to standard output: name a directory");
  }
  while (request_.path.size() > 1 && request_.path.ends_with('/')) request_.path.pop_back();
  std::error_code error;
  if (request_.options->mode == WriteMode::kOverwrite || !fs::is_directory(request_.path, error) ||
      fs::is_empty(request_.path, error)) {
    return Status::OK();
  }
  return Fail(io::kOutputExists, {.path = request_.path}, "the directory {} already holds files",
              request_.path);
}

Status TableWriter::Open(const TableSpec& spec) {
  ARROW_RETURN_NOT_OK(Stage());
  spec_ = spec;
  stored_schema_ = spec.schema;
  files_.clear();
  stored_checksum_ = {};
  TableSink* inner = nullptr;
  if (SortsRows(*request_.options)) {
    ARROW_RETURN_NOT_OK(OpenSort());
    inner = sort_.get();
  } else {
    ARROW_ASSIGN_OR_RAISE(parts_, OpenParts(request_.path));
    inner = parts_.get();
  }
  if (request_.wants_checksum) checksum_ = std::make_unique<ChecksumSink>(inner);
  return Status::OK();
}

Status TableWriter::OpenSort() {
  ExternalSortOptions options{.group_count = request_.options->partition_by.size(),
                              .drop_group_columns = true,
                              .memory_share = kSortShare / request_.tables_at_once};
  for (const std::string& column : request_.options->partition_by) {
    const bool is_known =
        std::any_of(options.keys.begin(), options.keys.end(),
                    [&column](const SortKey& key) { return key.column == column; });
    if (is_known) {
      return Fail(kBadOption, {}, "the option 'partition_by' names the column '{}' twice", column);
    }
    options.keys.push_back({.column = column});
  }
  for (const std::string& text : request_.options->sort_by) {
    ARROW_ASSIGN_OR_RAISE(SortKey key, SortKey::Parse(text));
    options.keys.push_back(std::move(key));
  }
  ARROW_ASSIGN_OR_RAISE(sort_, ExternalSort::Make(spec_.schema, std::move(options), context_));
  stored_schema_ = sort_->sorted_schema();
  if (stored_schema_->num_fields() == 0 && spec_.schema->num_fields() > 0) {
    return Fail(kBadOption, {},
                "the option 'partition_by' names all columns: nothing is left for the files");
  }
  return Status::OK();
}

Result<std::unique_ptr<PartFiles>> TableWriter::OpenParts(const std::string& directory) {
  PartFilesOptions options{.format = request_.format,
                           .format_options = &request_.format_options,
                           .table = {.name = spec_.name, .schema = stored_schema_}};
  if (WritesDirectory(*request_.options)) {
    options.path = [directory, extension = std::string(request_.format->extensions.front())](
                       int64_t n) { return fmt::format("{}/part-{}{}", directory, n, extension); };
    if (request_.options->max_file_size) options.file_bytes_max = *request_.options->max_file_size;
  } else {
    options.first_file = staged_;
  }
  return PartFiles::Open(std::move(options), staging_, context_);
}

TableSink* TableWriter::sink() {
  if (checksum_ != nullptr) return checksum_.get();
  return sort_ != nullptr ? static_cast<TableSink*>(sort_.get()) : parts_.get();
}

Status TableWriter::Discard() {
  checksum_.reset();
  sort_.reset();
  OutputFile* const staged = std::exchange(staged_, nullptr);
  if (parts_ != nullptr) {
    const std::unique_ptr<PartFiles> parts = std::move(parts_);
    return parts->Discard();
  }
  return staged == nullptr ? Status::OK() : staging_.Discard(staged);
}

Result<TableSummary> TableWriter::Finish() {
  TableSummary summary;
  if (sort_ != nullptr) {
    ARROW_RETURN_NOT_OK(sink()->Finish());
    ARROW_RETURN_NOT_OK(WriteSorted(&summary));
  } else {
    ARROW_ASSIGN_OR_RAISE(summary, sink()->Finish());
    if (checksum_ != nullptr) stored_checksum_ = checksum_->checksum();
    files_ = parts_->files();
  }
  // A conversion keeps the writers of all its tables to the end, but not what wrote them.
  parts_.reset();
  sort_.reset();
  if (WritesDirectory(*request_.options)) ARROW_RETURN_NOT_OK(CheckNothingStays());
  return summary;
}

Status TableWriter::WriteSorted(TableSummary* summary) {
  for (const auto& field : spec_.schema->fields()) {
    summary->columns.push_back({.name = field->name()});
  }
  ARROW_ASSIGN_OR_RAISE(const auto rows, sort_->OpenRows());
  const std::vector<std::string>& partition_by = request_.options->partition_by;
  if (partition_by.empty()) {
    ARROW_ASSIGN_OR_RAISE(const auto parts, OpenParts(request_.path));
    ARROW_RETURN_NOT_OK(WriteGroup(*rows, *parts, summary));
    if (checksum_ != nullptr && !(checksum_->checksum() == stored_checksum_)) {
      return Fail(kVerifyFailed, {.path = request_.path},
                  "the rows have the checksum {} before they are sorted and {} after it",
                  checksum_->checksum().ToString(), stored_checksum_.ToString());
    }
    return Status::OK();
  }
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool has_group, rows->NextGroup());
    if (!has_group) break;
    const auto row = rows->GroupRow();
    ARROW_ASSIGN_OR_RAISE(const std::string path,
                          PartitionPath(*row, partition_by, context_.memory_pool()));
    ARROW_ASSIGN_OR_RAISE(const auto parts, OpenParts(fmt::format("{}/{}", request_.path, path)));
    const int64_t rows_before = summary->rows;
    ARROW_RETURN_NOT_OK(WriteGroup(*rows, *parts, summary));
    for (ColumnSummary& column : summary->columns) {
      const int index = row->schema()->GetFieldIndex(column.name);
      const bool names_group =
          std::find(partition_by.begin(), partition_by.end(), column.name) != partition_by.end();
      if (names_group && row->column(index)->IsNull(0)) {
        column.null_count += summary->rows - rows_before;
      }
    }
  }
  if (files_.empty()) context_.Warn("there are no rows, so " + request_.path + " was not made");
  return Status::OK();
}

Status TableWriter::WriteGroup(SortedRows& rows, PartFiles& parts, TableSummary* summary) {
  ChecksumSink checksum(&parts);
  TableSink* const sink = request_.wants_checksum ? static_cast<TableSink*>(&checksum) : &parts;
  ARROW_ASSIGN_OR_RAISE(
      const PassOutcome pass,
      RunPass(rows, {{.sink = sink}}, {.segment_bytes = SegmentBytes(context_) / 2}, context_));
  seconds_.next += pass.seconds.next;
  seconds_.decode += pass.seconds.decode;
  seconds_.encode += pass.seconds.encode;
  seconds_.append += pass.seconds.append;
  ARROW_ASSIGN_OR_RAISE(const TableSummary group, sink->Finish());
  stored_checksum_.Merge(checksum.checksum());
  summary->rows += group.rows;
  for (const ColumnSummary& stored : group.columns) {
    for (ColumnSummary& column : summary->columns) {
      if (column.name == stored.name) column.null_count += stored.null_count;
    }
  }
  files_.insert(files_.end(), parts.files().begin(), parts.files().end());
  return Status::OK();
}

// Files of an earlier run would be read together with the new ones.
Status TableWriter::CheckNothingStays() const {
  std::set<std::string> written;
  for (const OutputFile* file : files_) written.insert(file->path());
  std::error_code error;
  for (fs::recursive_directory_iterator entry(request_.path, error), end; entry != end;
       entry.increment(error)) {
    if (error) break;
    const std::string path = entry->path().string();
    if (entry->is_directory(error) || written.contains(path)) continue;
    return Fail(io::kOutputExists, {.path = path},
                "{} would stay among the new files of {}; remove it first", path, request_.path);
  }
  return Status::OK();
}

int64_t TableWriter::bytes() const {
  int64_t bytes = 0;
  for (const OutputFile* file : files_) bytes += file->position();
  return bytes;
}

}  // namespace pyforge::core
