"""Datastores in the panel: connected, tested, browsed, read into data, and removed."""

from __future__ import annotations

import sqlite3

from browsing import DARK, LIGHT, Person
from playwright.sync_api import expect
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
