// How a conversion's report is told: summary, report file, error, exit code.
#pragma once

#include <string>

#include "cli/session.h"
#include "pyforge/conversion.h"

namespace pyforge::cli {

struct OutcomeOptions {
  bool as_json = false;          ///< the report goes to standard output
  bool output_was_named = true;  ///< else the summary says which name was made up
  std::string report_file = {};  ///< --report; empty: none
};

/// Tells it and returns the exit code.
int TellOutcome(const Session& session, const ConversionReport& report,
                const OutcomeOptions& options);

/// Lines for people: what was written, repaired and rejected. Ends with a line feed.
std::string Summary(const ConversionReport& report, const Console& console);

/// Replaces the file as a whole or not at all. Errors: io.write_failed.
Status WriteTextFile(const std::string& path, const std::string& text);

}  // namespace pyforge::cli
