#include "io/path.h"

#include <fnmatch.h>

#include <algorithm>
#include <optional>

#include "codec/compress/container.h"
#include "io/errors.h"
#include "io/local_file_system.h"

namespace pyforge::io {
namespace {

constexpr size_t kNameBytesMax = 200;

// RFC 3986 section 3.1; one letter alone would be a drive.
std::optional<std::string_view> SchemeOf(std::string_view path) {
  const size_t colon = path.find("://");
  if (colon == std::string_view::npos || colon < 2) return {};
  for (const char c : path.substr(0, colon)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return {};
  }
  return path.substr(0, colon);
}

std::optional<unsigned> HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return {};
}

Result<std::string> PercentDecoded(std::string_view text, std::string_view url) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto high = i + 1 < text.size() ? HexValue(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? HexValue(text[i + 2]) : std::nullopt;
    if (!high || !low || (*high == 0 && *low == 0)) {
      return Fail(kBadRequest, {.path = std::string(url)},
                  "a percent sign of the URL {} is not followed by two hexadecimal digits", url);
    }
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

std::string Joined(const std::string& directory, const std::string& name) {
  if (directory.empty() || directory.ends_with('/')) return directory + name;
  return directory + "/" + name;
}

bool IsData(const DirectoryEntry& entry) {
  return entry.kind == FileKind::kFile || entry.kind == FileKind::kStream;
}

/// Collects the files that fit a pattern, one component of it after the other.
class Glob {
 public:
  Glob(FileSystem& file_system, std::string_view pattern) : file_system_(file_system) {
    root_ = pattern.starts_with('/') ? "/" : "";
    while (!pattern.empty()) {
      const size_t slash = std::min(pattern.find('/'), pattern.size());
      if (slash > 0) components_.emplace_back(pattern.substr(0, slash));
      pattern.remove_prefix(std::min(slash + 1, pattern.size()));
    }
  }

  Result<std::vector<std::string>> Run() {
    ARROW_RETURN_NOT_OK(Descend(root_, 0));
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  Status Descend(const std::string& directory, size_t index) {
    const std::string& component = components_[index];
    const bool is_last = index + 1 == components_.size();
    if (component == "**") return DescendAnyDepth(directory, index);
    if (!HasWildcard(component)) {
      const std::string path = Joined(directory, component);
      if (!is_last) return Descend(path, index + 1);
      ARROW_ASSIGN_OR_RAISE(const FileInfo info, file_system_.Stat(path));
      if (info.kind == FileKind::kFile || info.kind == FileKind::kStream) found_.push_back(path);
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const auto entries, Entries(directory));
    for (const DirectoryEntry& entry : entries) {
      if (::fnmatch(component.c_str(), entry.name.c_str(), FNM_PERIOD) != 0) continue;
      const std::string path = Joined(directory, entry.name);
      if (is_last && IsData(entry)) found_.push_back(path);
      if (!is_last && entry.kind == FileKind::kDirectory) {
        ARROW_RETURN_NOT_OK(Descend(path, index + 1));
      }
    }
    return Status::OK();
  }

  Status DescendAnyDepth(const std::string& directory, size_t index) {
    const bool is_last = index + 1 == components_.size();
    if (!is_last) ARROW_RETURN_NOT_OK(Descend(directory, index + 1));
    ARROW_ASSIGN_OR_RAISE(const auto entries, Entries(directory));
    for (const DirectoryEntry& entry : entries) {
      if (entry.name.starts_with('.')) continue;
      const std::string path = Joined(directory, entry.name);
      if (is_last && IsData(entry)) found_.push_back(path);
      // A link upwards would never end.
      if (entry.kind == FileKind::kDirectory && !entry.is_link) {
        ARROW_RETURN_NOT_OK(DescendAnyDepth(path, index));
      }
    }
    return Status::OK();
  }

  // Directories that are missing or closed to us hold nothing that fits.
  Result<std::vector<DirectoryEntry>> Entries(const std::string& directory) {
    auto entries = file_system_.List(directory.empty() ? "." : directory);
    if (entries.ok() ||
        !(FailedWith(entries.status(), kNotFound) || FailedWith(entries.status(), kPermission))) {
      return entries;
    }
    return std::vector<DirectoryEntry>();
  }

  FileSystem& file_system_;
  std::string root_;
  std::vector<std::string> components_;
  std::vector<std::string> found_;
};

Status CollectData(const std::string& directory, FileSystem& file_system,
                   std::vector<std::string>* found) {
  ARROW_ASSIGN_OR_RAISE(const auto entries, file_system.List(directory));
  for (const DirectoryEntry& entry : entries) {
    if (entry.name.starts_with('.') || entry.name.starts_with('_')) continue;
    const std::string path = Joined(directory, entry.name);
    if (IsData(entry)) found->push_back(path);
    if (entry.kind == FileKind::kDirectory && !entry.is_link) {
      ARROW_RETURN_NOT_OK(CollectData(path, file_system, found));
    }
  }
  return Status::OK();
}

}  // namespace

Result<std::string> LocalPath(std::string_view path_or_url) {
  const auto scheme = SchemeOf(path_or_url);
  if (!scheme) return std::string(path_or_url);
  if (*scheme != "file") {
    return Fail(kScheme, {.path = std::string(path_or_url)},
                "this program has no file system for {}://", *scheme);
  }
  std::string_view rest = path_or_url.substr(7);
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view host = rest.substr(0, slash);
  if ((!host.empty() && host != "localhost") || slash == rest.size()) {
    return Fail(kBadRequest, {.path = std::string(path_or_url)},
                "a file URL is written file:///path, but this is {}", path_or_url);
  }
  return PercentDecoded(rest.substr(slash), path_or_url);
}

bool HasWildcard(std::string_view path) { return path.find_first_of("*?[") != std::string::npos; }

Result<std::vector<std::string>> ExpandPath(const std::string& path) {
  return ExpandPath(path, LocalFileSystem::Real());
}

Result<std::vector<std::string>> ExpandPath(const std::string& path, FileSystem& file_system) {
  ARROW_ASSIGN_OR_RAISE(const std::string local, LocalPath(path));
  if (local == "-") return std::vector{local};
  ARROW_ASSIGN_OR_RAISE(const FileInfo info, file_system.Stat(local));
  if (info.kind == FileKind::kDirectory) {
    std::vector<std::string> found;
    ARROW_RETURN_NOT_OK(CollectData(local, file_system, &found));
    if (found.empty()) {
      return Fail(kNotFound, {.path = path}, "the directory {} holds no file to read", path);
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  if (info.kind != FileKind::kNone || !HasWildcard(local)) return std::vector{local};
  ARROW_ASSIGN_OR_RAISE(auto found, Glob(file_system, local).Run());
  if (found.empty()) return Fail(kNotFound, {.path = path}, "no file fits the pattern {}", path);
  return found;
}

std::string CleanFileName(std::string_view text) {
  constexpr std::string_view kReplaced = "<>:\"/\\|?* ";
  std::string name;
  bool has_gap = false;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    const bool is_hiding = c == '.' && name.empty();
    if (is_control || is_hiding || kReplaced.find(c) != std::string_view::npos) {
      has_gap = !name.empty();
      continue;
    }
    if (has_gap) name += '_';
    has_gap = false;
    name += c;
  }
  if (name.size() > kNameBytesMax) {
    size_t end = kNameBytesMax;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80) --end;
    name.resize(end);
  }
  return name.empty() ? "_" : name;
}

std::string WithoutContainerSuffix(std::string_view file_name) {
  return compress::WithoutContainerSuffix(file_name);
}

std::string FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string TableName(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  // A name that is nothing but the suffix is a hidden file's.
  if (dot != std::string_view::npos && dot != 0) file_name = file_name.substr(0, dot);
  return std::string(file_name.empty() || file_name == "-" ? "table" : file_name);
}

std::string DistinctNames::Take(const std::string& name) {
  const auto is_new = [this](std::string candidate) {
    for (char& c : candidate) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return taken_.insert(std::move(candidate)).second;
  };
  std::string candidate = name;
  for (int number = 2; !is_new(candidate); ++number) {
    candidate = name + "_" + std::to_string(number);
  }
  return candidate;
}

}  // namespace pyforge::io
