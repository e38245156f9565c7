// pyforge preview: the first rows.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/requests.h"
#include "cli/text_table.h"
#include "cli/value_text.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {
namespace {

struct PreviewOptions {
  std::string table = {};
  int64_t rows = 20;
  bool json = false;
  bool csv = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&PreviewOptions::table>("table", "Which table; left out: the first.",
                                                     "NAME", {}, 't')),
    InGroup("Output", Option<&PreviewOptions::rows>("rows", "How many rows.", "N", {}, 'n')),
    InGroup("Output", Option<&PreviewOptions::json>("json", "One JSON object a row.")),
    InGroup("Output", Option<&PreviewOptions::csv>("csv", "CSV with a header line.")),
};

constexpr int64_t kRowsMax = 1'000'000;

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

struct FirstRows {
  std::shared_ptr<arrow::Schema> schema;
  Batches batches = {};
  int64_t row_count = 0;
};

Result<FirstRows> ReadRows(arrow::RecordBatchReader& reader, int64_t rows_max) {
  FirstRows rows{.schema = reader.schema()};
  while (rows.row_count < rows_max) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader.ReadNext(&batch));
    if (batch == nullptr) break;
    if (rows.row_count + batch->num_rows() > rows_max) {
      batch = batch->Slice(0, rows_max - rows.row_count);
    }
    rows.row_count += batch->num_rows();
    rows.batches.push_back(std::move(batch));
  }
  return rows;
}

template <typename Print>
void ForEachRow(const FirstRows& rows, Print print) {
  for (const auto& batch : rows.batches) {
    for (int64_t row = 0; row < batch->num_rows(); ++row) print(*batch, row);
  }
}

std::string AsJson(const FirstRows& rows) {
  std::vector<std::string> names;
  for (const auto& field : rows.schema->fields()) {
    names.push_back(nlohmann::json(field->name())
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  std::string text;
  ForEachRow(rows, [&](const arrow::RecordBatch& batch, int64_t row) {
    text += '{';
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) text += ", ";
      text += names[static_cast<size_t>(i)] + ": " + ValueJson(*batch.column(i), row);
    }
    text += "}\n";
  });
  return text;
}

// Null stays empty and the empty string is quoted, so that they can be told apart.
std::string CsvCell(const std::string& value) {
  if (!value.empty() && value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string AsCsv(const FirstRows& rows) {
  std::string text;
  for (const auto& field : rows.schema->fields()) {
    if (!text.empty()) text += ',';
    text += CsvCell(field->name());
  }
  text += '\n';
  ForEachRow(rows, [&](const arrow::RecordBatch& batch, int64_t row) {
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) text += ',';
      if (!batch.column(i)->IsNull(row)) text += CsvCell(ValueText(*batch.column(i), row));
    }
    text += '\n';
  });
  return text;
}

std::string AsTable(const FirstRows& rows, size_t width, const Console& console) {
  std::vector<TextColumn> columns;
  for (const auto& field : rows.schema->fields()) {
    columns.push_back({.title = field->name(),
                       .subtitle = TypeName(*field->type()),
                       .align = IsNumeric(*field->type()) ? Align::kRight : Align::kLeft});
  }
  ForEachRow(rows, [&](const arrow::RecordBatch& batch, int64_t row) {
    for (int i = 0; i < batch.num_columns(); ++i) {
      columns[static_cast<size_t>(i)].cells.push_back(ValueText(*batch.column(i), row));
    }
  });
  PrintedTable printed = PrintTable(columns, {.width_max = width});
  std::string footer = Counted(rows.row_count, "row");
  if (printed.columns_left_out > 0) {
    footer += fmt::format("; {} did not fit",
                          Counted(static_cast<int64_t>(printed.columns_left_out), "more column"));
  }
  return printed.text + console.Styled(footer, Style::kDim) + '\n';
}

int RunPreview(Session& session, const Arguments& arguments) {
  const Result<PreviewOptions> own = ParseOwn<PreviewOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  if (own->rows < 0 || own->rows > kRowsMax) {
    return session.Fail(
        Fail(kBadOption, {}, "--rows cannot be {}: it takes 0 to {}", own->rows, kRowsMax));
  }
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());
  InspectRequest request =
      MakeInspectRequest(session, arguments, arguments.positionals.front(), own->table, kOptions);
  // Only with a limit need the types fit no more than the rows shown.
  request.options.try_emplace("limit",
                              OptionValue{std::to_string(own->rows), OptionOrigin::kRequest});
  const auto reader = Read(request, session.registry(), **context);
  if (!reader.ok()) return session.Fail(reader.status());
  const Result<FirstRows> rows = ReadRows(**reader, own->rows);
  if (!rows.ok()) return session.Fail(AddWhere(rows.status(), {.path = request.path}));
  for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
  if (own->json) {
    session.out().Print(AsJson(*rows));
  } else if (own->csv) {
    session.out().Print(AsCsv(*rows));
  } else {
    session.out().Print(AsTable(*rows, static_cast<size_t>(session.out().width(0)), session.out()));
  }
  return 0;
}

}  // namespace

const Command kPreview = {
    .name = "preview",
    .summary = "Shows the first rows as a table",
    .positionals = "PATH",
    .options = kOptions,
    .takes = TakesOptions::kReading,
    .run = RunPreview,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
