// Shows how far a job is: a bar, lines of text, or lines of JSON, on standard error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/console.h"
#include "pyforge/configuration.h"
#include "pyforge/execution.h"

namespace pyforge::cli {

/// One look at a job's counters.
struct ProgressSample {
  double seconds = 0;  ///< since the display started
  int phase = 0;
  int64_t bytes_total = 0, bytes_read = 0, rows_written = 0, bytes_written = 0;
};

/// What is shown of a job: rates over the last seconds, and when it may be done.
struct ProgressView {
  ProgressSample now;
  double bytes_per_s = 0, rows_per_s = 0;
  std::optional<double> share = {};  ///< 0 to 1, where the total is known
  std::optional<double> eta_s = {};
};

/// Rates from the last few samples, so that they follow a change within seconds.
class ProgressRates {
 public:
  ProgressView Add(const ProgressSample& sample);

 private:
  std::deque<ProgressSample> samples_;
};

/// One line, at most `width` columns: "convert  45 %  [████░░░░]  450.0 MB of 1.0 GB ...".
std::string ProgressBar(const ProgressView& view, size_t width);
std::string ProgressLine(const ProgressView& view);
std::string ProgressJson(const ProgressView& view);

/// Draws from its own thread until it is destroyed, which removes the bar.
class ProgressDisplay {
 public:
  /// `mode` auto: a bar on a terminal, else nothing; quiet means nothing.
  ProgressDisplay(const Console& console, const FrontEndOptions& options, const Progress& progress);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void Run();
  void Show();

  const Console& console_;
  const Progress& progress_;
  ProgressMode mode_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  ProgressRates rates_;
  bool has_bar_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace pyforge::cli
