"""One run for all who ask for the same thing at the same time. It does not know what is run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Runs in progress, by key.

    Examples
    --------
    >>> Once().run(None, "2 to the 10", pow, 2, 10)
    1024
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[str, Future[Any]] = {}

    def run(self, executor: Executor | None, key: str, function: Callable[..., T], *args: Any) -> T:
        """Return ``function(*args)``, run in `executor` or else here; who comes meanwhile waits for it."""
        with self._lock:
            future = self._running.get(key)
            here = future is None and executor is None
            if future is None:
                future = Future() if executor is None else executor.submit(function, *args)
                self._running[key] = future
                future.add_done_callback(lambda _: self._running.pop(key, None))
        if here:
            try:
                future.set_result(function(*args))
            except BaseException as error:
                future.set_exception(error)
        return future.result()
