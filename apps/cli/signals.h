// Ctrl-C and SIGTERM ask the running job to stop; a second one ends the program at once. Signals of
// failing writes are ignored.
#pragma once

#include "pyforge/execution.h"

namespace pyforge::cli {

/// From now on a write that has lost its reader or passes a limit on file sizes (ulimit -f) fails
/// like any other instead of ending the program.
void LetWritesFail();

/// From now on the first SIGINT or SIGTERM requests `cancellation`, which must outlive the
/// program's work; null: signals end the program again.
void CancelOnSignal(Cancellation* cancellation);

/// The signal that came; 0: none.
int SignalReceived();

}  // namespace pyforge::cli
