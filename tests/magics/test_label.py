"""Labeling in a real kernel: projects made, asked and shown by lines and by a cell of options."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def reviews(kernel: Any) -> Any:
    kernel.good("reviews = pd.DataFrame({'text': ['good', 'bad <b>', 'so so', 'fine'] * 5, 'n': range(20)})")
    kernel.good("%data add reviews reviews")
    kernel.good("%label create reviews --text text --key n --labels good,bad --as reviews_project")
    return kernel


def test_a_project_is_made_answered_and_shown(reviews: Any) -> None:
    assert reviews.value("(reviews_project.name, reviews_project.task)") == ("reviews", "class")
    reviews.good("import labstudio\nlabeling = labstudio.Workspace().labeling")
    asked = reviews.value("[item.content.text for item in labeling.next('reviews', 3)]")
    assert asked == ["good", "bad <b>", "so so"]
    reviews.good(
        "for item in labeling.next('reviews', 3):\n    labeling.label('reviews', item.number, 'good')"
    )
    said = reviews.good("%label status reviews")
    assert "3" in said.text
    assert "17" in said.text
    assert "reviews" in reviews.good("%label list").text
    reviews.good("%label list --as projects")
    assert reviews.value("[project.name for project in projects]").count("reviews") == 1


def test_items_that_are_alike_are_listed_and_labeled_by_lines(reviews: Any) -> None:
    said = reviews.good("%label clusters reviews --as alike")
    assert "such as" in said.text
    number, open_ = reviews.value("(alike[0].number, len(alike[0].open))")
    assert (
        f"{open_} items are labeled"
        in reviews.good(f"%label accept reviews --cluster {number} --label good").text
    )
    assert reviews.value("len(labeling.undo('reviews').annotations)") == open_
    assert reviews.good("%label clusters reviews --duplicates").text
    assert "has no detector" in reviews.good("%label detector reviews").text


def test_a_cell_of_options_makes_a_project_and_changes_labels(reviews: Any) -> None:
    reviews.good(
        '%%label create reviews --as colours\nname: by-cell\ntext: text\nlabels: ["a, b", "<i>c</i>"]\n'
        "order: random"
    )
    assert reviews.value("[label.name for label in colours.schema]") == ["a, b", "<i>c</i>"]
    assert reviews.value("(colours.name, colours.settings.order)") == ("by-cell", "random")
    said = reviews.good('%%label labels by-cell\nadd: d\nretire: ["a, b"]')
    assert "&lt;i&gt;c&lt;/i&gt;" in said.html
    assert "<i>c" not in said.html
    assert "put away" in reviews.good("%label archive by-cell").text


def test_labels_go_out_and_come_in_as_labels_and_as_scored_suggestions(reviews: Any) -> None:
    folder = reviews.folder
    said = reviews.good("%label export reviews --format csv --to out.csv --as exported")
    assert "answers in: 3" in said.text
    assert "written: 3" in said.text
    assert reviews.value("(exported.written, exported.dropped)") == (3, {})
    assert pd.read_csv(folder / "out.csv")["label"].tolist() == ["good"] * 3
    reviews.good("%label create reviews --name taken --text text --key n --labels good,bad")
    assert "3 of 3 answers are labels of taken now." in reviews.good("%label import taken out.csv").text
    (folder / "scored.jsonl").write_text(
        '{"key": "5", "label": "bad", "score": 0.75}\n{"key": "6", "label": "odd"}\n'
        '{"key": "99", "label": "bad"}\n'
    )
    said = reviews.good("%label import taken scored.jsonl --as imported")
    assert "1 of 3 answers are labels of taken now. New labels: odd." in said.text
    run = reviews.value("imported.run")
    assert f"1 came in as suggestions (run {run}); %label revert taken {run} takes them back." in said.text
    assert "no item has its key, file or text" in said.text
    assert "import" in reviews.good("%label runs taken").text
    reviews.good(f"%label revert taken {run}")
    assert "reverted" in reviews.good("%label runs taken").text


def test_tab_offers_the_projects(reviews: Any) -> None:
    assert "%label status reviews" in reviews.complete("%label status rev")
    assert "%label export reviews" in reviews.complete("%label export ")
    assert "%label from-run run-1 --project reviews" in reviews.complete("%label from-run run-1 --project r")
    assert "%%label rest\nproject: reviews" in reviews.complete("%%label rest\nproject: rev")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("%label status nowhere", "no labeling project"),
        ("%label create reviews --text txt --labels a,b --name other", "txt"),
        ("%label labels reviews --merge good=nothing", "nothing"),
        ("%label rest reviews", "drawn at random"),
        ("%label audit reviews 7", "no model run 7"),
        ("%label from-run run-999", "run-999"),
        ("%label import reviews nowhere.jsonl", "nowhere.jsonl cannot be read: No such file"),
        ("%label export reviews --format yolo", "yolo does not hold class"),
        ("%label export reviews --to nowhere/out.csv", "nowhere/out.csv cannot be written"),
        ("%label accept reviews --cluster 99 --label good", "99"),
        ("%label detector reviews --detach", "no detector"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_no_traceback(reviews: Any, line: str, sentence: str) -> None:
    said = reviews.run(line)
    assert said.status == "error"
    assert sentence in said.error
    assert "Traceback" not in "\n".join(said.traceback)


def test_a_project_opens_as_a_widget_where_somebody_can_answer(reviews: Any) -> None:
    widget = "application/vnd.jupyter.widget-view+json"
    [shown] = reviews.good("%label open reviews").shown
    assert shown[widget]["model_id"]
    assert "jupyterlab_widgets" in shown["text/html"]  # what stands there where widgets are not shown
    [again] = reviews.good("labeling.open('reviews')").shown
    assert again[widget]["model_id"] != shown[widget]["model_id"]
    # papermill and nbconvert cannot answer: no widget is left in what they write
    [alone] = reviews.finish(reviews.client.execute("%label open reviews", allow_stdin=False)).shown
    assert set(alone) == {"text/plain", "text/html"}
    assert "no labeling project 'reviewz'; did you mean 'reviews'" in reviews.run("%label open reviewz").error
