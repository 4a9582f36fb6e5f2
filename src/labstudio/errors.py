"""The few exceptions that reach a person.

Each carries one sentence: what is wrong, where, and what to do.
Doors (cells, command line, server) show the sentence and nothing else; this module knows no door.
"""

from __future__ import annotations


class LabstudioError(Exception):
    """Base of every error that is meant for a person's eyes."""


class NotFound(LabstudioError):
    """The thing that was named does not exist."""


class Invalid(LabstudioError):
    """The input cannot be used as it is."""


class Conflict(LabstudioError):
    """The state of something else forbids this now."""


class Forbidden(LabstudioError):
    """This person may not do that."""


class Unavailable(LabstudioError):
    """Something needed cannot be reached now; trying again later may work."""
