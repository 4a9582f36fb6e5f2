"""The studio in Notebook 7, which has JupyterLab's parts but no main area of documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Person, people
from playwright.sync_api import Browser, expect
from serving import Server, end, start


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Notebook 7 over a folder with one asset."""
    folder: Path = tmp_path_factory.mktemp("notebook")
    (folder / "people.csv").write_text(people())
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    content = {"cells": [], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(content))
    found = start(folder, tmp_path_factory.mktemp("config"), app="notebook")
    found.post("data", name="people", path="people.csv")
    yield found
    end(found)


def test_the_panel_stands_beside_a_notebook_and_opens_documents_in_lab(
    browser: Browser, notebook: Server
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    person = Person(context.new_page(), notebook)
    person.page.goto(f"{notebook.url}/notebooks/a.ipynb?token={notebook.owner}")
    person.page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('labstudio:open-panel')")
    person.page.evaluate("async () => { await window.jupyterapp.restored }")
    person.does("labstudio:open-panel")
    row = person.page.locator('#labstudio-panel .ls-Row-open[data-subject="data:people@1"]')
    expect(row).to_be_visible()
    person.keeps("notebook7-light")
    with context.expect_page() as opened:
        row.dblclick()
    expect(opened.value.get_by_role("heading", name="people")).to_be_visible(timeout=60_000)
    context.close()
