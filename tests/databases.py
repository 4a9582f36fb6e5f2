"""A real PostgreSQL, started for the tests that ask for it and ended after them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        pytest.fail(
            "PostgreSQL is not installed: apt-get install postgresql (or set POSTGRES=0 to do without)."
        )
    return Path(found).resolve().parent


@contextmanager
def postgresql(password: str = "") -> Iterator[str]:
    """Start a server on a socket of its own; with a password, everybody has to say it.

    Gives its address, without the password.
    """
    programs = binaries()
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # initdb refuses root
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path must be short
        (Path(folder) / "password").write_text(password or "unused")
        if as_owner:
            shutil.chown(folder, "postgres")
            shutil.chown(f"{folder}/password", "postgres")

        def run(*command: object) -> None:
            subprocess.run(
                [*as_owner, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120
            )

        how = ["-A", "scram-sha-256" if password else "trust", f"--pwfile={folder}/password"]
        run(
            programs / "initdb",
            "-D",
            f"{folder}/data",
            *how,
            "-U",
            "lab",
            "--no-sync",
            "--locale=C",
            "-E",
            "UTF8",
        )
        (Path(folder) / "password").unlink()
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(programs / "pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://lab@/postgres?host={folder}"
        finally:
            run(programs / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
