"""What a process may use is the least of what the system and its containers leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from labstudio.compute.machine import cores, free_memory

pytestmark = pytest.mark.core

GB = 2**30


def written(root: Path, **files: object) -> Path:
    for name, content in {"proc/meminfo": "MemTotal: 1 kB\nMemAvailable: 8388608 kB\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(str(content))
    return root


def test_this_machine_has_cores_and_memory() -> None:
    assert cores() >= 1
    assert (free_memory() or GB) > 0


def test_without_a_container_it_is_what_the_system_has(tmp_path: Path) -> None:
    assert free_memory(written(tmp_path)) == 8 * GB


def test_a_container_leaves_its_limit_less_what_it_holds_but_for_cached_files(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/work\n",
        "sys/fs/cgroup/work/memory.max": 4 * GB,
        "sys/fs/cgroup/work/memory.current": 3 * GB,
        "sys/fs/cgroup/work/memory.stat": f"anon 5\ninactive_file {GB}\n",
    }
    assert free_memory(written(tmp_path, **files)) == 2 * GB


def test_groups_around_it_count_too_and_max_is_no_limit(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/outer/inner\n",
        "sys/fs/cgroup/outer/inner/memory.max": "max",
        "sys/fs/cgroup/outer/inner/memory.current": GB,
        "sys/fs/cgroup/outer/memory.max": 3 * GB,
        "sys/fs/cgroup/outer/memory.current": GB,
    }
    assert free_memory(written(tmp_path, **files)) == 2 * GB


def test_the_first_version_of_control_groups_is_read_as_well(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/elsewhere\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": 2 * GB,
        "sys/fs/cgroup/memory/memory.usage_in_bytes": GB,
    }
    assert free_memory(written(tmp_path, **files)) == GB


def test_where_nobody_says_it_is_unknown(tmp_path: Path) -> None:
    assert free_memory(tmp_path) is None
