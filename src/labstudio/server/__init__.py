"""The door for JupyterLab: a Jupyter server extension over a workspace."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from labstudio.server.app import Labstudio

    return [{"module": "labstudio.server", "app": Labstudio}]
