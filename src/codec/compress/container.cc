#include "codec/compress/container.h"

#include <algorithm>
#include <array>

namespace pyforge::compress {
namespace {

using namespace std::string_view_literals;

struct Suffix {
  std::string_view text;
  Container container;
};
constexpr Suffix kSuffixes[] = {
    {".gz", Container::kGzip},   {".gzip", Container::kGzip}, {".zst", Container::kZstd},
    {".zstd", Container::kZstd}, {".bz2", Container::kBzip2}, {".xz", Container::kXz},
    {".lz4", Container::kLz4},   {".sz", Container::kSnappy}, {".snappy", Container::kSnappy},
    {".lzo", Container::kLzop},  {".zip", Container::kZip}};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

const Suffix* FindSuffix(std::string_view name) {
  for (const Suffix& suffix : kSuffixes) {
    if (name.size() <= suffix.text.size()) continue;
    const std::string_view end = name.substr(name.size() - suffix.text.size());
    if (std::equal(end.begin(), end.end(), suffix.text.begin(),
                   [](char a, char b) { return Lower(a) == b; })) {
      return &suffix;
    }
  }
  return nullptr;
}

bool IsBzip2(std::string_view head) {
  // "BZh9" alone could be text; the 48 bits behind it open a block or end an empty file.
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv ||
          head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}

}  // namespace

bool IsSkippableFrame(std::string_view head) {
  return head.size() >= 8 && (static_cast<uint8_t>(head[0]) & 0xf0U) == 0x50 &&
         head.substr(1, 3) == "\x2a\x4d\x18"sv;
}

Container DetectContainer(std::string_view head) {
  if (head.starts_with("\x1f\x8b"sv)) return Container::kGzip;
  if (head.starts_with("\x28\xb5\x2f\xfd"sv) || IsSkippableFrame(head)) return Container::kZstd;
  if (IsBzip2(head)) return Container::kBzip2;
  if (head.starts_with("\xfd\x37\x7a\x58\x5a\x00"sv)) return Container::kXz;
  if (head.starts_with("\x04\x22\x4d\x18"sv) || head.starts_with("\x02\x21\x4c\x18"sv)) {
    return Container::kLz4;
  }
  if (head.starts_with("\xff\x06\x00\x00sNaPpY"sv)) return Container::kSnappy;
  if (head.starts_with("\x89LZO\x00\r\n\x1a\n"sv)) return Container::kLzop;
  if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) return Container::kZip;
  return Container::kNone;
}

std::string_view ContainerName(Container container) {
  constexpr std::string_view kNames[] = {"",    "gzip",   "zstd", "bzip2", "xz",
                                         "lz4", "snappy", "lzop", "zip"};
  return kNames[static_cast<size_t>(container)];
}

Container ContainerOfName(std::string_view file_name) {
  const Suffix* suffix = FindSuffix(file_name);
  return suffix == nullptr ? Container::kNone : suffix->container;
}

std::string WithoutContainerSuffix(std::string_view file_name) {
  const Suffix* suffix = FindSuffix(file_name);
  if (suffix != nullptr) file_name.remove_suffix(suffix->text.size());
  return std::string(file_name);
}

}  // namespace pyforge::compress
