// Which dialects are worth a trial, by a look at the sample's characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/dialect.h"
#include "formats/csv/sample.h"
#include "formats/csv/sniff.h"
#include "formats/csv/sniff_score.h"

namespace pyforge::csv {

/// How the sample's lines end. Quoted line ends count too.
Newline FindNewline(std::string_view text);

/// The `sep=;` line by which Excel is told the delimiter.
struct SeparatorLine {
  std::string delimiter;
  size_t bytes = 0;  ///< of the line with its end
};
std::optional<SeparatorLine> FindSeparatorLine(std::string_view text);

/// The prefix of lines that are remarks: "#", "//", "%", "--"; empty where there are none.
std::string FindCommentPrefix(std::string_view text);

/// The dialects to try, with priors. `base` holds what is known already.
std::vector<Trial> MakeTrials(const Sample& sample, const DialectHints& hints, const Dialect& base);

/// Less usual delimiters: punctuation that every line has equally often.
std::vector<Trial> MakeUnusualTrials(const Sample& sample, const Dialect& base);

/// The delimiter extended by what always stands beside it ("||", "|~|"); itself when nothing does.
std::string WidenDelimiter(const Sample& sample, const Dialect& dialect);

}  // namespace pyforge::csv
