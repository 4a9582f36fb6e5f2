"""Handlers made from the route table: authenticated, authorized, read, called in a thread, answered, once.

No handler waits in the event loop, and every failure leaves as one sentence.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from http.client import responses
from typing import Any, NoReturn
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from pydantic import BaseModel, TypeAdapter
from tornado import web
from tornado.iostream import StreamClosedError

from labstudio.errors import Conflict, Forbidden, Invalid, LabstudioError, NotFound, Unavailable
from labstudio.options import options, parse
from labstudio.server.openapi import PREFIX, document
from labstudio.server.raw import Raw, part
from labstudio.server.routes import ROUTES, Route
from labstudio.server.studio import Studio
from labstudio.store.identity import acting_as

STATUSES: dict[type[LabstudioError], int] = {
    NotFound: 404,
    Invalid: 400,
    Conflict: 409,
    Forbidden: 403,
    Unavailable: 503,
}
PIECE = 2**20
LARGEST_CHUNK = 32 * 2**20
LARGEST_BODY = 16 * 2**20


def known_person(user: Any) -> str:
    """Return the name of Jupyter's user; nothing for one made up, as all are who only have the token."""
    made_up = re.fullmatch(r"[0-9a-f]{32}", user.username) and str(user.name).startswith("Anonymous ")
    return "" if made_up else str(user.username)


class StudioHandler(APIHandler):
    """What all handlers of the studio share."""

    studio: Studio

    def initialize(self, studio: Studio) -> None:
        """Take the studio of this server."""
        self.studio = studio

    async def answer(self, route: Route, *names: str) -> None:
        """Read what is told, call the route's function in a thread, and send what it gives."""
        told = self._told(route)
        body = ([self.request.body],) if route.chunk else ()

        person = known_person(self.current_user)

        def call() -> Any:
            with acting_as(person):
                found = route.call(self.studio, told, *names, *body)
            return found if isinstance(found, Raw) else TypeAdapter(route.answer).dump_json(found)

        found = await asyncio.wrap_future(self.studio.submit(call, slow=route.slow))
        if isinstance(found, Raw):
            await self._send(found)
        else:
            self.finish(found)

    def _told(self, route: Route) -> BaseModel:
        if route.method in ("POST", "PUT") and not route.chunk:
            return parse(route.told, self._json())
        if route.chunk and len(self.request.body) > LARGEST_CHUNK:
            raise Invalid(f"A chunk may have {LARGEST_CHUNK:,} bytes, not {len(self.request.body):,}.")
        known = {option.name: option.kind for option in options(route.told)}
        values: dict[str, Any] = {}
        for name in self.request.query_arguments:
            if name in ("token", "no_track_activity") or name.isdecimal():
                continue  # the server's own; JupyterLab adds the time so that nothing is cached
            given = self.get_query_arguments(name, strip=False)
            values[name] = given if known.get(name) == "list" else given[-1]
        return parse(route.told, values)

    def _json(self) -> dict[str, Any]:
        if len(self.request.body) > LARGEST_BODY:
            raise Invalid(f"The body may have {LARGEST_BODY:,} bytes; larger things are sent as uploads.")
        try:
            found = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            raise Invalid("The body is not valid JSON.") from None
        if not isinstance(found, dict):
            raise Invalid("The body must be a JSON object: names and values.")
        return found

    async def _send(self, raw: Raw) -> None:
        """Send bytes, or stream a file piece by piece; a part of them, or nothing to who has them already."""
        self.set_header("X-Content-Type-Options", "nosniff")
        if raw.filename:
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(raw.filename)}")
        wanted = range(raw.size)
        if raw.etag:
            # what people bring is never run: no script, no frame, nothing fetched from elsewhere
            self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
            if not raw.filename:
                self.set_header("Content-Disposition", "inline")
            how = "private, max-age=31536000, immutable" if raw.lasting else "private, no-cache"
            self.set_header("Cache-Control", how)
            self.set_header("Etag", f'"{raw.etag}"')
            if self.check_etag_header():
                self.set_status(304)
                self.finish()
                return
            wanted = self._range(raw)
        if isinstance(raw.content, bytes):
            self.finish(raw.content[wanted.start : wanted.stop], set_content_type=raw.mimetype)
            return
        self.set_header("Content-Type", raw.mimetype)
        self.set_header("Content-Length", str(len(wanted)))
        left = len(wanted)
        with raw.content.open("rb") as file:
            file.seek(raw.offset + wanted.start)
            while left and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
                left -= len(piece)
                self.write(piece)
                try:
                    await self.flush()
                except StreamClosedError:  # whoever asked has left
                    return
        self.finish(set_content_type=raw.mimetype)

    def _range(self, raw: Raw) -> range:
        """Return the bytes that are asked for: one range, or all; what is no range is passed over."""
        self.set_header("Accept-Ranges", "bytes")
        same = self.request.headers.get("If-Range", f'"{raw.etag}"') == f'"{raw.etag}"'
        asked = part(self.request.headers.get("Range", ""), raw.size) if same else None
        if asked is None:
            return range(raw.size)
        if not asked:
            self.set_header("Content-Range", f"bytes */{raw.size}")
            raise web.HTTPError(416, "The file is not so long.")
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {asked.start}-{asked.stop - 1}/{raw.size}")
        return asked

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong in a sentence; nothing of a traceback leaves the server."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        kind, message = "Unexpected", responses.get(status_code, "It did not work.")
        if isinstance(error, LabstudioError):
            kind, message = type(error).__name__, str(error)
            self.set_status(next(code for known, code in STATUSES.items() if isinstance(error, known)))
        elif isinstance(error, web.HTTPError):
            kind = {403: "Forbidden", 404: "NotFound", 400: "Invalid"}.get(status_code, kind)
            message = error.log_message or message
        else:
            message = "Something went wrong that Labstudio did not foresee; the server's log has the details."
        self.finish(json.dumps({"error": kind, "message": message}))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what nobody foresaw; a sentence to a person is no failure of the server."""
        if not isinstance(value, LabstudioError):
            super().log_exception(typ, value, tb)


class Document(StudioHandler):
    """The OpenAPI document."""

    @web.authenticated
    @authorized("read", resource="labstudio-workspace")
    async def get(self) -> None:
        """Send it."""
        self.finish(json.dumps(document()))


class Unknown(StudioHandler):
    """What is no route."""

    @web.authenticated
    def _unknown(self, *_: str) -> NoReturn:
        raise NotFound(f"There is no {self.request.path} here; openapi.json lists what there is.")

    get = post = put = delete = patch = _unknown


def made() -> dict[str, type[StudioHandler]]:
    """Make one handler a path; its methods are those that the table has for it."""
    by_path: dict[str, list[Route]] = defaultdict(list)
    for route in ROUTES:
        by_path[route.path].append(route)
    return {path: _handler(path, routes) for path, routes in by_path.items()}


def _handler(path: str, routes: list[Route]) -> type[StudioHandler]:
    methods = {route.method.lower(): _method(route) for route in routes}
    return type(re.sub(r"\W+", " ", path).title().replace(" ", ""), (StudioHandler,), methods)


def _method(route: Route) -> Any:
    @web.authenticated
    @authorized(route.may, resource=route.resource)
    async def method(self: StudioHandler, *names: str) -> None:
        await self.answer(route, *names)

    return method


def urls(base_url: str, studio: Studio) -> list[tuple[str, type, dict[str, Any]]]:
    """Say which handler serves which path."""
    found: list[tuple[str, type, dict[str, Any]]] = [
        (url_path_join(base_url, PREFIX, re.sub(r"{\w+}", "([^/]+)", path)), handler, {"studio": studio})
        for path, handler in made().items()
    ]
    found.append((url_path_join(base_url, PREFIX, "openapi.json"), Document, {"studio": studio}))
    return found
