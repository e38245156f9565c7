#include "formats/csv/abridge.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pyforge::csv {
namespace {

constexpr size_t kLongFieldBytes = size_t{4} << 10;
constexpr size_t kKeptBytes = size_t{1} << 10;  // at both ends of a long field
// What must be known behind a quote to tell whether it closes.
constexpr size_t kContextBytes = 64;
// At least so many bytes are shown behind a field.
constexpr size_t kBehindBytes = size_t{32} << 10;
constexpr int64_t kChunkBytes = int64_t{1} << 20;
// Nothing but quotes for so long belongs to no table.
constexpr size_t kWindowBytesMax = size_t{2} << 20;
// After so many quotes that are not closed the rest stays as it is.
constexpr int kUnclosedMax = 8;
constexpr std::string_view kUsualDelimiters = ",;\t|^~\x1F\x01";

int64_t CountLines(std::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

struct Closing {
  enum class Kind { kCloses, kStray, kOpen };
  Kind kind = Kind::kOpen;
  size_t at = 0;  // the closing quote; while open: where to go on
};

class Abridger {
 public:
  Abridger(const AbridgeOptions& options, const ReadText& read, std::string* head,
           bool* reaches_end, std::vector<Gap>* gaps, std::optional<int64_t>* endless_field)
      : options_(options),
        read_(read),
        head_(*head),
        reaches_end_(*reaches_end),
        gaps_(*gaps),
        endless_field_(*endless_field),
        text_end_(static_cast<int64_t>(head->size())),
        budget_(options.look_ahead_bytes) {}

  Status Run() {
    size_t begin = options_.begin;
    do {
      ARROW_ASSIGN_OR_RAISE(begin, Scan(begin));
      ARROW_RETURN_NOT_OK(FillUp());
    } while (begin < head_.size() && has_more_);
    return Status::OK();
  }

 private:
  bool IsDelimiter(char c) const {
    return (options_.delimiter.empty() ? kUsualDelimiters : std::string_view(options_.delimiter))
               .find(c) != std::string_view::npos;
  }
  static bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }
  bool IsMark(char c) const { return c == options_.quote || c == options_.escape.value_or('\\'); }
  // Between marks and bytes of one character a cut would change their meaning.
  bool MayCut(std::string_view text, size_t at) const {
    const bool in_character = at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
    return at == 0 || (!IsMark(text[at - 1]) && !in_character);
  }

  bool BeginsField(size_t at) const {
    while (at > 0 && head_[at - 1] == ' ' && !IsDelimiter(' ')) --at;
    return at == 0 || IsDelimiter(head_[at - 1]) || IsLineEnd(head_[at - 1]);
  }

  bool EndsField(std::string_view text, size_t at) const {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t') && !IsDelimiter(text[at])) {
      ++at;
    }
    return at >= text.size() || IsDelimiter(text[at]) || IsLineEnd(text[at]);
  }

  // The first quote from `at` on that is neither doubled nor escaped.
  Closing FindClosing(std::string_view text, size_t at, bool ends_text) const {
    const char escape = options_.escape.value_or('\\');
    while ((at = text.find(options_.quote, at)) != std::string_view::npos) {
      size_t end = at;
      while (end < text.size() && text[end] == options_.quote) ++end;
      if (!ends_text && text.size() - end < kContextBytes) return {Closing::Kind::kOpen, at};
      size_t escapes = 0;
      while (escapes < at && text[at - 1 - escapes] == escape) ++escapes;
      const bool is_escaped = escapes % 2 == 1;
      const bool ends_field = EndsField(text, end);
      size_t count = end - at;
      // Where the escape is not known, a backslash at the end of a field is part of its value.
      if (is_escaped && (options_.escape || !ends_field || count % 2 == 0)) --count;
      if (count % 2 == 1) {
        return {ends_field ? Closing::Kind::kCloses : Closing::Kind::kStray, end - 1};
      }
      at = end;
    }
    return {Closing::Kind::kOpen, text.size()};
  }

  // Whether the lines in the field that opens at `open` have as many delimiters as the line it
  // opens in. `behind` follows the closing quote.
  bool LooksLikeRows(size_t open, std::string_view behind) const {
    char delimiter = open > 0 ? head_[open - 1] : '\n';
    if (!behind.empty() && IsDelimiter(behind[0])) delimiter = behind[0];
    if (!IsDelimiter(delimiter)) return false;
    const size_t before = open == 0 ? std::string::npos : head_.find_last_of("\r\n", open - 1);
    size_t begin = before == std::string::npos ? 0 : before + 1;
    int64_t expected = -1, lines = 0, same = 0;
    constexpr int64_t kLinesMax = 64;
    while (lines < kLinesMax) {
      const size_t end = head_.find_first_of("\r\n", begin);
      if (end == std::string::npos) break;
      const std::string_view line = std::string_view(head_).substr(begin, end - begin);
      const auto count = std::count(line.begin(), line.end(), delimiter);
      if (expected < 0) {
        expected = count;
      } else if (!line.empty()) {
        ++lines;
        same += count == expected ? 1 : 0;
      }
      begin = end + 1;
    }
    return expected > 0 && lines >= 3 && same * 10 >= lines * 9;
  }

  // Takes the middle out of a closed field; returns where its closing quote is then.
  size_t Shorten(size_t open, size_t close) {
    if (close - open <= kLongFieldBytes) return close;
    const std::string_view field = std::string_view(head_).substr(open + 1, close - open - 1);
    size_t begin = kKeptBytes, end = field.size() - kKeptBytes;
    while (!MayCut(field, begin)) --begin;
    while (end > begin && !MayCut(field, end)) --end;
    const std::string_view middle = field.substr(begin, end - begin);
    // The only escaped quotes of the sample may be these.
    const std::string escaped{options_.escape.value_or('\\'), options_.quote};
    const bool holds_escaped = middle.find(escaped) != std::string_view::npos &&
                               field.substr(0, begin).find(escaped) == std::string_view::npos;
    if (holds_escaped ||
        LooksLikeRows(open, std::string_view(head_).substr(close + 1, kContextBytes))) {
      return close;
    }
    const size_t taken = middle.size();
    AddGap(open + 1 + begin, static_cast<int64_t>(taken), CountLines(middle));
    head_.erase(open + 1 + begin, taken);
    return close - taken;
  }

  void AddGap(size_t head_offset, int64_t bytes, int64_t lines) {
    gaps_.push_back({static_cast<int64_t>(head_offset), bytes, lines});
  }

  // Shortens what can be shortened from `begin` on; returns where to go on if the head gets longer.
  Result<size_t> Scan(size_t begin) {
    for (size_t open = head_.find(options_.quote, begin); open != std::string::npos;) {
      size_t next = open + 1;
      if (BeginsField(open)) {
        Closing closing = FindClosing(head_, open + 1, reaches_end_);
        if (closing.kind == Closing::Kind::kOpen && !reaches_end_) {
          const bool is_short = head_.size() - open <= kLongFieldBytes;
          if (is_short || static_cast<int64_t>(open) >= options_.head_bytes) return open;
          ARROW_ASSIGN_OR_RAISE(closing, LookAhead(open, closing.at));
        }
        if (closing.kind == Closing::Kind::kCloses) next = Shorten(open, closing.at) + 1;
        if (closing.kind == Closing::Kind::kOpen && ++unclosed_ >= kUnclosedMax) break;
      }
      open = head_.find(options_.quote, next);
    }
    return head_.size();
  }

  // Makes up for what was left out with what follows.
  Status FillUp() {
    has_more_ = false;
    const auto shown = static_cast<int64_t>(head_.size());
    if (gaps_.empty() || reaches_end_ || shown >= options_.head_bytes) return Status::OK();
    int64_t left_out = 0;
    for (const Gap& gap : gaps_) left_out += gap.bytes;
    if (text_end_ != shown + left_out) return Status::OK();  // looked further, but in vain
    ARROW_ASSIGN_OR_RAISE(const std::string more, ReadOn(options_.head_bytes - shown));
    head_ += more;
    reaches_end_ = text_ended_;
    has_more_ = !more.empty();
    return Status::OK();
  }

  // Reads what follows all that was read before; nothing once the budget is spent.
  Result<std::string> ReadOn(int64_t bytes) {
    bytes = std::min(bytes, budget_);
    if (bytes <= 0) return std::string();
    ARROW_ASSIGN_OR_RAISE(TextPiece piece, read_(text_end_, bytes));
    text_ended_ = piece.ends_text;
    const auto count = static_cast<int64_t>(piece.text.size());
    text_end_ += count;
    budget_ = count == 0 ? 0 : budget_ - count;
    return std::move(piece.text);
  }

  // Looks behind the head for the end of the field that opens at `open`. Where it is found, the
  // head goes on behind it.
  Result<Closing> LookAhead(size_t open, size_t scanned) {
    if (text_ended_ || LooksLikeRows(open, {})) return Closing{};
    size_t cut = open + 1 + kKeptBytes;
    while (cut > open + 1 && !MayCut(head_, cut)) --cut;
    const size_t window_begin = std::max(cut, scanned - std::min(scanned, kKeptBytes));
    std::string window = head_.substr(window_begin);
    int64_t taken = static_cast<int64_t>(window_begin - cut);
    int64_t lines = CountLines(std::string_view(head_).substr(cut, window_begin - cut));
    Closing closing{Closing::Kind::kOpen, scanned > window_begin ? scanned - window_begin : 0};
    const auto drop = [&](size_t count) {
      lines += CountLines(std::string_view(window).substr(0, count));
      taken += static_cast<int64_t>(count);
      window.erase(0, count);
    };
    while (closing.kind == Closing::Kind::kOpen) {
      if (text_ended_ || budget_ <= 0) {
        const int64_t seen = taken + static_cast<int64_t>(window.size());
        const bool is_endless = !text_ended_ && seen >= options_.look_ahead_bytes;
        if (is_endless && open > 0 && IsDelimiter(head_[open - 1]) && !endless_field_) {
          endless_field_ = static_cast<int64_t>(open);
        }
        return Closing{};
      }
      if (window.size() > kWindowBytesMax) {
        budget_ = 0;
        return Closing{};
      }
      if (closing.at > kKeptBytes) {
        const size_t count = closing.at - kKeptBytes;
        drop(count);
        closing.at -= count;
      }
      ARROW_ASSIGN_OR_RAISE(const std::string chunk, ReadOn(kChunkBytes));
      window += chunk;
      closing = FindClosing(window, closing.at, text_ended_);
    }
    if (closing.kind == Closing::Kind::kStray) {
      budget_ = 0;  // what was read is not part of the head, which is to be without other gaps
      return closing;
    }
    size_t tail = closing.at - std::min(closing.at, kKeptBytes);
    while (tail > 0 && !MayCut(window, tail)) --tail;
    drop(tail);
    if (LooksLikeRows(open, std::string_view(window).substr(closing.at - tail + 1))) {
      budget_ = 0;
      return Closing{};
    }
    head_.resize(cut);
    AddGap(cut, taken, lines);
    const size_t close = cut + closing.at - tail;
    head_ += window;
    const int64_t wanted = options_.head_bytes - static_cast<int64_t>(head_.size());
    if (!text_ended_ && wanted > 0) {
      ARROW_ASSIGN_OR_RAISE(const std::string more, ReadOn(wanted));
      head_ += more;
    }
    // What is more than wanted will be read again where it is needed.
    const size_t most = std::max(static_cast<size_t>(options_.head_bytes), close + kBehindBytes);
    if (head_.size() > most) {
      const auto surplus = static_cast<int64_t>(head_.size() - most);
      head_.resize(most);
      text_end_ -= surplus;
      budget_ += surplus;
      text_ended_ = false;
    }
    reaches_end_ = text_ended_;
    return Closing{Closing::Kind::kCloses, close};
  }

  const AbridgeOptions& options_;
  const ReadText& read_;
  std::string& head_;
  bool& reaches_end_;
  std::vector<Gap>& gaps_;
  std::optional<int64_t>& endless_field_;
  int64_t text_end_;  // offset in the text behind all that was read
  int64_t budget_;
  bool text_ended_ = false;
  bool has_more_ = false;  // the head has got longer
  int unclosed_ = 0;
};

}  // namespace

Status AbridgeLongFields(const AbridgeOptions& options, const ReadText& read, std::string* head,
                         bool* reaches_end, std::vector<Gap>* gaps,
                         std::optional<int64_t>* endless_field) {
  return Abridger(options, read, head, reaches_end, gaps, endless_field).Run();
}

}  // namespace pyforge::csv
