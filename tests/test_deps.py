"""What the system lacks is installed when root; otherwise one sentence names the line to run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SCRIPT = Path(__file__).parent.parent / "scripts" / "deps.sh"
# a Python without venv and without OpenMP's runtime, on a system without PostgreSQL's server
STUBS = {
    "python3": 'case "$2" in *version_info*) exit 0 ;; *) exit 1 ;; esac',
    "ls": "exit 2",
    "uname": "echo Linux",
    "apt-get": 'echo "apt-get $*" >> "$LOG"',
    "id": 'echo "$USER_ID"',
}


def run(
    folder: Path,
    user: int,
    *arguments: str,
    stubs: dict[str, str] = STUBS,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, str, str]:
    for name, body in stubs.items():
        stub = folder / name
        stub.write_text(f"#!/bin/sh\n{body}\n")
        stub.chmod(0o755)
    log = folder / "log"
    log.touch()
    environment = {"PATH": str(folder), "LOG": str(log), "USER_ID": str(user), **variables}
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr, log.read_text()


def test_root_gets_what_is_missing_installed(tmp_path: Path) -> None:
    code, said, log = run(tmp_path, 0, "python3", "test")
    assert (code, said) == (0, "")
    update, install, wanted = log.splitlines()
    assert "update" in update
    assert install.endswith("python3-venv libgomp1 postgresql chromium")
    assert wanted.endswith("mariadb-server-core mariadb-client-core")


def test_what_tests_can_go_without_stops_nothing(tmp_path: Path) -> None:
    refusing = {**STUBS, "apt-get": 'case "$*" in *mariadb*) exit 1 ;; esac; echo "apt-get $*" >> "$LOG"'}
    code, said, log = run(tmp_path, 0, "python3", "test", stubs=refusing)
    assert (code, said) == (0, "MariaDB cannot be installed here; its tests are skipped.\n")
    assert "chromium" in log
    assert run(tmp_path, 1000, "python3", "test", stubs={**STUBS, "python3": "exit 0", "ls": "exit 0"},
               variables={"BROWSER": "0"}) == (0, "", log)  # fmt: skip


def test_who_wants_no_browser_gets_none(tmp_path: Path) -> None:
    _, _, log = run(tmp_path, 0, "python3", "test", variables={"BROWSER": "0"})
    assert "chromium" not in log


def test_others_get_one_sentence_with_the_line_to_run(tmp_path: Path) -> None:
    code, said, log = run(tmp_path, 1000, "python3")
    assert (code, log) == (1, "")
    assert said == "Please run once, then try again: sudo apt-get install -y python3-venv libgomp1\n"


def test_an_old_python_is_named(tmp_path: Path) -> None:
    code, said, _ = run(tmp_path, 0, "python3", stubs={**STUBS, "python3": "exit 1"})
    assert code == 1
    assert "needs Python 3.11 or newer" in said


def test_where_nothing_is_missing_nothing_happens(tmp_path: Path) -> None:
    assert run(tmp_path, 0, "python3", stubs={**STUBS, "python3": "exit 0"}) == (0, "", "")
