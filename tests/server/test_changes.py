"""The socket tells what changed, soon, whoever changed it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from serving import Server
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from labstudio.workspace import Workspace

SOON = 0.5  # seconds from a change in any process to every browser


async def listen(server: Server) -> WebSocketClientConnection:
    url = f"{server.url.replace('http', 'ws')}/labstudio/api/changes"
    return await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {server.owner}"}))


async def heard(socket: WebSocketClientConnection) -> dict[str, Any]:
    message = await asyncio.wait_for(socket.read_message(), 5)
    assert message is not None, "the socket was closed"
    found: dict[str, Any] = json.loads(message)
    return found


def test_the_first_message_says_the_revision_as_it_is(server: Server) -> None:
    async def first() -> dict[str, Any]:
        socket = await listen(server)
        found = await heard(socket)
        socket.close()
        return found

    before = server.get("status")["revision"]
    assert asyncio.run(first()) == {"type": "revision", "revision": before}


def test_what_another_process_changes_reaches_two_browsers_soon(server: Server) -> None:
    kernel = Workspace(server.folder)
    assert kernel.revision > 0  # what a first question loads is not the socket's time

    async def waits() -> list[float]:
        sockets = [await listen(server), await listen(server)]
        for socket in sockets:
            await heard(socket)
        took = []
        for _ in range(5):
            began = time.monotonic()
            with kernel.store.write() as connection:
                kernel.store.record(connection, "greeted", "world")
            for socket in sockets:
                await heard(socket)
            took.append(time.monotonic() - began)
        for socket in sockets:
            socket.close()
        return took

    assert max(asyncio.run(waits())) < SOON


def test_nothing_is_said_while_nothing_changes(server: Server) -> None:
    async def silence() -> bool:
        socket = await listen(server)
        await heard(socket)
        try:
            await asyncio.wait_for(socket.read_message(), 1)
        except TimeoutError:
            return True
        finally:
            socket.close()
        return False

    assert asyncio.run(silence())
