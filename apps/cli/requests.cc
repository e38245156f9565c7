#include "cli/requests.h"

namespace pyforge::cli {

InspectRequest MakeInspectRequest(const Session& session, const Arguments& arguments,
                                  const std::string& path, const std::string& table,
                                  std::span<const OptionSpec> own) {
  InspectRequest request{.path = path, .table = table};
  request.options = session.RequestOptions(arguments.given, own);
  const auto from = request.options.find("from");
  if (from != request.options.end()) {
    request.from = from->second.value;
    request.options.erase(from);
  }
  return request;
}

Result<ConversionOptions> ParseConversionOptions(const OptionValues& values) {
  ConversionOptions options;
  for (const auto& [name, value] : values) {
    if (const OptionSpec* spec = FindOption(ConversionOptionSpecs(), name)) {
      ARROW_RETURN_NOT_OK(spec->set(&options, spec->name, value.value));
    }
  }
  return options;
}

}  // namespace pyforge::cli
