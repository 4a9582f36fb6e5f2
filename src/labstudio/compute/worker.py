"""The loop inside a worker process: take a task from the parent's pipe, run it, send the answer back.

It is started by `labstudio.compute.local` and knows nothing of queues, cancelling or time limits: whoever
wants a task to end ends this process. The worker in turn ends itself, and all that its tasks have started,
as soon as the parent is gone.
"""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

STARTED = b"started"
_WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class Work:
    """What a task carries to its worker."""

    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    memory_bytes: int | None = None


def serve(descriptor: int, parent: int, modules: str) -> None:
    """Answer tasks until the parent closes its end.

    Parameters
    ----------
    descriptor
        This side of the pipe, inherited from the parent.
    parent
        The parent's pid.
    modules
        Names to import before the first task, separated by commas.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Jupyter's Stop and Ctrl-C speak to the parent alone
    os.set_inheritable(descriptor, False)  # what a task starts must not hold the pipe open
    connection = Connection(descriptor)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, parent, inbox), daemon=True).start()
    preload(modules)
    while True:
        content = inbox.get()
        connection.send_bytes(STARTED)
        connection.send_bytes(_answer(content))


def preload(modules: str) -> None:
    """Import what can be imported; what cannot will say so in the task that needs it."""
    for name in filter(None, modules.split(",")):
        with suppress(Exception):
            importlib.import_module(name)


def _listen(connection: Connection, parent: int, inbox: queue.SimpleQueue[bytes]) -> None:
    # The pipe's end tells at once that the parent is gone, except where a fork of the parent holds a copy of
    # it: so the parent's pid is looked at as well.
    with suppress(EOFError, OSError):
        while os.getppid() == parent:
            if connection.poll(_WATCH_SECONDS):
                inbox.put(connection.recv_bytes())
    os.killpg(0, signal.SIGKILL)


def _answer(content: bytes) -> bytes:
    import cloudpickle

    try:
        work: Work = pickle.loads(content)  # noqa: S301 - from the parent's own pipe
        with _memory(work.memory_bytes):
            value = work.function(*work.args, **work.kwargs)
        return cloudpickle.dumps((True, value, ""))
    except BaseException as error:
        trace = traceback.format_exc()
        return cloudpickle.dumps((False, _portable(error), trace))


def _portable(error: BaseException) -> Exception:
    """The error itself where it survives the journey, else one that says the same.

    An exception whose `__init__` wants more than its message pickles, but cannot be unpickled.
    """
    import cloudpickle

    if isinstance(error, Exception):
        with suppress(Exception):
            error.__traceback__ = None
            pickle.loads(cloudpickle.dumps(error))  # noqa: S301 - made one line above
            return error
    return RuntimeError(f"{type(error).__name__}: {error}")


@contextmanager
def _memory(limit: int | None) -> Iterator[None]:
    """Let the code inside take at most `limit` bytes more than the process holds now (Linux only).

    RLIMIT_DATA counts what is really private and writable; RLIMIT_AS would also count what numpy and OpenMP
    threads merely reserve.
    """
    if limit is None or sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _held() + limit
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
