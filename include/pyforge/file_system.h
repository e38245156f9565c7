// The seam of a file system: where inputs are read from and outputs appear, whole or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"
#include "pyforge/source.h"

namespace pyforge {

class ExecutionContext;
class FileSystem;

enum class FileKind : uint8_t {
  kNone,       ///< there is nothing of that name
  kFile,       ///< bytes of a known length that can be read again
  kDirectory,  ///< holds other files
  kStream,     ///< a pipe, a terminal, a device: bytes that come or go once
};

/// What is known of a file without opening it.
struct FileInfo {
  FileKind kind = FileKind::kNone;
  int64_t bytes = 0;        ///< of a kFile
  int64_t modified_ns = 0;  ///< since 1970-01-01 UTC
};

struct DirectoryEntry {
  std::string name;  ///< without the directory
  FileKind kind = FileKind::kNone;
  bool is_link = false;  ///< the kind is that of what the link leads to
};

/// What a file system can do; code asks this instead of the scheme.
struct FileSystemCapabilities {
  bool can_seek = false;            ///< reads at any position
  bool can_append = false;          ///< a file can be written in pieces
  bool can_rename = false;          ///< atomically, over an existing name too
  bool has_nameless_files = false;  ///< a file may be written before it has a name, where the
                                    ///< storage below supports it
};

/// When to wait until an output has reached the disk before it gets its name.
enum class Durability : uint8_t {
  kNever,          ///< a power failure soon after may leave an empty file
  kWhenReplacing,  ///< only where an existing file is replaced: it may be the user's only copy
  kAlways,
};

struct StagingOptions {
  /// May existing files be replaced? Else they are a conflict (io.output_exists).
  bool replace = false;
  /// Paths that must not be written to, through links neither: io.output_is_input.
  std::vector<std::string> inputs = {};
  Durability durability = Durability::kWhenReplacing;
  /// Where "-" goes: a descriptor that stays open.
  int standard_output = 1;
  /// Null: chosen by each path.
  FileSystem* file_system = nullptr;
};

/// The outputs of one piece of work. Nobody sees them before Publish, which shows all of them or
/// none; destroyed without Publish, nothing is left of them.
///
/// Directories that are missing above an output come into being with it. "-" is standard output,
/// and a path may lead to a pipe or a device: bytes of these are gone at once.
/// Threads: one at a time, but each file may be appended to by its own thread.
class Staging {
 public:
  /// Errors: those of NewFile come there. `context` outlives the staging.
  static Result<std::unique_ptr<Staging>> Open(StagingOptions options, ExecutionContext& context);

  virtual ~Staging() = default;

  /// Begins a file that will be found under `final_path`. It belongs to the staging and lives as
  /// long, or until it is discarded. Errors: io.output_exists, io.output_is_input, io.is_directory,
  /// io.permission, io.disk_full, io.write_failed, usage.bad_request for a name asked for twice or
  /// ending in '/'.
  virtual Result<OutputFile*> NewFile(const std::string& final_path) = 0;

  /// May the file be discarded and begun again? False where bytes are gone once appended.
  virtual bool CanRestart(const OutputFile& file) const = 0;

  /// Throws the file away; its name can be asked for again. Errors: internal.bug where bytes are
  /// already gone.
  virtual Status Discard(OutputFile* file) = 0;

  /// No more bytes will come: writes out what is buffered and frees the buffer. Publish does so for
  /// all that are left. Errors: as Append.
  virtual Status Finish(OutputFile* file) = 0;

  /// A path under which this process can read what was appended so far, before it is published.
  /// Errors: io.not_repeatable for standard output, pipes and devices; as Append.
  virtual Result<std::string> ReadablePath(OutputFile& file) = 0;

  /// Gives the files their names; nothing can be appended any more. Once. After a failure none of
  /// them is there, and what was there before is back. Errors: io.output_exists where another was
  /// faster, io.output_directory_gone, io.disk_full, io.write_failed.
  virtual Status Publish() = 0;
};

/// A place that files are in. Threads: share freely.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// "file", "s3", ...
  virtual std::string_view scheme() const = 0;
  virtual const FileSystemCapabilities& capabilities() const = 0;
  /// kNone where there is nothing; an error only where that cannot be told. Follows links.
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  /// What the directory holds, sorted by name, one level deep. Errors: io.not_found, io.permission.
  virtual Result<std::vector<DirectoryEntry>> List(const std::string& directory) = 0;
  /// Errors: io.not_found, io.permission, io.is_directory, io.read_failed.
  virtual Result<std::shared_ptr<Source>> OpenRead(const std::string& path,
                                                   ExecutionContext& context) = 0;
  virtual Result<std::unique_ptr<Staging>> OpenStaging(StagingOptions options,
                                                       ExecutionContext& context) = 0;
};

}  // namespace pyforge
