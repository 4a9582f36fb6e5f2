"""Datastores in the panel: connected, tested, browsed, read into data, and removed; folders and files too."""

from __future__ import annotations

import sqlite3

from browsing import DARK, LIGHT, Person
from playwright.sync_api import Locator, Page, expect
from serving import Server


def test_a_database_is_connected_and_a_table_and_a_query_of_it_are_imported(
    person: Person, lab: Server
) -> None:
    file = lab.folder / "shop.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE orders (id INTEGER, city TEXT, price REAL)")
        rows = [(i, f"City {i % 7}", i / 4) for i in range(1, 301)]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
        database.execute("CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 10")
    database.close()
    page = person.page
    person.opens(LIGHT)
    person.does("labstudio:open", subject="new-datastore:")
    form = page.get_by_role("form", name="Connect a datastore")
    form.get_by_label("Name").fill("shop")
    form.get_by_label("Url").fill("postgresql://ada:hunter2@db/shop")
    form.get_by_role("button", name="Connect").click()
    expect(form).to_contain_text("The address holds a password")
    person.keeps("datastore-new-light")
    form.get_by_label("Url").fill(f"sqlite:///{file}")
    form.get_by_role("button", name="Connect").click()
    tree = page.get_by_role("tree", name="What is in shop")
    expect(tree.get_by_role("treeitem")).to_have_count(2)
    page.get_by_role("button", name="Test the connection").first.click()
    expect(page.get_by_text("shop answers: SQLite")).to_be_visible()
    person.keeps("datastore-light")
    person.opens(DARK)
    person.does("labstudio:open", subject="datastore:shop")
    expect(tree.get_by_role("treeitem")).to_have_count(2)
    person.keeps("datastore-dark")
    page.get_by_label("SQL query").fill(
        "SELECT city, sum(price) AS sales FROM orders GROUP BY city ORDER BY city"
    )
    page.get_by_role("button", name="Look at it").click()
    wizard = page.get_by_role("form", name="Import data")
    expect(wizard).to_contain_text("the first 7 rows, 2 columns")
    expect(wizard).to_contain_text("shop says itself what its columns are")
    person.keeps("datastore-import-dark")
    wizard.get_by_label("Name", exact=True).fill("sales")
    wizard.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("tab", name="sales")).to_be_visible()
    assert lab.get("data/sales")["origin"]["store"] == "shop"

    # a store that is in use goes only when a person says so twice
    person.does("labstudio:open", subject="datastore:shop")
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_role("button", name="Remove shop").click()
    expect(dialog).to_contain_text("sales@1 was read from it")
    person.keeps("datastore-in-use-dark")
    dialog.get_by_role("button", name="Cancel").click()
    assert "shop" in [one["name"] for one in lab.get("datastores")]
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog.get_by_role("button", name="Remove shop").click()
    dialog.get_by_role("button", name="Remove it all the same").click()
    expect(page.get_by_text("The datastore shop is removed.")).to_be_visible()
    assert "shop" not in [one["name"] for one in lab.get("datastores")]


def test_a_long_folder_is_paged_filtered_and_imported_as_it_is(person: Person, lab: Server) -> None:
    lake = lab.folder.parent / "lake-of-files"
    (lake / "notes").mkdir(parents=True)
    for number in range(1_200):
        (lake / "notes" / f"note-{number:04}.txt").write_text(f"note {number}")
    lab.post("datastores", name="files", url=str(lake))
    page = person.page
    person.opens(LIGHT)
    person.does("labstudio:open", subject="datastore:files")
    tree = page.get_by_role("tree", name="What is in files")
    notes = tree.get_by_role("treeitem", name="notes", exact=True)
    notes.click()
    more = tree.get_by_role("treeitem", name="1,000 of 1,200 are shown. Show more")
    more.scroll_into_view_if_needed()
    person.keeps("datastore-long-light")
    more.click()
    expect(tree.get_by_role("treeitem")).to_have_count(1_201)
    page.get_by_role("searchbox", name="Filter by name").fill("0042")
    expect(tree.get_by_role("treeitem")).to_have_count(2)
    person.keeps("datastore-filter-light")
    person.finds_no_barrier(".ls-Store")
    notes.hover()
    notes.get_by_role("button", name="Import").click()
    wizard = page.get_by_role("form", name="Import data")
    expect(wizard).to_contain_text("1,200 files")
    expect(wizard.get_by_role("cell", name="note-0000.txt")).to_be_visible()
    expect(wizard.get_by_label("Kept as")).to_have_value("folder")
    person.keeps("import-folder-light")
    person.finds_no_barrier(".ls-import")
    wizard.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("tab", name="notes")).to_be_visible()
    found = lab.get("data/notes")
    assert (found["kind"], found["rows"], found["source"]) == ("folder", 1_200, "files:notes")

    # what has changed there is a new version, what is dropped is added to it
    (lake / "notes" / "note-0000.txt").write_text("another note")
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("tab", name="notes@2")).to_be_visible()
    page.locator(".lm-DockPanel-widget:not(.lm-mod-hidden)").get_by_role("button", name="Append").click()
    form = page.get_by_role("form", name="Append to notes")
    dropped(page, form.locator(".ls-drop"), "train.py", "print('trained')")
    expect(form.locator(".ls-file-text")).to_contain_text("print('trained')")
    person.keeps("append-light")
    form.get_by_role("button", name="Append", exact=True).click()
    expect(page.get_by_role("tab", name="notes@3")).to_be_visible()
    assert lab.get("data/notes")["rows"] == 1_201

    # a script dropped on the studio's home is kept as a file
    person.does("labstudio:open", subject="home:")
    dropped(page, page.locator(".ls-Drop"), "predict.py", "print('predicted')")
    expect(page.locator(".ls-file-text", has_text="predicted")).to_be_visible()
    assert lab.get("data/predict")["kind"] == "file"


def dropped(page: Page, place: Locator, name: str, content: str) -> None:
    """Drop a file of this computer somewhere."""
    data = page.evaluate_handle(
        "([name, content]) => { const data = new DataTransfer();"
        " data.items.add(new File([content], name)); return data; }",
        [name, content],
    )
    place.dispatch_event("drop", {"dataTransfer": data})
