"""From the best candidates to one certified file, in the worker that has fitted them.

The blend as it was searched is judged on the rows kept aside; then those rows train as well, as far as there
is time, and what that gives is exported, measured and certified.
"""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.calibration import Temperature, Threshold
from labstudio.automl.evaluation import Prepared, fold_loss, load_models
from labstudio.automl.learners import LEARNERS
from labstudio.automl.member import Candidate, Member, Model
from labstudio.automl.pipeline import Pipeline
from labstudio.automl.room import Cost, Room
from labstudio.compute.machine import trim

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl.training import Training
    from labstudio.onnx import CertifiedModel, OnnxModel

_EXPORT_SECONDS, _SECONDS_A_MEGABYTE = 0.6, 0.25
_LEAST_MEGABYTES = 4.0
_ROOM, _ROOM_SECONDS = 0.7, 0.8
"""Shares of a file's size, and of the time for answers, that are planned for: both are estimates."""
_MANY = 10_000
_MANY_SECONDS, _MANY_CORES = 1.0, 2
"""What so many rows may take, on so many cores, where nothing is said of it."""
_MANY_A_ROW = 20
"""Where it is said what a row may take, one among many may take so much less."""

_WORSE, _ENOUGH = 1.05, 0.6
"""A fit to more rows is dropped when its loss is so much larger, or when it has a smaller share of trees."""


@dataclass(frozen=True)
class Part:
    """One member of a blend, before its models are joined.

    Attributes
    ----------
    trial : int
        Number of the candidate on the leaderboard.
    refit : dict
        Its parameters for a fit without validation rows.
    seconds : float
        What fitting it on all folds took.
    """

    trial: int
    candidate: Candidate
    weight: float
    refit: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Blend:
    """Which candidates answer with what weight, and what makes their sum an answer."""

    parts: tuple[Part, ...]
    temperature: Temperature | None = None
    threshold: Threshold | None = None


@dataclass(frozen=True)
class Limits:
    """What a finished model may take: time to make it, size of its file, time for one row."""

    seconds: float | None = None
    refit: bool = True
    megabytes: float = 10.0
    milliseconds: float | None = None

    @property
    def many_seconds(self) -> float:
        """What 10,000 rows may take, on two cores."""
        if self.milliseconds is None:
            return _MANY_SECONDS
        return min(_MANY_SECONDS, _MANY * self.milliseconds / 1e3 / _MANY_A_ROW)


@dataclass(frozen=True)
class Finished:
    """A blend as one certified file.

    Attributes
    ----------
    pipeline : bytes
        The pickled `Pipeline`: opening it loads its libraries, which most never need.
    held_out : ndarray of shape (M, K) or (M,)
        The blend's prediction of the rows that were kept aside, before any of it was fitted to them.
    diagram : dict
        How it works, see `labstudio.automl.diagram`.
    features : list of dict
        What was made of the columns, see `labstudio.automl.importance.made_features`.
    notes : tuple of str
        What was done to it beside, a sentence each.
    """

    model: CertifiedModel
    pipeline: bytes
    held_out: np.ndarray
    diagram: dict[str, Any]
    features: list[dict[str, Any]]
    notes: tuple[str, ...]


def finish(path: Path, blend: Blend, limits: Limits) -> Finished:
    """Make one model of the best candidates, within limits."""
    return finished(Prepared.load(path), path, blend, limits)


def finished(prepared: Prepared, path: Path, blend: Blend, limits: Limits) -> Finished:
    """Do the same with data that are there already."""
    from labstudio.automl.diagram import diagram
    from labstudio.automl.importance import made_features

    training = prepared.training
    end = None if limits.seconds is None else time.monotonic() + limits.seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        members = [
            Member(
                part.candidate,
                load_models(path, part.trial, prepared.view(part.candidate)),
                part.trial,
                part.weight,
            )
            for part in blend.parts
        ]
        told: list[str] = []
        members = fitting(members, room(limits))
        judged = _pipeline(prepared, blend, members).predict_columns(training.rows(training.held))
        if limits.refit:
            members, count = _refitted(prepared, blend, members, end)
            if count:
                whole = "" if count == len(members) else f" ({count} of {len(members)} members)"
                told.append(f"The recommended model was then fitted to the held-out rows as well{whole}.")
        prepared.forget()
        pipeline, model = _within(prepared, blend, members, limits, told)
        return Finished(
            model,
            pickle.dumps(pipeline),
            judged,
            diagram(pipeline),
            made_features(pipeline),
            tuple(told),
        )


def room(limits: Limits) -> Room:
    """What may be planned: to keep to the limits, and to be exported in time."""
    most = limits.megabytes * _ROOM
    if limits.seconds is not None:
        in_time = (limits.seconds - _EXPORT_SECONDS) / _SECONDS_A_MEGABYTE
        most = min(most, max(_LEAST_MEGABYTES, in_time))
    return Room(1e6 * most, limits.many_seconds * _MANY_CORES * _ROOM_SECONDS)


def fitting(members: Sequence[Member], room: Room) -> list[Member]:
    """Leave models of some folds out, of the largest member first, until all have room.

    The mean of a few folds' models is nearly as good as that of all. Where one model of each member is still
    too much, those go that weigh least for their size.
    """
    costs = {i: [Cost.planned(model.learner) for model in member.models] for i, member in enumerate(members)}

    def share(place: int) -> float:
        return max(room.shares(Cost.sum(costs[place])))

    while not room.has(Cost.sum(cost for kept in costs.values() for cost in kept)):
        several = [i for i in costs if len(costs[i]) > 1]
        if several:
            costs[max(several, key=share)].pop()
        elif len(costs) > 1:
            del costs[min(costs, key=lambda i: members[i].weight / (share(i) or 1.0))]
        else:
            break
    weight = sum(members[i].weight for i in costs)
    return [
        replace(members[i], models=members[i].models[: len(kept)], weight=members[i].weight / weight)
        for i, kept in costs.items()
    ]


def _pipeline(prepared: Prepared, blend: Blend, members: Sequence[Member]) -> Pipeline:
    training = prepared.training
    return Pipeline(
        training.features,
        training.task,
        training.classes,
        members,
        temperature=blend.temperature,
        threshold=blend.threshold,
        seed=training.seed,
    )


def _refitted(
    prepared: Prepared, blend: Blend, members: Sequence[Member], end: float | None
) -> tuple[list[Member], int]:
    """Fit members with the held-out rows too, those that weigh most for their time first.

    A single fit on all rows takes the place of the folds' models where there is one split only, where rows
    are in the order of time, and for a forest: its trees need no rows to stop by.
    """
    training = prepared.training
    parts = {part.trial: part for part in blend.parts}
    more = 1 + len(training.held) / max(1, len(training.train))

    def single(member: Member) -> bool:
        return training.forward or len(training.folds) == 1 or LEARNERS[member.candidate.learner].quick

    def seconds(member: Member) -> float:
        a_fold = parts[member.trial].seconds / len(training.folds)
        if not single(member):
            return more * a_fold * 1.1 * len(member.models)
        part = _kept(training, member, parts[member.trial])
        share = part.refit["trees"] / parts[member.trial].refit["trees"] if "trees" in part.refit else 1.0
        return more * a_fold * 1.4 * share

    found, count = list(members), 0
    for place in sorted(range(len(members)), key=lambda i: -members[i].weight / (seconds(members[i]) + 0.1)):
        member = members[place]
        left = None if end is None else end - time.monotonic() - export_seconds(members)
        if left is not None and seconds(member) > left:
            continue
        deadline = None if left is None else time.time() + left
        if single(member):
            models = _fitted_whole(prepared, _kept(training, member, parts[member.trial]), deadline)
        else:
            models = _refits(prepared, member, deadline)
        if not models:
            continue
        found[place], count = replace(member, models=models), count + 1
    return found, count


def _kept(training: Training, member: Member, part: Part) -> Part:
    """A part as it is fitted to all rows: a forest as large as its folds' models are together."""
    if not LEARNERS[member.candidate.learner].quick:
        return part
    trees = sum(model.learner.refit_params()["trees"] for model in member.models)
    larger = (len(training.train) + len(training.held)) / len(
        training.folds[0][0]
    )  # of more rows, more leaves
    return replace(part, refit={**part.refit, "trees": max(1, round(trees / larger))})


def _fitted_whole(prepared: Prepared, part: Part, deadline: float | None) -> tuple[Model, ...]:
    """Fit a part to all rows; none where its time was over before it had most of its trees."""
    model = _whole(prepared, part, deadline)
    trees = model.learner.refit_params().get("trees")
    return () if trees is not None and trees < _ENOUGH * part.refit["trees"] else (model,)


def _refits(prepared: Prepared, member: Member, deadline: float | None) -> tuple[Model, ...]:
    """Fit a member's folds once more, with the held-out rows among those that train.

    More rows do not make a model worse, but a deadline may: then there are none.
    """
    training = prepared.training

    def fit(fold: int) -> tuple[Model, float, float]:
        model, prediction = prepared.fit(member.candidate, fold, deadline=deadline, held=True)
        rows, known = training.folds[fold][1], prepared.fold(member.candidate, fold).features()[1]
        before = fold_loss(training, rows, member.models[fold].learner.predict(known))
        return model, fold_loss(training, rows, prediction), before

    with ThreadPoolExecutor(training.at_once(member.candidate.learner)) as threads:
        done = list(threads.map(fit, range(len(member.models))))
    if sum(after for _, after, _ in done) > _WORSE * sum(before for _, _, before in done):
        return ()
    return tuple(model for model, _, _ in done)


def _whole(prepared: Prepared, part: Part, deadline: float | None = None) -> Model:
    """Fit a part once on all rows, with what the folds have found."""
    training = prepared.training
    rows = np.sort(np.concatenate([training.train, training.held]))
    candidate = Candidate(part.candidate.learner, part.refit)
    view = part.candidate.view(training.features)
    X = view.fit_transform(training.rows(rows), training.y[rows])
    how = prepared.fitting(candidate, view, rows, deadline=deadline)
    return Model(view, LEARNERS[candidate.learner]().fit(X, training.y[rows], how).part(1))


def _within(
    prepared: Prepared, blend: Blend, members: Sequence[Member], limits: Limits, told: list[str]
) -> tuple[Pipeline, CertifiedModel]:
    """Export the first of ever leaner models that keeps to the limits."""
    from labstudio.onnx import seal

    training = prepared.training
    first = ""
    for pipeline in _leaner(prepared, blend, members):
        content = pipeline.export(training.metadata)
        why = _too_much(content, training, limits)
        if not why:
            break
        first = first or why
    if first:
        told.append(f"{first}: a leaner model was made." if not why else f"{why}; no smaller one was found.")
    trim()  # writing a file takes several times its size, and so does opening it
    return pipeline, seal(content, pipeline, training.sample, splits=pipeline.splits())


def _leaner(prepared: Prepared, blend: Blend, members: Sequence[Member]) -> Iterator[Pipeline]:
    """The model as it is; one fit of each member on all rows; ever fewer members."""
    yield _pipeline(prepared, blend, members)
    parts = {part.trial: part for part in blend.parts}
    ordered = sorted(members, key=lambda member: -member.weight)
    singles = [replace(member, models=(_whole(prepared, parts[member.trial]),)) for member in ordered]
    for count in range(len(singles), 0, -1):
        total = sum(member.weight for member in singles[:count])
        kept = [replace(member, weight=member.weight / total) for member in singles[:count]]
        yield _pipeline(prepared, blend, kept)


def _too_much(content: bytes, training: Any, limits: Limits) -> str:
    if len(content) > limits.megabytes * 1e6:
        return f"The file was {len(content) / 1e6:.1f} MB, more than {limits.megabytes:g}"
    if limits.milliseconds is not None:
        took = row_milliseconds(content, training)
        if took > limits.milliseconds:
            return f"One row took {took:.2f} ms, more than {limits.milliseconds:g}"
        took = many_seconds(content, training)
        if took > limits.many_seconds:
            return f"{_MANY:,} rows took {took:.2f} s, more than {limits.many_seconds:g}"
    return ""


def made_again(prepared: Prepared, blend: Blend) -> CertifiedModel:
    """Fit each part of a blend once, on all rows; export and certify that."""
    from labstudio.onnx import certified

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        members = [
            Member(part.candidate, (_whole(prepared, part),), part.trial, part.weight) for part in blend.parts
        ]
        pipeline = _pipeline(prepared, blend, members)
        return certified(pipeline, prepared.training.sample, metadata=prepared.training.metadata)


def row_milliseconds(content: bytes, training: Any) -> float:
    """Median time in which a file predicts one row, from a frame to the answer, in ms."""
    from labstudio.onnx import load

    model = load(content, threads=1)
    row = training.sample.iloc[:1]
    return float(np.median(_times(lambda: _answer(model, row), 30)[5:]) * 1e3)


def many_seconds(content: bytes, training: Any) -> float:
    """Time in which a file predicts 10,000 rows on two cores, from what one core needs for some of them."""
    from labstudio.onnx import load
    from labstudio.onnx.model import ROWS_AT_ONCE

    model = load(content, threads=1)
    sample = training.sample
    rows = sample.iloc[np.arange(ROWS_AT_ONCE) % len(sample)]
    return min(_times(lambda: _answer(model, rows), 3)) * _MANY / ROWS_AT_ONCE / _MANY_CORES


def _answer(model: OnnxModel, frame: pd.DataFrame) -> None:
    model.run(frame, "value" if model.classes is None else "probabilities")


def _times(work: Callable[[], None], count: int) -> list[float]:
    """Seconds that the same work takes, time and again."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return times


def export_seconds(members: Sequence[Member]) -> float:
    """What exporting and certifying will take, about."""
    size = sum(model.learner.size() for member in members for model in member.models)
    return _EXPORT_SECONDS + _SECONDS_A_MEGABYTE * size / 1e6
