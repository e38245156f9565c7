#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/text_table.h"

namespace pyforge::cli {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kJsonInterval = std::chrono::milliseconds(500);
constexpr auto kPlainInterval = std::chrono::seconds(5);
constexpr double kWindowSeconds = 3;

std::string_view PhaseName(int phase) {
  const auto index = static_cast<size_t>(std::max(phase, 0));
  return index < std::size(kPhaseNames) ? kPhaseNames[index] : kPhaseNames[0];
}

std::string Figures(const ProgressView& view) {
  std::string text = SizeText(view.now.bytes_read);
  if (view.now.bytes_total > 0) text += " of " + SizeText(view.now.bytes_total);
  text += "  " + Counted(view.now.rows_written, "row");
  text += "  " + SizeText(std::llround(view.bytes_per_s)) + "/s";
  if (view.eta_s) text += "  ETA " + DurationText(std::ceil(*view.eta_s));
  return text;
}

std::string Percent(const ProgressView& view) {
  return view.share ? fmt::format("{:3.0f} %", *view.share * 100) : std::string();
}

}  // namespace

ProgressView ProgressRates::Add(const ProgressSample& sample) {
  // The second pass over an input starts at its first byte again.
  if (!samples_.empty() &&
      (sample.phase != samples_.back().phase || sample.bytes_read < samples_.back().bytes_read)) {
    samples_.clear();
  }
  samples_.push_back(sample);
  while (samples_.size() > 2 && sample.seconds - samples_[1].seconds > kWindowSeconds) {
    samples_.pop_front();
  }
  const ProgressSample& first = samples_.front();
  const double seconds = sample.seconds - first.seconds;
  ProgressView view{.now = sample};
  if (seconds > 0) {
    view.bytes_per_s = static_cast<double>(sample.bytes_read - first.bytes_read) / seconds;
    view.rows_per_s = static_cast<double>(sample.rows_written - first.rows_written) / seconds;
  }
  if (sample.bytes_total > 0) {
    const int64_t left = std::max<int64_t>(sample.bytes_total - sample.bytes_read, 0);
    view.share = 1 - static_cast<double>(left) / static_cast<double>(sample.bytes_total);
    if (view.bytes_per_s > 0) view.eta_s = static_cast<double>(left) / view.bytes_per_s;
  }
  return view;
}

std::string ProgressBar(const ProgressView& view, size_t width) {
  const std::string head = fmt::format("{:8}{}", PhaseName(view.now.phase), Percent(view));
  const std::string tail = Figures(view);
  const size_t used = DisplayWidth(head) + DisplayWidth(tail) + 4;
  constexpr size_t kCellsMax = 30;
  const size_t cells = width > used ? std::min(width - used, kCellsMax) : 0;
  std::string bar;
  if (view.share && cells >= 5) {
    const auto done = static_cast<size_t>(*view.share * static_cast<double>(cells));
    for (size_t i = 0; i < cells; ++i) bar += i < done ? "█" : "░";
    bar += "  ";
  }
  return CutToWidth(fmt::format("{}  {}{}", head, bar, tail), width);
}

std::string ProgressLine(const ProgressView& view) {
  return fmt::format("{}{}{}  {}", PhaseName(view.now.phase), view.share ? "  " : "", Percent(view),
                     Figures(view));
}

std::string ProgressJson(const ProgressView& view) {
  std::string json = fmt::format(
      R"({{"phase":"{}","bytes_read":{},"bytes_total":{},"rows_written":{},"bytes_written":{},)"
      R"("bytes_per_s":{:.0f},"rows_per_s":{:.0f})",
      PhaseName(view.now.phase), view.now.bytes_read, view.now.bytes_total, view.now.rows_written,
      view.now.bytes_written, view.bytes_per_s, view.rows_per_s);
  if (view.eta_s) json += fmt::format(R"(,"eta_s":{:.1f})", *view.eta_s);
  return json + "}";
}

ProgressDisplay::ProgressDisplay(const Console& console, const FrontEndOptions& options,
                                 const Progress& progress)
    : console_(console), progress_(progress), mode_(options.progress) {
  if (mode_ == ProgressMode::kAuto) {
    mode_ = console_.is_terminal() ? ProgressMode::kBar : ProgressMode::kNone;
  }
  if (options.quiet) mode_ = ProgressMode::kNone;
  if (mode_ != ProgressMode::kNone) thread_ = std::thread([this] { Run(); });
}

ProgressDisplay::~ProgressDisplay() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ProgressDisplay::Run() {
  const std::chrono::milliseconds interval = mode_ == ProgressMode::kBar    ? kBarInterval
                                             : mode_ == ProgressMode::kJson ? kJsonInterval
                                                                            : kPlainInterval;
  std::unique_lock lock(mutex_);
  // A job that is done before the first interval ends shows no bar at all.
  while (!wake_.wait_for(lock, interval, [this] { return stops_; })) Show();
  if (mode_ == ProgressMode::kJson) Show();
  if (has_bar_) console_.Print("\r\x1B[K");
}

void ProgressDisplay::Show() {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto load = [](const std::atomic<int64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  const ProgressView view = rates_.Add({.seconds = seconds,
                                        .phase = progress_.phase.load(std::memory_order_relaxed),
                                        .bytes_total = load(progress_.bytes_total),
                                        .bytes_read = load(progress_.bytes_read),
                                        .rows_written = load(progress_.rows_written),
                                        .bytes_written = load(progress_.bytes_written)});
  switch (mode_) {
    case ProgressMode::kBar:
      // One column stays free: some terminals wrap when the last one is written.
      console_.Print("\r\x1B[K" + ProgressBar(view, static_cast<size_t>(console_.width(80) - 1)));
      has_bar_ = true;
      break;
    case ProgressMode::kJson:
      console_.Print(ProgressJson(view) + "\n");
      break;
    case ProgressMode::kPlain:
      console_.Print(ProgressLine(view) + "\n");
      break;
    case ProgressMode::kAuto:
    case ProgressMode::kNone:
      break;
  }
}

}  // namespace pyforge::cli
