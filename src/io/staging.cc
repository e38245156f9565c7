#include "io/staging.h"

#include <utility>

#include "io/local_file_system.h"

namespace pyforge {

// Local files are all there is so far; NewFile refuses other schemes by name.
Result<std::unique_ptr<Staging>> Staging::Open(StagingOptions options, ExecutionContext& context) {
  FileSystem& file_system =
      options.file_system == nullptr ? io::LocalFileSystem::Real() : *options.file_system;
  return file_system.OpenStaging(std::move(options), context);
}

}  // namespace pyforge
