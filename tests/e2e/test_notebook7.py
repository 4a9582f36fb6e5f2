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
    cells = [
        {"id": str(n), "cell_type": "code", "source": source, "metadata": {}, "outputs": [],
         "execution_count": None}
        for n, source in enumerate(("%load_ext labstudio", "%label open people", "kept = 1"))
    ]  # fmt: skip
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(content))
    found = start(folder, tmp_path_factory.mktemp("config"), app="notebook")
    found.post("data", name="people", path="people.csv")
    found.post("labeling", data="people", key="id", labels=["home", "away"])
    yield found
    end(found)


def test_panel_and_workbench_stand_in_a_notebook_and_documents_open_in_lab(
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
    opened.value.close()

    # the workbench in an output: commands hear of keys before anybody else here, and yet get none of its own
    person.does("notebook:run-all-cells")
    output = person.page.locator(".ls-Output")
    item = output.locator(".ls-Labeler-item")
    expect(item).to_be_visible(timeout=60_000)
    item.click()
    for key in ("1", "2", "x", "d", "d", "a", "b", "m", "4", "Enter", "Shift+Enter", "Control+Enter", "1"):
        person.page.keyboard.press(key)
    expect(output.locator(".ls-Labeler-progress")).to_contain_text("3 of 600 labeled")
    person.page.keyboard.press("Control+z")
    expect(output.locator(".ls-Labeler-progress")).to_contain_text("2 of 600 labeled")
    person.keeps("notebook7-labeling")
    sources = person.page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells
            .map(cell => `${cell.cell_type} ${cell.getSource()} ${cell.execution_count}`)"""
    )
    assert sources == ["code %load_ext labstudio 1", "code %label open people 2", "code kept = 1 3"]
    context.close()
