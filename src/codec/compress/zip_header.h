// The headers before the files of a zip archive.
// Source: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyforge::compress {

enum class ZipSignature : uint32_t {
  kLocalFile = 0x04034b50,
  kDescriptor = 0x08074b50,
  kCentralFile = 0x02014b50,
  kExtraData = 0x08064b50,
  kEnd = 0x06054b50,
  kEnd64 = 0x06064b50
};

/// A local file header (section 4.3.7) without its name and extra fields, which follow it.
struct ZipLocalHeader {
  static constexpr size_t kBytes = 30;

  /// Of kBytes bytes that begin with kLocalFile.
  static ZipLocalHeader Parse(const uint8_t* head);
  bool is_encrypted() const { return (flags & 0x41U) != 0; }
  /// Checksum and sizes stand behind the data.
  bool has_descriptor() const { return (flags & 8U) != 0; }

  unsigned flags = 0;
  unsigned method = 0;
  uint32_t crc = 0;
  uint64_t stored_bytes = 0;  ///< 0xffffffff: in an extra field
  uint64_t plain_bytes = 0;   ///< the same
  size_t name_bytes = 0;
  size_t extra_bytes = 0;
};

/// False for folders and for what macOS adds to the files of others: __MACOSX/, ._name, .DS_Store.
bool IsZippedFile(std::string_view name);

/// The name, with its folders, of an archive's first file, as far as the archive's first bytes tell
/// it: folders before it are passed over. Empty where they do not.
std::string FirstZippedName(std::string_view head);

/// A name for a message: at most 80 bytes of it, control characters, those above ASCII too,
/// as \x1b. What is not UTF-8 is left to whoever shows the message.
std::string ShownZippedName(std::string_view name);

}  // namespace pyforge::compress
