"""Starts processes of services within a tenth of a second: it has imported everything, and forks.

Orders come in, one JSON object a line, and answers go out the same way, over the socket whose
number is the argument. A child then runs `nameko run` as if started from a shell; with `cold` it
is replaced by a new interpreter, so that a start costs what it costs operators.
"""

# ruff: noqa: E402 (the launcher itself waits the plain way, its children the green way)
import ctypes
import json
import os
import select
import signal
import socket
import sys
from typing import Any

fork, waitpid, wait_readable = os.fork, os.waitpid, select.select
read, write = os.read, os.write

import eventlet

eventlet.monkey_patch()

import nameko.cli.main
from eventlet import hubs

import households.service
import notifications.service
import trial
import volunteers.service
from servicekit import failpoints

IMPORTED = (households.service, notifications.service, trial, volunteers.service)
REAP_SECONDS = 0.02
PR_SET_PDEATHSIG = 1


def serve(channel: int) -> None:
    """Start what is ordered, and tell of every process that has ended; until the channel closes."""
    waiting = b""
    while True:
        if wait_readable([channel], [], [], REAP_SECONDS)[0]:
            data = read(channel, 65536)
            if not data:
                return
            *orders, waiting = (waiting + data).split(b"\n")
            for order in orders:
                start(channel, json.loads(order))
        reap(channel)


def start(channel: int, order: dict[str, Any]) -> None:
    pid = fork()
    if pid == 0:
        become(order)
    tell(channel, slot=order["slot"], started=pid)


def reap(channel: int) -> None:
    while True:
        try:
            pid, status = waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        tell(channel, ended=pid, code=os.waitstatus_to_exitcode(status))


def tell(channel: int, **facts: Any) -> None:
    write(channel, json.dumps(facts).encode() + b"\n")


def become(order: dict[str, Any]) -> None:
    """Be the service until the end."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chdir(order["folder"])
        words = ("run", "--config", order["config"], order["module"])
        if order["cold"]:
            armed = {"FAILPOINT": f"{order['failpoint']}:{order['passes']}"}
            environment = os.environ | order["environment"] | (armed if order["failpoint"] else {})
            os.execve(sys.executable, [sys.executable, "-m", "nameko", *words], environment)
        os.environ.update(order["environment"])
        hubs.use_hub()  # the parent's has a file descriptor that all children would share
        if order["failpoint"]:
            failpoints.arm(order["failpoint"], order["passes"])
        sys.argv = ["nameko", *words]
        nameko.cli.main.main()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as kept:
        serve(kept.fileno())
