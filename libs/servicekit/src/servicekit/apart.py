"""Work for a process of its own, so that the service goes on answering meanwhile."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from eventlet.green import subprocess


class Failed(Exception):
    """The process ended without a result; what it said is in the log."""


def apart(module: str, asked: Mapping[str, Any], tell: Callable[[Any], None]) -> Any:
    """Run ``python -m module``: it reads ``asked`` and writes lines of JSON.

    ``{"tell": …}`` is handed to ``tell``, ``{"result": …}`` is what is returned. The process ends
    with its caller: whoever stops waiting stops the work.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        # by its input, not as an argument: that would show passwords to everybody on the machine
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        for line in process.stdout:
            said = json.loads(line)
            if "result" in said:
                return said["result"]
            tell(said["tell"])
        raise Failed(f"{module} ended with status {process.wait()} and no result")
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
