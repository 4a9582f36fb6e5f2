"""The one WebSocket: tells every open browser the workspace's revision when it has changed.

One task looks ten times a second while anybody listens, in a thread, whatever the number of browsers.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from labstudio.errors import LabstudioError
from labstudio.server.studio import Studio

LOOK_SECONDS = 0.1
TROUBLED_SECONDS = 2.0


class Revisions:
    """Looks at the revision while there are listeners, and tells them."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._listeners: set[Changes] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, listener: Changes) -> None:
        """Tell this one too, beginning with the revision as it is."""
        self._listeners.add(listener)
        listener.revision = -1
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._look())

    def remove(self, listener: Changes) -> None:
        """Tell this one no more."""
        self._listeners.discard(listener)

    async def _look(self) -> None:
        while self._listeners:
            pause = LOOK_SECONDS
            try:
                revision = await asyncio.wrap_future(
                    self._studio.submit(lambda: self._studio.workspace.revision, slow=False)
                )
                for listener in tuple(self._listeners):
                    listener.tell(revision)
            except LabstudioError:  # the database is busy or away; requests say so in their own words
                pause = TROUBLED_SECONDS
            await asyncio.sleep(pause)


class Changes(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One browser that listens."""

    revision = -1

    def initialize(self, revisions: Revisions) -> None:
        """Take what looks at the revision."""
        self._revisions = revisions

    @ws_authenticated
    @authorized("read", resource="labstudio-workspace")
    async def get(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Open the socket."""
        return await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to tell."""
        super().open(*args, **kwargs)
        self._revisions.add(self)

    def tell(self, revision: int) -> None:
        """Say the revision, when it is another one than before."""
        if revision != self.revision:
            self.revision = revision
            try:
                self.write_message(json.dumps({"type": "revision", "revision": revision}))
            except WebSocketClosedError:
                self._revisions.remove(self)

    def on_message(self, message: str | bytes) -> None:
        """Nothing is asked this way."""

    def on_close(self) -> None:
        """Tell no more."""
        self._revisions.remove(self)
