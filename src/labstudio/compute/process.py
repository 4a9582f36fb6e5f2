"""Who runs something, said so that another process can find out later whether it still lives.

A pid alone is recycled within minutes on a busy machine, so a mark also holds the process' start time and
the boot. This module knows nothing of runs or jobs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessMark:
    """One process, of one boot, of one machine.

    Examples
    --------
    >>> mark = ProcessMark.current()
    >>> ProcessMark.from_dict(mark.to_dict()) == mark and mark.alive()
    True
    """

    host: str
    boot: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> ProcessMark:
        """The mark of the process that asks."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> ProcessMark:
        """The mark of a process of this machine (one that has ended already is simply not alive)."""
        return cls(socket.gethostname(), _boot(), pid, _started(pid))

    def alive(self) -> bool:
        """Whether the process still runs.

        A process of another machine counts as alive, because nothing can be known of it from here: taking
        a living run for dead would spoil its record, taking a dead one for living only leaves it standing
        until a person clears it away. `here` tells the two apart.
        """
        if not self.here:
            return True
        return self.boot == _boot() and self.started != "" and self.started == _started(self.pid)

    @property
    def here(self) -> bool:
        """Whether the process belongs to this machine, so that `alive` is knowledge and not caution."""
        return self.host == socket.gethostname()

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ProcessMark:
        """The mark that `to_dict` wrote."""
        return cls(str(values["host"]), str(values["boot"]), int(values["pid"]), str(values["started"]))


@cache
def _boot() -> str:
    if sys.platform == "linux":
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return _output("sysctl", "-n", "kern.boottime")


def _started(pid: int) -> str:
    """When a process started, "" where there is none (a zombie has ended, too)."""
    if sys.platform == "linux":
        try:
            # the command's name stands in brackets and may hold any character: count from the last bracket
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    state, _, began = _output("ps", "-o", "state=,lstart=", "-p", str(pid)).partition(" ")
    return "" if state.startswith("Z") else " ".join(began.split())


def _output(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return done.stdout.strip()
