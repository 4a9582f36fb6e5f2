from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys

from labstudio.compute import ProcessMark


def test_a_process_is_alive_until_it_ends_and_a_zombie_has_ended():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mark = ProcessMark.of(child.pid)
    assert mark.alive()
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, not yet reaped
    assert not mark.alive()
    child.communicate()
    assert not mark.alive()


def test_another_process_with_the_same_pid_is_not_the_one_marked():
    mark = ProcessMark.current()
    assert not dataclasses.replace(mark, started="1").alive()


def test_nothing_of_an_earlier_boot_is_alive():
    assert not dataclasses.replace(ProcessMark.current(), boot="an earlier one").alive()


def test_a_process_of_another_machine_counts_as_alive_and_says_that_this_is_caution():
    mark = dataclasses.replace(ProcessMark.current(), host="elsewhere", pid=1, started="0")
    assert mark.alive()
    assert not mark.here


def test_a_pid_that_never_lived_is_not_alive():
    assert not ProcessMark.of(2**22 + 1).alive()


def test_without_proc_the_start_time_comes_from_ps(monkeypatch):
    from labstudio.compute import process

    answers = {"ps": "S    Mon Nov 23 20:44:00 2026", "sysctl": "{ sec = 1795467840, usec = 0 }"}
    monkeypatch.setattr(process.sys, "platform", "darwin")
    monkeypatch.setattr(process, "_output", lambda command, *rest: answers[command])
    assert process._started(1) == "Mon Nov 23 20:44:00 2026"
    answers["ps"] = "Z+   Mon Nov 23 20:44:00 2026"
    assert process._started(1) == ""
