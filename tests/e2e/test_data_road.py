"""The road of data: a messy file is read, looked at, mended in steps, guarded, and repeated in a cell."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from browsing import Person
from playwright.sync_api import Locator, expect

DOCUMENT = ".lm-DockPanel-widget:not(.lm-mod-hidden)"
IDLE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.ready;
    return panel.sessionContext.session?.kernel?.status === 'idle';
}"""


def messy() -> bytes:
    """A report as spreadsheets write them: lines on top, semicolons, decimal commas, Latin-1, line breaks."""
    cities = (" Köln ", "München", "Köln", " Münster")
    notes = ("eins\nzwei", "gut; sehr gut", "")
    rows = [
        f'{1000 + i};"{cities[i % 4]}";{"" if i % 10 == 3 else f"{i * 7 % 90},{i % 10}0"};'
        f'2026-0{1 + i % 3}-1{i % 9};"{notes[i % 3]}"'
        for i in range(60)
    ]
    above = "Verkaufsbericht Frühjahr\nStand: 1. März 2026\n\n"
    return "\n".join([f"{above}Kunde;Ort;Betrag;Datum;Notiz", *rows, *rows[:5], ""]).encode("latin-1")


def add(person: Person, document: Locator, sought: str) -> None:
    """Add a step by its menu, with the keyboard."""
    document.get_by_role("button", name="Add a step").click()
    person.page.keyboard.type(sought)
    person.page.keyboard.press("Enter")
    expect(document.locator(".ls-step-form")).to_be_visible()


def steps(document: Locator) -> Locator:
    """Find the rows of all steps."""
    return document.locator(".ls-step[data-step]")


def test_a_messy_file_is_mended_by_clicking_and_the_cell_makes_the_same_version(person: Person) -> None:
    page, server = person.page, person.server
    person.opens()
    person.does("labstudio:import-data")
    document = page.locator(DOCUMENT)
    document.locator("input[type=file]").set_input_files(
        {"name": "bericht.csv", "mimeType": "text/csv", "buffer": messy()}
    )
    expect(document.get_by_text("The first 3 lines are no part of the table.")).to_be_visible()
    document.get_by_role("button", name="Skip them").click()
    table = document.locator(".ls-import-table")
    for name in ("Kunde", "Ort", "Betrag", "Datum", "Notiz"):
        expect(table.locator("th", has_text=name)).to_be_visible()
    document.get_by_role("button", name="Import", exact=True).click()
    expect(document.get_by_role("heading", name="bericht")).to_be_visible()
    imported = server.get("data/bericht")
    assert (imported["rows"], imported["columns"]) == (65, 5)
    kinds = {field["name"]: field["physical"] for field in imported["fields"]}
    assert (kinds["Betrag"], kinds["Datum"], kinds["Ort"]) == ("number", "datetime", "string")

    document.get_by_role("tab", name="Profile").click()
    expect(document.get_by_text("7 missing")).to_be_visible()

    document.get_by_role("tab", name="Prepare").click()
    add(person, document, "filter")
    expect(document.get_by_role("combobox", name="Where")).to_be_focused()
    page.keyboard.type("Betrag is not missing")
    page.keyboard.press("Escape")
    expect(document.get_by_text("65 → 58 rows")).to_be_visible()
    add(person, document, "new column")
    document.get_by_label("Name", exact=True).fill("Ort")
    document.get_by_role("combobox", name="Value").fill("trim(Ort")
    expect(document.locator(".ls-marked mark")).to_be_visible()  # the place of the mistake
    document.get_by_role("combobox", name="Value").fill("trim(Ort)")
    expect(document.locator(".ls-marked mark")).to_be_hidden()
    expect(document.get_by_text("changed Ort")).to_be_visible()  # its kind is the same, its values are not
    add(person, document, "replace")
    document.locator(".ls-step-form").get_by_role("combobox", name="Column").select_option("Ort")
    document.get_by_label("Values 1: from").fill("Köln")
    document.get_by_label("Values 1: to").fill("Cologne")
    add(person, document, "duplicates")
    expect(document.get_by_text("58 → 54 rows")).to_be_visible()
    add(person, document, "parts of a date")
    document.locator(".ls-step-form").get_by_role("combobox", name="Column").select_option("Datum")
    document.get_by_role("checkbox", name="month", exact=True).check()
    expect(document.get_by_text("added Datum_month")).to_be_visible()
    add(person, document, "drop")
    document.get_by_role("checkbox", name="Notiz").check()
    expect(document.get_by_text("removed Notiz")).to_be_visible()
    expect(document.get_by_text("saved", exact=True)).to_be_visible()
    assert len(server.get("recipes/bericht_clean")["steps"]) == 6

    document.get_by_role("button", name="Run on all rows").click()
    expect(document.get_by_role("heading", name="bericht_clean")).to_be_visible(timeout=60_000)
    made = server.get("data/bericht_clean")
    assert (made["version"], made["rows"], made["columns"]) == (1, 54, 5)
    cities = server.get("data/bericht_clean/rows")["values"][1]
    assert set(cities) == {"Cologne", "München", "Münster"}
    document.get_by_role("tab", name="Versions & lineage").click()
    expect(document.locator(".ls-lineage-box", has_text="bericht@1")).to_be_visible()
    document.get_by_role("tab", name="Prepare").click()
    expect(document.get_by_text("bericht_clean@1 was prepared from bericht@1 by 6 steps.")).to_be_visible()
    document.get_by_role("button", name="Open the recipe").click()
    expect(document.get_by_role("heading", name="bericht", exact=True)).to_be_visible()
    expect(steps(document)).to_have_count(6)

    document.get_by_role("button", name="Insert as cell").click()
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text="%%prepare bericht@1 -> bericht_clean")
    expect(cell).to_be_visible(timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    person.does("notebook:run-all-cells")
    expect(cell.locator(".jp-OutputArea-output", has_text="bericht_clean@1")).to_be_visible(timeout=60_000)
    assert server.get("data/bericht_clean")["version"] == 1


def test_a_recipe_is_joined_dragged_opened_as_a_notebook_and_replayed(person: Person) -> None:
    page, server = person.page, person.server
    place = server.folder / "sold.csv"
    place.write_text("item,shop,price\n" + "".join(f"{i},{'ab'[i % 2]},{i % 5 or ''}\n" for i in range(20)))
    (server.folder / "shops.csv").write_text("shop,city\na,Bern\nb,Oslo\n")
    (server.folder / "older.csv").write_text("item,shop,price\n100,a,9\n")
    for name in ("sold", "shops", "older"):
        server.post("data", name=name, path=f"{name}.csv")
    person.opens()
    person.does("labstudio:open", subject="data:sold@1")
    document = page.locator(DOCUMENT)
    document.get_by_role("tab", name="Prepare").click()
    add(person, document, "join")
    form = document.locator(".ls-step-form")
    form.get_by_role("combobox", name="Other").fill("shops")
    form.get_by_role("checkbox", name="shop").check()
    expect(document.get_by_text("added city")).to_be_visible()
    page.keyboard.press("Escape")
    add(person, document, "add rows of")
    form.get_by_role("combobox", name="Other").fill("older")
    expect(document.get_by_text("20 → 21 rows")).to_be_visible()
    page.keyboard.press("Escape")

    # what can be done with a column at once
    grid = document.locator(".lm-DataGrid")
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 225, box["y"] + 12)
    expect(page.locator(".lm-Menu")).to_be_visible()
    person.keeps("prepare-quick-menu")
    page.locator(".lm-Menu-item", has_text="Drop rows where it is missing").click()
    expect(steps(document)).to_have_count(3)
    expect(document.get_by_text("21 → 17 rows")).to_be_visible()

    # the union comes before the join: the row that was added has a city too
    handle = steps(document).nth(1).locator(".ls-step-handle")
    handle.drag_to(steps(document).nth(0), target_position={"x": 40, "y": 3})
    expect(steps(document).nth(0)).to_contain_text("Add rows of another table")
    expect(steps(document).nth(1)).to_contain_text("Join")
    expect(document.get_by_text("saved", exact=True)).to_be_visible()
    assert [step["op"] for step in server.get("recipes/sold_clean")["steps"]] == ["union", "join", "filter"]

    document.get_by_role("button", name="Show as code").click()
    document.get_by_role("button", name="Open as notebook").click()
    expect(page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")).to_contain_text("merge", timeout=60_000)
    expect(page.get_by_role("tab", name="sold_clean.ipynb")).to_be_visible()
    person.does("labstudio:open", subject="data:sold@1")
    document.get_by_role("button", name="Run on all rows").click()
    expect(document.get_by_role("heading", name="sold_clean")).to_be_visible(timeout=60_000)
    assert server.get("data/sold_clean")["rows"] == 17

    # the same steps on newer data
    place.write_text(place.read_text() + "20,a,3\n")
    server.post("data/sold/refresh")
    document.get_by_role("tab", name="Prepare").click()
    document.get_by_role("button", name="Replay it on the newest sold").click()
    expect(document.get_by_text("sold@2", exact=True)).to_be_visible()
    expect(steps(document)).to_have_count(3)
    document.get_by_role("button", name="Run on all rows").click()
    expect(page.get_by_role("tab", name="sold_clean@2")).to_be_visible(timeout=60_000)
    assert server.get("data/sold_clean")["rows"] == 18


def test_a_run_says_how_far_it_is_and_is_cancelled(person: Person) -> None:
    server = person.server
    rows = 1_500_000
    wide = {"a": np.arange(rows), "b": np.arange(rows) % 1_000 / 7}
    pd.DataFrame(wide).to_parquet(server.folder / "wide.parquet")
    server.post("data", name="wide", path="wide.parquet")
    text = {"op": "derive", "name": "t", "value": "concat('n', to_text(a * 7919), to_text(b))"}
    slow = [
        {**text, "name": f"t{i}", "value": f"regex_extract(upper(t), '[0-9]+{i}?[^x]*(.)')"}
        for i in range(20)  # enough for some seconds on a quick machine; it is ended long before it is done
    ]
    told = {"input": "wide@1", "steps": [text, *slow]}
    assert server.ask("PUT", "recipes/wide_clean", told)[0] == 200
    person.opens()
    person.does("labstudio:open", subject="data:wide@1")
    document = person.page.locator(DOCUMENT)
    document.get_by_role("tab", name="Prepare").click()
    document.get_by_role("button", name="Run on all rows").click()
    run = document.locator(".ls-prepare-run")
    expect(run.locator("progress[value]")).to_be_visible(timeout=60_000)
    expect(run).to_contain_text(re.compile(r"\d+ ?%"))
    person.keeps("prepare-run")
    run.get_by_role("button", name="Cancel").click()
    expect(run.get_by_text("It was ended at once, as a person asked.")).to_be_visible()
    assert server.ask("GET", "data/wide_clean")[0] == 404


def test_prepare_and_quality_have_no_barriers(person: Person) -> None:
    page, guarded = person.page, "guarded"
    lines = [
        f"{i},{('north', 'south')[i % 2]},{(i * 37 % 400) / 4 - (90 if i % 50 == 7 else 0)}"
        for i in range(300)
    ]
    (person.server.folder / f"{guarded}.csv").write_text("\n".join(["id,region,spend", *lines, ""]))
    person.server.post("data", name=guarded, path=f"{guarded}.csv")
    rules = [
        {"kind": "unique", "columns": ["id"], "severity": "block"},
        {"kind": "range", "columns": ["spend"], "minimum": "0", "note": "Nobody is paid for buying."},
    ]
    assert person.server.ask("PUT", f"quality/{guarded}/rules", {"rules": rules})[0] == 200
    known = [
        {"op": "filter", "where": "spend >= 0", "note": "Money that was given back is another table."},
        {"op": "derive", "name": "band", "value": "if(spend > 50, 'high', 'low')"},
        {"op": "filter", "where": "spned > 1"},
    ]
    name = f"{guarded}_clean"
    assert person.server.ask("PUT", f"recipes/{name}", {"input": f"{guarded}@1", "steps": known})[0] == 200
    person.opens()
    person.does("labstudio:open", subject=f"data:{guarded}@1")
    document = page.locator(DOCUMENT)
    document.get_by_role("tab", name="Prepare").click()
    expect(document.get_by_text("There is no column 'spned'")).to_be_visible()
    expect(document.get_by_text("After step 2")).to_be_visible()  # what works is shown
    steps(document).nth(1).locator(".ls-step-open").click()
    expect(document.locator(".ls-step-form")).to_be_visible()
    expect(document.get_by_text("added band")).to_be_visible()
    person.finds_no_barrier_in_either_theme("prepare", DOCUMENT)
    document.get_by_role("button", name="Add a step").click()
    person.finds_no_barrier_in_either_theme("prepare-menu", DOCUMENT)
    page.keyboard.press("Escape")

    document.get_by_role("tab", name="Quality").click()
    document.get_by_role("button", name="Check now").click()
    expect(document.get_by_text("1 of 2 rules fail")).to_be_visible()
    expect(document.get_by_role("list", name="Suggested rules")).to_be_visible()
    document.get_by_role("button", name="Show the 6 rows that fail").click()
    expect(document.get_by_text("Rows 1 to 6 of 6 that fail")).to_be_visible()
    person.finds_no_barrier_in_either_theme("quality", DOCUMENT)


def test_steps_are_edited_with_the_keyboard_alone(person: Person) -> None:
    page, keys = person.page, person.page.keyboard
    (person.server.folder / "typed.csv").write_text("a,b\n" + "\n".join(f"{i},{i % 3}" for i in range(50)))
    person.server.post("data", name="typed", path="typed.csv")
    person.opens()
    person.does("labstudio:open", subject="data:typed@1")
    document = page.locator(DOCUMENT)
    document.get_by_role("tab", name="Preview").focus()
    for _ in range(3):
        keys.press("ArrowRight")
    expect(document.get_by_role("tab", name="Prepare")).to_be_focused()
    expect(document.get_by_role("button", name="Add a step")).to_be_enabled()
    document.get_by_role("button", name="Add a step").focus()
    keys.press("Enter")
    keys.type("filter")
    keys.press("Enter")
    expect(document.get_by_role("combobox", name="Where")).to_be_focused()
    keys.type("a > 9")
    expect(document.get_by_text("50 → 40 rows")).to_be_visible()
    keys.press("Escape")
    expect(steps(document).nth(0).locator(".ls-step-open")).to_be_focused()
    document.get_by_role("button", name="Add a step").focus()
    keys.press("Enter")
    keys.type("sort")
    keys.press("Enter")
    expect(document.get_by_label("Add to By")).to_be_focused()
    keys.type("b")
    expect(document.get_by_label("Order of b")).to_be_visible()
    document.get_by_label("Order of b").focus()
    keys.press("Escape")
    keys.press("Alt+ArrowUp")
    expect(steps(document).nth(0)).to_contain_text("1. Sort rows")
    expect(steps(document).nth(0).locator(".ls-step-open")).to_be_focused()
    keys.press("Control+z")
    expect(steps(document).nth(0)).to_contain_text("1. Filter rows")
    keys.press("Control+Shift+z")
    expect(steps(document).nth(0)).to_contain_text("1. Sort rows")
    keys.press("Shift+Tab")
    keys.press("Space")  # switches the step off
    expect(steps(document).nth(0).get_by_role("checkbox")).not_to_be_checked()
    keys.press("Tab")
    keys.press("ArrowDown")
    expect(steps(document).nth(1).locator(".ls-step-open")).to_be_focused()
    keys.press("Delete")
    expect(steps(document)).to_have_count(1)
    expect(document.get_by_text("saved", exact=True)).to_be_visible()
    assert person.server.get("recipes/typed_clean")["steps"] == [
        {"op": "sort", "by": ["b"], "enabled": False}
    ]


def test_a_version_that_breaks_a_rule_is_held_and_released_with_a_reason(person: Person) -> None:
    server, page = person.server, person.page
    place = server.folder / "held.csv"
    place.write_text("id,price\n" + "\n".join(f"{i},{i}" for i in range(30)))
    server.post("data", name="held", path="held.csv")
    rules = [{"kind": "range", "columns": ["price"], "minimum": "0", "severity": "block"}]
    assert server.ask("PUT", "quality/held/rules", {"rules": rules})[0] == 200
    place.write_text("id,price\n" + "\n".join(f"{i},{i - 2}" for i in range(30)))
    server.post("data", name="held", path="held.csv")
    person.opens()
    person.does("labstudio:open", subject="data:held@2")
    document = page.locator(DOCUMENT)
    document.get_by_role("tab", name="Quality").click()
    expect(document.get_by_text("held@2 is held back.")).to_be_visible()
    expect(document.get_by_text("go on with held@1")).to_be_visible()
    document.get_by_role("button", name="Fix in Prepare").click()
    expect(document.get_by_role("tab", name="Prepare")).to_have_attribute("aria-selected", "true")
    document.get_by_role("tab", name="Quality").click()
    document.get_by_role("button", name="Release anyway").click()
    page.locator(".jp-Dialog input").fill("these two were given back")
    page.locator(".jp-Dialog button", has_text="Release").click()
    expect(document.get_by_text("held@2 is held back.")).to_be_hidden()
    assert server.get("data/held")["version"] == 2
