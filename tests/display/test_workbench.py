"""The kernel's end of the workbench: calls are answered as the server answers them, by who opened it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from labstudio import Workspace
from labstudio.display.workbench import WorkbenchView, WorkbenchWidget
from labstudio.store.identity import acting_as
from labstudio.workbench import CALLS


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder: Path = tmp_path_factory.mktemp("workspace")
    found = Workspace(folder)
    found.data.add(
        "reviews", pd.DataFrame({"text": [f"text {i}" for i in range(12)], "n": [None, *range(11)]})
    )
    found.labeling.create(data="reviews", text="text", labels=["good", "bad"], columns=["n"])
    Image.new("RGB", (60, 30), "red").save(folder / "red.png")
    found.data.add("pictures", pd.DataFrame({"path": ["red.png", "../secret.png"]}))
    found.labeling.create(data="pictures", image="path", labels=["red", "blue"])
    yield found
    found.store.close()


class Browser:
    """What a browser sends to a widget, and what it hears from it."""

    def __init__(self, workspace: Workspace, project: str, person: str) -> None:
        with acting_as(person):
            self.widget = WorkbenchWidget(workspace.labeling.open(project))
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        self.widget.send = lambda content, buffers=(): self.heard.append((content, list(buffers)))

    def sends(self, content: Any) -> tuple[dict[str, Any], list[bytes]]:
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
        self.widget._handle_msg(message)
        answer, buffers = self.heard.pop()
        json.dumps(answer, allow_nan=False)  # a browser can read it
        return answer, buffers

    def asks(self, call: str, **told: Any) -> Any:
        answer, _ = self.sends({"id": 7, "call": call, "told": told})
        assert answer["id"] == 7
        assert "error" not in answer, answer
        return answer["answer"]


def test_every_call_is_answered_in_the_name_of_who_opened_it(workspace: Workspace) -> None:
    ada = Browser(workspace, "reviews", "ada")
    project = ada.asks("describe")
    assert (project["me"], [label["name"] for label in project["labels"]["labels"]]) == (
        "ada",
        ["good", "bad"],
    )
    first, second, third, *rest = ada.asks("next", limit=6, holding=[])["items"]
    assert (first["text"], first["row"]) == ("text 0", {"n": None})
    answers = [
        {"client_id": f"c{one['number']}", "item": one["number"], "value": {"label": label}}
        for one, label in ((first, "l1"), (second, "l9"))
    ]
    for replayed in (False, True):  # an outbox may send again
        kept, refused = ada.asks("submit", answers=answers)["receipts"]
        assert (kept["error"], kept["replayed"]) == (None, replayed)
        assert "l9" in refused["error"]
    assert ada.asks("note", client_id="n", item=third["number"], text="odd")["person"] == "ada"
    detail = ada.asks("item", item=third["number"])
    assert [note["text"] for note in detail["item"]["notes"]] == ["odd"]
    grid = [one["number"] for one in rest]
    done = ada.asks("accept", client_id="g", items=grid, marked=grid[:1], value={"label": "l2"})
    assert (done["changed"], done["progress"]["mine"]) == (2, 3)
    assert len(ada.asks("undo", client_id="u")["annotations"]) == 2
    assert ada.asks("models") == {"live": None, "auto": []}
    assert ada.asks("release", items=None)["id"]
    said = workspace.labeling.item("reviews", first["number"])[1]
    assert [one.annotator for one in said] == ["ada"]

    grace = Browser(workspace, "reviews", "grace")  # who has leases of her own
    assert first["number"] not in [one["number"] for one in grace.asks("next", limit=12)["items"]]


def test_a_picture_comes_as_bytes_of_the_size_that_was_asked_for(workspace: Workspace) -> None:
    ada = Browser(workspace, "pictures", "ada")
    shown, escaped = ada.asks("next", limit=2)["items"]
    answer, [content] = ada.sends({"id": 1, "call": "picture", "told": {"item": shown["number"], "size": 20}})
    assert answer["answer"]["mimetype"].startswith("image/")
    assert max(Image.open(io.BytesIO(content)).size) <= 20
    refused, nothing = ada.sends({"id": 2, "call": "picture", "told": {"item": escaped["number"]}})
    assert (refused["error"], nothing) == ("Invalid", [])
    assert "secret" in refused["message"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"id": 1, "call": "burn", "told": {}}, "cannot ask 'burn'; there is describe"),
        ({"id": 1, "call": "next", "told": {"limit": 1_000}}, "limit must be at most 200"),
        ({"id": 1, "call": "next", "told": {"limitt": 1}}, "limitt"),
        ({"id": 1, "call": "item", "told": {"item": 10**9}}, "no item"),
        ({"id": 1, "call": ["next"], "told": {}}, "cannot ask"),
        ({"id": 1, "call": "next"}, "a name and what is told"),
        ("next", "a name and what is told"),
    ],
)
def test_what_cannot_be_gets_a_sentence(workspace: Workspace, content: Any, sentence: str) -> None:
    answer, _ = Browser(workspace, "reviews", "ada").sends(content)
    assert answer["error"] in ("Invalid", "NotFound")
    assert sentence in answer["message"]


def test_what_nobody_foresaw_and_a_stop_are_sentences_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for raised, error in ((ZeroDivisionError("secret"), "Unexpected"), (KeyboardInterrupt(), "Unavailable")):

        def fails(*_: Any, raised: BaseException = raised) -> Any:
            raise raised

        monkeypatch.setattr(workspace.labeling, "progress", fails)
        answer, _ = Browser(workspace, "reviews", "ada").sends({"id": 3, "call": "next", "told": {}})
        assert (answer["id"], answer["error"]) == (3, error)
        assert "secret" not in answer["message"]


def test_where_nobody_can_answer_a_sentence_stands_instead(workspace: Workspace) -> None:
    shown = WorkbenchView(workspace.labeling.open("reviews"))._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert "pip install jupyterlab_widgets" in shown["text/html"]
    assert len(CALLS) == 10  # a call more has to be asked above
