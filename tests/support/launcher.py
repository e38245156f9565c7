"""Starts one program under limits and tells what it used; run by itself, never imported.

    python -I -S launcher.py '{"argv": [...], "report_fd": 3, "rlimits": {"FSIZE": 1000}}'

The peak resident size that the kernel reports for a process starts at that of the process it was
made from, so whoever measures must be small: this file imports almost nothing.
"""

import json
import os
import resource
import signal
import sys
import time


def main() -> None:
    task = json.loads(sys.argv[1])
    os.set_inheritable(task["report_fd"], False)
    for name, limit in task.get("rlimits", {}).items():
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (limit, limit))
    start = time.monotonic()
    # Python ignores these signals and would pass that on; a shell does not.
    pid = os.posix_spawnp(
        task["argv"][0], task["argv"], os.environ, setsigdef=[signal.SIGPIPE, signal.SIGXFSZ]
    )
    _, status, usage = os.wait4(pid, 0)
    report = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "wall_s": time.monotonic() - start,
        "user_s": usage.ru_utime,
        "sys_s": usage.ru_stime,
        "peak_rss_bytes": usage.ru_maxrss * 1024,
    }
    os.write(task["report_fd"], json.dumps(report).encode())


main()
