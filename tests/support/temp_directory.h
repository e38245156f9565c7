// A directory of its own for a test.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::testing {

/// A directory in memory where there is one: syncing it costs nothing.
inline std::filesystem::path MemoryDirectory() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

/// Empty when made; removed with all it holds.
class TempDirectory {
 public:
  TempDirectory() : TempDirectory(std::filesystem::temp_directory_path()) {}
  explicit TempDirectory(const std::filesystem::path& parent) {
    std::string name = (parent / "pyforge-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  /// The path of `name` in it.
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// Makes a file, and the directories above it; returns its path.
  std::string Write(std::string_view name, std::string_view bytes) const {
    std::string path = *this / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  std::string Read(std::string_view name) const {
    std::ifstream file(*this / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();  // in blocks: byte by byte takes minutes in unoptimised builds
    return text.str();
  }
  /// All that is in it, at any depth, sorted; directories end in '/'.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      std::string name = entry.path().lexically_relative(path_).string();
      if (entry.is_directory() && !entry.is_symlink()) name += '/';
      names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_;
};

}  // namespace pyforge::testing
