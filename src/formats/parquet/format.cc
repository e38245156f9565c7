#include "formats/parquet/format.h"

#include <utility>

#include "formats/parquet/errors.h"
#include "formats/parquet/options.h"
#include "formats/parquet/reader.h"
#include "formats/parquet/writer.h"

namespace pyforge::parquet {
namespace {

constexpr std::string_view kExtensions[] = {".parquet", ".pq", ".parq"};

SniffResult Sniff(std::string_view head, std::string_view /*name*/) {
  if (head.starts_with("PAR1")) return {.confidence = 1, .reason = "it begins with PAR1"};
  if (head.starts_with("PARE")) return {.confidence = 1, .reason = "it begins with PARE"};
  return {};
}

template <typename Options>
Result<Options> Parse(std::span<const OptionSpec> specs, const OptionValues& values) {
  Options options;
  ARROW_RETURN_NOT_OK(ApplyOptions(specs, values, &options));
  ARROW_RETURN_NOT_OK(options.Validate());
  return options;
}

Status CheckReadOptions(const OptionValues& values) {
  return Parse<ReadOptions>(kReadOptions, values).status();
}

Status CheckWriteOptions(const OptionValues& values) {
  return Parse<WriteOptions>(kWriteOptions, values).status();
}

Result<std::unique_ptr<Input>> Open(std::shared_ptr<Source> source, const OptionValues& values,
                                    ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const ReadOptions options, Parse<ReadOptions>(kReadOptions, values));
  return OpenInput(std::move(source), options, context);
}

Result<std::unique_ptr<Output>> Create(OutputFile& file, const OptionValues& values,
                                       ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const WriteOptions options, Parse<WriteOptions>(kWriteOptions, values));
  return OpenOutput(file, options, context);
}

}  // namespace

const FormatDescriptor& Descriptor() {
  static constexpr FormatDescriptor kDescriptor{
      .name = "parquet",
      .title = "Apache Parquet",
      .description =
          "A column-oriented binary format with types, compression and statistics. Reads every "
          "current encoding and codec but LZO; does not read encrypted files.",
      .extensions = kExtensions,
      .read_options = kReadOptions,
      .write_options = kWriteOptions,
      .errors = kErrors,
      .sniff = &Sniff,
      .check_read_options = &CheckReadOptions,
      .check_write_options = &CheckWriteOptions,
      .open_input = &Open,
      .open_output = &Create};
  return kDescriptor;
}

}  // namespace pyforge::parquet
