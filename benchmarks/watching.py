"""A command in a process of its own, with a hard limit and with the memory of its whole family watched.

It knows nothing of engines. Where there is no /proc the memory is not measured, and limits hold all the same.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
EVERY = 0.05  # seconds between two looks at the memory
KINSHIP_EVERY = 5  # looks: reading all processes of the machine costs more than reading the family's


@dataclass(frozen=True)
class Watched:
    """How a command went.

    Attributes
    ----------
    state : str
        "ok", "failed" (it ended with an error) or "killed" (at the limit).
    seconds : float
        From start to end, its own start-up included.
    peak_mb : float or None
        Largest sum over its processes of the proportional set size: what they share counts once.
    rss_mb : float or None
        Largest sum of the resident set size: what they share counts for each.
    largest_mb : float or None
        Peak of the largest single process, by the system's own account, which misses no short one.
    """

    state: str
    seconds: float
    peak_mb: float | None
    rss_mb: float | None
    largest_mb: float | None


def watched(command: Sequence[str], limit: float, log: Path) -> Watched:
    """Run a command until it ends or the limit, in seconds, is reached; what it prints goes to the log.

    Nothing that it started is left behind.
    """
    with log.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        rss = pss = largest = looks = 0
        killed = False
        family: dict[int, int] = {}
        seen: dict[int, int] = {}
        try:
            while process.poll() is None:
                if time.perf_counter() - began > limit:
                    killed = True
                    _kill(process.pid, seen)
                if looks % KINSHIP_EVERY == 0:
                    family = _family(process.pid)
                    seen |= family
                looks += 1
                sizes = [_resident(pid) for pid in family]
                largest = max([largest, *(peak for _, peak in sizes)])
                now = sum(size for size, _ in sizes)
                if now > rss:  # the proportional size is dear to read: only where a peak can be
                    rss, pss = now, max(pss, sum(_pss(pid) for pid in family))
                time.sleep(EVERY)
            seconds = time.perf_counter() - began
        finally:
            _kill(process.pid, seen)
            process.wait()
    state = "killed" if killed else "ok" if process.returncode == 0 else "failed"
    peak_mb, rss_mb, largest_mb = (size / 1024 or None for size in (pss, rss, largest))
    return Watched(state, seconds, peak_mb, rss_mb, largest_mb)


def _kill(leader: int, seen: dict[int, int]) -> None:
    """Kill the leader's session, its descendants, and whoever was seen as one and has lost its parent."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    for pid, started in (seen | _family(leader)).items():
        with suppress(OSError):
            if _stat(pid)[1] == started:  # the number may be another's by now
                os.kill(pid, signal.SIGKILL)


def _family(leader: int) -> dict[int, int]:
    """Return the process, its descendants, and all of its session, each with the time it was started."""
    everyone: dict[int, tuple[int, int, int]] = {}
    for path in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            everyone[int(path.name)] = _stat(int(path.name))
    family = {pid for pid, (_, _, session) in everyone.items() if leader in (pid, session)}
    size = 0
    while size < len(family):
        size = len(family)
        family |= {pid for pid, (parent, _, _) in everyone.items() if parent in family}
    return {pid: everyone[pid][1] for pid in family}


def _stat(pid: int) -> tuple[int, int, int]:
    """Return a process's parent, the time it was started, and its session."""
    # after the name, which may hold anything; proc(5) counts from the number before it
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[19]), int(fields[3])


def _resident(pid: int) -> tuple[int, int]:
    """Return what a process holds in memory now and at its peak, in KiB; zeros when it has ended."""
    sizes = _sizes(pid, "status")
    return sizes.get("VmRSS", 0), sizes.get("VmHWM", 0)


def _pss(pid: int) -> int:
    return _sizes(pid, "smaps_rollup").get("Pss", 0)


def _sizes(pid: int, file: str) -> dict[str, int]:
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
