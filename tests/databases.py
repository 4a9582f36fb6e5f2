"""A real PostgreSQL and a real MariaDB, started for the tests that ask for them and ended after them."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lakes import free_port, serving


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


@contextmanager
def mariadb(password: str) -> Iterator[tuple[str, Path]]:
    """Start a MariaDB on loopback; gives its address, without the password, and its owner's socket."""
    server = shutil.which("mariadbd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    install = shutil.which("mariadb-install-db")
    if server is None or install is None or shutil.which("my_print_defaults") is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server-core mariadb-client-core")
    with tempfile.TemporaryDirectory(prefix="my-", dir="/tmp") as folder:  # a socket's path must be short
        data, socket, port = f"{folder}/data", Path(folder) / "socket", free_port()
        owner = f"--user={getpass.getuser()}"
        how = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", owner, *how],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        told = [f"--datadir={data}", owner, f"--socket={socket}", f"--port={port}"]
        told += ["--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"]
        with serving([server, "--no-defaults", *told], port, Path(folder)):
            import pymysql

            with pymysql.connect(unix_socket=str(socket), user="root", autocommit=True) as connection:
                asked = connection.cursor()
                asked.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
                asked.execute("CREATE USER lab@127.0.0.1 IDENTIFIED BY %s", [password])
                asked.execute("GRANT ALL ON shop.* TO lab@127.0.0.1")
            yield f"mariadb://lab@127.0.0.1:{port}/shop", socket
