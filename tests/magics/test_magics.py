"""The magics in a real kernel: names nobody should have, sentences, help, Tab."""

from __future__ import annotations

import json
from typing import Any

import pytest

HOSTILE = [
    "it's",
    'she said "no"',
    "{pop}",
    "{{x}} {",
    "$HOME ${PATH}",
    "two\nlines",
    "100 %",
    "# rem",
    "%automl",
    "a: b",
    "a,b=c",
    "--budget",
    "[1]",
    "\\n",
    "naïve ✓",
    "<b>&amp;",
    "x" * 300,
]


@pytest.fixture(scope="module")
def people(kernel: Any) -> Any:
    kernel.good(
        "people = pd.DataFrame({'age': [31, 47, 25], 'life exp': [1.5, 2.5, None], 'town': list('abc')})"
    )
    kernel.good("people.to_csv('people.csv', index=False)\n%data add people people.csv")
    return kernel


def test_a_file_becomes_a_version_that_is_listed_shown_and_profiled(people: Any) -> None:
    said = people.good("%data add people people.csv")
    assert "people@1" in said.text
    assert "It was there already" in said.text
    assert "people@1" in people.good("%data list").text
    assert "life exp" in people.good("%data show people@1").text
    profile = people.good("%data profile people")
    assert "33.3%" in profile.text
    assert '<table class="ls-t">' in profile.html


def test_a_frame_variable_is_taken_by_name_or_in_braces(people: Any) -> None:
    people.good("%data add folk people\n%data add folk2 {people}")
    assert "folk2@1" in people.good("%data list").text
    people.good("%data show people --as version")
    assert people.value("version.frame()['age'].tolist()") == [31, 47, 25]


def test_an_asset_is_described_put_away_and_traced(people: Any) -> None:
    people.good("people.to_csv('shop.csv', index=False)\n%data add shop shop.csv")
    said = people.good(
        '%data describe shop --description "From the shop." --tags eu,2026 --owner Ada --as about'
    )
    assert "From the shop." in said.text
    assert people.value("about.tags") == ("eu", "2026")
    people.good("%data append shop people --as more")
    assert people.value("(more.ref, more.rows)") == ("shop@2", 6)
    assert "shop@1" in people.good("%data lineage shop").text
    said = people.good("%lineage shop@2 --as graph")
    assert "appended shop@1" in said.text
    assert people.value("[node.kind for node in graph.nodes]") == ["source", "data", "data"]
    assert "2 OpenLineage events" in people.good("%lineage export shop@2 shop.jsonl").text
    assert people.value("len(open('shop.jsonl').readlines())") == 2
    assert "sc:Dataset" in people.good("%data card shop@1").text
    assert "card.json" in people.good("%data card shop@1 --out card.json").text
    assert people.value("'@context' in open('card.json').read()")
    assert "it is used by data:shop@2" in people.run("%data delete shop@1").error
    assert "shop@2 is deleted" in people.good("%data delete shop@2").text
    assert "It was there already" in people.good("%data refresh shop").text
    assert "%data restore shop" in people.good("%data archive shop").text
    assert "shop@1" not in people.good("%data list").text
    assert "is back" in people.good("%data restore shop").text
    assert people.good("%data verify").text


def test_a_datastore_is_connected_browsed_read_and_removed_in_cells(people: Any) -> None:
    people.good(
        "import os, pathlib, sqlite3\n"
        "lake = pathlib.Path('lake').absolute(); (lake / 'notes').mkdir(parents=True)\n"
        "for name in ('a.txt', 'b.txt'): (lake / 'notes' / name).write_text(name)\n"
        "people.to_csv(lake / 'people.csv', index=False)\n"
        "with sqlite3.connect('shop.db') as database: people.to_sql('folk', database, index=False)"
    )
    said = people.good("%datastore add lake {lake}\n%datastore add shop sqlite:///shop.db")
    assert "shop" in said.text
    assert "lake answers: 2 entries at the top" in people.good("%datastore test lake").text
    listed = people.good("%datastore browse lake notes --limit 1")
    assert "1 to 1 of 2" in listed.text
    assert "1 more follow: --offset 1 lists them" in listed.text
    assert "b.txt" in people.good("%datastore browse lake notes --filter b").text
    said = people.good("%data look lake:notes")
    assert "It would be kept as a folder" in said.text
    people.good(
        "%data add notes lake:notes --as notes\n%data add folk3 --store lake --source people.csv --as folk3"
    )
    assert people.value("(notes.kind, notes.rows, folk3.rows)") == ("folder", 2, 3)
    people.good("%%data add older\nstore: shop\nquery: SELECT age FROM folk WHERE age > 30\nas: older")
    assert people.value("(older.rows, older.source)") == (2, "shop: SELECT age FROM folk WHERE age > 30")
    people.good("%data append folk3 lake:people.csv --as more")
    assert people.value("more.rows") == 6
    said = people.run("%datastore remove lake")
    assert said.status == "error"
    assert "lake is not removed: folk3@1, notes@1 were read from it" in "\n".join(said.traceback)
    assert "is removed" in people.good("%datastore remove lake --force").text
    assert "lake" not in people.good("%datastore list").text


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%data diff twice@1 twice@2", "3 rows added"),
        ("%data diff twice@1 twice@2 --key age", "town"),
        ("%data describe twice --tags eu", "eu"),
        ("%data verify twice", "every stored byte is as it was"),
        ("%data card twice", '"name": "twice"'),
        ("%lineage twice@2", "DataFrame"),
        ("%quality suggest twice --save", "Suggested for twice"),
        ("%quality rules twice", "Rules of twice"),
        ("%quality check twice", "twice@2"),
        ("%quality export twice", "import pandera.pandas as pa\n"),
    ],
)
def test_what_a_verb_gives_is_shown_as_people_read_it_and_not_as_code_has_it(
    people: Any, cell: str, says: str
) -> None:
    people.good("%data add twice people\nlater = people.assign(age=people['age'] + 1)\n%data add twice later")
    said = people.good(cell)
    assert says in said.text
    assert [sorted(bundle) for bundle in said.shown] == [["text/html", "text/plain"]]


def test_the_cell_form_tells_the_same(people: Any) -> None:
    said = people.good(
        '%%data add\n# where it is\nname: cells\nsource: people.csv\ntypes: {"age": "category"}'
    )
    assert "cells@1" in said.text
    assert "category" in people.good("%data profile cells").text


def test_events_say_that_it_came_through_a_cell(people: Any) -> None:
    people.good("%workspace --as ws")
    assert people.value("{event.door for event in ws.events(100)}") == {"cell"}


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("%data ad x y", "There is no %data ad; did you mean add?"),
        ("%data", "%data is followed by add or look or list or show or "),
        ("%data show peple", "There is no data called 'peple'; did you mean people?"),
        (
            "%automl --data people --target age --budgte 3",
            "There is no option --budgte; did you mean --budget?",
        ),
        ("%automl --data people --target age --budget -3", "budget must be at least 1, not -3."),
        ("%automl --data people --target age --budget {nothing}", "There is no variable named nothing."),
        ("%automl --data people --target age --as class", "as: 'class' cannot be the name of a variable."),
        ("%automl --target it's", "A quote in this line is not closed"),
        ("%%automl\ndata: people\ntarget age", "Line 2 is not of the form 'option: value': 'target age'."),
        ("%leaderboard people", "The variable people holds no run; it is a DataFrame."),
        ("%leaderboard run-99", "There is no run-99 in this workspace."),
        ("%data add broken nowhere.csv", "nowhere.csv"),
        ("%predict --model none --data people", "There is no model 'none'"),
    ],
)
def test_what_is_wrong_fails_the_cell_with_one_sentence(people: Any, cell: str, sentence: str) -> None:
    said = people.run(cell)
    assert said.status == "error"
    assert len(said.traceback) == 1
    assert "\n" not in said.traceback[0]
    assert sentence in said.traceback[0]
    assert said.stderr == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_unchanged_and_nothing_of_it_is_run(people: Any, name: str) -> None:
    text = json.dumps(name, ensure_ascii=False)
    people.good(f"pop = x = 'HIJACKED'\nhostile = pd.DataFrame({{{name!r}: [1, 2, 3], 'b': [1, 2, 3]}})")
    people.good(f'%%data add --as version\nname: hostile\nsource: {{hostile}}\ntypes: {{{text}: "category"}}')
    assert people.value("[(c.name, c.semantic) for c in version.schema][0]") == (name, "category")
    shown = people.good("%data show hostile")
    assert "HIJACKED" not in shown.text + shown.html
    assert "<b>&" not in shown.html


def test_question_mark_shows_every_option_of_the_settings(people: Any) -> None:
    reply = people.client.inspect("%automl", 7, reply=True, timeout=30)["content"]
    text = reply["data"]["text/plain"]
    for option in ("--data", "--target", "--group", "--budget", "--as", "%automl list"):
        assert option in text


def test_tab_completes_options_choices_assets_and_columns(people: Any) -> None:
    assert "%automl --data people --budget" in people.complete("%automl --data people --bud")
    assert "%automl --task regression" in people.complete("%automl --task reg")
    assert "%automl --data people" in people.complete("%automl --data peo")
    assert "%automl --data people --target 'life exp'" in people.complete("%automl --data people --target li")
    assert "run = %automl --data people --target town" in people.complete(
        "run = %automl --data people --target to"
    )
    assert "%automl --data people --target age --learners linear,lightgbm" in people.complete(
        "%automl --data people --target age --learners linear,light"
    )
    assert "%data profile" in people.complete("%data pro")
    assert "%data show people" in people.complete("%data show peo")
    assert "%%automl\ndata: people\ntarget: " in people.complete("%%automl\ndata: people\ntarg")
    assert "%%automl\ndata: people\ntarget: life exp" in people.complete("%%automl\ndata: people\ntarget: li")


def test_tab_quotes_columns_so_that_they_arrive(people: Any) -> None:
    people.good("odd = pd.DataFrame({\"it's\": [1], '{pop}': [2], 'two\\nlines': [3]})")
    found = people.complete("%%automl\ndata: odd\ntarget: ")
    assert "%%automl\ndata: odd\ntarget: it's" in found
    assert '%%automl\ndata: odd\ntarget: "{pop}"' in found
    assert '%%automl\ndata: odd\ntarget: "two\\nlines"' in found


def test_tab_never_makes_a_workspace(people: Any, tmp_path: Any) -> None:
    people.good(f"%workspace {tmp_path / 'other'}")
    people.good("import shutil, os; os.rename('.labstudio', 'kept')")
    people.good("get_ipython().run_line_magic('reload_ext', 'labstudio')")
    people.complete("%automl --data ")
    assert not people.value("os.path.exists('.labstudio')")
    people.good("os.rename('kept', '.labstudio')\n%workspace .")
