// The command line program as a function.
#pragma once

#include <cstdio>
#include <span>
#include <string>

namespace pyforge::cli {

/// Runs `pyforge ARGUMENTS` and returns its exit code (design: interface, section 2).
int Main(std::span<const std::string> arguments, std::FILE* out, std::FILE* err);

}  // namespace pyforge::cli
