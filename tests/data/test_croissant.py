"""The card of a version, as mlcroissant reads it: valid, and good enough to load the rows by."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copyfile

import numpy as np
import pandas as pd
import pytest

mlcroissant = pytest.importorskip("mlcroissant", reason="the small environment has no reader of cards")

FRAME = pd.DataFrame(
    {
        "age": [31, 47, 28],
        "name of <b>": ["Ada", None, "Grace"],
        "it's `odd`/é": [0.5, np.nan, -1.0],
        "when": pd.to_datetime(["2024-01-31", "2024-02-29", "2023-12-31"]),
        "paid": [True, False, True],
    }
)


def load(card: dict, folder: Path) -> mlcroissant.Dataset:
    path = folder / "card.json"
    path.write_text(json.dumps(card))
    return mlcroissant.Dataset(jsonld=path)


def test_a_card_is_valid_without_the_network_and_without_a_warning_but_for_what_nobody_said(data, tmp_path):
    version = data.add("people", FRAME)
    data.describe("people", description="Who was there.", tags=["hr", "2026"], owner="Ada")
    read = load(data.card(version), tmp_path).metadata
    assert not read.ctx.issues.errors
    missing = {"citeAs", "license", "url"}
    assert all(any(word in said for word in missing) for said in read.ctx.issues.warnings)
    assert (read.name, read.description, str(read.version)) == ("people", "Who was there.", "1.0.0")
    assert read.keywords == ["hr", "2026"]
    assert read.distribution[0].sha256 == version.table_sha256


def test_the_rows_can_be_loaded_by_the_card(data, tmp_path):
    version = data.add("people", FRAME)
    card = data.card("people@1")
    copyfile(data.table(version), tmp_path / card["distribution"][0]["contentUrl"])
    rows = list(load(card, tmp_path).records("rows"))
    names = [field["@id"] for field in card["recordSet"][0]["field"]]
    assert [row[names[0]] for row in rows] == FRAME["age"].tolist()
    assert rows[0][names[1]] == b"Ada"
    assert [row[names[2]] for row in rows][::2] == [0.5, -1.0]
    assert [row[names[4]] for row in rows] == FRAME["paid"].tolist()


def test_the_bytes_that_it_was_made_from_are_named_too(add, data):
    files = data.card(add("a,b\n1,2\n"))["distribution"]
    assert [(one["encodingFormat"], one["sha256"]) for one in files][1] == (
        "text/csv",
        data.get("table").sha256,
    )
    assert files[1]["name"] == "table.csv"


@pytest.mark.parametrize("name", ["größe", "a.b-c_1", "名前"])
def test_any_name_of_an_asset_gives_a_valid_card(data, tmp_path, name):
    read = load(data.card(data.add(name, FRAME[["age"]])), tmp_path).metadata
    assert not read.ctx.issues.errors


def test_columns_whose_names_say_the_same_stay_apart(data, tmp_path):
    frame = pd.DataFrame([[1, 2, 3]], columns=["a b", "a-b", "column-1"])
    card = data.card(data.add("twins", frame))
    assert not load(card, tmp_path).metadata.ctx.issues.errors
    fields = card["recordSet"][0]["field"]
    assert len({field["@id"] for field in fields}) == 3
    assert [field["source"]["extract"]["column"] for field in fields] == ["a b", "a-b", "column-1"]
