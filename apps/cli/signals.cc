#include "cli/signals.h"

#include <csignal>

#include <atomic>

namespace pyforge::cli {
namespace {

std::atomic<Cancellation*> g_cancellation{nullptr};
std::atomic<int> g_signal{0};
static_assert(std::atomic<Cancellation*>::is_always_lock_free);

void OnSignal(int signal) {
  // Whoever asks twice does not want to wait: the default action of the next one is to end.
  std::signal(signal, SIG_DFL);
  g_signal.store(signal, std::memory_order_relaxed);
  if (Cancellation* cancellation = g_cancellation.load(std::memory_order_acquire)) {
    cancellation->Request(signal);
  }
}

}  // namespace

void LetWritesFail() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void CancelOnSignal(Cancellation* cancellation) {
  g_cancellation.store(cancellation, std::memory_order_release);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    action.sa_handler = cancellation == nullptr ? SIG_DFL : OnSignal;
    // Without SA_RESTART a read that waits for a pipe or a terminal comes back and sees the
    // request.
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

int SignalReceived() { return g_signal.load(std::memory_order_relaxed); }

}  // namespace pyforge::cli
