"""The workspace: the one object that puts the parts together, each made when first asked for.

It composes and does nothing itself; it hands each part exactly what it needs, and never itself.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from labstudio.automl import AutoML
    from labstudio.data import Data
    from labstudio.models import Models
    from labstudio.store import Edge, Event, Store

FOLDER = ".labstudio"
VARIABLE = "LABSTUDIO_WORKSPACE"


class Workspace:
    """A shared place for data, runs and models; opened by as many processes as like to.

    Parameters
    ----------
    where : str or Path, optional
        The folder that holds (or shall hold) ``.labstudio``, or a ``postgresql://`` URL. When not given: the
        variable LABSTUDIO_WORKSPACE, else the nearest ``.labstudio`` upwards from the current folder, else
        a new one in the current folder.
    files : str, optional
        Where the bytes are kept, as an fsspec URL; in ``.labstudio`` when not given.
    door : str
        Through which door its events come: ``"python"``, ``"cell"``, ``"shell"``, …

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> ws = Workspace(mkdtemp())
    >>> ws.data.list(), ws.automl.list()
    ([], [])
    """

    def __init__(
        self, where: str | Path | None = None, *, files: str | None = None, door: str = "python"
    ) -> None:
        self._where = find(where)
        self._files = files
        self._door = door
        self.store  # noqa: B018 - opens, or says at once why it cannot

    @cached_property
    def store(self) -> Store:
        """Where everything is kept."""
        from labstudio.store import Store

        return Store.open(self._where, self._files, door=self._door)

    @property
    def root(self) -> Path:
        """The ``.labstudio`` folder."""
        return self.store.root

    @cached_property
    def data(self) -> Data:
        """Data assets and their versions."""
        from labstudio.data import Data

        return Data(self.store)

    @cached_property
    def automl(self) -> AutoML:
        """AutoML runs."""
        from labstudio.automl import AutoML

        return AutoML(self.store, self.data)

    @cached_property
    def models(self) -> Models:
        """Registered models."""
        from labstudio.models import Models

        return Models(self.store)

    @property
    def revision(self) -> int:
        """A number that grows with every change anybody makes."""
        return self.store.revision()

    def events(self, limit: int = 100) -> list[Event]:
        """Return what happened: who, what, when, through which door; newest first."""
        return self.store.events(limit)

    def lineage(self, subject: str) -> list[Edge]:
        """Return what something was made from and what was made from it, such as of ``"model:churn@2"``."""
        return self.store.lineage(subject)

    def __repr__(self) -> str:
        return f"Workspace({str(self._where)!r})"


def find(where: str | Path | None = None) -> Path | str:
    """Return the ``.labstudio`` folder, or the database URL, that the rules lead to.

    Raises
    ------
    Invalid
        The place that was named is a file.

    Examples
    --------
    >>> find("postgresql://localhost/studio")
    'postgresql://localhost/studio'
    >>> find("/tmp").name
    '.labstudio'
    """
    named = where if where is not None else os.environ.get(VARIABLE) or None
    if named is None:
        here = Path.cwd()
        inside = [folder for folder in (here, *here.parents) if (folder / FOLDER).is_dir()]
        return (inside[0] if inside else here) / FOLDER
    if isinstance(named, str) and "://" in named:
        return named
    folder = Path(named).expanduser().absolute()
    if folder.is_file():
        raise Invalid(f"{folder} is a file; a workspace is a folder.")
    return folder if folder.name == FOLDER else folder / FOLDER
