"""What a newcomer does in the first five minutes, by clicking, and what then stands in the notebook."""

from __future__ import annotations

import re

from browsing import Person
from playwright.sync_api import expect

DOCUMENT = ".lm-DockPanel-widget:not(.lm-mod-hidden)"


def is_open_to_everybody(person: Person, name: str) -> None:
    """What is seen has no barrier, in either theme."""
    person.finds_no_barrier_in_either_theme(name, DOCUMENT)


def test_from_a_file_to_a_model_that_predicts(person: Person) -> None:
    page, server = person.page, person.server
    name = "people-new"
    person.opens()
    person.does("labstudio:open-panel")
    panel = page.locator("#labstudio-panel")
    expect(panel).to_be_visible()

    # the file browser's context menu adds the file, and its document opens
    page.locator(".jp-SideBar [data-id=filebrowser]").click()
    page.locator(".jp-DirListing-item", has_text=f"{name}.csv").click(button="right")
    page.get_by_role("menuitem", name="Add to Studio").click()
    document = page.locator(DOCUMENT)
    expect(document.get_by_role("heading", name=name)).to_be_visible()
    expect(document.locator(".lm-DataGrid canvas").first).to_be_visible()
    is_open_to_everybody(person, "data-preview")

    document.get_by_role("tab", name="Profile").click()
    expect(document.get_by_text("55 missing")).to_be_visible()
    is_open_to_everybody(person, "data-profile")

    # the form knows the data; the target is guessed, the budget is chosen
    document.get_by_role("button", name="New AutoML run").click()
    expect(document.get_by_text("Target mean")).to_be_visible()
    document.get_by_role("radio", name="10 s").click()
    expect(document.get_by_text("Guardrails")).to_be_visible()
    is_open_to_everybody(person, "new-run")
    document.get_by_role("button", name="Start").click()

    # live: what is tried, the time left, Stop
    expect(document.get_by_role("button", name="Stop and keep")).to_be_visible()
    expect(document.get_by_text("Leaderboard", exact=True).first).to_be_visible()
    is_open_to_everybody(person, "run-live")

    # after: the certificate, the charts, Register
    register = document.get_by_role("button", name="Register")
    expect(register).to_be_visible(timeout=60_000)
    expect(document.get_by_text("ONNX certificate")).to_be_visible()
    expect(document.locator(".js-plotly-plot").first).to_be_visible()
    run = next(one for one in server.get("automl/runs") if one["data"] == f"{name}@1")
    assert (run["state"], run["passed"]) == ("complete", True)

    # the cell says the same; it searches while the rest is looked at
    document.get_by_role("button", name="Insert as cell").click()
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text=f"%automl --data {name}@1 --target spend").first
    expect(cell).to_be_visible(timeout=60_000)
    page.wait_for_function(
        "async () => { const panel = window.jupyterapp.shell.currentWidget;"
        " await panel.sessionContext.ready; return panel.sessionContext.session?.kernel?.status === 'idle' }",
        timeout=60_000,
    )
    person.does("notebook:run-all-cells")
    person.does("labstudio:open", subject=run["subject"])

    expect(document.locator(".js-plotly-plot").first).to_be_visible()
    is_open_to_everybody(person, "run-result")
    register.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("spend")
    dialog.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Open model").click(timeout=60_000)

    # try it: the answer follows the inputs
    expect(document.get_by_text("Try it", exact=True)).to_be_visible()
    answer = document.locator(".ls-answer")
    expect(answer).to_have_text(re.compile(r"\d"))
    before = answer.inner_text()
    document.get_by_role("spinbutton", name="age").fill("69")
    expect(answer).not_to_have_text(before)
    is_open_to_everybody(person, "model")

    # an endpoint of it, to which the lineage leads
    document.get_by_role("textbox", name="Name of a new endpoint").fill("till")
    page.keyboard.press("Enter")
    expect(document.get_by_text("this version answers")).to_be_visible()
    expect(document.get_by_text("spend@1 answers")).to_be_attached()
    kinds = [node["kind"] for node in server.get("lineage", subject=f"data:{name}@1")["nodes"]]
    assert kinds[-2:] == ["model", "endpoint"]

    # the cell has come to the same
    page.get_by_role("tab", name=re.compile("\\.ipynb")).click()
    expect(cell.locator(".jp-OutputArea-output", has_text="Certified:")).to_be_visible(timeout=90_000)
    person.keeps("cell-light")
    second, first = [one["id"] for one in server.get("automl/runs") if one["data"] == f"{name}@1"]
    clicked, typed = server.get(f"automl/runs/{first}"), server.get(f"automl/runs/{second}")
    assert (clicked["state"], typed["state"]) == ("complete", "complete")
    assert clicked["settings"] == typed["settings"]
