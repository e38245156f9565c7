// How often the sniffer agrees with the stated dialects of real files. Prints one line a corpus and
// one for every disagreement. The files are no part of the project: without them nothing is tested.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "codec/charset/detect.h"
#include "codec/charset/transcode.h"
#include "formats/csv/sniff.h"
#include "formats/csv/sniff_parse.h"

namespace pyforge::csv {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Named by the environment, or beside a folder above the one the test runs in.
fs::path DataDirectory() {
  if (const char* given = std::getenv("PYFORGE_SHARED_DATA")) return fs::path(given) / "csv";
  fs::path folder = fs::current_path();
  while (!fs::exists(folder / "shared/data/csv") && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder / "shared/data/csv";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Sample SampleOf(const fs::path& path) {
  const std::string bytes = ReadFile(path);
  Sample sample;
  sample.encoding = charset::DetectEncoding(bytes, true);
  sample.head = bytes.substr(static_cast<size_t>(sample.encoding.bom_bytes));
  sample.whole = true;
  if (sample.encoding.name == "utf-8") return sample;
  auto transcoder = charset::MakeTranscoder(sample.encoding.name).ValueOrDie();
  std::string text(sample.head.size() * 3 + 16, '\0');
  const auto step = transcoder->Convert(
      {reinterpret_cast<const uint8_t*>(sample.head.data()), sample.head.size()}, true,
      {reinterpret_cast<uint8_t*>(text.data()), text.size()});
  sample.head = text.substr(0, step.written);
  return sample;
}

// What a source states about a file; only what is set is compared.
struct Truth {
  std::optional<std::string> delimiter = {};
  std::optional<std::string> quote = {};   // "": none; compared only where the file holds quotes
  std::optional<std::string> escape = {};  // "\\" or "\""
  std::optional<int64_t> preamble_lines = {};
  std::optional<std::vector<std::string>> names = {};  // empty: no header
  std::optional<int64_t> row_count = {};
  std::optional<int64_t> width = {};
};

struct Tally {
  int right = 0, of = 0;
  void Count(bool ok) {
    ++of;
    right += ok ? 1 : 0;
  }
  std::string ToString() const {
    return of == 0 ? "-" : fmt::format("{}/{} ({:.1f} %)", right, of, 100.0 * right / of);
  }
};

// Where a source states something that its file does not bear out, or that cannot be told from it.
const std::map<std::string, std::string> kUnderstood = {
    {"vissim_data_conf2473_i7_v1987.csv", "states a comma, the file has semicolons"},
    {"epcs-dwp-cmg-spend-july-2017.csv", "counts records above the header, one has two lines"},
    {"workforce-management-information-dft_201706.csv", "leaves a part out of one joined name"},
    {"Note_4_Staff_costs_-_Average_number_of_persons_employed_13-14.csv",
     "takes a title for a part of the header; six files of the same form state it as preamble"},
    {"Sustainability_-_Water_consumption_P_56.csv", "likewise"},
    {"mid_line.csv", "needs comments within a line, which only that peer knows"}};

struct Score {
  Tally delimiter, quote, escape, preamble, header, rows;
  int understood = 0;  // disagreements counted as wrong above but explained
};

// Only letters and digits count: some sources state names with other punctuation than the file's.
std::string Normalized(const std::vector<std::string>& names) {
  std::string joined;
  for (std::string name : names) {
    std::erase_if(name, [](char c) {
      return c != ' ' && c != '\n' && std::isalnum(static_cast<unsigned char>(c)) == 0;
    });
    std::istringstream words(name);
    std::string word;
    while (words >> word) joined += word + " ";
    joined += "|";
  }
  while (joined.ends_with("||")) joined.pop_back();
  return joined;
}

int64_t CountRows(const Sample& sample, const Dialect& dialect) {
  const auto begin = static_cast<size_t>(dialect.data_offset);
  const auto end =
      static_cast<size_t>(dialect.end_offset.value_or(static_cast<int64_t>(sample.head.size())));
  SampleParser parser(std::string_view(sample.head).substr(begin, end - begin), dialect, false);
  std::vector<Cell> cells;
  int64_t count = 0;
  while (parser.Next(&cells)) {
    count += !parser.is_comment() && (!cells.empty() || !dialect.skip_blank_lines) ? 1 : 0;
  }
  return count;
}

void Compare(const fs::path& path, const Truth& truth, Score* score) {
  const Sample sample = SampleOf(path);
  DialectHints hints;
  if (path.extension() == ".tsv") hints.likely_delimiter = "\t";
  const DetectedDialect detected = DetectDialect(sample, hints);
  const Dialect& dialect = detected.dialect;
  const auto count = [&](Tally* tally, bool ok, const char* what, const std::string& expected,
                         const std::string& found) {
    tally->Count(ok);
    if (ok) return;
    if (const auto known = kUnderstood.find(path.filename().string()); known != kUnderstood.end()) {
      fmt::print("  {} {}: understood: it {}\n", known->first, what, known->second);
      ++score->understood;
      return;
    }
    std::string reason;
    for (const Finding& finding : detected.findings) {
      if (finding.name == what) reason = finding.reason;
    }
    fmt::print("  {} {}: expected [{}], found [{}] {}\n", path.filename().string(), what, expected,
               found, reason);
  };
  if (truth.delimiter) {
    // A file without delimiters has any.
    const bool any = dialect.column_count <= 1 && truth.delimiter->size() == 1 &&
                     (!truth.width || *truth.width <= 1) &&
                     sample.head.find(*truth.delimiter) == std::string::npos;
    count(&score->delimiter, any || dialect.delimiter == *truth.delimiter, "delimiter",
          PrintSeparator(*truth.delimiter), PrintSeparator(dialect.delimiter));
  } else if (truth.width) {
    count(&score->delimiter, dialect.column_count == *truth.width, "delimiter",
          fmt::format("{} columns", *truth.width), fmt::format("{} columns", dialect.column_count));
  }
  if (truth.quote &&
      sample.head.find(truth.quote->empty() ? "\"" : *truth.quote) != std::string::npos) {
    const std::string quote = dialect.quote ? std::string(1, *dialect.quote) : "";
    count(&score->quote, quote == *truth.quote, "quote", *truth.quote, quote);
  }
  if (truth.escape && sample.head.find(*truth.escape) != std::string::npos) {
    const std::string escape = dialect.escape ? std::string(1, *dialect.escape) : "";
    count(&score->escape, escape == *truth.escape, "escape", *truth.escape, escape);
  }
  if (truth.preamble_lines) {
    count(&score->preamble, dialect.skip_lines == *truth.preamble_lines, "preamble",
          std::to_string(*truth.preamble_lines), std::to_string(dialect.skip_lines));
  }
  if (truth.names) {
    count(&score->header, Normalized(dialect.header) == Normalized(*truth.names), "header",
          Normalized(*truth.names), Normalized(dialect.header));
  }
  if (truth.row_count) {
    const int64_t rows = CountRows(sample, dialect);
    count(&score->rows, rows == *truth.row_count, "rows", std::to_string(*truth.row_count),
          std::to_string(rows));
  }
}

int64_t Number(const json& value) {
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<int64_t>();
}

// Prints the corpus' scores. All that is not understood must agree.
void Report(const std::string& corpus, const Score& score) {
  fmt::print("{}: delimiter {}, quote {}, escape {}, preamble {}, header {}, rows {}\n", corpus,
             score.delimiter.ToString(), score.quote.ToString(), score.escape.ToString(),
             score.preamble.ToString(), score.header.ToString(), score.rows.ToString());
  int wrong = 0;
  for (const Tally* tally : {&score.delimiter, &score.quote, &score.escape, &score.preamble,
                             &score.header, &score.rows}) {
    wrong += tally->of - tally->right;
  }
  EXPECT_EQ(wrong, score.understood) << corpus;
}

class SniffCorpus : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(DataDirectory())) GTEST_SKIP() << "no shared data";
  }
};

std::vector<std::string> FirstRecord(const std::string& text) {
  const Dialect rfc4180;
  SampleParser parser(text, rfc4180, false);
  std::vector<Cell> cells;
  parser.Next(&cells);
  std::vector<std::string> values;
  values.reserve(cells.size());
  for (const Cell& cell : cells) values.push_back(CellValue(cell, rfc4180));
  return values;
}

Score ComparePollock(const fs::path& folder) {
  Score score;
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "csv")) files.insert(entry.path());
  for (const fs::path& path : files) {
    const json parameters = json::parse(
        ReadFile(folder / "parameters" / (path.filename().string() + "_parameters.json")));
    Truth truth;
    truth.delimiter = parameters["delimiter"].get<std::string>();
    const std::string quote = parameters["quotechar"];
    if (!quote.empty()) truth.quote = quote;
    if (parameters["escapechar"] == "\\") truth.escape = "\\";
    truth.preamble_lines = Number(parameters["preamble_lines"]);
    truth.names = std::vector<std::string>();
    if (Number(parameters["header_lines"]) > 0) {
      // The parameters hold slips of the pen; the clean table does not.
      truth.names = FirstRecord(ReadFile(folder / "clean" / path.filename()));
    }
    Compare(path, truth, &score);
  }
  return score;
}

TEST_F(SniffCorpus, PollockPolluted) {
  Report("Pollock polluted",
         ComparePollock(DataDirectory() / "HPI-Information-Systems_Pollock/polluted_files"));
}

TEST_F(SniffCorpus, PollockSurvey) {
  Report("Pollock survey",
         ComparePollock(DataDirectory() / "HPI-Information-Systems_Pollock/survey_sample"));
}

// The names in "[{'name': a, 'type': X}, ...]"; empty where they are made up.
std::vector<std::string> DuckDbNames(const std::string& columns) {
  std::vector<std::string> names;
  bool made_up = true;
  for (size_t at = columns.find("'name': "); at != std::string::npos;
       at = columns.find("'name': ", at + 1)) {
    const size_t begin = at + 8;
    const size_t end = columns.find(", 'type'", begin);
    std::string name = columns.substr(begin, end - begin);
    if (name.starts_with("'") && name.ends_with("'")) name = name.substr(1, name.size() - 2);
    made_up = made_up && name.starts_with("column");
    names.push_back(std::move(name));
  }
  if (made_up) names.clear();
  return names;
}

TEST_F(SniffCorpus, DuckDb) {
  const fs::path folder = DataDirectory() / "duckdb_duckdb";
  const json facts = json::parse(ReadFile(folder / "FACTS.json"));
  // What the peer states against what the file is, or what a reader of CSV does not do.
  const std::set<std::string> left_out = {"auto/sample.csv",  // several files at once
                                          "auto/test_multiple_columns_rn.csv",  // grouped
                                          "glob/a1/a1.csv"};
  Score score;
  for (const auto& [name, list] : facts.items()) {
    if (!fs::exists(folder / name) || left_out.contains(name) || name.ends_with(".gz")) continue;
    Truth truth;
    bool any = false;
    for (const json& fact : list) {
      if (!fact.value("reader_options", "").empty()) continue;
      const std::string check = fact["check"];
      if (check == "sniffed") {
        const std::string value = fact["value"][0];
        const std::string of = fact["of"];
        if (of == "*") {
          std::vector<std::string> fields;
          std::istringstream stream(value);
          for (std::string field; std::getline(stream, field, '\t');) {
            fields.push_back(field == "(empty)" ? "" : field);
          }
          truth.delimiter = fields[0];
          if (!fields[1].empty()) truth.quote = fields[1];
          truth.preamble_lines = std::stoll(fields[5]);
          truth.names = DuckDbNames(fields[7]);
          any = true;
        } else if (of == "select columns" || of == "SELECT columns") {
          truth.names = DuckDbNames(value);
          any = true;
        } else if (of == "select delimiter, quote") {
          truth.delimiter = value.substr(0, value.find('\t'));
          truth.quote = value.substr(value.find('\t') + 1);
          any = true;
        }
      } else if (check == "rows" && !fact["value"].empty()) {
        truth.width = static_cast<int64_t>(fact["value"][0].size());
        truth.row_count = static_cast<int64_t>(fact["value"].size());
        any = true;
      } else if (check == "row_count" || check == "rows_loaded") {
        truth.row_count = Number(fact["value"]);
        any = true;
      } else if (check == "columns_and_types") {
        std::vector<std::string> names;
        for (const json& column : fact["value"]) names.push_back(column[0]);
        truth.names = names;
        any = true;
      }
    }
    if (any) Compare(folder / name, truth, &score);
  }
  Report("DuckDB", score);
}

TEST_F(SniffCorpus, SmallSuites) {
  const fs::path data = DataDirectory();
  Score spectrum;
  for (const auto& entry : fs::directory_iterator(data / "max-mapper_csv-spectrum/csvs")) {
    const fs::path expected =
        data / "max-mapper_csv-spectrum/json" / (entry.path().stem().string() + ".json");
    const auto rows = nlohmann::ordered_json::parse(ReadFile(expected));
    Truth truth{.delimiter = ","};
    truth.names.emplace();
    for (const auto& [name, value] : rows[0].items()) truth.names->push_back(name);
    truth.row_count = static_cast<int64_t>(rows.size());
    Compare(entry.path(), truth, &spectrum);
  }
  Report("csv-spectrum", spectrum);

  Score sineemore;
  for (const auto& entry : fs::directory_iterator(data / "sineemore_csv-test-data/csv")) {
    const fs::path expected =
        data / "sineemore_csv-test-data/json" / (entry.path().stem().string() + ".json");
    if (!fs::exists(expected)) continue;
    const auto rows = nlohmann::ordered_json::parse(ReadFile(expected));
    Truth truth{.delimiter = ","};
    if (!rows.empty() && rows[0].is_object()) {
      truth.names.emplace();
      for (const auto& [name, value] : rows[0].items()) truth.names->push_back(name);
      truth.row_count = static_cast<int64_t>(rows.size());
    } else if (!rows.empty()) {
      truth.width = static_cast<int64_t>(rows[0].size());
    }
    Compare(entry.path(), truth, &sineemore);
  }
  Report("sineemore", sineemore);
}

TEST_F(SniffCorpus, SingleFiles) {
  const fs::path data = DataDirectory();
  const std::vector<std::string> cars = {"Year", "Make", "Model", "Description", "Price"};
  const std::vector<std::string> premiere = {"première", "second", "troisième"};
  using Names = std::vector<std::string>;
  const std::vector<std::pair<std::string, Truth>> files = {
      {"alan-turing-institute_CleverCSV/imdb.csv",
       {.delimiter = ",", .escape = "\\", .preamble_lines = 0, .width = 44}},
      {"uniVocity_univocity-parsers/csv/essential.csv",
       {.delimiter = ",", .quote = "\"", .preamble_lines = 3, .names = cars}},
      {"uniVocity_univocity-parsers/examples/european.csv",
       {.delimiter = ";", .quote = "\"", .escape = "\\", .preamble_lines = 0, .names = cars}},
      {"uniVocity_univocity-parsers/examples/escape.csv",
       {.quote = "\"", .escape = "\\", .width = 1}},
      {"PHPOffice_PhpSpreadsheet/premiere.utf8.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/premiere.utf16be.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/premiere.utf16lebom.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/premiere.utf32be.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/premiere.utf32lebom.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/premiere.win1252.csv", {.delimiter = ",", .names = premiere}},
      {"PHPOffice_PhpSpreadsheet/encoding.iso88591.csv",
       {.delimiter = ",", .names = Names{}, .row_count = 2}},
      {"PHPOffice_PhpSpreadsheet/encoding.utf16le.csv",
       {.delimiter = ",", .names = Names{}, .row_count = 2}},
      {"PHPOffice_PhpSpreadsheet/encoding.utf8bom.csv",
       {.delimiter = ",", .names = Names{}, .row_count = 2}},
      {"PHPOffice_PhpSpreadsheet/linend.mac.csv",
       {.delimiter = ",", .names = Names{}, .row_count = 2}},
      {"PHPOffice_PhpSpreadsheet/sep.csv", {.delimiter = ";", .names = Names{}, .row_count = 2}},
      {"PHPOffice_PhpSpreadsheet/line_break_in_enclosure.csv",
       {.delimiter = ",", .names = Names{"Name", "Copy", "URL"}}},
      {"PHPOffice_PhpSpreadsheet/backslash.csv", {.delimiter = ",", .escape = "\"", .width = 2}},
      {"PHPOffice_PhpSpreadsheet/contains_html.csv", {.delimiter = ";", .quote = "\"", .width = 3}},
      {"PHPOffice_PhpSpreadsheet/NumberFormatTest.csv",
       {.delimiter = ",", .quote = "\"", .names = Names{}}},
      {"PHPOffice_PhpSpreadsheet/no_delimiter.csv", {.width = 1}},
      {"apache_commons-csv/CSVFileParser/test.csv",
       {.delimiter = ",", .quote = "\"", .names = Names{"A", "B", "C", "D"}}},
      {"apache_commons-csv/CSV-196/emoji.csv",
       {.delimiter = ",", .preamble_lines = 0, .width = 16}},
      {"apache_commons-csv/CSV-213/999751170.patch.csv",
       {.delimiter = ";", .quote = "\"", .names = Names{"CHANELID", "ADDRESS"}}},
      {"apache_commons-csv/csv-167/sample1.csv",
       {.delimiter = ",", .names = Names{"author", "title", "publishDate"}, .row_count = 3}},
      {"apache_commons-csv/CSV-290/psql.csv",
       {.delimiter = ",", .quote = "\"", .names = Names{}, .width = 5}},
      {"apache_arrow-testing/aggregate_test_100.csv", {.delimiter = ",", .row_count = 100}},
      {"Py-Forge-Cli_PyForge-CLI/international.csv",
       {.delimiter = ",", .names = Names{"name", "city", "country", "description"}}},
      {"Py-Forge-Cli_PyForge-CLI/sample_comma.csv",
       {.delimiter = ",", .names = Names{"name", "age", "city", "salary"}}},
  };
  Score score;
  for (const auto& [name, truth] : files) Compare(data / name, truth, &score);
  Report("single files", score);
}

// Files without a stated dialect must still be survived, and quickly.
TEST_F(SniffCorpus, EveryFileIsSurvived) {
  int64_t files = 0;
  double slowest_ms = 0;
  std::string slowest;
  for (const auto& entry : fs::recursive_directory_iterator(DataDirectory())) {
    if (!entry.is_regular_file()) continue;
    const Sample sample = SampleOf(entry.path());
    const auto begin = std::chrono::steady_clock::now();
    const DetectedDialect detected = DetectDialect(sample);
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_LE(detected.dialect.data_offset, static_cast<int64_t>(sample.head.size()));
    if (detected.dialect.end_offset) {
      EXPECT_GE(*detected.dialect.end_offset, detected.dialect.data_offset) << entry.path();
    }
    ++files;
    if (ms > slowest_ms) {
      slowest_ms = ms;
      slowest = entry.path().filename().string();
    }
  }
  fmt::print("{} files; slowest {:.1f} ms ({})\n", files, slowest_ms, slowest);
}

}  // namespace
}  // namespace pyforge::csv
