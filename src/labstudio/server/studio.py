"""What the routes work with: the workspace, the folder that people see, uploads, and who waits for whom.

It knows no tornado: a test makes one without a server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from labstudio.compute import LocalWorkers
from labstudio.errors import Invalid, NotFound
from labstudio.server.uploads import Uploads
from labstudio.workbench import Desk
from labstudio.workspace import Workspace

QUICK_THREADS, SLOW_THREADS = 4, 4
PATIENCE = 2.0  # seconds a person waits for a busy database before being told


class Studio:
    """One server's studio.

    Parameters
    ----------
    where : str or Path
        As for `Workspace`.
    folder : Path
        What the file browser shows; files to import are looked for in it, and nowhere else.
    files : str, optional
        As for `Workspace`.
    largest_upload : int
        Bytes of one upload.
    direct_import : int
        A file of so many bytes or less is imported while the person waits, a larger one by a job.
    patience : float
        Seconds that rows of a datastore may take to come while the person waits; then a job reads them.
    """

    def __init__(
        self,
        where: str | Path | None,
        folder: Path,
        *,
        files: str | None = None,
        largest_upload: int = 100 * 2**30,
        direct_import: int = 64 * 2**20,
        patience: float = 15.0,
    ) -> None:
        self._where, self._files = where, files
        self.folder = folder.resolve()
        self.largest_upload = largest_upload
        self.direct_import = direct_import
        self.patience = patience
        self._making = threading.Lock()
        self._quick = ThreadPoolExecutor(QUICK_THREADS, "labstudio-quick")
        self._slow = ThreadPoolExecutor(SLOW_THREADS, "labstudio-slow")

    def submit(self, call: Callable[[], Any], *, slow: bool) -> Future[Any]:
        """Run a call in a thread; quick ones never wait for slow ones."""
        return (self._slow if slow else self._quick).submit(call)

    def warm(self) -> None:
        """Open the workspace and load what its panels need, so that the first click need not wait for it."""

        def load() -> None:
            workspace = self.workspace
            for listed in (workspace.data, workspace.automl, workspace.models, workspace.jobs):
                listed.list()

        self.submit(load, slow=True)

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened when first asked for."""
        with self._making:  # several threads ask at once, one opens it
            return self._workspace

    @property
    def desk(self) -> Desk:
        """Where labelers' workbenches are answered."""
        return Desk(self.workspace.labeling, lambda call: self.submit(call, slow=True))

    @cached_property
    def _workspace(self) -> Workspace:
        workspace = Workspace(self._where, files=self._files, door="panel", patience=PATIENCE)
        workspace.data.scans = self._scans
        return workspace

    @cached_property
    def _scans(self) -> LocalWorkers:
        """Where heavy scans run: one process, beside the one that answers."""
        return LocalWorkers(1)

    @cached_property
    def uploads(self) -> Uploads:
        """Files on their way here."""
        found = Uploads(self.workspace.root, largest=self.largest_upload)
        found.sweep()
        return found

    def file(self, path: str) -> Path:
        """Return a file of the folder that people see.

        Raises
        ------
        Invalid
            It lies outside.
        NotFound
            There is none.
        """
        found = self.place(path)
        if not found.is_file():
            raise NotFound(f"There is no file {path!r} in the folder that the file browser shows.")
        return found

    def place(self, path: str) -> Path:
        """Return a file or a folder of the folder that people see, as `file` does."""
        found = (self.folder / path.lstrip("/")).resolve() if "\0" not in path else None
        if found is None or not found.is_relative_to(self.folder):
            raise Invalid(f"{path!r} lies outside of the folder that the file browser shows.")
        try:
            there = found.exists() and found != self.folder
        except OSError:  # such as a name that is longer than names can be
            there = False
        if not there:
            raise NotFound(f"There is no file {path[:200]!r} in the folder that the file browser shows.")
        return found

    def close(self) -> None:
        """End threads and workers."""
        for pool in (self._quick, self._slow):
            pool.shutdown(wait=False, cancel_futures=True)
        if "_scans" in self.__dict__:
            self._scans.shutdown(wait=False, cancel_futures=True)
        if "_workspace" in self.__dict__:
            self._workspace.store.close()
