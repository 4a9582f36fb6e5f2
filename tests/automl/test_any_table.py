"""Any small table gives a certified model, or one sentence that says what to change."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio.automl import AutoMLSettings, fit
from labstudio.errors import LabstudioError

pytestmark = pytest.mark.core

numbers = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e-320, 1e300, -1e300, np.nan, np.inf]),
)
texts = st.one_of(
    st.none(),
    st.sampled_from(["a", "b", "", "Ä", "a\x00b", "'", '"', "\n", "{x}", "%s"]),
    st.text(max_size=5),
)
dates = st.one_of(st.none(), st.datetimes().map(pd.Timestamp))
booleans = st.one_of(st.none(), st.booleans())
kinds = [
    numbers,
    texts,
    dates,
    booleans,
    st.none(),
    st.sampled_from([0, 1]),
    st.sampled_from(["x", "y", "z"]),
]


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 40))
    names = draw(st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True))
    columns = {}
    for name in [*names, "the target"]:
        values = draw(st.lists(draw(st.sampled_from(kinds)), min_size=rows, max_size=rows))
        columns[name] = pd.Series(values, dtype=object if draw(st.booleans()) else None)
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@given(frame=tables())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_table_gives_a_certified_model_or_a_sentence(
    pool: ThreadPoolExecutor, frame: pd.DataFrame
) -> None:
    try:
        result = fit(frame, "the target", AutoMLSettings(trials=3), executor=pool)
    except LabstudioError:  # anything else is a traceback for a person, and fails here
        return
    assert result.certificate.passed, result.certificate.sentence()
    model = result.model.load()
    ours, theirs = model.predict(frame), result.predict(frame)
    if result.classes is None:
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    else:
        assert len(ours) == len(theirs) == len(frame)
