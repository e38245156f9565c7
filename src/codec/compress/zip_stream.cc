#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>

#include "codec/compress/container_stream.h"
#include "codec/compress/inflate_failure.h"
#include "codec/compress/load_little.h"
#include "codec/compress/zip_header.h"

namespace pyforge::compress {
namespace {

enum Method : unsigned { kStored = 0, kDeflated = 8 };
constexpr uint16_t kZip64Field = 1;
constexpr size_t kDescriptorBytesMax = 24;
constexpr uint32_t kInZip64 = 0xffffffff;

/// The one file of an archive, read from its beginning: what the archive's end says of it is not
/// needed. Folders, and what macOS adds, are passed over; a second file is an error, for nobody
/// could tell which was meant.
class ZipStream final : public ContainerStream {
 public:
  ZipStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : ContainerStream(Container::kZip, std::move(stored), std::move(options)),
        state_(std::make_unique<inflate_state>()) {}

 protected:
  Status Step(std::span<uint8_t> out) override {
    if (!in_member_) return NextMember();
    ARROW_ASSIGN_OR_RAISE(const size_t count, is_deflated_ ? Inflate(out.size(), out.data())
                                                           : Copy(out.size(), out.data()));
    // What is passed over is nobody's data.
    if (is_wanted_) Produced(count);
    return Status::OK();
  }

 private:
  Status NextMember() {
    ARROW_RETURN_NOT_OK(NeedInput(4));
    switch (static_cast<ZipSignature>(LoadLittle(input(), 4))) {
      case ZipSignature::kLocalFile:
        return ReadLocalHeader();
      case ZipSignature::kCentralFile:
      case ZipSignature::kExtraData:
      case ZipSignature::kEnd:
      case ZipSignature::kEnd64:
        if (!has_member_) return Error(kContainer, "the zip archive holds no file");
        EndData();
        return Status::OK();
      default:
        return Damaged("what should be a header of the archive is none");
    }
  }

  Status ReadLocalHeader() {
    ARROW_RETURN_NOT_OK(NeedInput(ZipLocalHeader::kBytes));
    const ZipLocalHeader header = ZipLocalHeader::Parse(input());
    const size_t bytes = ZipLocalHeader::kBytes + header.name_bytes + header.extra_bytes;
    ARROW_RETURN_NOT_OK(MakeRoom(bytes));
    ARROW_RETURN_NOT_OK(NeedInput(bytes));
    const std::string_view name(reinterpret_cast<const char*>(input()) + ZipLocalHeader::kBytes,
                                header.name_bytes);
    shown_name_ = ShownZippedName(name);
    stated_crc_ = header.crc;
    stored_left_ = header.stored_bytes;
    stated_plain_bytes_ = header.plain_bytes;
    ReadExtraFields({input() + ZipLocalHeader::kBytes + header.name_bytes, header.extra_bytes});
    has_descriptor_ = header.has_descriptor();
    is_deflated_ = header.method == kDeflated;
    is_wanted_ = IsZippedFile(name);
    Consume(bytes);
    if (is_wanted_ && has_member_) {
      return Error(kContainer,
                   "the zip archive holds more than one file: '{}' and '{}'; unpack it, and "
                   "convert the files",
                   file_name_, shown_name_);
    }
    if (header.is_encrypted()) {
      return Error(kContainer, "'{}' in the zip archive is encrypted", shown_name_);
    }
    if (header.method != kStored && header.method != kDeflated) {
      return Error(kContainer,
                   "'{}' in the zip archive is compressed by method {}; this program opens stored "
                   "(0) and deflated (8) files",
                   shown_name_, header.method);
    }
    if (is_wanted_) {
      has_member_ = true;
      file_name_ = shown_name_;
    }
    crc_ = 0;
    stored_bytes_ = 0;
    plain_bytes_ = 0;
    if (is_deflated_) {
      isal_inflate_init(state_.get());
      state_->crc_flag = ISAL_DEFLATE;
    }
    in_member_ = true;
    return Status::OK();
  }

  // Section 4.5.3: where the sizes have no room, they stand here.
  void ReadExtraFields(std::span<const uint8_t> fields) {
    while (fields.size() >= 4) {
      const auto id = static_cast<uint16_t>(LoadLittle(fields.data(), 2));
      const size_t size = LoadLittle(fields.data() + 2, 2);
      fields = fields.subspan(4);
      if (size > fields.size()) return;
      if (id == kZip64Field) {
        const uint8_t* at = fields.data();
        size_t left = size;
        for (uint64_t* each : {&stated_plain_bytes_, &stored_left_}) {
          if (*each != kInZip64 || left < 8) continue;
          *each = LoadLittle(at, 8);
          at += 8;
          left -= 8;
        }
      }
      fields = fields.subspan(size);
    }
  }

  Result<size_t> Inflate(size_t bytes, uint8_t* out) {
    ARROW_RETURN_NOT_OK(WantInput(1));
    const auto room = static_cast<uint32_t>(
        std::min(bytes, static_cast<size_t>(std::numeric_limits<int32_t>::max())));
    state_->next_in = input();
    state_->avail_in = static_cast<uint32_t>(input_count());
    state_->next_out = out;
    state_->avail_out = room;
    const uint32_t available = state_->avail_in;
    const int result = isal_inflate(state_.get());
    Consume(available - state_->avail_in);
    stored_bytes_ += available - state_->avail_in;
    if (result < 0) return Damaged(InflateFailure(result));
    const size_t count = room - state_->avail_out;
    Account(out, count);
    if (state_->block_state == ISAL_BLOCK_FINISH) {
      ARROW_RETURN_NOT_OK(GiveBackAhead());
      ARROW_RETURN_NOT_OK(FinishFile());
    } else if (count == 0 && available == 0) {
      return Truncated();
    }
    return count;
  }

  // The library takes up to eight bytes ahead; what follows deflated data is not known to it.
  Status GiveBackAhead() {
    std::array<uint8_t, 8> ahead;
    const auto bits = static_cast<unsigned>(std::max(state_->read_in_length, 0));
    const size_t count = bits / 8;
    uint64_t left = state_->read_in >> bits % 8;
    for (size_t i = 0; i < count; ++i, left >>= 8U) ahead[i] = static_cast<uint8_t>(left);
    stored_bytes_ -= count;
    return GiveBack(std::span(ahead).first(count));
  }

  Result<size_t> Copy(size_t bytes, uint8_t* out) {
    if (stored_left_ == 0) {
      ARROW_RETURN_NOT_OK(FinishFile());
      return 0;
    }
    ARROW_RETURN_NOT_OK(NeedInput(1));
    const size_t count = std::min({bytes, input_count(), static_cast<size_t>(stored_left_)});
    std::memcpy(out, input(), count);
    Account(out, count);
    Consume(count);
    stored_bytes_ += count;
    stored_left_ -= count;
    return count;
  }

  void Account(const uint8_t* bytes, size_t count) {
    crc_ = crc32_gzip_refl(crc_, bytes, count);
    plain_bytes_ += count;
  }

  Status FinishFile() {
    in_member_ = false;
    if (has_descriptor_) return PassDescriptor();
    if (crc_ != stated_crc_) return Damaged("the checksum does not match the data");
    if (plain_bytes_ != stated_plain_bytes_) return Damaged("the size does not match the data");
    return Status::OK();
  }

  // Section 4.3.9: the signature may be missing, and sizes have 4 or 8 bytes. Whoever does not know
  // the sizes beforehand cannot say in the header which (Go's archive/zip, Java's ZipOutputStream),
  // so it is the layout that agrees with the data. 8 bytes come first: sizes of 4 cannot pass for
  // them, as no header behind a descriptor begins with zeros.
  Status PassDescriptor() {
    // The end of a whole archive, behind the last descriptor, has nearly as many bytes alone.
    ARROW_RETURN_NOT_OK(NeedInput(kDescriptorBytesMax));
    const bool has_signature =
        LoadLittle(input(), 4) == static_cast<uint32_t>(ZipSignature::kDescriptor);
    for (const size_t size_bytes : {8U, 4U}) {
      for (const size_t begin : {4U, 0U}) {
        if (begin != 0 && !has_signature) continue;
        const uint8_t* at = input() + begin;
        if (LoadLittle(at, 4) == crc_ && LoadLittle(at + 4, size_bytes) == stored_bytes_ &&
            LoadLittle(at + 4 + size_bytes, size_bytes) == plain_bytes_) {
          Consume(begin + 4 + 2 * size_bytes);
          return Status::OK();
        }
      }
    }
    if (!is_deflated_ && stored_bytes_ == 0) {
      return Error(kContainer,
                   "'{}' in the zip archive is stored without stating its size before it",
                   shown_name_);
    }
    if (LoadLittle(input() + (has_signature ? 4 : 0), 4) != crc_) {
      return Damaged("the checksum does not match the data");
    }
    return Damaged("the sizes do not match the data");
  }

  const std::unique_ptr<inflate_state> state_;  // 90 KB
  std::string shown_name_;                      // of what is read
  std::string file_name_;                       // of the one file
  bool has_member_ = false;
  bool in_member_ = false;
  bool is_wanted_ = false;
  bool is_deflated_ = false;
  bool has_descriptor_ = false;
  uint32_t crc_ = 0;
  uint32_t stated_crc_ = 0;
  uint64_t stored_bytes_ = 0;  // read of it
  uint64_t stored_left_ = 0;   // of what is stated, for files that are not compressed
  uint64_t plain_bytes_ = 0;
  uint64_t stated_plain_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeZipStream(std::unique_ptr<ByteStream> stored,
                                                  DecompressOptions options) {
  return std::make_unique<ZipStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
