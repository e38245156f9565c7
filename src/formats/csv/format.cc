#include "formats/csv/format.h"

#include <algorithm>
#include <utility>

#include "codec/charset/detect.h"
#include "codec/charset/utf8.h"
#include "formats/csv/errors.h"
#include "formats/csv/options.h"
#include "formats/csv/reader.h"
#include "formats/csv/sniff.h"
#include "formats/csv/writer.h"

namespace pyforge::csv {
namespace {

constexpr std::string_view kExtensions[] = {".csv", ".tsv", ".txt", ".psv", ".tab"};
constexpr std::string_view kAliases[] = {"tsv"};

bool HasExtension(std::string_view name, std::string_view extension) {
  if (name.size() < extension.size()) return false;
  name.remove_prefix(name.size() - extension.size());
  return std::equal(name.begin(), name.end(), extension.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// NULs at the end: of a file that was made at its full size and not written to it. None where
/// there is nothing else.
int64_t FillingBytes(std::string_view sample) {
  const size_t last = sample.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : static_cast<int64_t>(sample.size() - last - 1);
}

/// Whether the bytes are a file of another kind, whatever its name: by its magic number, or by more
/// control characters than stray NULs and the like amount to. Short texts hardly tell.
bool IsBinary(std::string_view sample, int64_t control, bool is_named) {
  constexpr std::string_view kMagics[] = {
      "\x89PNG",         "PK\x03\x04", "PAR1",    "\x7F\x45LF", "%PDF-",      "\xD0\xCF\x11\xE0",
      "\xFF\xD8\xFF",    "GIF8",       "Obj\x01", "\x1F\x8B",   "7z\xBC\xAF", "\xFD\x37zXZ",
      "\x28\xB5\x2F\xFD"};
  const auto starts = [&](std::string_view magic) { return sample.starts_with(magic); };
  const bool has_magic = std::any_of(std::begin(kMagics), std::end(kMagics), starts);
  // A column may be named PAR1.
  if (has_magic && (control > 0 || charset::FindInvalidUtf8Prefix(sample) != charset::kNone)) {
    return true;
  }
  constexpr size_t kTellingBytes = 512;
  const int64_t filling = FillingBytes(sample);
  const int64_t size = static_cast<int64_t>(sample.size()) - filling;
  const bool tells = !is_named || sample.size() >= kTellingBytes;
  return tells && (control - filling) * 50 > size;
}

/// Text can be anything, so that this is what is left when no other format knows its own: sure
/// enough by a name or by a table's regularity, never as sure as a magic number.
SniffResult Sniff(std::string_view head, std::string_view name) {
  const bool is_named =
      std::any_of(std::begin(kExtensions), std::end(kExtensions),
                  [&](std::string_view each) { return HasExtension(name, each); });
  if (head.empty()) {
    if (is_named) return {.confidence = 0.6, .reason = "empty, but named as delimited text"};
    return {};
  }
  const charset::Detection encoding = charset::DetectEncoding(head, false);
  const std::string_view sample = head.substr(0, 4096);
  const auto control = std::count_if(sample.begin(), sample.end(), [](char byte) {
    const auto value = static_cast<uint8_t>(byte);
    return value < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
           byte != '\x1A' && byte != '\x1F' && byte != '\x01' && byte != '\x02';
  });
  const bool is_wide = encoding.name.starts_with("utf-16") || encoding.name.starts_with("utf-32");
  if (!is_wide && IsBinary(sample, control, is_named)) return {};
  if (is_named) return {.confidence = 0.8, .reason = "text, named as delimited text"};
  const size_t first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string_view::npos &&
      (head[first] == '<' || head[first] == '{' || head[first] == '[')) {
    return {.confidence = 0.05, .reason = "text that looks like markup"};
  }
  const DetectedDialect detected = DetectDialect(MakeSample(head.substr(0, 16384)));
  if (!is_wide && detected.dialect.column_count < 2) {
    return {.confidence = 0.2, .reason = "text without a delimiter"};
  }
  return {.confidence = 0.6, .reason = "text in columns"};
}

Status CheckReadOptions(const OptionValues& values) { return ParseReadOptions(values).status(); }
Status CheckWriteOptions(const OptionValues& values) { return ParseWriteOptions(values).status(); }

Result<std::unique_ptr<Input>> OpenInput(std::shared_ptr<Source> source, const OptionValues& values,
                                         ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const ReadOptions options, ParseReadOptions(values));
  return OpenTable(std::move(source), options, context);
}

Result<std::unique_ptr<Input>> OpenInputAlike(const std::shared_ptr<Source>& source,
                                              const OptionValues& values, const Input& model,
                                              ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const ReadOptions options, ParseReadOptions(values));
  return OpenAlike(source, options, model, context);
}

Result<std::unique_ptr<Output>> OpenOutput(OutputFile& file, const OptionValues& values,
                                           ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const WriteOptions options, ParseWriteOptions(values));
  return OpenWriter(file, options, context);
}

Result<std::shared_ptr<arrow::Schema>> ReadBackContractOf(
    const std::shared_ptr<arrow::Schema>& schema, const OptionValues& values) {
  ARROW_ASSIGN_OR_RAISE(const WriteOptions options, ParseWriteOptions(values));
  return ReadBackContract(*schema, options);
}

/// Asking for tsv settles the delimiter of both directions; a file's suffix settles what is
/// written, while for what is read it is a hint that the content may overrule.
OptionValues ImpliedOptions(std::string_view alias_or_extension) {
  OptionValues values;
  const auto imply = [&](std::string_view name, std::string_view value) {
    values.insert_or_assign(std::string(name), OptionValue{.value = std::string(value),
                                                           .origin = OptionOrigin::kDetected});
  };
  if (alias_or_extension == "tsv") imply("delimiter", "tab");
  if (alias_or_extension == "tsv" || alias_or_extension == ".tsv" || alias_or_extension == ".tab") {
    imply("output_delimiter", "tab");
  }
  if (alias_or_extension == ".psv") imply("output_delimiter", "|");
  return values;
}

}  // namespace

const FormatDescriptor& Descriptor() {
  static const FormatDescriptor kDescriptor{
      .name = "csv",
      .title = "Comma-separated values",
      .description =
          "Text with a record a line and fields parted by commas, tabs, semicolons or anything "
          "else. Encoding, delimiter, quotes, header and types are found out and reported.",
      .extensions = kExtensions,
      .aliases = kAliases,
      .read_options = ReadOptionSpecs(),
      .write_options = WriteOptionSpecs(),
      .errors = kErrors,
      .sniff = Sniff,
      .check_read_options = CheckReadOptions,
      .check_write_options = CheckWriteOptions,
      .open_input = OpenInput,
      .open_alike = OpenInputAlike,
      .open_output = OpenOutput,
      .implied_options = ImpliedOptions,
      .read_back_contract = ReadBackContractOf};
  return kDescriptor;
}

}  // namespace pyforge::csv
