"""Somebody who sits before a browser with JupyterLab in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from serving import Server

CHROME = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
PICTURES = os.environ.get("PICTURES")  # a folder; where given, the tests keep pictures of what they see

expect.set_options(timeout=20_000)  # machines are slow at times; what has to be quick is measured

LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
READY = """async () => {
    while (!window.jupyterapp) await new Promise(done => setTimeout(done, 50));
    await window.jupyterapp.restored;
    while (document.querySelector('#jupyterlab-splash')) await new Promise(done => setTimeout(done, 50));
}"""


def people(rows: int = 600) -> str:
    """A table in which spend follows from age and region, with gaps; the same on every call."""
    lines = [
        f"{i},{20 + i * 7 % 50},{('north', 'south', 'east')[i % 3]},{'' if i % 11 == 0 else i * 13 % 100},"
        f"{(20 + i * 7 % 50) * 1.5 + 10 * (i % 3) + i % 5}"
        for i in range(rows)
    ]
    return "\n".join(["id,age,region,visits,spend", *lines, ""])


class Person:
    """Somebody who sits before the browser."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def opens(self, theme: str = LIGHT, path: str = "/lab?reset") -> None:
        """Open JupyterLab afresh."""
        join = "&" if "?" in path else "?"
        self.page.goto(f"{self.server.url}{path}{join}token={self.server.owner}")
        self.page.evaluate(READY)
        self.wears(theme)

    def wears(self, theme: str) -> None:
        """Change the theme."""
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(theme == LIGHT).lower()
        )

    def does(self, command: str, **args: object) -> None:
        """Run a command of the palette."""
        self.page.evaluate(
            "([command, args]) => { void window.jupyterapp.commands.execute(command, args) }", [command, args]
        )

    def keeps(self, name: str) -> None:
        """Keep a picture of what is seen, where pictures are wanted."""
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    def finds_no_barrier_in_either_theme(self, name: str, selector: str) -> None:
        """Let axe-core look at a view in the dark and then in the light; keep pictures of both."""
        for shade, theme in (("dark", DARK), ("light", LIGHT)):
            self.wears(theme)
            self.keeps(f"{name}-{shade}")
            self.finds_no_barrier(selector)

    def finds_no_barrier(self, selector: str) -> None:
        """Let axe-core look at a view: nothing serious may be wrong with it."""
        found = Axe().run(self.page, context=selector).response["violations"]
        serious = [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, "\n".join(serious)
