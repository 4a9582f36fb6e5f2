from __future__ import annotations

import concurrent.futures
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time

import cloudpickle
import pytest

from labstudio.compute import LocalWorkers, ProcessMark, WorkerLost

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker cannot import the tests


@pytest.fixture(scope="module")
def workers():
    with LocalWorkers() as workers:
        yield workers


def started(path, *, seconds=20.0):
    """Wait until a task has written its file, and return what it wrote."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{path} was never written")


def gone(*marks, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(mark.alive() for mark in marks):
            return True
        time.sleep(0.02)
    return False


def announce(path):
    """A task that says it runs, with a sub-process of its own, and never ends by itself."""
    child = subprocess.Popen(["sleep", "600"])
    path.write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)


def test_lambdas_and_local_functions_travel_by_value(workers):
    factor = 3

    def times(x):
        return x * factor

    assert workers.submit(times, 4).result() == 12
    assert list(workers.map(lambda x: x + 1, range(5))) == [1, 2, 3, 4, 5]


def test_the_task_runs_in_another_process_that_is_used_again(workers):
    first = workers.submit(os.getpid).result()
    assert first != os.getpid()
    assert workers.submit(os.getpid).result() == first


def test_cancel_ends_a_running_task_and_the_processes_it_started(workers, tmp_path):
    future = workers.submit(announce, tmp_path / "pids")
    marks = [ProcessMark.of(int(pid)) for pid in started(tmp_path / "pids").split()]
    assert future.running()
    assert future.cancel()
    concurrent.futures.wait([future], timeout=5)
    assert future.cancelled()
    assert gone(*marks, seconds=1)
    assert workers.submit(abs, -2).result() == 2


def test_a_task_in_native_code_that_holds_the_interpreter_is_ended_at_once(workers, tmp_path):
    def hold(path):
        import re

        path.write_text("x")
        re.match(r"(a+)+$", "a" * 64 + "b")  # backtracks for years without letting go

    future = workers.submit(hold, tmp_path / "there")
    started(tmp_path / "there")
    began = time.monotonic()
    future.cancel()
    concurrent.futures.wait([future], timeout=5)
    assert time.monotonic() - began < 1


def test_a_waiting_task_that_is_cancelled_never_runs(workers, tmp_path):
    first = workers.submit(announce, tmp_path / "pids")
    second = workers.submit((tmp_path / "never").touch)
    started(tmp_path / "pids")
    assert second.cancel()
    first.cancel()
    workers.submit(abs, 1).result()
    assert not (tmp_path / "never").exists()


def test_cancelling_late_does_not_touch_the_next_task(workers):
    done = workers.submit(abs, -1)
    assert done.result() == 1
    following = workers.submit(time.sleep, 0.3)
    assert not done.cancel()
    assert following.result() is None


def test_a_task_over_its_time_limit_is_ended_and_says_so(workers):
    limited = workers.with_limits(seconds=0.3)
    with pytest.raises(TimeoutError, match=r"longer than its limit of 0.3 s"):
        limited.submit(time.sleep, 60).result(timeout=10)
    assert limited.submit(abs, -1).result() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA bounds mapped memory on Linux only")
def test_a_task_over_its_memory_limit_fails_alone_and_the_limit_ends_with_it(workers):
    def take(size):
        import numpy as np

        return int(np.ones(size, dtype=np.uint8).sum())

    limited = workers.with_limits(memory_bytes=200_000_000)
    assert limited.submit(take, 50_000_000).result() == 50_000_000
    with pytest.raises(MemoryError):
        limited.submit(take, 400_000_000).result()
    assert workers.submit(take, 400_000_000).result() == 400_000_000


def test_an_error_keeps_its_kind_and_tells_where_it_arose(workers):
    with pytest.raises(ZeroDivisionError) as caught:
        workers.submit(lambda: 1 / 0).result()
    assert "<lambda>" in str(caught.value.__cause__)


def test_an_error_that_cannot_travel_is_told_in_words(workers):
    class Awkward(Exception):
        def __init__(self, one, two):
            super().__init__(f"{one} and {two}")

    def fail():
        raise Awkward("this", "that")

    with pytest.raises(RuntimeError, match="Awkward: this and that"):
        workers.submit(fail).result()
    assert workers.submit(abs, -1).result() == 1


def test_a_value_that_cannot_travel_fails_its_task_only(workers):
    import threading

    with pytest.raises(TypeError, match="pickle"):
        workers.submit(threading.Lock).result()
    with pytest.raises(TypeError, match="pickle"):
        workers.submit(abs, threading.Lock()).result()
    assert workers.submit(abs, -1).result() == 1


def test_a_task_that_exits_fails_its_own_future_only(workers):
    with pytest.raises(WorkerLost, match="exit code 3"):
        workers.submit(os._exit, 3).result()
    with pytest.raises(RuntimeError, match="SystemExit"):
        workers.submit(sys.exit, 3).result()
    assert workers.submit(abs, -1).result() == 1


def test_the_last_words_of_a_crashed_worker_are_handed_on(workers):
    def crash():
        os.write(2, b"\nterminate called: bad_alloc\n")
        os.abort()

    with pytest.raises(WorkerLost, match=r"signal 6.*bad_alloc"):
        workers.submit(crash).result()


@pytest.mark.kill
def test_a_worker_killed_while_idle_costs_nothing(workers):
    os.kill(workers.submit(os.getpid).result(), signal.SIGKILL)
    assert workers.submit(abs, -1).result(timeout=20) == 1


@pytest.mark.kill
@pytest.mark.parametrize("moment", [0.0, 0.01, 0.03, 0.1, 0.2, 0.4])
def test_a_worker_killed_while_it_reads_runs_or_answers_costs_one_task_at_most(moment):
    def echo(content):
        return len(content), content

    content = os.urandom(60_000_000)
    with LocalWorkers() as workers:
        mark = ProcessMark.of(workers.submit(os.getpid).result())
        future = workers.submit(echo, content)
        time.sleep(moment)
        os.kill(mark.pid, signal.SIGKILL)
        with contextlib.suppress(WorkerLost):
            assert future.result(timeout=30) == (len(content), content)
        assert workers.submit(abs, -1).result(timeout=20) == 1


@pytest.mark.kill
def test_one_of_two_workers_killed_leaves_the_other_its_task(tmp_path):
    def wait_for(path):
        while not path.exists():
            time.sleep(0.01)
        return "whole"

    with LocalWorkers(2) as workers:
        killed = workers.submit(announce, tmp_path / "pids")
        other = workers.submit(wait_for, tmp_path / "go")
        os.kill(int(started(tmp_path / "pids").split()[0]), signal.SIGKILL)
        with pytest.raises(WorkerLost, match="was killed"):
            killed.result(timeout=10)
        (tmp_path / "go").touch()
        assert other.result(timeout=10) == "whole"


def test_two_workers_run_two_tasks_at_once(tmp_path):
    def meet(mine, theirs):
        mine.touch()
        while not theirs.exists():
            time.sleep(0.01)

    with LocalWorkers(2) as workers:
        a = workers.submit(meet, tmp_path / "a", tmp_path / "b")
        b = workers.submit(meet, tmp_path / "b", tmp_path / "a")
        concurrent.futures.wait([a, b], timeout=20)
        assert a.done()
        assert b.done()


def test_a_worker_ignores_the_interrupt_of_the_notebook_and_has_a_session_of_its_own(workers):
    pid, session = workers.submit(lambda: (os.getpid(), os.getsid(0))).result()
    assert session == pid
    os.kill(pid, signal.SIGINT)
    assert workers.submit(os.getpid).result() == pid


def test_native_thread_pools_are_bounded_before_they_load():
    def pools():
        import numpy  # noqa: F401
        import sklearn.ensemble  # noqa: F401
        from threadpoolctl import threadpool_info

        return [pool["num_threads"] for pool in threadpool_info()]

    with LocalWorkers(threads=1) as workers:
        found = workers.submit(pools).result()
    assert found
    assert set(found) == {1}


def test_warming_does_not_wait_and_holds_for_workers_that_come_later(tmp_path):
    def loaded():
        return "colorsys" in sys.modules

    with LocalWorkers() as workers:
        began = time.monotonic()
        workers.warm(["colorsys", "no_such_module_at_all"])
        assert time.monotonic() - began < 0.5
        assert workers.submit(loaded).result()
        with pytest.raises(WorkerLost):
            workers.submit(os._exit, 1).result()
        assert workers.submit(loaded).result()


def test_shutdown_with_cancel_ends_what_runs_and_what_waits(tmp_path):
    workers = LocalWorkers()
    running = workers.submit(announce, tmp_path / "pids")
    waiting = workers.submit(abs, -1)
    marks = [ProcessMark.of(int(pid)) for pid in started(tmp_path / "pids").split()]
    workers.shutdown(cancel_futures=True)
    assert running.cancelled()
    assert waiting.cancelled()
    assert gone(*marks, seconds=1)
    with pytest.raises(RuntimeError, match="shut down"):
        workers.submit(abs, -1)


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.05, 0.1, 0.15])
def test_shutdown_with_cancel_ends_a_task_whose_worker_is_only_starting(moment):
    workers = LocalWorkers()
    future = workers.submit(time.sleep, 600)
    time.sleep(moment)
    workers.shutdown(cancel_futures=True)  # waits for the worker's end
    assert future.cancelled()


def test_leaving_by_an_exception_does_not_wait_for_the_task(tmp_path):
    began = time.monotonic()
    futures = []

    def interrupted():
        with LocalWorkers() as workers:
            futures.append(workers.submit(announce, tmp_path / "pids"))
            started(tmp_path / "pids")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert futures[0].cancelled()
    assert time.monotonic() - began < 10


SCRIPT = """
import sys
from labstudio.compute import LocalWorkers
print("main runs")
def double(x):
    return 2 * x
with LocalWorkers() as workers:
    print(workers.submit(double, 21).result())
"""


def test_an_unguarded_script_is_not_run_again_by_its_workers(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("main runs\n42\n", "")


def test_python_dash_c_works(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("main runs\n42\n", "")


def test_a_script_that_forgets_its_workers_still_ends_and_takes_them_along(tmp_path):
    script = (
        "import os; from labstudio.compute import LocalWorkers as W; print(W().submit(os.getpid).result())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert gone(ProcessMark.of(int(done.stdout)))


@pytest.mark.kill
def test_workers_and_what_they_started_end_when_the_parent_is_killed(tmp_path):
    script = textwrap.dedent(f"""
        import os, pathlib, subprocess, time
        from labstudio.compute import LocalWorkers
        def announce(path):
            child = subprocess.Popen(["sleep", "600"])
            path.write_text(f"{{os.getpid()}} {{child.pid}}")
            time.sleep(600)
        LocalWorkers().submit(announce, pathlib.Path({str(tmp_path / "pids")!r})).result()
    """)
    parent = subprocess.Popen([sys.executable, "-c", script])
    marks = [ProcessMark.of(int(pid)) for pid in started(tmp_path / "pids").split()]
    assert all(mark.alive() for mark in marks)
    parent.kill()
    parent.wait()
    assert gone(*marks)


@pytest.mark.kill
def test_workers_end_with_the_parent_even_if_a_fork_of_it_lives_on(tmp_path):
    script = textwrap.dedent(f"""
        import os, pathlib, time
        from labstudio.compute import LocalWorkers
        workers = LocalWorkers()
        worker = workers.submit(os.getpid).result()
        fork = os.fork()  # as a user's own multiprocessing would; it keeps a copy of the pipe
        if not fork:
            time.sleep(600)
        pathlib.Path({str(tmp_path / "pids")!r}).write_text(f"{{worker}} {{fork}}")
        time.sleep(600)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script])
    worker, fork = (int(pid) for pid in started(tmp_path / "pids").split())
    mark = ProcessMark.of(worker)
    try:
        parent.kill()
        parent.wait()
        assert gone(mark)
    finally:
        os.kill(fork, signal.SIGKILL)


def test_a_notebook_runs_its_own_functions_and_an_interrupt_leaves_the_worker_alone():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:

        def run(code, *, interrupt_at=""):
            said = []

            def hook(message):
                content = message["content"]
                said.append(content.get("text", "") or content.get("ename", ""))
                if interrupt_at and said[-1].startswith(interrupt_at):
                    manager.interrupt_kernel()

            client.execute_interactive(code, output_hook=hook, timeout=60)
            return "".join(said)

        assert run(SCRIPT) == "main runs\n42\n"
        run("from labstudio.compute import LocalWorkers; import os, time; workers = LocalWorkers()")
        before = run("print(workers.submit(os.getpid).result())")
        waiting = "future = workers.submit(time.sleep, 1.5); print('waiting', flush=True); future.result()"
        assert "KeyboardInterrupt" in run(waiting, interrupt_at="waiting")
        assert run("future.result(); print(workers.submit(os.getpid).result())") == before
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
