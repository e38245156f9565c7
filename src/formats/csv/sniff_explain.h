// What was in question beside the dialect that was found, with scores and in words.
#pragma once

#include <string>
#include <vector>

#include "formats/csv/header.h"
#include "formats/csv/sniff_score.h"
#include "pyforge/input.h"

namespace pyforge::csv {

/// The fields that a trial's delimiter gives: "`;` gives 4 fields on 30 of 30 lines".
std::string Describe(const Trial& trial);

std::string QuoteName(const Dialect& dialect);
std::string EscapeName(const Dialect& dialect);

/// The best trial of each other delimiter, quote, escape or line end, as far as they were tried;
/// best first, at most five. `trials` may hold `best` itself.
std::vector<Candidate> OtherDelimiters(const Trial& best, const std::vector<Trial>& trials);
std::vector<Candidate> OtherQuotes(const Trial& best, const std::vector<Trial>& trials);
std::vector<Candidate> OtherEscapes(const Trial& best, const std::vector<Trial>& trials);
std::vector<Candidate> OtherNewlines(const Trial& best, const std::vector<Trial>& trials);

/// A delimiter that is found in the other: `|` in `||`. They are no rivals.
bool IsWithin(const std::string& delimiter, const std::string& other);

/// Adds to a finding about the header how its first row was weighed.
void ExplainHeader(const Layout& layout, Finding* finding);

/// Encodings that were in question.
void ExplainEncoding(const charset::Detection& encoding, Finding* finding);

}  // namespace pyforge::csv
