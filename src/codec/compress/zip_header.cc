#include "codec/compress/zip_header.h"

#include <fmt/format.h>

#include "codec/compress/load_little.h"

namespace pyforge::compress {

ZipLocalHeader ZipLocalHeader::Parse(const uint8_t* head) {
  return {.flags = static_cast<unsigned>(LoadLittle(head + 6, 2)),
          .method = static_cast<unsigned>(LoadLittle(head + 8, 2)),
          .crc = static_cast<uint32_t>(LoadLittle(head + 14, 4)),
          .stored_bytes = LoadLittle(head + 18, 4),
          .plain_bytes = LoadLittle(head + 22, 4),
          .name_bytes = LoadLittle(head + 26, 2),
          .extra_bytes = LoadLittle(head + 28, 2)};
}

bool IsZippedFile(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return !name.ends_with('/') && !name.starts_with("__MACOSX/") && !file.starts_with("._") &&
         file != ".DS_Store";
}

std::string FirstZippedName(std::string_view head) {
  while (head.size() >= ZipLocalHeader::kBytes) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(head.data());
    if (LoadLittle(bytes, 4) != static_cast<uint32_t>(ZipSignature::kLocalFile)) return {};
    const ZipLocalHeader header = ZipLocalHeader::Parse(bytes);
    head.remove_prefix(ZipLocalHeader::kBytes);
    if (head.size() < header.name_bytes) return {};
    const std::string_view name = head.substr(0, header.name_bytes);
    if (IsZippedFile(name)) return std::string(name);
    const uint64_t next = header.name_bytes + header.extra_bytes + header.stored_bytes;
    if (header.has_descriptor() || next > head.size()) return {};
    head.remove_prefix(next);
  }
  return {};
}

std::string ShownZippedName(std::string_view name) {
  constexpr size_t kShownBytesMax = 80;
  size_t end = name.size();
  if (end > kShownBytesMax) {
    end = kShownBytesMax;
    // At a character's first byte, so that the message stays valid UTF-8. A run of such bytes that
    // is too long for a character is no UTF-8 anyway.
    constexpr size_t kCharacterBytesMax = 4;
    while (end > kShownBytesMax - kCharacterBytesMax &&
           (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80) {
      --end;
    }
  }
  std::string shown;
  const auto byte_at = [&](size_t i) { return static_cast<unsigned char>(name[i]); };
  for (size_t i = 0; i < end; ++i) {
    const unsigned char byte = byte_at(i);
    // U+0080 to U+009F: some terminals take the second byte for an escape and a bracket.
    const bool is_upper_control = byte == 0xc2 && i + 1 < end && (byte_at(i + 1) & 0xe0U) == 0x80;
    if (is_upper_control) {
      shown += fmt::format("\\x{:02x}\\x{:02x}", byte, byte_at(i + 1));
      ++i;
    } else if (byte < 0x20 || byte == 0x7f) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += name[i];
    }
  }
  if (end < name.size()) shown += "...";
  return shown;
}

}  // namespace pyforge::compress
