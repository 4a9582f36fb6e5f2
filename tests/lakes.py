"""Object stores for tests, started on loopback: moto's S3 server, emulators of Azure and Google Cloud."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "s3cr3t pa/ss:w@rd%41"  # of the database
S3_KEY, S3_SECRET = "AKID", "planted-s3-secret"
# the account that every Azurite has, as its documentation prints it
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_AZURITE = Path(__file__).parents[1] / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """Start an S3 server; gives its endpoint."""
    port = free_port()
    with serving([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port, folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Start an Azure blob service; gives the endpoint of its account."""
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if node is None or not _AZURITE.exists():
        pytest.skip("azurite is not installed: it comes with the panels' packages (make lint)")
    port = free_port()
    told = ["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    told += ["--skipApiVersionCheck", "--silent", "--disableTelemetry"]
    with serving([node, str(_AZURITE), *told], port, folder):
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"


@contextmanager
def google(folder: Path) -> Iterator[str]:
    """Start a Google Cloud Storage with a bucket called lake; gives its endpoint."""
    port = free_port()
    told = ["--host", "127.0.0.1", "--port", str(port), "--in-memory", "--default-bucket", "lake"]
    with serving([sys.executable, "-m", "gcp_storage_emulator", "start", *told], port, folder):
        yield f"http://127.0.0.1:{port}"


def s3_files(endpoint: str) -> Any:
    """Open the S3 server as its owner does."""
    import s3fs

    return s3fs.S3FileSystem(key=S3_KEY, secret=S3_SECRET, endpoint_url=endpoint, skip_instance_cache=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """Run a server until its port answers, and as long as it is needed."""
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 60
        while True:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, "the server does not listen"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(15)
