"""Progress: seldom enough, honest about the end, and stopped by the first interrupt."""

from __future__ import annotations

import io
import signal
import time
from contextlib import suppress

import pytest

from labstudio.automl.trial import Progress, Trial
from labstudio.display.progress import TerminalWatch, Watch

BEST = Trial(3, "lightgbm", {"leaves": 31}, "complete", 3.214, 0.05, 1.2)


class Counting(Watch):
    shown = 0

    def show(self) -> None:
        self.shown += 1
        self.bundle()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def searching(elapsed: float, trials: int = 4) -> Progress:
    return Progress("searching", elapsed, 30.0, trials, BEST, Trial(4, "linear", {"alpha": 0.1}))


def test_a_flood_of_events_is_shown_at_most_four_times_a_second() -> None:
    with Counting("a → b") as watch:
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < 0.9:
            watch(searching(passed))
        assert 3 <= watch.shown <= 2 + 4 * (time.monotonic() - begun)


def test_the_view_tells_phase_time_best_and_what_is_tried() -> None:
    watch = Counting("gapminder@1 → <lifeExp>")
    watch(searching(12.0))
    text = watch.bundle().text
    for words in (
        "Searching",
        "12 s",
        "30 s",
        "3.214 ± 0.050 (LightGBM)",
        "Linear model alpha 0.1",
        "[##########----",
    ):
        assert words in text
    assert "&lt;lifeExp&gt;" in watch.bundle().html
    assert 'style="width:40.0%"' in watch.bundle().html


def test_the_last_view_says_done_or_where_it_failed() -> None:
    with Counting("a → b") as watch:
        watch(searching(30.0))
    assert "✓ Done" in watch.bundle().text
    watch = Counting("a → b")
    with suppress(ValueError), watch:
        watch(searching(3.0))
        raise ValueError
    assert "✗ Failed while searching" in watch.bundle().text


def test_a_log_gets_a_few_whole_lines() -> None:
    log = io.StringIO()
    with TerminalWatch("a → b", log) as watch:
        for step in range(500):
            watch(searching(step * 0.25, step))
    lines = log.getvalue().splitlines()
    assert 2 <= len(lines) <= 4
    assert "\r" not in log.getvalue()
    assert "Done" in lines[-1]


def test_a_terminal_gets_one_line_that_is_rewritten() -> None:
    terminal = Terminal()
    with TerminalWatch("a → b", terminal) as watch:
        watch.every = 0.0
        for step in range(5):
            watch(searching(float(step)))
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\r") >= 6


def test_the_first_interrupt_asks_to_stop_and_the_second_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Counting("a → b") as watch:
        assert not watch(searching(1.0))
        signal.raise_signal(signal.SIGINT)
        assert watch(searching(2.0))
        assert "Stopping" in watch.bundle().text
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
