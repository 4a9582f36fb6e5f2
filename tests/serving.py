"""A real Jupyter server with the studio in it, and how to ask it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

# Two people, told apart by their tokens; the authorizer lets the second one do nothing of the studio.
CONFIG = """
from jupyter_server.auth import Authorizer, IdentityProvider, User
import re, time

class Two(IdentityProvider):
    token = ""
    def get_user(self, handler):
        given = re.match("token (.*)", handler.request.headers.get("Authorization", ""))
        token = given[1] if given else handler.get_argument("token", "")
        return {{ {owner!r}: User("owner"), {guest!r}: User("guest") }}.get(token)
    def is_token_authenticated(self, handler):
        return True

class OwnersOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return user.username == "owner" or not resource.startswith("labstudio")

c.ServerApp.identity_provider_class = Two
c.ServerApp.authorizer_class = OwnersOnly
c.ServerApp.allow_unauthenticated_access = False
c.ServerApp.disable_check_xsrf = True
c.ServerApp.jpserver_extensions = {{"labstudio.server": True}}
c.ServerApp.open_browser = False
c.ServerApp.log_level = "INFO"
"""

# One person, as everybody has it; a browser needs the token once.
LAB = """
c.IdentityProvider.token = {owner!r}
c.ServerApp.allow_unauthenticated_access = False
c.ServerApp.jpserver_extensions = {{"labstudio.server": True}}
c.ServerApp.open_browser = False
c.LabApp.expose_app_in_browser = True
c.JupyterNotebookApp.expose_app_in_browser = True
"""


@dataclass
class Server:
    """A running server, and how to ask it."""

    url: str
    folder: Path
    owner: str
    guest: str
    process: subprocess.Popen[bytes]
    log: Path
    seen: list[int] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **query: Any
    ) -> tuple[int, Any]:
        """Ask a route; return the status and what was answered (JSON opened)."""
        address = f"{self.url}/labstudio/api/{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        token = self.owner if token is None else token
        headers = {
            "Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"
        }
        if token:
            headers["Authorization"] = f"token {token}"
        request = Request(address, data, headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                status, content, kind = response.status, response.read(), response.headers["Content-Type"]
        except HTTPError as error:
            status, content, kind = error.code, error.read(), error.headers["Content-Type"] or ""
        self.seen.append(status)
        return status, json.loads(content) if kind.partition(";")[0].endswith("json") else content

    def get(self, path: str, /, **query: Any) -> Any:
        """Return what a route answers that has to answer."""
        status, found = self.ask("GET", path, **query)
        assert status == 200, found
        return found

    def post(self, path: str, /, **body: Any) -> Any:
        """Post, and return what is answered."""
        status, found = self.ask("POST", path, body)
        assert status == 200, found
        return found

    def until(self, path: str, done: Any, seconds: float = 60) -> Any:
        """Ask a route until `done` says so of its answer."""
        end = time.monotonic() + seconds
        while not done(found := self.get(path)):
            assert time.monotonic() < end, f"{path} stayed {found}"
            time.sleep(0.1)
        return found


def ref(name: str) -> str:
    """Write a name as a part of a path."""
    return quote(name, safe="")


def start(folder: Path, config: Path, *options: str, app: str = "jupyter_server") -> Server:
    """Start a server whose file browser shows `folder`, as somebody would in a shell."""
    config.mkdir(parents=True, exist_ok=True)
    owner, guest = secrets.token_hex(8), secrets.token_hex(8)
    text = CONFIG if app == "jupyter_server" else LAB
    (config / "jupyter_server_config.py").write_text(text.format(owner=owner, guest=guest))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    places += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    own = {name: str(config / name.lower()) for name in places}
    inherited = {name: value for name, value in os.environ.items() if name != "LABSTUDIO_WORKSPACE"}
    log = config / "server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [
                sys.executable, "-m", app, "--ip=127.0.0.1", f"--port={port}", "--allow-root",
                f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0", *options,
            ],
            env={**inherited, "JUPYTER_CONFIG_DIR": str(config), **own},
            cwd=folder, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", folder, owner, guest, process, log)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if server.ask("GET", "status")[0] == 200:
                return server
        except (URLError, ConnectionError):
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def end(server: Server) -> None:
    """End a server as its platform would."""
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
