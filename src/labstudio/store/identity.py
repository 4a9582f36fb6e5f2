"""Who acts: the name that events and versions carry."""

from __future__ import annotations

import getpass
import os


def who() -> str:
    """Return who is behind this process: JupyterHub's name where there is one, else the login."""
    hub_user = os.environ.get("JUPYTERHUB_USER")
    if hub_user:
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that no account has
        return f"uid-{os.getuid()}"
