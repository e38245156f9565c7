#include "core/verify.h"

#include <arrow/type.h>

#include "core/opened_input.h"
#include "core/pipeline.h"

namespace pyforge::core {

Status VerifyOutput(TableWriter& writer, Staging& staging, const Registry& registry,
                    ExecutionContext& context) {
  const std::string& path = writer.request().path;
  if (path == "-") {
    return Fail(kBadRequest, {.path = path}, "standard output cannot be read back for --verify");
  }
  const WriteRequest& request = writer.request();
  std::shared_ptr<arrow::Schema> contract = writer.stored_schema();
  if (request.format->read_back_contract != nullptr) {
    ARROW_ASSIGN_OR_RAISE(contract,
                          request.format->read_back_contract(contract, request.format_options));
  }
  ChecksumSink read_back;
  bool has_rejected = false;
  for (OutputFile* file : writer.files()) {
    ARROW_ASSIGN_OR_RAISE(const std::string staged_path, staging.ReadablePath(*file));
    ARROW_ASSIGN_OR_RAISE(OpenedInput opened,
                          OpenInput(staged_path, std::string(request.format->name),
                                    request.format_options, registry, context));
    ARROW_ASSIGN_OR_RAISE(TableScan table, ScanTable(opened, {.contract = contract}));
    ARROW_ASSIGN_OR_RAISE(const PassOutcome pass,
                          RunPass(*table.scan, {{.sink = &read_back}},
                                  {.segment_bytes = SegmentBytes(context)}, context));
    has_rejected = has_rejected || pass.ledger.rejected_count() > 0;
  }
  const RowChecksum& written = writer.stored_checksum();
  if (has_rejected || !(read_back.checksum() == written)) {
    return Fail(kVerifyFailed, {.path = path},
                "{} rows with checksum {} were written, but {} rows with checksum {} are read back",
                written.rows(), written.ToString(), read_back.checksum().rows(),
                read_back.checksum().ToString());
  }
  return Status::OK();
}

}  // namespace pyforge::core
