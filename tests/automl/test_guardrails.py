"""What a table is warned of, and the first look before a run: quick, true, and never a run."""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun, AutoMLSettings, Guardrail, fit
from labstudio.automl.check import ROWS, check
from labstudio.automl.guardrails import applied, guardrails
from labstudio.automl.tasks import understand
from labstudio.display import automl as views
from labstudio.errors import Invalid, NotFound
from labstudio.verbs import Door
from labstudio.verbs.automl import RUNS


def clean(rows: int = 400, seed: int = 1) -> pd.DataFrame:
    """A table that there is nothing to say of, with a target of each kind."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": random.normal(size=rows), "size": random.integers(1, 9, rows)})
    frame["city"] = random.choice(["Oslo", "Rome", "Lima"], rows)
    frame["price"] = frame["x"] + frame["size"] + random.normal(size=rows)
    frame["sold"] = np.where(frame["price"] + random.normal(0, 2, rows) > 4.5, "yes", "no")
    return frame


def looked(frame: pd.DataFrame, target: str, **settings: object) -> dict[str, Guardrail]:
    chosen = AutoMLSettings(**settings)
    found = guardrails(understand(frame, target, chosen), chosen)
    return {one.name: one for one in found}


@pytest.mark.parametrize("target", ["price", "sold"])
def test_a_clean_table_passes_everything(target: str) -> None:
    found = looked(clean(), target, exclude=["sold" if target == "price" else "price"])
    assert {one.state for one in found.values()} == {"passed"}
    assert len(found) == 10
    assert not any(one.fix for one in found.values())


def test_what_the_studio_deals_with_is_told_as_done() -> None:
    frame = clean()
    frame["always"] = 1
    frame.loc[:39, "x"] = np.nan
    frame.loc[:3, "price"] = np.nan
    frame["price"] = np.exp(frame["price"])
    frame["zip"] = [f"z{i % 300}" for i in range(400)]
    found = looked(frame, "price", exclude=["sold"], group="city")
    done = {name for name, one in found.items() if one.state == "done"}
    assert done == {
        "Missing target",
        "Columns left out",
        "Missing values",
        "Many categories",
        "Skewed target",
        "Groups",
    }
    assert found["Missing target"].detail.startswith("4 row(s)")
    assert "'always'" in found["Columns left out"].detail
    assert "'x' 9.1%" in found["Missing values"].detail
    assert "'zip'" in found["Many categories"].detail


@pytest.mark.parametrize(
    ("target", "leak"),
    [
        ("sold", lambda f: f["sold"].map({"yes": 1.0, "no": 0.0})),
        ("sold", lambda f: f["sold"].map({"yes": "signed", "no": "open"})),
        ("sold", lambda f: f["x"].where(f["sold"] == "yes")),  # filled in only afterwards
        ("sold", lambda f: np.where(f["sold"] == "yes", 1.0, -1.0) * (1 + f["x"].abs())),
        ("price", lambda f: np.exp(f["price"] / 3)),
        ("price", lambda f: -2 * f["price"] + 7),
    ],
)
def test_a_column_that_gives_the_target_away_alerts(target: str, leak: object) -> None:
    frame = clean().drop(columns="sold" if target == "price" else "price")
    assert looked(frame, target)["Target leak"].state == "passed"
    frame["after"] = leak(clean())
    found = looked(frame, target)["Target leak"]
    assert found.state == "alerted"
    assert found.detail.startswith("'after' alone")
    assert list(found.evidence) == ["AUC" if target == "sold" else "R²"]
    mended = applied(AutoMLSettings(), [found.fix])
    assert looked(frame, target, exclude=mended.exclude)["Target leak"].state == "passed"


def test_a_target_in_order_is_not_taken_for_a_leak() -> None:
    frame = clean().sort_values("sold", ignore_index=True).drop(columns="price")
    assert looked(frame, "sold")["Target leak"].state == "passed"


def test_few_rows_rare_classes_and_far_values_alert() -> None:
    assert looked(clean(60), "sold", exclude=["price"])["Few rows"].state == "alerted"
    frame = clean(1_000)
    frame["sold"] = np.where(np.arange(1_000) % 125 == 0, "yes", "no")
    found = looked(frame, "sold")
    assert found["Class balance"].detail == "Rare: yes 0.80%. Accuracy hides them; judge by roc_auc."
    assert found["Class balance"].evidence == {"share": {"yes": 0.008}}
    assert found["Class balance"].fix == {"class_weight": "balanced"}
    assert looked(frame, "sold", class_weight="balanced")["Class balance"].state == "done"
    assert looked(frame, "sold", metric="accuracy")["Class balance"].fix == {"metric": "roc_auc"}
    assert "'yes' has 8 row(s)" in found["Few rows"].detail
    frame["price"] = np.where(np.arange(1_000) % 50 == 0, 900.0, frame["price"])
    assert looked(frame, "price")["Skewed target"].state == "alerted"


def test_a_column_that_tells_nearly_all_alerts_and_a_good_one_does_not() -> None:
    frame = clean(2_000).drop(columns="price")
    sold = (frame["sold"] == "yes").astype(float)
    noise = np.random.default_rng(5).normal(size=2_000)
    nearly = looked(frame.assign(after=sold + 0.3 * noise), "sold")["Target leak"]
    assert (nearly.state, nearly.fix) == ("alerted", {"exclude": ["after"]})
    assert "very well" in nearly.detail
    assert 0.97 < nearly.evidence["AUC"]["after"] < 0.995
    good = looked(frame.assign(after=sold + 0.5 * noise), "sold")["Target leak"]
    assert (good.state, list(good.evidence["AUC"])) == ("passed", ["after"])


@pytest.mark.parametrize("as_number", [False, True])
def test_rows_of_one_patient_are_suspected_to_belong_together(as_number: bool) -> None:
    random = np.random.default_rng(2)
    frame = clean(2_000).drop(columns="price")
    patient = random.integers(0, 200, 2_000)
    frame["sold"] = np.where(random.permutation(200)[patient] < 100, "yes", "no")
    frame["patient"] = 1000 + patient if as_number else [f"p{i}" for i in patient]
    found = looked(frame, "sold")["Groups"]
    assert (found.state, found.fix) == ("alerted", {"group": "patient"})
    assert found.evidence["AUC"]["patient"] > 0.95
    assert looked(frame, "sold", group="patient")["Groups"].state == "done"


def test_numbers_and_categories_that_tell_the_target_are_not_taken_for_groups() -> None:
    random = np.random.default_rng(2)
    frame = clean(2_000).drop(columns="price")
    age = random.integers(0, 300, 2_000)
    frame["sold"] = np.where(age > 150, "yes", "no")  # of neighbours the same is known as of equal ones
    assert looked(frame.assign(age=age), "sold", exclude=["x"])["Groups"].state == "passed"
    assert (
        looked(frame.assign(street=[f"s{i}" for i in age]).assign(sold=clean(2_000)["sold"]), "sold")[
            "Groups"
        ].state
        == "passed"
    )


def test_dates_that_tell_the_target_suggest_an_order_in_time() -> None:
    frame = clean(1_000).drop(columns="sold")
    frame["day"] = pd.date_range("2026-01-01", periods=1_000)
    assert looked(frame, "price")["Order in time"].state == "passed"
    frame["price"] += np.linspace(0, 9, 1_000)
    found = looked(frame, "price")["Order in time"]
    assert (found.state, found.fix) == ("alerted", {"time": "day"})
    assert looked(frame, "price", time="day")["Order in time"].state == "done"


def test_held_out_rows_unlike_those_of_training_alert() -> None:
    frame = clean(1_000).drop(columns="sold").assign(counter=lambda f: np.arange(len(f)) * 1.5)
    problem = understand(frame, "price", AutoMLSettings())
    last = np.arange(1_000) >= 800
    found = guardrails(problem, AutoMLSettings(), held=last)[-1]
    assert (found.name, found.state, found.fix) == (
        "Train/test shift",
        "alerted",
        {"exclude": ["counter"]},
    )
    shuffled = np.random.default_rng(0).permutation(last)
    assert guardrails(problem, AutoMLSettings(), held=shuffled)[-1].state == "passed"
    in_time = AutoMLSettings(time="counter")  # time goes on: that is no fault
    assert guardrails(problem, in_time, held=last)[-1].state == "passed"


def test_fixes_add_to_settings_and_leave_the_rest() -> None:
    settings = AutoMLRun(data="homes", target="sold", exclude=["a"], types={"b": "text"}, trials=3)
    fixes = [{"exclude": ["c", "a"]}, {"types": {"d": "number"}}, {"group": "e", "metric": "log_loss"}]
    assert applied(settings, fixes) == AutoMLRun(
        data="homes",
        target="sold",
        exclude=["a", "c"],
        types={"b": "text", "d": "number"},
        group="e",
        metric="log_loss",
        trials=3,
    )


def test_a_wide_and_a_long_table_are_looked_at_in_a_moment() -> None:
    random = np.random.default_rng(0)
    long = pd.DataFrame(random.normal(size=(50_000, 20))).assign(y=random.random(50_000) < 0.3)
    wide = pd.DataFrame(random.normal(size=(300, 5_000))).assign(y=random.random(300) < 0.3)
    for frame in (long, wide):
        problem = understand(frame, "y", AutoMLSettings())
        before = process_time()
        guardrails(problem, AutoMLSettings(), held=random.random(len(frame)) < 0.2)
        assert process_time() - before < 1  # about 0.2 s


def test_repeated_rows_are_told_and_rows_alike_by_chance_are_not() -> None:
    frame = clean()
    twice = pd.concat([frame, frame.iloc[:100]], ignore_index=True)
    found = looked(twice, "sold")["Duplicate rows"]
    assert found.state == "done"
    assert found.detail == "20.0% of the rows occur before; none of those held out is among them."
    assert found.evidence == {"share": {"occur before": 0.2}}
    twice["shop"] = [f"shop {i % 7}" for i in range(500)]
    assert looked(twice, "sold", group="shop")["Duplicate rows"].state == "alerted"
    few_values = twice[["size", "city", "sold"]]
    assert looked(few_values, "sold")["Duplicate rows"].state == "passed"


def test_rows_of_ones_own_that_the_model_knows_are_told() -> None:
    frame = clean(600)
    held = np.arange(700) >= 600
    problem = understand(pd.concat([frame, frame.iloc[:50], clean(50, seed=2)]), "sold", AutoMLSettings())
    found = {one.name: one for one in guardrails(problem, AutoMLSettings(), held=held)}["Duplicate rows"]
    assert found.state == "alerted"
    assert "50.0% of those held out occur in training too" in found.detail


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    ws = Workspace(tmp_path_factory.mktemp("studio"))
    ws.data.add("homes", clean())
    return ws


def test_a_run_keeps_what_the_check_has_said_and_the_charts(ws: Workspace) -> None:
    settings = AutoMLRun(data="homes", target="sold", exclude=["price"], trials=2)
    before = ws.automl.check(settings)
    run = Workspace(ws.root).automl.get(ws.automl.run(settings).id)
    assert run.guardrails[:-1] == before.guardrails
    assert run.guardrails[-1].name == "Train/test shift"
    assert (run.task, run.metric) == (before.task, before.metric) == ("binary", "roc_auc")
    assert run.charts["rows"] == run.outcome["rows"]["holdout"]
    assert run.diagram["answer"]["detail"] == "no, yes"
    assert "guardrails: 11 passed" in views.run(run).text


def test_what_alerts_is_shown_with_the_run_and_no_more(ws: Workspace) -> None:
    frame = clean().assign(after=clean()["sold"].map({"yes": "signed", "no": "open"}))
    result = fit(frame, "sold", AutoMLSettings(trials=1))
    alerted = [one for one in result.guardrails if one.state == "alerted"]
    assert [one.name for one in alerted] == ["Target leak"]
    lines = [block.text() for block in views._guardrails(result.guardrails)]
    told = f"! Target leak: {alerted[0].detail} (AUC after 1; fix: --exclude after)"
    assert lines == ["guardrails: 10 passed, 1 alerted", told]


def test_a_check_says_what_a_run_would_begin_with_and_begins_none(ws: Workspace) -> None:
    before = len(ws.automl.list())
    found = ws.automl.check(AutoMLRun(data="homes", target="price", exclude=["sold"], group="city"))
    assert (found.task, found.metric, found.rows, found.sampled) == ("regression", "rmse", 400, False)
    assert found.features == {"number": 1, "integer": 1}
    assert found.target["minimum"] < found.target["median"] < found.target["maximum"]
    assert found.budget == 60
    groups = next(one for one in found.guardrails if one.name == "Groups")
    assert (groups.state, groups.detail) == ("done", "Rows with the same 'city' stay together.")
    shown = views.check(found, "homes@1", "price").text
    assert "price from homes@1" in shown
    assert groups.detail in shown
    assert len(ws.automl.list()) == before


def test_the_verb_shows_what_alerts_with_its_figures_and_the_option_that_mends_it(ws: Workspace) -> None:
    ws.data.add("leaky", clean().assign(after=clean()["sold"].map({"yes": "signed", "no": "open"})))
    answer = RUNS["check"].run(Door(str(ws.root), "cell"), AutoMLRun(data="leaky", target="sold"))
    assert "! Target leak: 'after' alone" in answer.view.text
    assert "(AUC after 1; fix: --exclude after)" in answer.view.text
    leak = next(one for one in answer.data["guardrails"] if one["name"] == "Target leak")
    assert leak["fix"] == {"exclude": ["after"]}


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"data": "hoems", "target": "price"}, NotFound, "did you mean homes"),
        ({"data": "homes", "target": "prize"}, Invalid, "did you mean 'price'"),
        ({"data": "homes", "target": "price", "task": "binary"}, Invalid, "different values; a binary task"),
        ({"data": "homes", "target": "sold", "metric": "rmse"}, Invalid, "does not fit a binary task"),
        ({"data": "homes", "target": "sold", "exclude": ["sold"]}, Invalid, "cannot be the group"),
    ],
)
def test_a_check_refuses_with_the_sentence_of_the_run(
    ws: Workspace, settings: dict, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence) as checked:
        ws.automl.check(AutoMLRun(**settings))
    with pytest.raises(error) as run:
        ws.automl.run(AutoMLRun(**settings, trials=1))
    assert str(checked.value) == str(run.value)


def test_a_long_table_is_looked_at_in_a_sample_and_its_target_whole(ws: Workspace) -> None:
    frame = clean(300_000).assign(number=range(300_000), kind=0)
    frame.loc[299_999, "kind"] = 1  # the only one, where no sample is likely to find it
    ws.data.add("long", frame)
    found = ws.automl.check(AutoMLRun(data="long", target="kind", exclude=["sold", "price"]))
    assert (found.task, found.rows, found.sampled) == ("binary", 300_000, True)
    assert found.target == {"classes": 2}
    assert "'number'" in found.guardrails[1].detail  # an identifier, as the whole table has shown
    assert ws.automl.check(AutoMLRun(data="long", target="price")).features == {"number": 3, "category": 2}


def test_a_sample_keeps_its_rows_with_their_targets() -> None:
    frame = clean(1_000)
    frame.loc[::7, "sold"] = None
    frame["after"] = frame["sold"]
    found = check(frame.iloc[100:600], "sold", AutoMLSettings(exclude=["price"]), whole=frame["sold"])
    leak = next(one for one in found.guardrails if one.name == "Target leak")
    assert leak.state == "alerted"  # each row has met its own target
    assert found.guardrails[0].detail.startswith("143 row(s)")
    assert ROWS >= 1_000
