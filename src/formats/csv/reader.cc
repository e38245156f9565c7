#include "formats/csv/reader.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <arrow/type.h>

#include "codec/charset/utf8.h"
#include "formats/csv/alike.h"
#include "formats/csv/decoder.h"
#include "formats/csv/errors.h"
#include "formats/csv/explain.h"
#include "formats/csv/header_names.h"
#include "formats/csv/opened_text.h"
#include "formats/csv/sniff_candidates.h"
#include "formats/csv/splitter.h"
#include "formats/csv/table_finder.h"
#include "io/path.h"
#include "schema/column_names.h"

namespace pyforge::csv {
namespace {

/// What all scans of an input share. Threads: one at a time.
struct OpenedTable {
  std::shared_ptr<Source> source;
  TableFacts facts;
  std::string encoding;
  int bom_bytes = 0;
  std::shared_ptr<SharedBlockStore> blocks = {};  // of morsels; shared with tables like it
  int64_t begin_offset = 0;  // of the table in the text; what stands above is another's
  bool is_unpacked = false;  // the source's bytes can be had from any position
  TableInfo info;
  std::shared_ptr<const TablePlan> plan = {};    // where nothing is asked for
  std::shared_ptr<const TableModel> model = {};  // that it is, or is known by
  bool is_alike = false;                         // known by its model
  std::vector<Finding> explanation = {};         // of several tables: what is this one's alone
};

std::string LikelyDelimiter(std::string_view name) {
  const size_t dot = name.rfind('.');
  std::string suffix(dot == std::string_view::npos ? std::string_view() : name.substr(dot));
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (suffix == ".tsv" || suffix == ".tab") return "\t";
  if (suffix == ".psv") return "|";
  return {};
}

int64_t FieldBytesMax(const std::optional<ByteSize>& given, const ExecutionContext& context) {
  return given.value_or(ByteSize{std::min(int64_t{16} << 20, context.memory_bytes_max() / 8)});
}

/// One pass, and possibly a second, over the file.
class TableScan : public Scan {
 public:
  TableScan(std::shared_ptr<const OpenedTable> table, TableRequest request,
            std::shared_ptr<const TablePlan> plan, ExecutionContext& context)
      : table_(std::move(table)),
        request_(std::move(request)),
        plan_(std::move(plan)),
        context_(context),
        info_(table_->info) {
    info_.schema = plan_->schema;
  }

  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  bool types_are_final() const override { return plan_->types_are_final; }
  std::unique_ptr<Decoder> NewDecoder() override {
    return std::make_unique<TableDecoder>(plan_, context_);
  }
  int64_t stored_position() const override {
    return splitter_ == nullptr ? end_position_ : splitter_->stored_position();
  }

  Result<std::unique_ptr<Morsel>> Next() override {
    if (plan_->field_count == 0 || is_at_end_) return nullptr;
    if (splitter_ == nullptr) ARROW_RETURN_NOT_OK(Begin());
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<TextMorsel> morsel, splitter_->Next());
    // The pass ends where an earlier look at the file found the table's end; the stream, which has
    // not come to its own end, cannot say that the file is still the same.
    if (morsel == nullptr && table_->facts.dialect.end_offset) {
      ARROW_RETURN_NOT_OK(table_->source->CheckUnchanged());
    }
    if (morsel == nullptr) {
      // Of thousands of files none stays open when it is read.
      end_position_ = splitter_->stored_position();
      CloseText();
      is_at_end_ = true;
    }
    if (morsel != nullptr) morsel->is_first = std::exchange(is_at_begin_, false);
    if (morsel != nullptr && transcoder_ != nullptr) {
      const charset::InvalidInput& invalid = transcoder_->invalid();
      morsel->replaced_count = invalid.count - replaced_before_;
      replaced_before_ = invalid.count;
    }
    return morsel;
  }

  Result<Settlement> Settle(const Evidence& evidence) override {
    TableEvidence table_evidence = static_cast<const TableEvidence&>(evidence);
    table_evidence.JoinTrailing();
    if (table_->is_alike) AddModelsEvidence(&table_evidence);
    Settlement settlement;
    settlement.evidence = Explain(table_evidence);
    for (const std::string& name : AmbiguousDates(*plan_, table_evidence)) {
      context_.Warn(fmt::format(
          "column '{}' stays text: its dates do not tell day from month; say which comes first "
          "with --date-format dmy or mdy",
          name));
    }
    ARROW_ASSIGN_OR_RAISE(auto settled,
                          SettlePlan(table_->facts, request_, *plan_, table_evidence, context_));
    settlement.changed = settled != nullptr;
    if (settled != nullptr && table_->is_alike) {
      ARROW_RETURN_NOT_OK(LookClosely());
      settlement.evidence.clear();
      return settlement;
    }
    if (settled == nullptr) {
      settled = std::make_shared<TablePlan>(*plan_);
      settled->types_are_final = true;
    } else if (settled->columns.size() > plan_->columns.size()) {
      settlement.evidence.resize(settled->columns.size(), "surplus of long rows");
    }
    plan_ = std::move(settled);
    info_.schema = plan_->schema;
    return settlement;
  }

  Status Rewind() override {
    CloseText();
    replaced_before_ = 0;
    end_position_ = 0;
    is_at_begin_ = true;
    is_at_end_ = false;
    return Status::OK();
  }

 private:
  void CloseText() {
    splitter_.reset();
    transcoder_ = nullptr;
  }

  /// The file is opened with the first morsel: until then its source may still be made repeatable.
  Status Begin() {
    ARROW_ASSIGN_OR_RAISE(OpenedText text,
                          OpenText(*table_->source, table_->encoding, table_->bom_bytes,
                                   table_->begin_offset, table_->is_unpacked));
    const Dialect& dialect = table_->facts.dialect;
    const SplitterOptions options{.field_bytes_max = plan_->field_bytes_max,
                                  .record_bytes_max = plan_->record_bytes_max,
                                  .oversized_bytes_kept = plan_->raw_bytes_max,
                                  .begin_offset = dialect.data_offset,
                                  .end_offset = dialect.end_offset,
                                  .stored_offset = text.stored_offset,
                                  .bytes_left_out = text.bytes_left_out};
    transcoder_ = text.transcoder;
    // Of the tables above this one.
    if (table_->begin_offset > 0 && transcoder_ != nullptr) {
      replaced_before_ = transcoder_->invalid().count;
    }
    splitter_ = std::make_unique<Splitter>(std::move(text.bytes), plan_->scanner, options,
                                           table_->blocks->Get());
    return Status::OK();
  }

  /// The types were decided by the model's values too.
  void AddModelsEvidence(TableEvidence* evidence) const {
    for (size_t i = 0; i < plan_->columns.size(); ++i) {
      const ColumnPlan& column = plan_->columns[i];
      if (column.source != ColumnSource::kField) continue;
      schema::ColumnEvidence all =
          table_->facts.sample->columns[static_cast<size_t>(column.field_index)];
      all.Merge(evidence->columns[i]);
      evidence->columns[i] = all;
    }
  }

  /// A file that is not what its model is stands for itself: all of it is in its sample.
  Status LookClosely();

  /// Why each column has its type. Of text that was text from the start only the sample knows why.
  std::vector<std::string> Explain(const TableEvidence& evidence) const {
    std::vector<std::string> reasons;
    for (size_t i = 0; i < plan_->columns.size(); ++i) {
      const ColumnPlan& column = plan_->columns[i];
      if (column.source != ColumnSource::kField) {
        reasons.emplace_back("made for rows that need it");
        continue;
      }
      const auto field = static_cast<size_t>(column.field_index);
      const bool was_text =
          column.type.kind == schema::TextKind::kText && !column.may_turn_from_text;
      reasons.push_back(was_text ? table_->facts.sample->columns[field].Explain(plan_->decide)
                                 : evidence.columns[i].Explain(plan_->decide));
    }
    return reasons;
  }

  std::shared_ptr<const OpenedTable> table_;
  const TableRequest request_;
  std::shared_ptr<const TablePlan> plan_;
  ExecutionContext& context_;
  TableInfo info_;
  std::unique_ptr<Splitter> splitter_;
  const charset::TranscodingStream* transcoder_ = nullptr;  // owned by splitter_
  int64_t replaced_before_ = 0;
  int64_t end_position_ = 0;  // in the stored file, when all is read
  bool is_at_begin_ = true;
  bool is_at_end_ = false;
};

/// What an input's sample is taken of: the file, or what stands below the lines to skip.
struct SampledText {
  std::shared_ptr<Source> source;
  SampleOptions options = {};
  DialectHints hints = {};
  charset::Detection encoding = {};  // of the file
  TextPlace begin = {};
};

class TableInput : public Input {
 public:
  /// `sampled` is what the only table's sample is of; of several, none.
  TableInput(std::vector<std::shared_ptr<OpenedTable>> tables, std::optional<SampledText> sampled,
             ReaderTuning tuning, std::vector<Finding> findings, std::vector<Finding> explanation,
             ExecutionContext& context)
      : tables_(std::move(tables)),
        sampled_(std::move(sampled)),
        tuning_(tuning),
        findings_(std::move(findings)),
        explanation_(std::move(explanation)),
        context_(context) {
    for (const auto& table : tables_) infos_.push_back(table->info);
  }

  std::span<const TableInfo> tables() const override { return infos_; }
  std::span<const Finding> findings() const override { return findings_; }
  Explanation Explain() const override {
    Explanation explanation{.findings = explanation_};
    for (const auto& table : tables_) {
      TableExplanation of_table{.findings = table->explanation,
                                .columns = ExplainColumns(table->facts, *table->plan)};
      auto& findings = tables_.size() == 1 ? explanation.findings : of_table.findings;
      findings.push_back(ExplainDecimalMark(table->facts, *table->plan));
      explanation.tables.push_back(std::move(of_table));
    }
    return explanation;
  }
  Result<std::vector<std::unique_ptr<pyforge::Scan>>> Scan(
      std::span<const TableRequest> requests) override;
  const std::vector<std::shared_ptr<OpenedTable>>& opened() const { return tables_; }

 private:
  Result<std::shared_ptr<OpenedTable>> FindRequested(const TableRequest& request) const;

  std::vector<std::shared_ptr<OpenedTable>> tables_;
  std::vector<TableInfo> infos_;
  /// The sample itself is taken anew where it is needed again: of thousands of inputs that make one
  /// table, the samples would not fit into memory.
  std::optional<SampledText> sampled_;
  ReaderTuning tuning_;
  std::vector<Finding> findings_, explanation_;
  ExecutionContext& context_;
};

Status TableScan::LookClosely() {
  const std::shared_ptr<Source> source = table_->source;
  ARROW_ASSIGN_OR_RAISE(const auto input, OpenTable(source, table_->facts.options, context_));
  source->ForgetHead();
  table_ = static_cast<const TableInput&>(*input).opened().front();
  ARROW_ASSIGN_OR_RAISE(auto plan, MakePlan(table_->facts, request_, context_));
  plan->types_are_final = true;
  plan_ = std::move(plan);
  info_ = table_->info;
  info_.schema = plan_->schema;
  return Status::OK();
}

/// Names of the columns: the header's as valid UTF-8, made unique; those of surplus empty header
/// cells are dropped.
void SetNames(TableFacts* facts) {
  std::vector<std::string> names = facts->dialect.header;
  facts->header_repairs.clear();
  if (!names.empty() && static_cast<int64_t>(names.size()) < facts->dialect.column_count) {
    facts->header_repairs.push_back({.code = &kShortHeader, .value = names.back()});
  }
  for (std::string& name : names) {
    if (charset::FindInvalidUtf8(name) == charset::kNone) continue;
    std::string repaired;
    const int64_t replaced = charset::AppendRepairedUtf8(name, &repaired);
    name = std::move(repaired);
    facts->header_repairs.push_back(
        {.code = &kBadUtf8, .column = name, .value = name, .count = replaced});
  }
  const auto count = static_cast<size_t>(facts->dialect.column_count);
  while (names.size() > count && names.back().empty()) names.pop_back();
  names.resize(std::max(names.size(), count));
  if (facts->options.column_naming == ColumnNaming::kPandas) {
    const std::vector<std::string>& cells = facts->dialect.header_cells;
    const bool are_names = cells.size() == names.size() && facts->header_repairs.empty();
    facts->names = PandasNames(are_names ? cells : names, facts->dialect.header_rows > 0);
  } else {
    facts->names = schema::UniqueNames(names);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = facts->names[i];
  }
  facts->source_names = std::move(names);
}

void SetSizes(const ReaderTuning& tuning, ExecutionContext& context, OpenedTable* table) {
  constexpr int64_t kLeast = int64_t{256} << 10;
  constexpr int64_t kMost = int64_t{8} << 20;
  // Enough rows in a slice that what a batch costs per column does not matter.
  const auto columns = static_cast<int64_t>(table->facts.names.size());
  const int64_t wanted = std::clamp(columns * (int64_t{8} << 10), kLeast, kMost);
  const int64_t affordable = std::max<int64_t>(context.memory_bytes_max() / 64, 64 << 10);
  int64_t morsel_bytes = std::min(wanted, affordable);
  // A small file does not need a large block, whose memory costs more than its rows.
  if (const std::optional<int64_t> bytes = table->source->bytes()) {
    constexpr uint64_t kPage = 4096;
    const uint64_t pages = std::bit_ceil(static_cast<uint64_t>(*bytes) / kPage + 1);
    morsel_bytes = std::min(morsel_bytes, static_cast<int64_t>(pages * kPage));
  }
  table->blocks = std::make_shared<SharedBlockStore>(tuning.morsel_bytes.value_or(morsel_bytes),
                                                     context.memory_pool());
  table->facts.slice_bytes = tuning.slice_bytes.value_or(table->blocks->block_bytes());
}

/// Finds out what the table is, by the sample and the hints.
Status FindTable(const Sample& sample, const DialectHints& hints, const ReaderTuning& tuning,
                 ExecutionContext& context, OpenedTable* table, DetectedDialect* detected) {
  *detected = DetectDialect(sample, hints);
  TableFacts& facts = table->facts;
  facts.dialect = detected->dialect;
  SetNames(&facts);
  SetSizes(tuning, context, table);
  const auto plan = MakeSamplePlan(facts.dialect, static_cast<int64_t>(facts.names.size()));
  plan->field_bytes_max = facts.field_bytes_max;
  plan->record_bytes_max = 2 * facts.field_bytes_max;
  plan->null_values = facts.options.null_values;
  plan->mends_rows = facts.options.mend_rows;
  SampleTypes types;
  if (plan->field_count > 0) {
    ARROW_ASSIGN_OR_RAISE(types, FindSampleTypes(sample, *plan, context));
  }
  facts.sample = std::make_shared<SampleTypes>(std::move(types));
  // From here on offsets count in the text, not in the head of the sample.
  const auto in_text = [&](int64_t offset) { return offset + sample.LeftOutBefore(offset).bytes; };
  Dialect& dialect = facts.dialect;
  dialect.data_line += sample.LeftOutBefore(dialect.data_offset).lines;
  if (sample.whole && dialect.end_offset) dialect.end_offset = in_text(*dialect.end_offset);
  dialect.data_offset = in_text(dialect.data_offset);
  table->info.first_row_number = facts.dialect.data_line + 1;
  return Status::OK();
}

/// From here on offsets and lines of the table count from the beginning of the text.
void ShiftTable(const TextPlace& begin, OpenedTable* table) {
  Dialect& dialect = table->facts.dialect;
  table->begin_offset = begin.offset;
  dialect.data_offset += begin.offset;
  dialect.data_line += begin.line;
  if (dialect.end_offset) *dialect.end_offset += begin.offset;
  table->info.first_row_number = dialect.data_line + 1;
}

/// Whether all columns of a contract are there by name.
bool HasNames(const TableFacts& facts, const arrow::Schema& contract) {
  return std::all_of(contract.fields().begin(), contract.fields().end(), [&](const auto& field) {
    return field->name() == kExtraColumn || field->name() == kRejectedColumn ||
           std::find(facts.names.begin(), facts.names.end(), field->name()) != facts.names.end();
  });
}

Result<std::shared_ptr<OpenedTable>> TableInput::FindRequested(const TableRequest& request) const {
  std::string names;
  for (const auto& table : tables_) {
    if (request.table.empty() || request.table == table->info.name) return table;
    if (names.size() > 200) continue;
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", table->info.name);
  }
  return Fail(kNoSuchTable, {.path = tables_[0]->source->path(), .table = request.table},
              "there is no table '{}'; the file holds {}", request.table, names);
}

Result<std::vector<std::unique_ptr<pyforge::Scan>>> TableInput::Scan(
    std::span<const TableRequest> requests) {
  std::vector<std::unique_ptr<pyforge::Scan>> scans;
  for (const TableRequest& request : requests) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<OpenedTable> table, FindRequested(request));
    if (table->is_alike && (request.types_from_sample || request.contract != nullptr)) {
      // How given types are written, day first or month first for one, the file's own sample tells.
      ARROW_ASSIGN_OR_RAISE(const auto input,
                            OpenTable(table->source, table->facts.options, context_, tuning_));
      table->source->ForgetHead();
      table = static_cast<const TableInput&>(*input).opened().front();
    }
    if (sampled_ && request.contract != nullptr && !HasNames(table->facts, *request.contract)) {
      // The contract may know a header where the sample shows none, or a longer one.
      auto retried = std::make_shared<OpenedTable>(*table);
      DialectHints hints = sampled_->hints;
      hints.header_rows = 1;
      DetectedDialect again;
      ARROW_ASSIGN_OR_RAISE(const Sample sample, TakeSample(*sampled_->source, sampled_->options));
      ARROW_RETURN_NOT_OK(FindTable(sample, hints, tuning_, context_, retried.get(), &again));
      if (sampled_->begin.offset > 0) ShiftTable(sampled_->begin, retried.get());
      if (HasNames(retried->facts, *request.contract)) table = std::move(retried);
    }
    ARROW_ASSIGN_OR_RAISE(auto plan, MakePlan(table->facts, request, context_));
    scans.push_back(
        std::make_unique<TableScan>(std::move(table), request, std::move(plan), context_));
  }
  return scans;
}

/// Findings that speak of the whole text, whose tables share one dialect, not of one table.
bool IsOfText(const Finding& finding) {
  constexpr std::string_view kNames[] = {"encoding", "delimiter", "quote", "escape", "newline"};
  return std::find(std::begin(kNames), std::end(kNames), finding.name) != std::end(kNames);
}

/// Finds all tables of a text, of which `whole` is what was found out about its beginning.
class TablesOfText {
 public:
  TablesOfText(const OpenedTable& whole, const charset::Detection& encoding,
               const DialectHints& hints, const ReaderTuning& tuning, ExecutionContext& context)
      : whole_(whole), encoding_(encoding), hints_(hints), tuning_(tuning), context_(context) {
    const Dialect& dialect = whole.facts.dialect;
    if (!dialect.delimiter.empty()) hints_.delimiter = dialect.delimiter;
    hints_.quote = dialect.quote;
    hints_.escape = dialect.escape;
    hints_.newline = dialect.newline;
    hints_.skip_initial_space = dialect.skip_initial_space;
  }

  /// One pass over the text.
  Result<std::vector<std::shared_ptr<OpenedTable>>> Find() {
    Source& source = *whole_.source;
    if (!source.repeatable()) ARROW_RETURN_NOT_OK(source.MakeRepeatable());
    ARROW_ASSIGN_OR_RAISE(const TextPlace begin, SkipGivenLines());
    ARROW_ASSIGN_OR_RAISE(OpenedText text,
                          OpenText(source, whole_.encoding, whole_.bom_bytes, begin.offset));
    const TableFacts& facts = whole_.facts;
    const Scanner scanner(facts.dialect);
    // A record that is too long to be read may still tell what table it belongs to.
    const int64_t record_bytes_max =
        2 * std::max(facts.field_bytes_max, FieldBytesMax({}, context_));
    Splitter splitter(std::move(text.bytes), scanner,
                      {.field_bytes_max = facts.field_bytes_max,
                       .record_bytes_max = record_bytes_max,
                       .begin_offset = begin.offset,
                       .stored_offset = text.stored_offset,
                       .bytes_left_out = text.bytes_left_out},
                      whole_.blocks->Get());
    const bool has_no_headers = (hints_.has_header && !*hints_.has_header) ||
                                (hints_.header_rows && *hints_.header_rows == 0);
    TableFinder finder(
        facts.dialect,
        {.has_no_headers = has_no_headers, .begin_offset = begin.offset, .begin_line = begin.line},
        [&](TableRange range) { return Take(std::move(range)); });
    while (true) {
      ARROW_RETURN_NOT_OK(context_.cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<TextMorsel> morsel, splitter.Next());
      if (morsel == nullptr) break;
      ARROW_RETURN_NOT_OK(finder.Add(*morsel));
    }
    ARROW_RETURN_NOT_OK(finder.Finish());
    ARROW_RETURN_NOT_OK(UnpackForMany());
    return std::move(tables_);
  }

 private:
  // The lines to skip are the file's, wherever its tables lie.
  Result<TextPlace> SkipGivenLines() const {
    const char line_end = whole_.facts.dialect.newline == Newline::kCr ? '\r' : '\n';
    return FindLine(*whole_.source, whole_.encoding, whole_.bom_bytes, line_end,
                    hints_.skip_lines.value_or(0), context_);
  }

  // Each table of a compressed text is read from the text's beginning on, which for many of them is
  // many times the text: then it is unpacked once. Text in another encoding has to be read over.
  Status UnpackForMany() {
    constexpr int64_t kBytesReadOverMax = int64_t{256} << 20;
    Source& source = *whole_.source;
    int64_t bytes = 0;
    for (const auto& table : tables_) bytes += table->begin_offset;
    const bool is_costly = whole_.encoding == "utf-8" && bytes > kBytesReadOverMax;
    if (!is_costly || source.cheap_random_access()) return Status::OK();
    ARROW_RETURN_NOT_OK(source.OpenRandomAccess());
    for (const auto& table : tables_) table->is_unpacked = true;
    return Status::OK();
  }

  Status Take(TableRange range) {
    // What is known of a table and of a column is little, but not nothing.
    constexpr size_t kTablesMax = 10'000;
    constexpr size_t kColumnsMax = 200'000;
    const auto refuse = [&](std::string_view what, size_t most) {
      return Fail(
          kTooManyTables,
          {.path = whole_.source->path(), .byte_offset = whole_.bom_bytes + range.begin_offset},
          "there are more than {} {}; the table that begins in line {} is one too many", most, what,
          range.begin_line + 1);
    };
    if (tables_.size() == kTablesMax) return refuse("tables", kTablesMax);
    auto table = std::make_shared<OpenedTable>(whole_);
    Sample sample;
    sample.encoding = encoding_;
    sample.head = std::move(range.head);
    sample.whole = range.head_is_whole;
    if (std::optional<SampleBlock> end = LastLines(&range)) {
      sample.blocks.push_back(*std::move(end));
    }
    DialectHints hints = hints_;
    // They are skipped already. That they were still says that what follows is no preamble.
    if (hints.skip_lines) hints.skip_lines = 0;
    if (!tables_.empty()) hints.skip_lines.reset();
    DetectedDialect detected;
    ARROW_RETURN_NOT_OK(FindTable(sample, hints, tuning_, context_, table.get(), &detected));
    if (table->facts.names.empty()) return LeaveOut(range);
    // One table may have as many as it likes: that is bounded elsewhere.
    column_count_ += table->facts.names.size();
    if (!tables_.empty() && column_count_ > kColumnsMax) {
      return refuse("columns in all tables", kColumnsMax);
    }
    Dialect& dialect = table->facts.dialect;
    ShiftTable({.offset = range.begin_offset, .line = range.begin_line}, table.get());
    if (!dialect.end_offset) dialect.end_offset = range.end_offset;
    table->info.name =
        fmt::format("{}_{}", io::TableName(whole_.source->name()), tables_.size() + 1);
    ARROW_ASSIGN_OR_RAISE(table->plan, MakePlan(table->facts, {}, context_));
    table->info.schema = table->plan->schema;
    std::vector<Finding>& findings = table->info.findings;
    findings.push_back(
        {.name = "lines", .value = fmt::format("{} to {}", range.begin_line + 1, range.end_line)});
    for (Finding& finding : detected.findings) {
      if (finding.name == "second_table") WarnOfSecondTable(finding, range.begin_line);
      if (!IsOfText(finding)) findings.push_back(std::move(finding));
    }
    for (Finding& finding : detected.explanation) {
      if (!IsOfText(finding)) table->explanation.push_back(std::move(finding));
    }
    tables_.push_back(std::move(table));
    return Status::OK();
  }

  // The end of a table of which the head does not show all.
  static std::optional<SampleBlock> LastLines(TableRange* range) {
    SampleBlock block{.text = std::move(range->tail), .ends_file = true};
    if (range->tail_is_cut) {
      size_t begin = block.text.find('\n');
      if (begin == std::string::npos) begin = block.text.find('\r');
      block.text.erase(0, begin == std::string::npos ? begin : begin + 1);
    }
    if (block.text.empty()) return std::nullopt;
    block.offset =
        range->end_offset - range->begin_offset - static_cast<int64_t>(block.text.size());
    return block;
  }

  // Text without columns is no table. What of it was not seen may hold rows.
  Status LeaveOut(const TableRange& range) const {
    if (range.head_is_whole) return Status::OK();
    return Fail(
        kBadRequest,
        {.path = whole_.source->path(), .byte_offset = whole_.bom_bytes + range.begin_offset},
        "the first {} bytes from line {} on hold no row, and what stands below them cannot "
        "be told: leave those lines out with skip-rows",
        range.head.size(), range.begin_line + 1);
  }

  void WarnOfSecondTable(const Finding& finding, int64_t lines_above) {
    context_.Warn(
        fmt::format("{}: below line {}, {}; from there on to the next table nothing is "
                    "read",
                    whole_.source->path(), lines_above, finding.reason));
  }

  const OpenedTable& whole_;
  const charset::Detection& encoding_;
  DialectHints hints_;
  const ReaderTuning tuning_;
  ExecutionContext& context_;
  std::vector<std::shared_ptr<OpenedTable>> tables_;
  size_t column_count_ = 0;  // of all
};

/// The input of several tables.
std::unique_ptr<Input> MakeInput(std::vector<std::shared_ptr<OpenedTable>> tables,
                                 const ReaderTuning& tuning, DetectedDialect detected,
                                 ExecutionContext& context) {
  const auto is_of_table = [](const Finding& finding) { return !IsOfText(finding); };
  const Finding count{.name = "tables",
                      .value = std::to_string(tables.size()),
                      .confidence = 0.9,
                      .reason = "rows of names, or of other numbers of fields, begin them"};
  for (std::vector<Finding>* findings : {&detected.findings, &detected.explanation}) {
    std::erase_if(*findings, is_of_table);
    findings->push_back(count);
  }
  return std::make_unique<TableInput>(std::move(tables), std::nullopt, tuning,
                                      std::move(detected.findings), std::move(detected.explanation),
                                      context);
}

/// Whether the lines to skip leave little or nothing of the sample.
bool IsSkipped(const Sample& sample, int64_t line_count, char line_end) {
  constexpr size_t kShortBytes = size_t{64} << 10;
  if (sample.whole && sample.head.size() < kShortBytes) return false;
  size_t end = 0;
  for (; line_count > 0 && end <= sample.head.size() / 2; --line_count) {
    end = sample.head.find(line_end, end);
    if (end == std::string::npos) return true;
    ++end;
  }
  return line_count > 0 || end > sample.head.size() / 2;
}

/// Where the lines to skip take up the sample, takes another one below them. What was skipped shows
/// neither the dialect nor the encoding of the table.
Status SkipLongPreamble(ExecutionContext& context, SampledText* text, Sample* sample) {
  const int64_t count = text->hints.skip_lines.value_or(0);
  const Newline newline = text->hints.newline.value_or(FindNewline(sample->head));
  const char line_end = newline == Newline::kCr ? '\r' : '\n';
  if (count == 0 || !IsSkipped(*sample, count, line_end)) return Status::OK();
  const std::shared_ptr<Source> file = text->source;
  if (!file->repeatable()) ARROW_RETURN_NOT_OK(file->MakeRepeatable());
  charset::Detection& encoding = text->encoding;
  bool is_known =
      !text->options.encoding.empty() || encoding.name != "utf-8" || encoding.bom_bytes > 0;
  text->options.skip_lines = 0;
  // They are skipped already. That they were still says that what follows is no preamble.
  text->hints.skip_lines = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(
        text->begin, FindLine(*file, encoding.name, encoding.bom_bytes, line_end, count, context));
    text->source = MakeTextBelow(file, encoding.name, encoding.bom_bytes, text->begin.offset);
    text->options.encoding = is_known ? "utf-8" : "";
    ARROW_ASSIGN_OR_RAISE(*sample, TakeSample(*text->source, text->options));
    if (is_known) break;
    is_known = true;
    // Units of more than a byte do not begin below lines of single ones.
    const bool has_units =
        sample->encoding.name.starts_with("utf-1") || sample->encoding.name.starts_with("utf-3");
    if (has_units) continue;
    encoding = sample->encoding;
    encoding.bom_bytes = 0;
    if (encoding.name == "utf-8") break;
  }
  text->options.encoding = "utf-8";
  text->begin.offset += sample->encoding.bom_bytes;  // a mark down there is no text
  sample->encoding = encoding;
  return Status::OK();
}

/// A field that is longer than may be looked at hides what the table is.
Status RefuseEndlessField(const Sample& sample, int64_t bytes_above, int64_t field_bytes_max) {
  const int64_t offset = *sample.endless_field;
  const Gap left_out = sample.LeftOutBefore(offset);
  return Fail(kFieldTooLong, {.byte_offset = bytes_above + offset + left_out.bytes},
              "the quoted field that begins there is longer than {} bytes, or its quote is none; "
              "without its end the table's form cannot be told",
              field_bytes_max);
}

SampledText TextToSample(const std::shared_ptr<Source>& source, const ReadOptions& options,
                         int64_t field_bytes_max) {
  SampledText text{.source = source, .hints = options.Hints()};
  const DialectHints& hints = text.hints;
  text.options.encoding = options.encoding;
  text.options.look_ahead_bytes = field_bytes_max;
  if (hints.quote) text.options.quote = *hints.quote;
  if (hints.delimiter) text.options.delimiter = *hints.delimiter;
  if (hints.escape && *hints.escape != text.options.quote) text.options.escape = *hints.escape;
  if (hints.skip_lines) text.options.skip_lines = *hints.skip_lines;
  text.hints.likely_delimiter = LikelyDelimiter(source->name());
  return text;
}

}  // namespace

Result<std::unique_ptr<Input>> OpenTable(std::shared_ptr<Source> source, const ReadOptions& options,
                                         ExecutionContext& context, const ReaderTuning& tuning) {
  const int64_t field_bytes_max = FieldBytesMax(options.field_max, context);
  SampledText sampled = TextToSample(source, options, field_bytes_max);
  DialectHints hints = sampled.hints;
  ARROW_ASSIGN_OR_RAISE(Sample sample, TakeSample(*source, sampled.options));
  sampled.encoding = sample.encoding;
  ARROW_RETURN_NOT_OK(SkipLongPreamble(context, &sampled, &sample));
  if (sample.endless_field) {
    return RefuseEndlessField(sample, sampled.encoding.bom_bytes + sampled.begin.offset,
                              field_bytes_max);
  }
  auto table = std::make_shared<OpenedTable>();
  table->source = std::move(source);
  table->encoding = sample.encoding.name;
  table->bom_bytes = sample.encoding.bom_bytes;
  table->facts.options = options;
  table->facts.field_bytes_max = field_bytes_max;
  DetectedDialect detected;
  ARROW_RETURN_NOT_OK(FindTable(sample, sampled.hints, tuning, context, table.get(), &detected));
  const Dialect dialect = table->facts.dialect;
  if (!sample.gaps.empty() && dialect.data_offset >= sample.gaps[0].head_offset) {
    // The sample leaves out a part of what stands above the data; names are read as a whole.
    constexpr int64_t kAboveDataMax = int64_t{16} << 20;
    sampled.options.quote.reset();
    if (dialect.data_offset <= kAboveDataMax) {
      const int64_t stored_per_byte = sample.encoding.name == "utf-8" ? 1 : 4;
      sampled.options.head_bytes += stored_per_byte * dialect.data_offset;
      for (DialectHints* each : {&hints, &sampled.hints}) {
        if (!dialect.delimiter.empty()) each->delimiter = dialect.delimiter;
        each->quote = dialect.quote;
        each->escape = dialect.escape;
      }
    }
    ARROW_ASSIGN_OR_RAISE(sample, TakeSample(*sampled.source, sampled.options));
    sample.encoding = sampled.encoding;
    DetectedDialect same;
    ARROW_RETURN_NOT_OK(FindTable(sample, sampled.hints, tuning, context, table.get(), &same));
  }
  const bool is_below = sampled.begin.offset > 0;
  if (is_below) ShiftTable(sampled.begin, table.get());
  if (options.all_tables) {
    TablesOfText text(*table, sample.encoding, hints, tuning, context);
    ARROW_ASSIGN_OR_RAISE(auto tables, text.Find());
    if (tables.size() > 1) {
      return MakeInput(std::move(tables), tuning, std::move(detected), context);
    }
  }
  for (const Finding& finding : detected.findings) {
    if (finding.name != "second_table") continue;
    context.Warn(fmt::format("{}: {}{}; from there on nothing is read{}", table->source->path(),
                             is_below ? fmt::format("below line {}, ", sampled.begin.line) : "",
                             finding.reason,
                             options.all_tables ? "" : " (--all-tables reads it too)"));
  }
  table->info.name = io::TableName(table->source->name());
  ARROW_ASSIGN_OR_RAISE(table->plan, MakePlan(table->facts, {}, context));
  table->info.schema = table->plan->schema;
  if (!is_below && table->encoding == "utf-8") {
    table->model = MakeTableModel(sample, table->facts, table->plan);
  }
  std::vector<std::shared_ptr<OpenedTable>> tables = {std::move(table)};
  if (is_below) sampled.source->ForgetHead();
  return std::make_unique<TableInput>(std::move(tables), std::move(sampled), tuning,
                                      std::move(detected.findings), std::move(detected.explanation),
                                      context);
}

Result<std::unique_ptr<Input>> OpenAlike(const std::shared_ptr<Source>& source,
                                         const ReadOptions& options, const Input& model,
                                         ExecutionContext& context, const ReaderTuning& tuning) {
  const OpenedTable& known = *static_cast<const TableInput&>(model).opened().front();
  if (known.model == nullptr) return nullptr;
  SampledText sampled = TextToSample(source, options, known.facts.field_bytes_max);
  const int64_t head_bytes = sampled.options.head_bytes;
  ARROW_ASSIGN_OR_RAISE(std::string_view bytes, source->Head(head_bytes + 1));
  if (static_cast<int64_t>(bytes.size()) > head_bytes) return nullptr;
  sampled.encoding = charset::DetectEncoding(bytes, true);
  const bool is_written_alike =
      sampled.encoding.name == "utf-8" && sampled.encoding.bom_bytes == known.bom_bytes;
  if (!is_written_alike) return nullptr;
  bytes.remove_prefix(static_cast<size_t>(known.bom_bytes));
  if (!IsAlike(bytes, *known.model)) return nullptr;

  auto table = std::make_shared<OpenedTable>(known);
  table->is_alike = true;
  table->source = source;
  SetSizes(tuning, context, table.get());
  if (table->blocks->block_bytes() <= known.blocks->block_bytes()) table->blocks = known.blocks;
  table->info.name = io::TableName(source->name());
  std::vector<Finding> findings(model.findings().begin(), model.findings().end());
  for (Finding& finding : findings) {
    finding.reason =
        fmt::format("as in {}: the same header, rows of the same shape", known.source->name());
  }
  std::vector<Finding> explanation = findings;
  std::vector<std::shared_ptr<OpenedTable>> tables = {std::move(table)};
  return std::make_unique<TableInput>(std::move(tables), std::move(sampled), tuning,
                                      std::move(findings), std::move(explanation), context);
}

}  // namespace pyforge::csv
