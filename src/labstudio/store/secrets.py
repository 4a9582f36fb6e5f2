"""Secrets by reference: where one is found stands in the database, the secret itself nowhere.

``env:NAME`` is a variable of the process that needs it, ``file:PATH`` a file that only its owner can read,
``keyring:NAME`` an entry of the system's keyring. What a reference leads to is read when it is needed, is not
printed, and can be taken out of what others say about it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from labstudio.errors import Invalid, NotFound, Unavailable

FORMS = "env:NAME, file:PATH or keyring:NAME"
SERVICE = "labstudio"  # what the entries of a keyring are kept under
HIDDEN = "•••"
_SHORTEST_PIECE = 6
_LARGEST = 64 << 10  # bytes of a secret's file
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
_ENTRY = re.compile(r"[\w.@/-]{1,200}")


@dataclass(frozen=True)
class Secret:
    """What a reference leads to; it is never printed.

    Examples
    --------
    >>> secret = Secret("pa ss")
    >>> secret, secret.hidden("no entry for ada:pa%20ss@db")
    (Secret(), 'no entry for ada:•••@db')
    """

    text: str = field(repr=False)

    def hidden(self, message: str) -> str:
        """Take the secret out of a message, however it is written there."""
        for form in sorted(self._forms(), key=len, reverse=True):
            message = message.replace(form, HIDDEN)
        return message

    def _forms(self) -> set[str]:
        pieces = {piece for piece in re.split(r"[\s:;,&=\"{}?]+", self.text) if len(piece) >= _SHORTEST_PIECE}
        forms = set()
        for piece in {self.text, *pieces} - {""}:
            encoded = base64.b64encode(piece.encode()).decode()
            quoted = (quote(piece, safe=safe) for safe in ("", "/", " ", " +", "/ "))
            forms |= {piece, *quoted, quote_plus(piece), repr(piece)[1:-1], json.dumps(piece)[1:-1], encoded}
        return forms


def reference(told: str) -> str:
    """Return a reference to a secret as it is kept; what is no reference is refused and not repeated.

    Raises
    ------
    Invalid
        It is none, such as the secret itself.

    Examples
    --------
    >>> reference("env:LAKE_KEY")
    'env:LAKE_KEY'
    """
    kind, _, name = told.strip().partition(":")
    if kind == "env" and _VARIABLE.fullmatch(name):
        return f"env:{name}"
    if kind == "file" and name and "\0" not in name:
        return f"file:{Path(name).expanduser().absolute()}"
    if kind == "keyring" and _ENTRY.fullmatch(name):
        return f"keyring:{name}"
    raise Invalid(
        f"The secret is given by a reference, {FORMS}; "
        "what was given is none (and is not repeated here, in case it is the secret itself)."
    )


def secret(reference: str) -> Secret:
    """Read what a reference leads to.

    Raises
    ------
    NotFound
        There is nothing.
    Invalid
        Others can read the file too.
    Unavailable
        The file or the keyring cannot be read.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        return _of_variable(name)
    return _of_file(Path(name)) if kind == "file" else _of_keyring(name)


def _of_variable(name: str) -> Secret:
    text = os.environ.get(name, "")
    if not text:
        raise NotFound(
            f"The variable {name} is not set in this process; set it where the server or kernel is started."
        )
    return Secret(text)


def _of_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise Invalid(f"{path} can be read by others than its owner; run chmod 600 on it.")
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}, which is to hold a secret.") from None
    except OSError as error:
        raise Unavailable(f"{path}, which holds a secret, cannot be read ({error.strerror}).") from None
    if len(content) > _LARGEST:
        raise Invalid(f"{path} is too large to be a secret.")
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        raise Invalid(f"{path} does not hold a secret as text.") from None
    if not text:
        raise NotFound(f"{path}, which is to hold a secret, is empty.")
    return Secret(text)


def _of_keyring(name: str) -> Secret:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise Unavailable(
            "A keyring needs the package keyring; run pip install 'labstudio[keyring]'."
        ) from None
    try:
        text = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise Unavailable(
            f"The keyring cannot be read here ({type(error).__name__}); use env:NAME or file:PATH instead."
        ) from None
    if not text:
        raise NotFound(f"The keyring has no entry {name} of {SERVICE}; run keyring set {SERVICE} {name}.")
    return Secret(text)
