"""A real JupyterLab in a real browser, shared by all browser tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest
from browsing import CHROME, Person, people
from playwright.sync_api import Browser, sync_playwright
from serving import Server, end, start

collect_ignore_glob = ["test_*.py"] if os.environ.get("BROWSER") == "0" else []  # a person's own wish


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab over a folder with people.csv in it."""
    folder, config = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("config")
    for name in ("people", "people-new"):  # the same rows may be another asset
        (folder / f"{name}.csv").write_text(people())
    news = config / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    found = start(folder, config, app="jupyterlab")
    yield found
    end(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it; it ends with each module, and its event loop with it."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROME, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


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
