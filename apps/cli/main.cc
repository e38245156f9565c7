#include <sys/resource.h>

#include <string>
#include <vector>

#include "cli/program.h"

namespace {

// Every input of a run stays open; the usual 1,024 files are too few for a directory that makes one
// table. What the system lets any process have is asked for; where that fails, the usual holds.
void AllowManyOpenFiles() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  AllowManyOpenFiles();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return pyforge::cli::Main(arguments, stdout, stderr);
}
