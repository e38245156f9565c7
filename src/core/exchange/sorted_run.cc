#include "core/exchange/sorted_run.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/api.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/compression.h>

namespace pyforge::core {
namespace {

constexpr int64_t kBlockBytes = 256 << 10;

/// The bytes of a run in its file, for Arrow's reader.
class RunStream : public arrow::io::InputStream {
 public:
  RunStream(std::shared_ptr<const io::TempFile> file, int64_t offset, int64_t bytes,
            arrow::MemoryPool* pool)
      : file_(std::move(file)), begin_(offset), end_(offset + bytes), at_(offset), pool_(pool) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return at_ - begin_; }
  Result<int64_t> Read(int64_t bytes, void* out) override {
    const int64_t wanted = std::min(bytes, end_ - at_);
    if (wanted == 0) return 0;
    ARROW_ASSIGN_OR_RAISE(const int64_t read,
                          file_->ReadAt(at_, wanted, static_cast<uint8_t*>(out)));
    if (read < wanted) {
      return Fail(kReadFailed, {}, "a temporary file ends after {} of {} bytes", at_ + read, end_);
    }
    at_ += read;
    return read;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(std::min(bytes, end_ - at_), pool_));
    ARROW_RETURN_NOT_OK(Read(buffer->size(), buffer->mutable_data()));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  const std::shared_ptr<const io::TempFile> file_;
  const int64_t begin_;
  const int64_t end_;
  int64_t at_;
  arrow::MemoryPool* pool_;
  bool closed_ = false;
};

class FileRunReader : public RunReader {
 public:
  static Result<std::unique_ptr<RunReader>> Make(const SortedRun& run, arrow::MemoryPool* pool) {
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.memory_pool = pool;
    options.use_threads = false;
    auto reader = std::make_unique<FileRunReader>();
    auto stream = std::make_shared<RunStream>(run.file, run.file_offset, run.stored_bytes, pool);
    ARROW_ASSIGN_OR_RAISE(reader->reader_,
                          arrow::ipc::RecordBatchStreamReader::Open(std::move(stream), options));
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader_->ReadNext(&batch));
    return batch;
  }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader_;
};

class MemoryRunReader : public RunReader {
 public:
  explicit MemoryRunReader(std::vector<std::shared_ptr<arrow::RecordBatch>> chunks)
      : chunks_(std::move(chunks)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ == chunks_.size()) return nullptr;
    return std::exchange(chunks_[next_++], nullptr);  // its memory goes with its last row
  }

 private:
  std::vector<std::shared_ptr<arrow::RecordBatch>> chunks_;
  size_t next_ = 0;
};

int64_t ValueBytes(const arrow::ArrayData& data);

/// Of a column whose values are stretches of a child or of bytes.
template <typename Offset>
int64_t VariableBytes(const arrow::ArrayData& data) {
  const auto* offsets = data.GetValues<Offset>(1);
  const int64_t begin = data.length == 0 ? 0 : offsets[0];
  const int64_t count = data.length == 0 ? 0 : offsets[data.length] - begin;
  const auto width = static_cast<int64_t>(sizeof(Offset));
  if (data.child_data.empty()) return count + data.length * width;
  return ValueBytes(*data.child_data[0]->Slice(begin, count)) + data.length * width;
}

int64_t ValueBytes(const arrow::ArrayData& data) {
  const int64_t validity = (data.length + 7) / 8;
  switch (data.type->id()) {
    case arrow::Type::NA:
      return validity;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return validity + VariableBytes<int32_t>(data);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::LARGE_LIST:
      return validity + VariableBytes<int64_t>(data);
    case arrow::Type::FIXED_SIZE_LIST: {
      const int64_t size = static_cast<const arrow::FixedSizeListType&>(*data.type).list_size();
      return validity +
             ValueBytes(*data.child_data[0]->Slice(data.offset * size, data.length * size));
    }
    case arrow::Type::STRUCT: {
      int64_t bytes = validity;
      for (const auto& child : data.child_data) {
        bytes += ValueBytes(*child->Slice(data.offset, data.length));
      }
      return bytes;
    }
    default:
      break;
  }
  if (arrow::is_fixed_width(data.type->id()) || data.type->id() == arrow::Type::DICTIONARY) {
    return validity + (data.length * data.type->bit_width() + 7) / 8;
  }
  const Result<int64_t> bytes = arrow::util::ReferencedBufferSize(data);
  return bytes.ok() ? *bytes : arrow::util::TotalBufferSize(data);
}

}  // namespace

/// Collects what Arrow writes in many small pieces.
class RunWriter::Sink : public arrow::io::OutputStream {
 public:
  Sink(std::shared_ptr<io::TempFile> file, arrow::MemoryPool* pool)
      : file_(std::move(file)), pool_(pool) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return bytes_; }
  Status Write(const void* data, int64_t bytes) override {
    const auto* from = static_cast<const uint8_t*>(data);
    while (bytes > 0) {
      if (block_ == nullptr) {
        ARROW_ASSIGN_OR_RAISE(block_, arrow::AllocateResizableBuffer(kBlockBytes, pool_));
        used_ = 0;
      }
      const int64_t count = std::min(bytes, kBlockBytes - used_);
      std::memcpy(block_->mutable_data() + used_, from, static_cast<size_t>(count));
      used_ += count;
      bytes_ += count;
      from += count;
      bytes -= count;
      if (used_ == kBlockBytes) ARROW_RETURN_NOT_OK(EndBlock());
    }
    return Status::OK();
  }

  /// Passes on what is left; the blocks are those that went to no file.
  Status Finish(std::vector<std::shared_ptr<arrow::Buffer>>* blocks) {
    if (block_ != nullptr && used_ > 0) ARROW_RETURN_NOT_OK(EndBlock());
    *blocks = std::move(blocks_);
    return Status::OK();
  }

 private:
  Status EndBlock() {
    if (file_ != nullptr) {
      ARROW_RETURN_NOT_OK(file_->Append(std::span(block_->data(), static_cast<size_t>(used_))));
      used_ = 0;
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(block_->Resize(used_));
    blocks_.push_back(std::move(block_));
    return Status::OK();
  }

  const std::shared_ptr<io::TempFile> file_;
  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::ResizableBuffer> block_;
  int64_t used_ = 0;
  int64_t bytes_ = 0;
  std::vector<std::shared_ptr<arrow::Buffer>> blocks_;
  bool closed_ = false;
};

RunWriter::RunWriter() = default;
RunWriter::~RunWriter() = default;

Result<std::unique_ptr<RunWriter>> RunWriter::Make(const std::shared_ptr<arrow::Schema>& schema,
                                                   std::shared_ptr<io::TempFile> file,
                                                   arrow::MemoryPool* pool) {
  std::unique_ptr<RunWriter> writer(new RunWriter());
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = pool;
  options.use_threads = false;
  options.allow_64bit = true;
  if (arrow::util::Codec::IsAvailable(arrow::Compression::LZ4_FRAME)) {
    ARROW_ASSIGN_OR_RAISE(options.codec, arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME));
  }
  if (file != nullptr) writer->run_.file_offset = file->size();
  writer->run_.file = file;
  writer->sink_ = std::make_shared<Sink>(std::move(file), pool);
  ARROW_ASSIGN_OR_RAISE(writer->writer_,
                        arrow::ipc::MakeStreamWriter(writer->sink_, schema, options));
  return writer;
}

Status RunWriter::Add(const arrow::RecordBatch& chunk) {
  const int64_t bytes = BatchBytes(chunk);
  run_.rows += chunk.num_rows();
  run_.bytes += bytes;
  run_.chunk_bytes_max = std::max(run_.chunk_bytes_max, bytes);
  return writer_->WriteRecordBatch(chunk);
}

Result<SortedRun> RunWriter::Finish() {
  ARROW_RETURN_NOT_OK(writer_->Close());
  ARROW_ASSIGN_OR_RAISE(run_.stored_bytes, sink_->Tell());
  ARROW_RETURN_NOT_OK(sink_->Finish(&run_.blocks));
  return std::move(run_);
}

Status MoveToFile(const std::shared_ptr<io::TempFile>& file, SortedRun* run) {
  run->file = file;
  run->file_offset = file->size();
  for (std::shared_ptr<arrow::Buffer>& block : run->blocks) {
    ARROW_RETURN_NOT_OK(file->Append(std::span(block->data(), static_cast<size_t>(block->size()))));
    block.reset();
  }
  run->blocks.clear();
  return Status::OK();
}

Result<std::unique_ptr<RunReader>> OpenRun(SortedRun run, arrow::MemoryPool* pool) {
  if (run.file != nullptr) return FileRunReader::Make(run, pool);
  return std::make_unique<MemoryRunReader>(std::move(run.chunks));
}

int64_t BatchBytes(const arrow::RecordBatch& batch) {
  int64_t bytes = 0;
  for (int i = 0; i < batch.num_columns(); ++i) bytes += ValueBytes(*batch.column_data(i));
  return bytes;
}

}  // namespace pyforge::core
