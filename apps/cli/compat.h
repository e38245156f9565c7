// The profile 1.0: messages, streams, exit codes and conversions of pyforge-cli 1.0.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/session.h"

namespace pyforge::cli {

/// True when environment or configuration ask for the profile 1.0.
bool IsCompatible(const Session& session);

/// Runs one of the commands that pyforge-cli 1.0 had, as it ran; returns the exit code. Nothing for
/// commands that it did not have, which run as ever.
std::optional<int> RunCompatible(Session& session, const std::string& command,
                                 std::span<const std::string> arguments);

}  // namespace pyforge::cli
