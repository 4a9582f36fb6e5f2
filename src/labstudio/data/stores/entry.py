"""What the parts of this package share: a datastore, what lies in it, paths, and errors as sentences."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from labstudio.data.stores.address import Address, address
from labstudio.data.stores.options import StoreOptions
from labstudio.errors import Invalid, LabstudioError, NotFound, Unavailable
from labstudio.store.secrets import Secret

if TYPE_CHECKING:
    from types import ModuleType

_LONGEST = 400  # characters that are told of another program's message


@dataclass(frozen=True)
class Datastore:
    """A connection to where a team keeps data.

    Attributes
    ----------
    kind : str
        ``"folder"``, ``"object"``, ``"sql"``, ``"delta"`` or ``"spark"``.
    url : str
        Its address, without a secret.
    secret : str or None
        Where the secret is found: ``"env:LAKE_KEY"``.
    options : dict
        Those of `StoreOptions` that were given.
    created : float
        Seconds since 1970, UTC.
    """

    name: str
    kind: str
    url: str
    secret: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    created: float = 0.0
    by: str = ""

    @property
    def subject(self) -> str:
        """What events and lineage call it: ``"datastore:lake"``."""
        return f"datastore:{self.name}"

    @property
    def address(self) -> Address:
        """Its address, read."""
        return address(self.url)

    @property
    def settings(self) -> StoreOptions:
        """Its options, with what was left out."""
        return StoreOptions(**self.options)


@dataclass(frozen=True)
class Entry:
    """A folder, file or table of a datastore; `path` is what it is read by."""

    name: str
    path: str
    kind: Literal["folder", "file", "table"]
    size: int | None = None  # bytes
    modified: float | None = None  # seconds since 1970, UTC


@dataclass(frozen=True)
class Entries:
    """Some of what lies in a folder, from `offset` on; `total` of it matches what was asked for."""

    entries: list[Entry]
    offset: int
    total: int


@dataclass(frozen=True)
class Tested:
    """Whether a datastore answers."""

    ok: bool
    sentence: str


def inside(path: str) -> str:
    """Return a path below the root of a datastore; one that leads out of it is refused.

    Examples
    --------
    >>> inside("sales//2026/./orders.csv")
    'sales/2026/orders.csv'
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith(("/", "\\")) or ".." in parts or any(
        unicodedata.category(sign) == "Cc" for sign in path
    ):  # fmt: skip
        raise Invalid(
            f"{path[:200]!r} leads out of the datastore; name what lies in it, as sales/orders.csv."
        )
    return "/".join(parts)


def need(module: str, what: str, extra: str) -> ModuleType:
    """Import an optional library.

    Raises
    ------
    Unavailable
        It is not installed; the sentence says how it is.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0].replace("_", "-")
        raise Unavailable(
            f"{what} needs the package {package}; run pip install 'labstudio[{extra}]'."
        ) from None


@contextmanager
def sentences(what: str, secret: Secret | None, kind: type[LabstudioError] = Unavailable) -> Iterator[None]:
    """Turn what another library raises into one sentence that holds no secret.

    Drivers raise whatever they like, so everything is caught, and nothing of it is kept: not even as a cause.
    """
    try:
        yield
    except LabstudioError:
        raise
    except FileNotFoundError as error:
        raise NotFound(f"{what}: {reason(error, secret) or 'there is nothing of this name'}.") from None
    except Exception as error:
        raise kind(f"{what}: {reason(error, secret)}.") from None


def reason(error: BaseException, secret: Secret | None) -> str:
    """Say what a library's error says, on one line, without the secret."""
    told = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
    told = secret.hidden(told) if secret is not None else told
    return (told if len(told) <= _LONGEST else told[:_LONGEST] + "…").rstrip(".")
