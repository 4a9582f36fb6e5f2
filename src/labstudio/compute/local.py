"""Local worker processes behind the `concurrent.futures.Executor` seam, each task of which can be ended.

Every worker has a pipe of its own and nothing is shared between workers, so that one that is killed at any
moment, even while it reads or writes, costs its own task and nothing else. (Pools that share a pipe and its
lock, such as pebble's, are lost as a whole when an idle or reading worker dies.) Workers are fresh Python
processes: never a fork, and the caller's `__main__` is not run. POSIX only. This module knows no task.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from multiprocessing import Pipe
from types import TracebackType
from typing import Any, TypeVar

from labstudio.compute.machine import cores, free_memory
from labstudio.compute.worker import STARTED, Work, preload
from labstudio.errors import Unavailable

T = TypeVar("T")

_POLL_SECONDS = 0.25
_ATTEMPTS = 2
_LEAST_BYTES = 256_000_000  # with less than that nothing can be done, and the system may still find it
# every thread pool that numpy, scikit-learn and LightGBM may bring; set before the worker's Python starts
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
# OpenMP threads that wait by spinning take the core from the one they wait for, wherever cores are shared;
# those that never spin are woken up anew for each loop, which makes LightGBM eight times slower than alone
_PATIENT = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "20000"}
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "from labstudio.compute.worker import serve; serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[4])"
)


class WorkerLost(Unavailable):
    """The process that ran a task ended before the task did: killed, out of memory or crashed."""


class RemoteTraceback(Exception):
    """Where in the worker an error arose; the `__cause__` of errors that come from there."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class LocalWorkers(Executor):
    """Run functions in local processes that can really be stopped.

    `future.cancel()` ends a task that runs, with every process it has started; `with_limits` bounds a
    task's time and memory. A killed worker fails its own future with `WorkerLost`. Functions may be lambdas
    or live in a notebook: they travel by value.

    Parameters
    ----------
    workers
        How many tasks run at once.
    threads
        Native threads (OpenMP, BLAS) a worker may use; by default the cores this process may use, shared
        out among the workers.

    Examples
    --------
    >>> with LocalWorkers() as workers:
    ...     workers.submit(pow, 2, 10).result()
    1024
    """

    def __init__(self, workers: int = 1, *, threads: int | None = None) -> None:
        self._size = workers
        self._threads = threads or max(1, cores() // workers)
        self._modules = ""
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._tasks: weakref.WeakSet[_Task] = weakref.WeakSet()
        self._lanes: list[_Lane] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn(*args, **kwargs)` in a worker; see `concurrent.futures.Executor.submit`."""
        return self._submit(Work(fn, args, kwargs), None)

    def with_limits(
        self,
        *,
        seconds: float | None = None,
        memory_bytes: int | None = None,
        memory_share: float | None = None,
    ) -> Executor:
        """The same workers, for tasks of limited time and memory.

        Parameters
        ----------
        seconds
            From the moment a task begins in its worker; then it is ended and its future raises TimeoutError.
        memory_bytes
            What a task may take on top of what its worker holds (Linux only); beyond, it sees MemoryError.
        memory_share
            The same, as a share of what is free when the task is handed over.
        """
        return _Limited(self, seconds, memory_bytes, memory_share)

    def warm(self, modules: Sequence[str]) -> None:
        """Start the workers and import modules there, without waiting; also in workers that come later."""
        self._modules = ",".join(modules)
        for _ in range(self._size):
            self._submit(Work(preload, (self._modules,), {}), None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; finish those there are or, with `cancel_futures`, end even running ones."""
        with self._lock:
            self._closed = True
            lanes, tasks = list(self._lanes), list(self._tasks)
            for _ in lanes:
                self._queue.put(None)
        if cancel_futures:
            for task in tasks:
                task.cancel()
        if wait:
            for lane in lanes:
                lane.thread.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # whoever leaves by an exception (Jupyter's Stop, say) does not wait for a task of an hour
        self.shutdown(cancel_futures=error is not None)

    def _submit(self, work: Work, seconds: float | None) -> Future[Any]:
        import cloudpickle

        task = _Task(seconds)
        try:
            task.content = cloudpickle.dumps(work)
        except Exception as error:
            task.set_exception(error)
            return task
        with self._lock:
            if self._closed:
                raise RuntimeError("These workers have been shut down; make new ones.")
            self._tasks.add(task)
            self._queue.put(task)
            if len(self._lanes) < self._size:  # only a thread: its worker starts with its first task
                self._lanes.append(_Lane(self))
        return task

    def _start_worker(self) -> _Worker:
        return _Worker(self._threads, self._modules)


class _Limited(Executor):
    def __init__(
        self, workers: LocalWorkers, seconds: float | None, memory_bytes: int | None, share: float | None
    ) -> None:
        self._workers, self._seconds, self._memory_bytes, self._share = workers, seconds, memory_bytes, share

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._workers._submit(Work(fn, args, kwargs, self._most()), self._seconds)

    def _most(self) -> int | None:
        free = free_memory() if self._share is not None else None
        if free is None or self._share is None:
            return self._memory_bytes
        return max(_LEAST_BYTES, int(self._share * free))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._workers.shutdown(wait, cancel_futures=cancel_futures)


class _Task(Future[Any]):
    """A future that can be cancelled while it runs.

    It stays pending, in the eyes of `Future`, until its answer is there: `cancel` then works as it is, and
    those who wait for it are told when the process has really ended.
    """

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.content = b""
        self.seconds = seconds
        self.lane: _Lane | None = None

    def cancel(self) -> bool:
        cancelled = super().cancel()
        if cancelled and (lane := self.lane) is not None:
            lane.end(self)
        return cancelled

    def running(self) -> bool:
        return self.lane is not None and self.lane.begun(self) and not self.done()

    def settle(self, value: Any = None, error: BaseException | None = None) -> None:
        self.content = b""
        if self.set_running_or_notify_cancel():
            if error is None:
                self.set_result(value)
            else:
                self.set_exception(error)


class _Lane:
    """One thread that leads one worker at a time through the queue."""

    def __init__(self, workers: LocalWorkers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self.task: _Task | None = None
        self.thread = threading.Thread(target=self._run, name="labstudio-worker", daemon=True)
        self.thread.start()

    def begun(self, task: _Task) -> bool:
        """Whether the worker works on it: a fresh one has its imports to do before."""
        return self.task is task and self._worker is not None and self._worker.begun

    def end(self, task: _Task) -> None:
        """End the worker if it is this task that it works on."""
        with self._lock:
            if self.task is task and self._worker is not None:
                self._worker.kill()

    def _run(self) -> None:
        while (task := self._workers._queue.get()) is not None:
            try:
                task.settle(self._result(task))
            except BaseException as error:
                task.settle(error=error)
            del task
        if self._worker is not None:
            self._worker.end()

    def _result(self, task: _Task) -> Any:
        for attempt in range(1, _ATTEMPTS + 1):
            if task.cancelled():
                raise CancelledError
            if self._worker is None or not self._worker.alive():
                self._renew()
            assert self._worker is not None
            with self._lock:
                self._worker.begun = False
                task.lane, self.task = self, task
                if task.cancelled():  # before anybody could have ended the worker for it
                    self.task = None
                    raise CancelledError
            try:
                answer = self._worker.ask(task.content, task.seconds)
            except (WorkerLost, TimeoutError):
                with self._lock:
                    self.task = None
                begun = self._worker.begun
                self._renew(only_if_warm=True)
                if begun or task.cancelled() or attempt == _ATTEMPTS:
                    raise
                continue  # the worker died before it began: nothing of the task has happened
            with self._lock:
                self.task = None
            good, value, trace = pickle.loads(answer)  # noqa: S301 - from our own worker
            if good:
                return value
            value.__cause__ = RemoteTraceback(trace)
            raise value
        raise AssertionError("unreachable")

    def _renew(self, only_if_warm: bool = False) -> None:
        """Put a fresh worker in the place of one that has ended."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        if not only_if_warm or (self._workers._modules and not self._workers._closed):
            self._worker = self._workers._start_worker()


class _Worker:
    """One worker process and our end of its pipe."""

    def __init__(self, threads: int, modules: str) -> None:
        self.begun = False
        self._connection, theirs = Pipe()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process writes to it
        descriptor = theirs.fileno()
        command = [
            sys.executable,
            "-c",
            _BOOT,
            str(descriptor),
            str(os.getpid()),
            json.dumps(sys.path),
            modules,
        ]
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=[descriptor],
                start_new_session=True,  # so that one signal ends it with all that its tasks have started
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=self._words,
                env=_PATIENT | dict(os.environ) | dict.fromkeys(_THREAD_VARIABLES, str(threads)),
            )
        except OSError as error:
            raise Unavailable(f"No worker process could be started: {error}.") from error
        finally:
            theirs.close()

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, content: bytes, seconds: float | None) -> bytes:
        """Send a task and wait for its answer."""
        self.begun = False
        deadline: float | None = None
        try:
            self._connection.send_bytes(content)
            while True:
                left = _POLL_SECONDS if deadline is None else deadline - time.monotonic()
                if self._connection.poll(max(0.0, min(left, _POLL_SECONDS))):
                    message = self._connection.recv_bytes()
                    if self.begun:
                        return message
                    assert message == STARTED
                    self.begun = True
                    deadline = None if seconds is None else time.monotonic() + seconds
                elif left <= 0:
                    break
                elif not self.alive():  # a fork of the task may hold the pipe open after the worker's death
                    raise EOFError
        except (EOFError, OSError) as error:
            raise WorkerLost(self._last_words()) from error
        raise TimeoutError(f"The task ran longer than its limit of {seconds:g} s and was ended.")

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process with all that it has started, and clear up."""
        self.kill()
        self._process.wait()
        self._connection.close()
        self._words.close()

    def _last_words(self) -> str:
        self.kill()
        code = self._process.wait()
        if code == -signal.SIGKILL:
            how = "was killed (by a person, or because memory ran out)"
        else:
            how = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        size = os.fstat(self._words.fileno()).st_size
        text = os.pread(self._words.fileno(), 2000, max(0, size - 2000)).decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        said = f" Its last words: {lines[-1]}" if lines else ""
        return f"The worker process {how} before the task was done; run the task again.{said}"
