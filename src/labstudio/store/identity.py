"""Who acts: the name that events and versions carry."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ACTING: ContextVar[str] = ContextVar("labstudio_acting", default="")


@contextmanager
def acting_as(person: str) -> Iterator[None]:
    """Let what is done meanwhile in this thread be done by `person`: a server answers many people.

    Examples
    --------
    >>> with acting_as("ada"):
    ...     who()
    'ada'
    """
    before = _ACTING.set(person)
    try:
        yield
    finally:
        _ACTING.reset(before)


def who() -> str:
    """Return who acts: whom a server answers, else JupyterHub's name where there is one, else the login."""
    if person := _ACTING.get():
        return person
    hub_user = os.environ.get("JUPYTERHUB_USER")
    if hub_user:
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that no account has
        return f"uid-{os.getuid()}"
