"""Nobody gets at the workspace who may not, and nothing outside of its folder is reached."""

from __future__ import annotations

import re
from typing import Any

import pytest
from serving import Server, ref

from labstudio.server.routes import ROUTES, Route

PATHS = [(route.method, re.sub(r"{\w+}", "x-1", route.path)) for route in ROUTES] + [("GET", "openapi.json")]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_route_is_closed_without_a_token(server: Server, method: str, path: str) -> None:
    assert server.ask(method, path, {} if method in ("POST", "PUT") else None, token="")[0] == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_route_is_closed_to_whom_the_authorizer_refuses(server: Server, method: str, path: str) -> None:
    status, found = server.ask(method, path, {} if method in ("POST", "PUT") else None, token=server.guest)
    assert status == 403
    assert "not authorized" in found["message"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_authorizer_is_asked_for_one_resource_a_capability(route: Route) -> None:
    assert route.resource in {
        f"labstudio-{name}"
        for name in ("workspace", "data", "labeling", "automl", "models", "endpoints", "jobs")
    }
    assert route.may in ("read", "write", "execute")
    assert (route.method == "GET") <= (route.may == "read")


@pytest.mark.parametrize("token", ["", "guest"])
def test_the_socket_is_closed_to_them_too(server: Server, token: str) -> None:
    import asyncio

    from tornado.httpclient import HTTPClientError, HTTPRequest
    from tornado.websocket import websocket_connect

    async def connect() -> None:
        url = f"{server.url.replace('http', 'ws')}/labstudio/api/changes"
        headers = {"Authorization": f"token {server.guest}"} if token else {}
        await websocket_connect(HTTPRequest(url, headers=headers))

    with pytest.raises(HTTPClientError, match="403"):
        asyncio.run(connect())


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "/etc/passwd",
        "a/../../secret.csv",
        "..%2fsecret.csv",
        "link.csv",
        ".",
        "",
        "a\0b",
        "~/x",
    ],
)
def test_a_file_outside_of_the_folder_is_not_read(server: Server, path: str) -> None:
    (server.folder.parent / "secret.csv").write_text("password\nhunter2\n")
    link = server.folder / "link.csv"
    if not link.is_symlink():
        link.symlink_to(server.folder.parent / "secret.csv")
    status, found = server.ask("POST", "data", {"name": "stolen", "path": path})
    assert status in (400, 404), found
    assert "hunter2" not in str(found)
    assert "stolen" not in {one["name"] for one in server.get("data")}


@pytest.mark.parametrize("name", ["..", "../../labstudio.db", "x/../y", "%00", "a" * 5000, "\u202e"])
@pytest.mark.parametrize(
    "path", ["data/{}", "uploads/{}", "automl/runs/{}", "models/{}", "jobs/{}", "forms/{}"]
)
def test_a_name_that_leads_elsewhere_leads_nowhere(server: Server, path: str, name: str) -> None:
    status, found = server.ask("GET", f"{path}/{ref(name)}")
    assert status in (400, 404, 414), found
    assert "Traceback" not in str(found)


WRONG: list[Any] = [None, 3, "text", [], {"a": {"b": 1}}, True, 1e308]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES if route.method == "POST"}))
def test_wrong_types_are_refused_in_a_sentence(server: Server, path: str, wrong: Any) -> None:
    told = next(route.told for route in ROUTES if route.path == path and route.method == "POST")
    body = dict.fromkeys(told.model_fields, wrong) | {"nothing of the kind": wrong}
    status, found = server.ask("POST", re.sub(r"{\w+}", "x-1", path), body)
    assert 400 <= status < 500, found
    assert found["message"].endswith((".", "?"))


def test_names_and_values_with_html_come_back_as_they_are(server: Server) -> None:
    evil = "<img src=x onerror=alert(1)>"
    (server.folder / "evil.csv").write_text(f'"{evil}",y\n"{evil}",1\n"<b>",2\n')
    server.post("data", name="evil", path="evil.csv")
    page = server.get("data/evil/rows")
    assert page["columns"][0]["name"] == evil
    assert page["values"][0] == [evil, "<b>"]
    assert server.get("data/evil/profile")["columns"][0]["name"] == evil


def test_what_nobody_foresaw_leaves_without_a_traceback(server: Server) -> None:
    from labstudio.server.handlers import StudioHandler

    class Fake(StudioHandler):
        def __init__(self) -> None:
            self.said = ""

        def finish(self, said: Any = None, **_: Any) -> Any:
            self.said = said

    handler = Fake()
    handler.write_error(500, exc_info=(ValueError, ValueError("secret detail"), None))
    assert "secret" not in handler.said
    assert "did not foresee" in handler.said
