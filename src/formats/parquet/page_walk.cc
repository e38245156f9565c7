#include "formats/parquet/page_walk.h"

#include <libdeflate.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "formats/parquet/errors.h"
#include "formats/parquet/metadata.h"

namespace pyforge::parquet {
namespace {

constexpr int64_t kWindowBytes = 256;                   // nearly every header is shorter
constexpr int64_t kHeaderBytesMax = int64_t{16} << 20;  // Arrow reads no longer ones
constexpr int64_t kBlockBytes = int64_t{64} << 10;

class PageWalk {
 public:
  PageWalk(const RandomAccess& file, const ChunkPlace& place)
      : file_(file),
        place_(place),
        end_(place.facts.offset + place.facts.stored_bytes),
        limit_(std::min(end_ + place.slack_bytes, file.size())) {}

  Status Check(bool with_checksums) {
    int64_t position = place_.facts.offset;
    int64_t values = 0;
    int64_t surplus_position = -1;  // the page that goes beyond the count
    while (position < end_) {
      ARROW_ASSIGN_OR_RAISE(const std::optional<PageFacts> page, HeaderAt(position));
      const bool fits = page && page->stored_bytes <= limit_ - position - page->header_bytes;
      if (!fits) {
        // Behind the last value some writers leave bytes that are no page.
        if (values == place_.facts.value_count) return Status::OK();
        if (!page) return Corrupt(position, "holds no page header at byte {}", position);
        return Corrupt(position, "has a page of {} bytes at byte {} but ends at byte {}",
                       page->header_bytes + page->stored_bytes, position, end_);
      }
      if (with_checksums && page->crc) {
        ARROW_RETURN_NOT_OK(CheckChecksum(position, *page));
      }
      values += page->value_count;
      if (values > place_.facts.value_count && surplus_position < 0) surplus_position = position;
      position += page->header_bytes + page->stored_bytes;
    }
    if (values == place_.facts.value_count) return Status::OK();
    return Corrupt(surplus_position < 0 ? end_ : surplus_position,
                   "says it has {} values but its pages hold {}", place_.facts.value_count, values);
  }

 private:
  template <typename... Args>
  Status Corrupt(int64_t position, fmt::format_string<Args...> format, Args&&... args) const {
    return Fail(kCorrupt, {.column = place_.leaf.path, .byte_offset = position},
                "the chunk of column '{}' in row group {} {}", place_.leaf.path, place_.row_group,
                fmt::format(format, std::forward<Args>(args)...));
  }

  /// Nothing where no header stands there.
  Result<std::optional<PageFacts>> HeaderAt(int64_t position) {
    const int64_t known = window_start_ + static_cast<int64_t>(window_.size());
    if (position < known) {
      const auto page = ReadPageHeader(
          std::string_view(window_).substr(static_cast<size_t>(position - window_start_)));
      if (page) return page;
    }
    // Statistics may hold long texts.
    const int64_t left = std::min(limit_ - position, kHeaderBytesMax);
    for (int64_t bytes = kWindowBytes;; bytes *= 16) {
      ARROW_RETURN_NOT_OK(ReadWindow(position, std::min(bytes, left)));
      const auto page = ReadPageHeader(window_);
      if (page || bytes >= left) return page;
    }
  }

  Status ReadWindow(int64_t position, int64_t bytes) {
    window_.resize(static_cast<size_t>(bytes));
    window_start_ = position;
    ARROW_ASSIGN_OR_RAISE(
        const int64_t read,
        file_.ReadAt(position, bytes, reinterpret_cast<uint8_t*>(window_.data())));
    window_.resize(static_cast<size_t>(read));
    return Status::OK();
  }

  Status CheckChecksum(int64_t position, const PageFacts& page) const {
    uint32_t crc = 0;
    std::string block;
    const int64_t begin = position + page.header_bytes;
    for (int64_t done = 0; done < page.stored_bytes;) {
      block.resize(static_cast<size_t>(std::min(kBlockBytes, page.stored_bytes - done)));
      ARROW_ASSIGN_OR_RAISE(const int64_t read,
                            file_.ReadAt(begin + done, static_cast<int64_t>(block.size()),
                                         reinterpret_cast<uint8_t*>(block.data())));
      if (read <= 0) return Corrupt(position, "ends inside of the page at byte {}", position);
      crc = libdeflate_crc32(crc, block.data(), static_cast<size_t>(read));
      done += read;
    }
    if (crc == *page.crc) return Status::OK();
    return Corrupt(position, "has a page at byte {} whose CRC-32 is {:08x} instead of {:08x}",
                   position, crc, *page.crc);
  }

  const RandomAccess& file_;
  const ChunkPlace& place_;
  const int64_t end_;
  const int64_t limit_;
  std::string window_;
  int64_t window_start_ = 0;
};

}  // namespace

Status CheckPages(const RandomAccess& file, const ChunkPlace& place) {
  return PageWalk(file, place).Check(false);
}

Status CheckPagesAndChecksums(const RandomAccess& file, const ChunkPlace& place) {
  return PageWalk(file, place).Check(true);
}

}  // namespace pyforge::parquet
