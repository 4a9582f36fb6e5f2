"""One real kernel for all tests of the magics, and what it says in a form that tests can read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.manager import KernelManager


@dataclass
class Said:
    """What one cell brought."""

    status: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)
    stdout: str = ""
    stderr: str = ""
    shown: list[dict[str, str]] = field(
        default_factory=list
    )  # mime bundles, updated displays in their last state
    places: dict[str, int] = field(default_factory=dict)  # of displays that may be updated
    updates: list[float] = field(default_factory=list)  # when a display was updated

    @property
    def text(self) -> str:
        return "\n".join(bundle.get("text/plain", "") for bundle in self.shown)

    @property
    def html(self) -> str:
        return "\n".join(bundle.get("text/html", "") for bundle in self.shown)


class Kernel:
    """A kernel and its client."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.manager = KernelManager()
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, **environment})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def start(self, code: str) -> str:
        """Send a cell without waiting."""
        return str(self.client.execute(code))

    def finish(self, message: str, timeout: float = 90, until: Any = None, said: Said | None = None) -> Said:
        """Gather what a cell says, after what it has `said`, until it is done or `until(said)` holds."""
        said, end = said or Said(), time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                reply = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if reply["parent_header"].get("msg_id") != message:
                continue
            kind, content = reply["msg_type"], reply["content"]
            identity = content.get("transient", {}).get("display_id", "")
            if kind == "stream":
                setattr(said, content["name"], getattr(said, content["name"]) + content["text"])
            elif kind in ("display_data", "execute_result"):
                said.places[identity] = len(said.shown)
                said.shown.append(content["data"])
            elif kind == "update_display_data":
                said.shown[said.places[identity]] = content["data"]
                said.updates.append(time.monotonic())
            elif kind == "error":
                said.error, said.traceback = content["evalue"], content["traceback"]
            elif kind == "status" and content["execution_state"] == "idle":
                break
            if until is not None and until(said):
                return said
        else:
            raise AssertionError(f"the cell did not end within {timeout} s: {said}")
        said.status = "error" if said.traceback else "ok"
        return said

    def run(self, code: str, timeout: float = 90) -> Said:
        """Run a cell to its end."""
        return self.finish(self.start(code), timeout)

    def good(self, code: str, timeout: float = 90) -> Said:
        """Run a cell that must succeed."""
        said = self.run(code, timeout)
        assert said.status == "ok", said.traceback
        return said

    def value(self, expression: str) -> Any:
        """Return what an expression is worth, if it is a plain literal."""
        from ast import literal_eval

        return literal_eval(self.good(f"print(ascii(({expression})))").stdout)

    def complete(self, code: str) -> list[str]:
        """Return what Tab offers at the end of `code`, as the text that would then stand there."""
        reply = self.client.complete(code, len(code), reply=True, timeout=10)["content"]
        return [code[: reply["cursor_start"]] + match for match in reply["matches"]]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel in a folder of its own, with the extension loaded."""
    found = Kernel(tmp_path_factory.mktemp("notebook"))
    found.good("%load_ext labstudio\nimport numpy as np, pandas as pd")
    yield found
    found.close()
