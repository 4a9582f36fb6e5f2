"""Preparation in a real kernel: the same steps as short lines, as a cell that shows what each of them did."""

from __future__ import annotations

from typing import Any

import pytest

CELL = """%%prepare orders -> paid
# what was paid
filter amount > 0
derive `to pay` = amount * 1.2
off: sort -amount"""


@pytest.fixture(scope="module")
def orders(kernel: Any) -> Any:
    kernel.good("orders = pd.DataFrame({'amount': [3.0, -1, None, 5], 'city <b>': list('abca')})")
    kernel.good("%data add orders orders")
    return kernel


def test_a_cell_makes_a_version_and_shows_each_step_and_the_first_rows(orders: Any) -> None:
    said = orders.good(CELL)
    assert "paid@1" in said.text
    lines = [line.split() for line in said.text.splitlines()]
    assert ["1", "filter", "amount", ">", "0", "4", "2"] in lines
    assert ["3", "sort", "-amount", "off"] in lines
    assert "+ to pay" in said.text
    assert "city &lt;b&gt;" in said.html
    assert "It was there already" in orders.good(CELL).text
    orders.good(CELL.replace("paid\n", "paid --as made\n", 1))
    assert orders.value("(made.ref, made.rows)") == ("paid@1", 2)


def test_recipes_are_listed_shown_tried_run_again_and_written_as_code(orders: Any) -> None:
    orders.good(CELL)
    assert "paid" in orders.good("%prepare list").text
    orders.good("%prepare show paid --as cell")
    assert "derive `to pay` = amount * 1.2" in orders.value("cell")
    orders.good("orders.loc[4] = [9.0, 'd']\n%data add orders orders")
    assert "paid@2" in orders.good("%prepare run paid").text
    orders.good("%prepare code paid --kind polars --as code")
    assert "import polars as pl" in orders.value("code")
    tried = orders.good("%%prepare preview orders\nkeep amount\nsort -amount")
    assert "5 of the first 5 rows" in tried.text
    assert "preview@1" not in orders.good("%data list").text


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (
            "%%prepare orders -> x\n\nfilter amount >",
            "Line 2: a column, a value or a function is expected here",
        ),
        (
            "%%prepare orders -> x\nkeep amount\nfilter amont > 1",
            "Line 2: There is no column 'amont'; did you mean",
        ),
        ("%%prepare orders -> x\nfiler amount", "Line 1: There is no step 'filer'"),
    ],
)
def test_a_broken_line_fails_the_cell_with_its_number_and_a_caret(
    orders: Any, cell: str, sentence: str
) -> None:
    said = orders.run(cell)
    assert sentence in said.error
    assert said.error.rstrip().endswith("^")


def test_help_lists_each_operation_with_a_line_of_it(orders: Any) -> None:
    reply = orders.client.inspect("%prepare", 8, reply=True, timeout=30)["content"]
    text = reply["data"]["text/plain"]
    assert "window place = rank() by city order -amount" in text
    assert "Split into parts" in text


def test_tab_completes_steps_columns_and_functions(orders: Any) -> None:
    cell = "%%prepare orders -> x\n"
    assert f"{cell}filter " in orders.complete(f"{cell}fil")
    assert f"{cell}keep `city <b>`" in orders.complete(f"{cell}keep ")
    assert {f"{cell}derive x = amount", f"{cell}derive x = abs("} <= set(
        orders.complete(f"{cell}derive x = a")
    )
