"""Starts programs that must never outlive this one, waits until they answer, and ends them."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path


class Failed(Exception):
    """Something cannot be started; the message is one sentence for whoever typed the command."""


@dataclass(frozen=True)
class Child:
    """One started program: its name for messages, its process, its port on 127.0.0.1 and the file that holds what it says."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path


def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


_LIBC = _library()
_PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Asks Linux to send this process a signal when its parent dies, however it dies. Does nothing elsewhere.

    `parent` is who the parent must still be: one that died a moment ago would never be missed.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def start(
    name: str, command: Sequence[str], *, port: int, log: Path, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Child:
    """Starts a program in a session of its own, so that Ctrl-C reaches it only through `stop`. Its output goes to `log` (mode 600),
    and it is to answer HTTP on `port`.

    To be called from the main thread: on Linux the program dies with the thread that started it.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, parent=os.getpid()),
        )
    except OSError as error:
        raise Failed(f"{name} does not start: {error.strerror} ({command[0]}).") from error
    finally:
        os.close(descriptor)
    return Child(name, process, port, log)


def stop(children: Sequence[Child], patience: float = 5) -> None:
    """Ends programs and everything that they started: politely, then after `patience` seconds by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in children:
            if child.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, number)
        deadline = time.monotonic() + patience
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.01, deadline - time.monotonic()))


def free_port() -> int:
    """A TCP port that is free on every address of this machine right now."""
    with socket.socket() as one:
        one.bind(("", 0))
        return int(one.getsockname()[1])


def answers(port: int, path: str = "/", patience: float = 2) -> bool:
    """Whether something on this machine answers HTTP on the port, whatever the answer says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path)
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_for(child: Child, patience: float = 60) -> None:
    """Returns when the program answers on its port; Failed when it ends or `patience` seconds pass first."""
    deadline = time.monotonic() + patience
    while not answers(child.port):
        if child.process.poll() is not None:
            raise Failed(f"{child.name} ended while starting: {last_line(child.log)}")
        if time.monotonic() > deadline:
            raise Failed(f"{child.name} does not answer after {patience:.0f} seconds: see {child.log}")
        time.sleep(0.03)


def last_line(log: Path) -> str:
    """The last words of a program, for the message about its end."""
    lines = log.read_text("utf-8", "replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
