"""What a table is warned of, and the first look before a run: quick, true, and never a run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun, AutoMLSettings, Guardrail, fit
from labstudio.automl.check import ROWS, check
from labstudio.automl.guardrails import guardrails
from labstudio.automl.tasks import understand
from labstudio.display import automl as views
from labstudio.errors import Invalid, NotFound


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
    found = guardrails(understand(frame, target, chosen), chosen.group)
    return {one.name: one for one in found}


@pytest.mark.parametrize("target", ["price", "sold"])
def test_a_clean_table_passes_everything(target: str) -> None:
    found = looked(clean(), target, exclude=["sold" if target == "price" else "price"])
    assert {one.state for one in found.values()} == {"passed"}
    assert len(found) == 8


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


def test_a_target_in_order_is_not_taken_for_a_leak() -> None:
    frame = clean().sort_values("sold", ignore_index=True).drop(columns="price")
    assert looked(frame, "sold")["Target leak"].state == "passed"


def test_few_rows_rare_classes_and_far_values_alert() -> None:
    assert looked(clean(60), "sold", exclude=["price"])["Few rows"].state == "alerted"
    frame = clean(1_000)
    frame["sold"] = np.where(np.arange(1_000) % 125 == 0, "yes", "no")
    found = looked(frame, "sold")
    assert found["Class balance"].detail == "Rare: yes 0.80%. Accuracy hides them; judge by roc_auc."
    assert "'yes' has 8 row(s)" in found["Few rows"].detail
    frame["price"] = np.where(np.arange(1_000) % 50 == 0, 900.0, frame["price"])
    assert looked(frame, "price")["Skewed target"].state == "alerted"


def test_repeated_rows_alert_and_rows_alike_by_chance_do_not() -> None:
    frame = clean()
    twice = pd.concat([frame, frame.iloc[:100]], ignore_index=True)
    found = looked(twice, "sold")["Duplicate rows"]
    assert found.state == "alerted"
    assert found.detail.startswith("20.0% of the rows")
    few_values = twice[["size", "city", "sold"]]
    assert looked(few_values, "sold")["Duplicate rows"].state == "passed"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    ws = Workspace(tmp_path_factory.mktemp("studio"))
    ws.data.add("homes", clean())
    return ws


def test_a_run_keeps_what_the_check_has_said_and_the_charts(ws: Workspace) -> None:
    settings = AutoMLRun(data="homes", target="sold", exclude=["price"], trials=2)
    before = ws.automl.check(settings)
    run = Workspace(ws.root).automl.get(ws.automl.run(settings).id)
    assert run.guardrails == before.guardrails
    assert (run.task, run.metric) == (before.task, before.metric) == ("binary", "roc_auc")
    assert run.charts["rows"] == run.outcome["rows"]["holdout"]
    assert run.diagram["answer"]["detail"] == "no, yes"
    assert "guardrails: 8 passed" in views.run(run).text


def test_what_alerts_is_shown_with_the_run_and_no_more(ws: Workspace) -> None:
    frame = clean().assign(after=clean()["sold"].map({"yes": "signed", "no": "open"}))
    result = fit(frame, "sold", AutoMLSettings(trials=1))
    alerted = [one for one in result.guardrails if one.state == "alerted"]
    assert [one.name for one in alerted] == ["Target leak"]
    lines = [block.text() for block in views._guardrails(result.guardrails)]
    assert lines == ["guardrails: 7 passed, 1 alerted", f"! Target leak: {alerted[0].detail}"]


def test_a_check_says_what_a_run_would_begin_with_and_begins_none(ws: Workspace) -> None:
    before = len(ws.automl.list())
    found = ws.automl.check(AutoMLRun(data="homes", target="price", exclude=["sold"], group="city"))
    assert (found.task, found.metric, found.rows, found.sampled) == ("regression", "rmse", 400, False)
    assert found.features == {"number": 2}
    assert found.target["minimum"] < found.target["median"] < found.target["maximum"]
    assert found.budget == 60
    assert found.guardrails[-1].name == "Groups"
    assert len(ws.automl.list()) == before


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"data": "hoems", "target": "price"}, NotFound, "did you mean homes"),
        ({"data": "homes", "target": "prize"}, Invalid, "did you mean 'price'"),
        ({"data": "homes", "target": "price", "task": "binary"}, Invalid, "different values; a binary task"),
        ({"data": "homes", "target": "sold", "metric": "rmse"}, Invalid, "does not fit a binary task"),
        ({"data": "homes", "target": "sold", "exclude": ["sold"]}, Invalid, "cannot be the group or"),
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
