"""One registered version of a model, and the names by which versions are called."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from labstudio.onnx import Certificate
    from labstudio.store import FileStore

# what MLflow takes, what fits into "models:/name/1" unescaped, and what leaves "@" free for versions
_NAME = re.compile(r"\w(?:[\w .-]{0,98}[\w.-])?")


@dataclass(frozen=True)
class ModelVersion:
    """A certified ONNX file under a name and a number.

    Attributes
    ----------
    sha256 : str
        Of the ONNX file.
    metrics : dict of str to float
        Scores on rows that nothing before had seen; empty for a model that a person brought.
    source : str
        What it was made from, as lineage calls it: ``"run:run-3"`` or ``"file:<sha256>"``.
    aliases : tuple of str
        As MLflow has them now.
    existed : bool
        Whether `register` found this file registered under this name already.
    """

    name: str
    version: int
    sha256: str
    task: str
    target: str | None
    metrics: dict[str, float]
    source: str
    by: str
    created: float
    aliases: tuple[str, ...] = ()
    existed: bool = False
    _certificate: str = field(default="", repr=False)
    _files: FileStore | None = field(default=None, repr=False, compare=False)

    @property
    def ref(self) -> str:
        """How `load` and magics call it, such as ``"life-expectancy@1"``."""
        return f"{self.name}@{self.version}"

    @property
    def subject(self) -> str:
        """How events and lineage call it."""
        return f"model:{self.ref}"

    @property
    def mlflow_uri(self) -> str:
        """How an MLflow client calls it."""
        return f"models:/{self.name}/{self.version}"

    @property
    def certificate(self) -> Certificate:
        """How exactly the ONNX file gives what Python gives."""
        from labstudio.onnx import Certificate

        assert self._files is not None
        return Certificate.from_dict(json.loads(self._files.read(self._certificate)))


def checked_name(name: str) -> str:
    """Return a model's name as it is kept.

    Examples
    --------
    >>> checked_name("life-expectancy")
    'life-expectancy'
    >>> checked_name("a/b")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    labstudio.errors.Invalid: 'a/b' cannot name a model: use up to 100 letters, ... with a letter or digit.
    """
    kept = unicodedata.normalize("NFKC", name)
    if not _NAME.fullmatch(kept):
        raise Invalid(
            f"{name[:100]!r} cannot name a model: use up to 100 letters, digits, '-', '_', '.' or spaces, "
            "beginning with a letter or digit."
        )
    return kept


def parse_ref(ref: str) -> tuple[str, int | str | None]:
    """Take ``"name"``, ``"name@2"`` or ``"name@alias"`` apart.

    Examples
    --------
    >>> parse_ref("life@2"), parse_ref("life@champion"), parse_ref("life")
    (('life', 2), ('life', 'champion'), ('life', None))
    """
    name, at, which = ref.partition("@")
    if at and not which:
        raise Invalid(f"{ref!r} names no version: write {name}, {name}@2 or {name}@alias.")
    return checked_name(name), (int(which) if which.isdecimal() else which) or None
