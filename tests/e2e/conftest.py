"""A real JupyterLab in a real browser, shared by all browser tests."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # `serving`

from serving import Server, end, start

CHROME = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
PICTURES = os.environ.get("PICTURES")  # a folder; where given, the tests keep pictures of what they see

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


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab over a folder with people.csv in it."""
    folder, config = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("config")
    (folder / "people.csv").write_text(people())
    news = config / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    found = start(folder, config, app="jupyterlab")
    yield found
    end(found)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROME, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


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

    def finds_no_barrier(self, selector: str) -> None:
        """Let axe-core look at a view: nothing serious may be wrong with it."""
        found = Axe().run(self.page, context=selector).response["violations"]
        serious = [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, "\n".join(serious)


@pytest.fixture
def person(browser: Browser, lab: Server) -> Iterator[Person]:
    """Somebody with a fresh browser window, whose console has to stay free of errors."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, permissions=["clipboard-read"])
    context.set_default_timeout(20_000)
    found = Person(context.new_page(), lab)
    yield found
    context.close()
    assert not found.errors


@pytest.fixture
def another(browser: Browser, lab: Server) -> Iterator[Callable[[], Person]]:
    """More people, each with a browser of their own."""
    contexts = []

    def come() -> Person:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        return Person(contexts[-1].new_page(), lab)

    yield come
    for context in contexts:
        context.close()
