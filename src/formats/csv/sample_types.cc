#include "formats/csv/sample_types.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/type.h>

#include "formats/csv/decoder.h"
#include "formats/csv/splitter.h"

namespace pyforge::csv {
namespace {

/// A stream over text at hand.
class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const size_t count = std::min(static_cast<size_t>(bytes), text_.size());
    std::memcpy(out, text_.data(), count);
    text_.remove_prefix(count);
    return static_cast<int64_t>(count);
  }
  int64_t stored_position() const override { return 0; }

 private:
  std::string_view text_;
};

/// Hands the records of `text` to `take` morsel by morsel.
template <typename Take>
Status ForEachMorsel(std::string_view text, const TablePlan& plan, ExecutionContext& context,
                     Take&& take) {
  const auto store =
      std::make_shared<BlockStore>(static_cast<int64_t>(text.size()) + 1, context.memory_pool());
  Splitter splitter(
      std::make_unique<TextStream>(text), plan.scanner,
      {.field_bytes_max = plan.field_bytes_max, .record_bytes_max = plan.record_bytes_max}, store);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<TextMorsel> morsel, splitter.Next());
    if (morsel == nullptr) return Status::OK();
    ARROW_RETURN_NOT_OK(take(*morsel));
  }
}

/// The complete records of a text that does not end with the file.
std::string_view CompleteRecords(std::string_view text, const TablePlan& plan) {
  // The scanner wants readable bytes around the text.
  std::vector<char> padded(text.size() + 2 * static_cast<size_t>(kTextPadding));
  std::memcpy(padded.data() + kTextPadding, text.data(), text.size());
  ScanState state;
  const RecordEnds ends = plan.scanner.FindRecordEnds(padded.data() + kTextPadding, 0,
                                                      static_cast<int64_t>(text.size()), false, -1,
                                                      plan.field_bytes_max, &state);
  return text.substr(0, static_cast<size_t>(std::max<int64_t>(ends.last_end, 0)));
}

/// Whether all records of a block have the right number of fields.
Result<bool> IsRegular(std::string_view text, const TablePlan& plan, ExecutionContext& context) {
  bool is_regular = !text.empty();
  ARROW_RETURN_NOT_OK(ForEachMorsel(text, plan, context, [&](const TextMorsel& morsel) {
    StructuralIndex index;
    plan.scanner.Index(morsel.text(), 0, morsel.text_bytes, morsel.literal_quotes, &index);
    const bool ends_cleanly =
        index.separator_count > 0 &&
        index.separators()[index.separator_count - 1] + 1 == morsel.text_bytes;
    RowTable rows(plan);
    is_regular = is_regular && !morsel.is_oversized && ends_cleanly &&
                 morsel.literal_quotes.empty() && index.stray_quote_fields.empty() &&
                 rows.Begin(morsel.text(), 0, morsel.text_bytes, {}, &index);
    return Status::OK();
  }));
  return is_regular;
}

}  // namespace

std::shared_ptr<TablePlan> MakeSamplePlan(const Dialect& dialect, int64_t field_count) {
  auto plan = std::make_shared<TablePlan>(dialect);
  plan->field_count = field_count;
  for (int64_t i = 0; i < field_count; ++i) {
    plan->columns.push_back(
        {.field_index = i, .type = {.kind = schema::TextKind::kNull}, .arrow_type = arrow::null()});
  }
  plan->field_types.assign(static_cast<size_t>(field_count),
                           schema::TextType{.kind = schema::TextKind::kText});
  plan->field_names.resize(static_cast<size_t>(field_count));
  return plan;
}

Result<SampleTypes> FindSampleTypes(const Sample& sample, const TablePlan& plan,
                                    ExecutionContext& context) {
  SampleTypes types;
  const Dialect& dialect = plan.dialect();
  const auto begin = static_cast<size_t>(
      std::min<int64_t>(dialect.data_offset, static_cast<int64_t>(sample.head.size())));
  std::string_view head = std::string_view(sample.head).substr(begin);
  const int64_t end = dialect.end_offset.value_or(INT64_MAX);
  bool is_whole = sample.whole;
  if (end - dialect.data_offset <= static_cast<int64_t>(head.size())) {
    head = head.substr(0, static_cast<size_t>(std::max<int64_t>(end - dialect.data_offset, 0)));
    is_whole = true;
  }
  if (!is_whole) head = CompleteRecords(head, plan);
  if (plan.mends_rows) {
    types.habits = RowHabits::Find(head, dialect, plan.field_count, plan.null_values);
  }
  const auto shared = std::make_shared<TablePlan>(plan);
  shared->habits = types.habits;
  // Of thousands of columns a decoder takes much memory: one at a time, and none without need.
  std::unique_ptr<Evidence> evidence;
  {
    TableDecoder decoder(shared, context);
    const auto gather = [&](const TextMorsel& morsel) {
      ARROW_ASSIGN_OR_RAISE(const Decoded decoded, decoder.Decode(morsel, DecodeMode::kEvidence));
      types.head_rows += decoded.record_count;
      types.head_bytes += morsel.bytes;
      return Status::OK();
    };
    ARROW_RETURN_NOT_OK(ForEachMorsel(head, plan, context, gather));
    evidence = decoder.TakeEvidence();
  }
  auto& table = static_cast<TableEvidence&>(*evidence);
  table.JoinTrailing();
  types.columns = std::move(table.columns);
  types.long_rows = std::move(table.long_rows);
  types.trailing_rows = std::move(table.trailing_rows);
  if (sample.blocks.empty()) return types;

  TableDecoder block_decoder(shared, context);
  for (const SampleBlock& block : sample.blocks) {
    if (block.offset.value_or(0) >= end) continue;
    const std::string_view text = CompleteRecords(block.text, plan);
    ARROW_ASSIGN_OR_RAISE(const bool is_regular, IsRegular(text, plan, context));
    if (!is_regular) continue;
    ARROW_RETURN_NOT_OK(ForEachMorsel(text, plan, context, [&](const TextMorsel& morsel) {
      return block_decoder.Decode(morsel, DecodeMode::kEvidence).status();
    }));
  }
  evidence = block_decoder.TakeEvidence();
  const auto& block_columns = static_cast<TableEvidence&>(*evidence).columns;
  types.head_columns = types.columns;
  for (size_t i = 0; i < types.columns.size(); ++i) types.columns[i].Merge(block_columns[i]);
  return types;
}

}  // namespace pyforge::csv
