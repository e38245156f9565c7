#include "core/verify.h"

#include <arrow/type.h>

#include "core/opened_input.h"
#include "core/pipeline.h"

namespace pyforge::core {

Status VerifyOutput(TableWriter& writer, const std::shared_ptr<arrow::Schema>& schema,
                    Staging& staging, const Registry& registry, ExecutionContext& context) {
  const std::string& path = writer.request().path;
  if (writer.file() == nullptr || path == "-") {
    return Fail(kBadRequest, {.path = path}, "standard output cannot be read back for --verify");
  }
  ARROW_ASSIGN_OR_RAISE(const std::string staged_path, staging.ReadablePath(*writer.file()));
  ARROW_ASSIGN_OR_RAISE(OpenedInput opened,
                        OpenInput(staged_path, std::string(writer.request().format->name),
                                  writer.request().format_options, registry, context));
  ARROW_ASSIGN_OR_RAISE(TableScan table, ScanTable(opened, {.contract = schema}));
  ChecksumSink read_back;
  ARROW_ASSIGN_OR_RAISE(const PassOutcome pass,
                        RunPass(*table.scan, {{.sink = &read_back}},
                                {.segment_bytes = SegmentBytes(context)}, context));
  const RowChecksum& written = *writer.checksum();
  if (pass.ledger.rejected_count() > 0 || !(read_back.checksum() == written)) {
    return Fail(kVerifyFailed, {.path = path},
                "{} rows with checksum {} were written, but {} rows with checksum {} are read back",
                written.rows(), written.ToString(), read_back.checksum().rows(),
                read_back.checksum().ToString());
  }
  return Status::OK();
}

}  // namespace pyforge::core
