"""What this process may use of its machine: cores and memory, as its container allows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/")


def cores() -> int:
    """The cores this process may use: its affinity, and the quota of its container."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, -(-int(quota) // int(period)))
    return max(1, count)


def free_memory(root: Path = _ROOT) -> int | None:
    """Bytes that may be taken before the system, or the container, runs out; None where nobody says (macOS).

    Parameters
    ----------
    root : Path
        Where `proc` and `sys` are.

    Examples
    --------
    >>> free = free_memory()
    >>> free is None or free > 0
    True
    """
    free: list[int] = []
    with suppress(OSError, ValueError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free.append(int(line.split()[1]) * 1024)
    for folder, limit, used in _groups(root):
        with suppress(OSError, ValueError):  # "max" is no limit
            most = int((folder / limit).read_text())
            held = int((folder / used).read_text()) - _reclaimable(folder)
            free.append(max(0, most - held))
    return min(free, default=None)


def _groups(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Control groups of this process and those around them, with the names of their files (v1 and v2)."""
    try:
        told = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in told:
        _, controllers, name = line.split(":", 2)
        if controllers == "":
            mount, files = root / "sys/fs/cgroup", ("memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            mount, files = (
                root / "sys/fs/cgroup/memory",
                ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            )
        else:
            continue
        # in a container the path may be the host's: then only the mount itself is there
        own = mount / name.lstrip("/")
        for folder in (own, *own.parents):
            yield folder, *files
            if folder == mount:
                break


def _reclaimable(folder: Path) -> int:
    """Bytes of files that are only cached, which count as used."""
    with suppress(OSError, ValueError):
        for line in (folder / "memory.stat").read_text().splitlines():
            name, size = line.split()
            if name in ("inactive_file", "total_inactive_file"):
                return int(size)
    return 0


def trim() -> None:
    """Give memory that is no longer used back to the system, where the C library can (glibc)."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
