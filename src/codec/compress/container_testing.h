// For tests: texts, and every container they may be packed in.
#pragma once

#include <arrow/util/compression.h>
#include <bzlib.h>
#include <gtest/gtest.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "codec/compress/container.h"
#include "codec/compress/decompressor.h"
#include "support/byte_streams.h"

namespace pyforge::compress {

/// Lines that compress about as well as a table does.
inline std::string Text(size_t bytes, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) {
    text += std::to_string(random() % 100000) + ",name" + std::to_string(random() % 50) +
            ",2024-01-" + std::to_string(random() % 28 + 1) + "\n";
  }
  text.resize(bytes);
  return text;
}

inline std::string Noise(size_t bytes) {
  std::mt19937 random(7);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

/// A gzip member by zlib, which knows every field of the header.
inline std::string Gzip(std::string_view text, int level = 6, gz_header* header = nullptr) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  if (header != nullptr) {
    EXPECT_EQ(deflateSetHeader(&stream, header), Z_OK);
  }
  std::string out(deflateBound(&stream, text.size()) + 4096, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string Zstd(std::string_view text, int level = 3, int window_log = 0,
                        bool has_checksum = true) {
  ZSTD_CCtx* state = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(state, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, has_checksum ? 1 : 0);
  if (window_log != 0) ZSTD_CCtx_setParameter(state, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  // In two steps, so that the frame does not state its content size and has a window.
  while (input.pos < input.size) ZSTD_compressStream2(state, &output, &input, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(state, &output, &input, ZSTD_e_end), 0U);
  out.resize(output.pos);
  ZSTD_freeCCtx(state);
  return out;
}

inline Result<std::string> Unpack(Container container, std::string_view bytes,
                                  int64_t step = 1 << 20,
                                  DecompressOptions options = {.path = "in.gz"}) {
  ARROW_ASSIGN_OR_RAISE(auto stream,
                        OpenDecompressor(container, std::make_unique<testing::StringStream>(bytes),
                                         std::move(options)));
  return testing::ReadAll(*stream, step);
}

inline std::string Bzip2(std::string_view text, int level = 1) {
  std::string out(text.size() + text.size() / 50 + 1000, '\0');
  auto bytes = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &bytes, const_cast<char*>(text.data()),
                                     static_cast<unsigned>(text.size()), level, 0, 0),
            BZ_OK);
  out.resize(bytes);
  return out;
}

inline std::string Xz(std::string_view text, unsigned preset = 1,
                      lzma_check check = LZMA_CHECK_CRC64) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t bytes = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(preset, check, nullptr,
                                    reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<uint8_t*>(out.data()), &bytes, out.size()),
            LZMA_OK);
  out.resize(bytes);
  return out;
}

inline std::string Lz4(std::string_view text) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  std::string out(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
  const size_t bytes =
      LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), &preferences);
  EXPECT_EQ(LZ4F_isError(bytes), 0U);
  out.resize(bytes);
  return out;
}

inline void PutLittle(uint64_t number, size_t bytes, std::string* out) {
  for (size_t i = 0; i < bytes; ++i) out->push_back(static_cast<char>(number >> (8 * i)));
}
inline void PutBig(uint64_t number, size_t bytes, std::string* out) {
  for (size_t i = bytes; i-- > 0;) out->push_back(static_cast<char>(number >> (8 * i)));
}
inline const uint8_t* Unsigned(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
inline uint32_t Crc32(std::string_view text) {
  return crc32_gzip_refl(0, Unsigned(text), text.size());
}

inline std::string SnappyChunk(uint8_t type, std::string_view text, std::string_view body) {
  const uint32_t crc =
      ~crc32_iscsi(const_cast<uint8_t*>(Unsigned(text)), static_cast<int>(text.size()), ~0U);
  std::string out;
  PutLittle(type | (body.size() + 4) << 8U, 4, &out);
  PutLittle(((crc >> 15U) | (crc << 17U)) + 0xa282ead8U, 4, &out);
  return out.append(body);
}

/// Every third chunk stored as it is.
inline std::string Snappy(std::string_view text) {
  std::string out("\xff\x06\0\0sNaPpY", 10);
  auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
  for (size_t i = 0; i < text.size(); i += 65536) {
    const std::string_view part = text.substr(i, 65536);
    if (i / 65536 % 3 == 2) {
      out += SnappyChunk(1, part, part);
      continue;
    }
    const auto size = static_cast<int64_t>(part.size());
    std::string packed(static_cast<size_t>(codec->MaxCompressedLen(size, Unsigned(part))), '\0');
    packed.resize(static_cast<size_t>(codec
                                          ->Compress(size, Unsigned(part),
                                                     static_cast<int64_t>(packed.size()),
                                                     reinterpret_cast<uint8_t*>(packed.data()))
                                          .ValueOrDie()));
    out += SnappyChunk(0, part, packed);
  }
  return out;
}

/// One run of literals and the end. What lzop itself writes is in containers_test.cc.
inline std::string Lzo1xLiterals(std::string_view text) {
  std::string out;
  if (text.size() < 239) {
    out.push_back(static_cast<char>(17 + text.size()));
  } else {
    size_t left = text.size() - 18;
    out.push_back('\0');
    for (; left > 255; left -= 255) out.push_back('\0');
    out.push_back(static_cast<char>(left));
  }
  return out.append(text).append("\x11\0\0", 3);
}

inline std::string LzopFile(std::string_view blocks, uint32_t flags = 1, int method = 1,
                            std::string_view extra = {}) {
  std::string head;
  PutBig(0x1040, 2, &head);
  PutBig(0x20a0, 2, &head);
  PutBig(0x0940, 2, &head);
  PutBig(static_cast<uint64_t>(method), 1, &head);
  PutBig(5, 1, &head);
  PutBig(flags, 4, &head);
  if ((flags & 0x800U) != 0) PutBig(5, 4, &head);  // the filter
  PutBig(0100644, 4, &head);
  PutBig(0, 8, &head);
  PutBig(5, 1, &head);
  head += "a.csv";
  const uint32_t checksum =
      (flags & 0x1000U) != 0 ? Crc32(head) : isal_adler32(1, Unsigned(head), head.size());
  std::string out("\x89LZO\0\r\n\x1a\n", 9);
  out += head;
  PutBig(checksum, 4, &out);
  out.append(extra).append(blocks);
  PutBig(0, 4, &out);
  return out;
}

inline std::string LzopBlock(std::string_view text, std::string_view stored) {
  std::string out;
  PutBig(text.size(), 4, &out);
  PutBig(stored.size(), 4, &out);
  PutBig(isal_adler32(1, Unsigned(text), text.size()), 4, &out);
  return out.append(stored);
}

/// All blocks stored as they are.
inline std::string Lzop(std::string_view text) {
  std::string blocks;
  for (size_t i = 0; i < text.size(); i += 100'000) {
    const std::string_view part = text.substr(i, 100'000);
    blocks += LzopBlock(part, part);
  }
  return LzopFile(blocks);
}

/// Raw deflate.
inline std::string Deflate(std::string_view text) {
  const std::string gzip = Gzip(text);
  return gzip.substr(10, gzip.size() - 18);
}

struct ZipMember {
  std::string name;
  std::string text;
  int method = 8;
  int flags = 0;  ///< 8: sizes and checksum behind the data
  bool is_zip64 = false;
  size_t descriptor_size_bytes = 0;  ///< of each size in a descriptor; 0: by is_zip64
  bool has_descriptor_signature = true;
};

constexpr size_t kZipEndBytes = 46;

inline std::string ZipFile(const std::vector<ZipMember>& members) {
  std::string out;
  for (const ZipMember& member : members) {
    const std::string stored = member.method == 8 ? Deflate(member.text) : member.text;
    const bool has_descriptor = (member.flags & 8) != 0;
    const size_t size_bytes = member.descriptor_size_bytes != 0 ? member.descriptor_size_bytes
                              : member.is_zip64                 ? 8
                                                                : 4;
    std::string extra;
    if (member.is_zip64) {
      PutLittle(1, 2, &extra);
      PutLittle(16, 2, &extra);
      PutLittle(has_descriptor ? 0 : member.text.size(), 8, &extra);
      PutLittle(has_descriptor ? 0 : stored.size(), 8, &extra);
    }
    out.append("PK\x03\x04", 4);
    PutLittle(45, 2, &out);
    PutLittle(static_cast<uint64_t>(member.flags), 2, &out);
    PutLittle(static_cast<uint64_t>(member.method), 2, &out);
    PutLittle(0, 4, &out);  // time
    PutLittle(has_descriptor ? 0 : Crc32(member.text), 4, &out);
    for (const size_t size : {stored.size(), member.text.size()}) {
      PutLittle(member.is_zip64 ? 0xffffffff : has_descriptor ? 0 : size, 4, &out);
    }
    PutLittle(member.name.size(), 2, &out);
    PutLittle(extra.size(), 2, &out);
    out.append(member.name).append(extra).append(stored);
    if (has_descriptor) {
      if (member.has_descriptor_signature) out.append("PK\x07\x08", 4);
      PutLittle(Crc32(member.text), 4, &out);
      PutLittle(stored.size(), size_bytes, &out);
      PutLittle(member.text.size(), size_bytes, &out);
    }
  }
  // What the archive's end says is not read.
  return out.append("PK\x01\x02", 4).append(kZipEndBytes - 4, '\0');
}

inline std::string Pack(Container container, std::string_view text) {
  switch (container) {
    case Container::kGzip:
      return Gzip(text);
    case Container::kZstd:
      return Zstd(text);
    case Container::kBzip2:
      return Bzip2(text);
    case Container::kXz:
      return Xz(text);
    case Container::kLz4:
      return Lz4(text);
    case Container::kSnappy:
      return Snappy(text);
    case Container::kLzop:
      return Lzop(text);
    case Container::kZip:
      return ZipFile({{.name = "orders.csv", .text = std::string(text)}});
    case Container::kNone:
      break;
  }
  return std::string(text);
}

}  // namespace pyforge::compress
