"""Charts of a table: what is drawn is what pandas says, whatever the names and however many the rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from labstudio.data import fields
from labstudio.data.chart import Chart
from labstudio.errors import Invalid

pytestmark = pytest.mark.core


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    n = 900
    return pd.DataFrame(
        {
            "amount": random.gamma(2, 10, n),
            "items": random.integers(1, 6, n),
            "region": random.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2]),
            "paid": random.random(n) > 0.4,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 360, n), unit="D"),
            "lat": random.uniform(40, 60, n),
            "lon": random.uniform(-5, 20, n),
        }
    )


@pytest.fixture
def drawn(data, frame):
    version = data.add("orders", frame)

    def drawn(**chart):
        found = data.plot(version, Chart(**chart))
        json.dumps(found.figure, allow_nan=False)
        return found

    return drawn


def bars(trace):
    return dict(zip([c[0] for c in trace["customdata"]], trace["y"], strict=True))


def test_a_histogram_counts_every_row(drawn, frame):
    [trace] = drawn(kind="histogram", x="amount", bins=12).figure["data"]
    counts, _ = np.histogram(frame["amount"], bins=12)
    assert trace["y"] == counts.tolist()


def test_few_whole_numbers_have_a_bin_each(drawn, frame):
    [trace] = drawn(x="items").figure["data"]
    assert dict(zip(trace["x"], trace["y"], strict=True)) == frame["items"].value_counts().to_dict()


def test_a_histogram_is_divided_by_colour(drawn, frame):
    found = drawn(x="amount", color="region")
    assert {t["name"]: sum(t["y"]) for t in found.figure["data"]} == frame["region"].value_counts().to_dict()


def test_bars_are_those_of_pandas(drawn, frame):
    assert bars(drawn(kind="bar", x="region").figure["data"][0]) == frame["region"].value_counts().to_dict()
    means = bars(drawn(kind="bar", x="region", y="amount").figure["data"][0])
    assert means == pytest.approx(frame.groupby("region")["amount"].mean().to_dict())
    medians = bars(drawn(kind="bar", x="region", y="amount", aggregate="median").figure["data"][0])
    assert medians == pytest.approx(frame.groupby("region")["amount"].median().to_dict())


def test_only_the_most_frequent_groups_are_drawn_and_this_is_said(drawn, frame):
    found = drawn(kind="bar", x="region", limit=2)
    assert list(bars(found.figure["data"][0])) == ["north", "south"]
    assert found.notes == ["1 less frequent values of region are not drawn."]


def test_a_filter_leaves_rows_out(drawn, frame):
    found = drawn(kind="bar", x="region", filter="amount > 20 and region != west")
    left = frame[(frame["amount"] > 20) & (frame["region"] != "west")]
    assert found.rows == found.drawn == len(left)
    with pytest.raises(Invalid, match="no row is left"):
        drawn(x="amount", filter="amount < -1")


def test_a_box_has_the_quartiles(drawn, frame):
    [trace] = drawn(kind="box", x="region", y="amount").figure["data"]
    quartiles = frame.groupby("region")["amount"].quantile([0.25, 0.5, 0.75]).unstack()
    assert trace["median"] == pytest.approx(quartiles[0.5].tolist())
    assert trace["q1"] == pytest.approx(quartiles[0.25].tolist())


def test_a_line_goes_over_time_in_steps_that_fit(drawn, frame):
    found = drawn(kind="line", x="when", y="amount", aggregate="sum")
    assert found.figure["layout"]["title"]["text"] == "Sum amount over when, by week"
    assert sum(found.figure["data"][0]["y"]) == pytest.approx(frame["amount"].sum())
    months = drawn(kind="line", x="when", interval="month").figure["data"][0]
    assert months["y"] == frame.groupby(frame["when"].dt.month).size().tolist()
    assert months["x"][0] == "2024-01-01"


def test_points_are_drawn_one_by_one_while_they_are_few(drawn, frame, monkeypatch):
    found = drawn(kind="scatter", x="amount", y="lat", color="paid")
    assert sum(len(t["x"]) for t in found.figure["data"]) == len(frame)
    monkeypatch.setattr(fields, "MOST_POINTS", 100)
    density = drawn(kind="scatter", x="amount", y="lat")
    assert density.figure["data"][0]["type"] == "heatmap"
    assert not density.sampled
    sample = drawn(kind="scatter", x="amount", y="lat", color="region")
    assert (sample.drawn, sample.sampled) == (100, True)


def test_a_number_colours_points_on_a_scale(drawn, frame):
    [trace] = drawn(kind="scatter", x="amount", y="lat", color="items").figure["data"]
    assert sorted(trace["marker"]["color"]) == sorted(frame["items"])


def test_a_heat_map_counts_and_averages(drawn, frame):
    [heat] = drawn(kind="heatmap", x="region", y="paid").figure["data"]
    assert heat["z"] == pd.crosstab(frame["paid"], frame["region"]).to_numpy().tolist()
    [mean] = drawn(kind="heatmap", x="region", y="paid", color="amount").figure["data"]
    wanted = frame.pivot_table(index="paid", columns="region", values="amount", aggfunc="mean")
    assert np.array(mean["z"]) == pytest.approx(wanted.to_numpy())


def test_a_map_keeps_its_shape(drawn):
    found = drawn(kind="map", x="lon", y="lat").figure
    assert found["layout"]["yaxis"]["scaleanchor"] == "x"


@pytest.mark.parametrize(
    ("chart", "sentence"),
    [
        ({"kind": "bar"}, "A bar needs x; name a column: amount, items, region"),
        ({"kind": "map", "y": "lat"}, "A map needs x; name a column: amount, items, lat, lon."),
        ({"x": "amonut"}, "x: there is no column 'amonut'; did you mean 'amount'"),
        ({"kind": "line", "x": "region"}, "holds text; a line needs numbers or dates"),
        ({"kind": "bar", "x": "region", "aggregate": "sum"}, "the sum of which column"),
        ({"kind": "bar", "x": "region", "y": "paid"}, "holds true and false; a bar needs numbers"),
        ({"x": "amount", "y": "lat"}, "a histogram counts rows"),
        ({"kind": "line", "x": "when", "interval": "minute"}, "minute makes too many points"),
    ],
)
def test_a_chart_that_cannot_be_is_refused_with_a_sentence(drawn, chart, sentence):
    with pytest.raises(Invalid, match=sentence):
        drawn(**chart)


def test_hostile_names_and_values_are_escaped(data):
    evil = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame({evil: [f"<b>{i % 3}" for i in range(40)], 'x"; DROP': np.arange(40.0), "X": 1.5})
    version = data.add("evil", frame)
    for chart in (
        {"kind": "bar", "x": evil, "color": evil}, {"kind": "box", "x": evil, "y": 'x"; DROP'},
        {"kind": "heatmap", "x": evil, "y": evil},
        {"kind": "scatter", "x": 'x"; DROP', "y": "X", "color": evil},
        {"x": 'x"; DROP', "title": evil, "filter": f'"{evil}" contains b'},
    ):  # fmt: skip
        said = json.dumps(data.plot(version, Chart(**chart)).figure)
        assert "<img" not in said
        assert "<b>" not in said


def test_extreme_values_are_drawn(data):
    frame = pd.DataFrame({"x": [1e308, -1e308, np.inf, None, 0.0], "one": [7.0] * 5, "gone": [None] * 5})
    version = data.add("extreme", frame)
    for column in ("x", "one"):
        assert data.plot(version, Chart(x=column)).drawn >= 3
    with pytest.raises(Invalid, match="no values to draw"):
        data.plot(version, Chart(kind="bar", x="gone"))


def test_suggested_charts_can_all_be_drawn(data, drawn, frame):
    found = data.suggest("orders")
    assert found[0].chart.kind == "map"
    assert len({one.chart for one in found}) == len(found) == 10
    assert len({one.chart.kind for one in found}) >= 3
    for one in found:
        assert data.plot("orders", one.chart).drawn > 0
