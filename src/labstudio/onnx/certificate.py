"""The certificate: a file held against the libraries' own predictions, row by row.

It knows a file's bytes and a reference that predicts from frames; it does not know what is inside either.
"""

from __future__ import annotations

import hashlib
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from labstudio.errors import Invalid
from labstudio.onnx.adversarial import adversarial_rows, as_frame, variants
from labstudio.onnx.model import OnnxModel, load
from labstudio.schema import Schema

MOST_HELD_OUT = 2_000
"""Held-out rows looked at, evenly spread over those given."""

_VARIANT_ROWS = 64
_SINGLE_ROWS = 24


class Reference(Protocol):
    """Whoever a file has to agree with; `classes` is None for regression."""

    schema: Schema
    classes: np.ndarray | None

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Labels or values [N]."""

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Probabilities [N, K]."""


class Exportable(Reference, Protocol):
    """A reference that writes its own file."""

    def export(self, metadata: Mapping[str, Any] | None = None) -> bytes:
        """The file."""

    def splits(self) -> dict[str, np.ndarray]:
        """Values of raw columns at which the prediction jumps, the most telling first."""


@dataclass(frozen=True)
class Tolerance:
    """How far a file may be off.

    Attributes
    ----------
    limit : float
        Largest difference of a probability.
    by_spread : bool
        Values: `limit` times the standard deviation of the values, for libraries that sum in float32.
        Otherwise times max(1, abs(value)); of targets that are all small, times what is of their own size,
        since 1e-9 would say nothing about values around 1e-12.
    """

    limit: float = 1e-9
    by_spread: bool = False


EXACT = Tolerance()
FLOAT32 = Tolerance(1e-5, by_spread=True)


@dataclass(frozen=True)
class Check:
    """One way of asking, and how the file did.

    Attributes
    ----------
    ties : int
        Rows whose two likeliest classes are closer than the limit: their labels may differ.
    max_difference : float
        Of probabilities, or of values in units of what the limit refers to.
    worst : str
        The row that differs most, shown when the check failed.
    """

    name: str
    passed: bool
    rows: int
    labels_equal: int = 0
    ties: int = 0
    max_difference: float = 0.0
    worst: str = ""


@dataclass(frozen=True)
class Certificate:
    """What was found when a file was held against the libraries' own predictions.

    Attributes
    ----------
    rows, adversarial_rows : int
        Held-out rows and hostile rows that were compared.
    labels_equal : float or None
        Share of rows with the same label, ties apart; None for regression.
    """

    passed: bool
    file_sha256: str
    task: str
    rows: int
    adversarial_rows: int
    labels_equal: float | None
    ties: int
    max_difference: float
    limit: float
    checks: tuple[Check, ...]
    runtime: str
    versions: dict[str, str]

    def sentence(self) -> str:
        """Say it in one sentence."""
        failing = [check for check in self.checks if not check.passed]
        if failing:
            return f"Not certified: {failing[0].name}: {failing[0].worst}" + (
                f" ({len(failing)} of {len(self.checks)} checks failed)" if len(failing) > 1 else ""
            )
        labels = "" if self.labels_equal is None else f"labels {_percent(self.labels_equal)} equal, "
        ties = f" ({self.ties} ties apart)" if self.ties else ""
        what = "value" if self.labels_equal is None else "probability"
        return (
            f"Certified: {self.rows:,} held-out and {self.adversarial_rows:,} adversarial rows; {labels}"
            f"largest {what} difference {self.max_difference:.0e} (limit {self.limit:.0e}){ties}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values (a difference that is not finite as text)."""
        return _plain(asdict(self))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Certificate:
        """Read what `to_dict` wrote."""
        found = {**values, "max_difference": float(values["max_difference"])}
        checks = [{**check, "max_difference": float(check["max_difference"])} for check in values["checks"]]
        return cls(**{**found, "checks": tuple(Check(**check) for check in checks)})


@dataclass(frozen=True)
class CertifiedModel:
    """A file with its certificate, which may say that it did not pass."""

    content: bytes
    certificate: Certificate

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return self.certificate.file_sha256

    @property
    def schema(self) -> Schema:
        """Columns the model wants."""
        return self.load().schema

    @property
    def classes(self) -> np.ndarray | None:
        """Classes in the order of the probabilities; None for regression."""
        return self.load().classes

    @property
    def task(self) -> str:
        """Return "binary", "multiclass" or "regression"."""
        return self.certificate.task

    def load(self) -> OnnxModel:
        """Make it ready to predict."""
        return load(self.content)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, whole or not at all."""
        target = Path(path)
        if not target.parent.is_dir():
            raise Invalid(f"There is no folder {str(target.parent)!r} to write {target.name!r} into.")
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.write_bytes(self.content)
        part.replace(target)
        return target


def certify(
    model: bytes,
    reference: Reference,
    frame: pd.DataFrame,
    *,
    splits: Mapping[str, np.ndarray] | None = None,
    tolerance: Tolerance = EXACT,
) -> Certificate:
    """Hold a file against a reference on held-out and adversarial rows.

    The file is loaded afresh from its bytes and asked through `OnnxModel`, as users ask; the reference is
    asked with the same frames. Rows that the reference refuses (a library that takes no missing values) are
    left out of the comparison where `reference.may_refuse` is true, and a failure otherwise.

    Parameters
    ----------
    model : bytes
        An ONNX file of the studio.
    reference : Reference
        The libraries' own prediction.
    frame : DataFrame of at least one row
        Held-out rows as the user has them; `MOST_HELD_OUT` of them are used.
    splits : mapping of column name to values, optional
        Where the prediction jumps; tried with one ulp to either side.
    tolerance : Tolerance
        How far it may be off.
    """
    if not len(frame):
        raise Invalid("A certificate needs at least one row to compare on.")
    loaded = load(model)
    held = frame.iloc[_spread(len(frame), MOST_HELD_OUT)]
    hostile = adversarial_rows(reference.schema, held, splits)
    held_answer = _ask(reference, held)
    answered, hostile_answer, refusal = _ask_where_answered(reference, hostile, held_answer)
    refused = len(hostile) - len(answered)
    hostile = hostile.iloc[answered].reset_index(drop=True)
    judge = _Judge(loaded.classes, tolerance, held_answer[1])

    checks = [_interface(loaded, reference)]
    may_refuse = refused == 0 or getattr(reference, "may_refuse", False)
    checks.append(Check(f"{refused} adversarial rows the library refuses", may_refuse, 0, worst=refusal))
    checks.append(judge.compare("held-out rows", held, held_answer, loaded))
    checks.append(judge.compare("adversarial rows", hostile, hostile_answer, loaded))

    some = _spread(len(held), _VARIANT_ROWS)
    plain = as_frame(reference.schema, reference.schema.canonical(held.iloc[some]))
    mixed = pd.concat([plain, hostile], ignore_index=True)
    answer = tuple(np.concatenate([a[some], b]) for a, b in zip(held_answer, hostile_answer, strict=True))
    for kind, rows in (("held-out rows", plain), ("mixed rows", mixed)):
        known = answer if rows is mixed else tuple(part[some] for part in held_answer)
        for name, varied in variants(reference.schema, rows):
            checks.append(judge.compare(f"{kind} as {name}", varied, known, loaded))

    single = _spread(len(mixed), _SINGLE_ROWS)
    alone = _OneByOne(loaded)
    known = tuple(part[single] for part in answer)
    checks.append(judge.compare("one row at a time", mixed.iloc[single], known, alone))

    rows = [check for check in checks if check.rows]
    compared = sum(check.rows - check.ties for check in rows)
    return Certificate(
        passed=all(check.passed for check in checks),
        file_sha256=hashlib.sha256(model).hexdigest(),
        task=loaded.task,
        rows=len(held),
        adversarial_rows=len(hostile),
        labels_equal=None
        if loaded.classes is None
        else sum(check.labels_equal for check in rows) / max(1, compared),
        ties=sum(check.ties for check in checks[2:4]),
        max_difference=max(check.max_difference for check in checks),
        limit=tolerance.limit,
        checks=tuple(checks),
        runtime=f"onnxruntime {version('onnxruntime')} on {platform.machine()} CPU, in double precision",
        versions=versions(),
    )


def certified(
    pipeline: Exportable, frame: pd.DataFrame, *, metadata: Mapping[str, Any] | None = None
) -> CertifiedModel:
    """Export a pipeline and certify its file on held-out rows; see `seal`."""
    return seal(pipeline.export(metadata), pipeline, frame, splits=pipeline.splits())


def seal(
    model: bytes,
    reference: Reference,
    frame: pd.DataFrame,
    *,
    splits: Mapping[str, np.ndarray] | None = None,
    tolerance: Tolerance = EXACT,
) -> CertifiedModel:
    """Certify a file and write into it how far off it may be; the certificate names the final bytes.

    The largest difference enters the file's metadata rounded up to one of 1e-15, 1e-12, 1e-9, … so that the
    same model gives the same bytes. The final bytes are loaded once more and must answer as before.
    A file that did not pass is handed back with its certificate: the caller decides.
    """
    import onnx

    from labstudio.onnx.graph import with_metadata

    first = certify(model, reference, frame, splits=splits, tolerance=tolerance)
    if not first.passed:
        return CertifiedModel(model, first)
    proto = onnx.load_from_string(model)
    metadata = {item.key: item.value for item in proto.metadata_props}
    metadata["labstudio.max_difference"] = f"<= {_rounded_up(first.max_difference):.0e}"
    content = with_metadata(proto, metadata)
    some = frame.iloc[_spread(len(frame), _VARIANT_ROWS)]
    rows = adversarial_rows(reference.schema, some, splits, limit=_VARIANT_ROWS)
    before, after = _ask(load(model), rows), _ask(load(content), rows)
    same = all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(before, after, strict=True)
    )
    final = Check(
        "the final bytes answer as the certified ones", same, 0, worst="" if same else "they do not"
    )
    certificate = replace(
        first,
        passed=same,
        file_sha256=hashlib.sha256(content).hexdigest(),
        checks=(*first.checks, final),
    )
    return CertifiedModel(content, certificate)


def versions() -> dict[str, str]:
    """Versions of the libraries that decide what a file predicts."""
    found = {}
    for name in (
        "labstudio",
        "onnx",
        "onnxruntime",
        "numpy",
        "pandas",
        "scikit-learn",
        "lightgbm",
        "skl2onnx",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


_Answer = tuple[np.ndarray, ...]
"""Labels [N] and probabilities [N, K], or twice the values [N]."""


class _Judge:
    """Compares answers under one tolerance."""

    def __init__(self, classes: np.ndarray | None, tolerance: Tolerance, values: np.ndarray) -> None:
        self.classes, self.tolerance = classes, tolerance
        finite = values[np.isfinite(values)] if classes is None else np.empty(0)
        unit = float(np.abs(finite).max()) if len(finite) else 0.0
        self.spread = float((finite / unit).std() * unit) if unit else 0.0

    def compare(self, name: str, frame: pd.DataFrame, expected: _Answer, asked: Any) -> Check:
        """Ask for a frame's predictions and compare them with what is expected."""
        try:
            labels, found = _ask(asked, frame)
        except Exception as error:  # a file that cannot answer has failed, whatever onnxruntime calls it
            return Check(
                name, False, len(frame), max_difference=math.inf, worst=f"it does not answer: {error}"
            )
        wanted_labels, wanted = expected
        if found.shape != wanted.shape or labels.shape != wanted_labels.shape:
            worst = f"its answer has shape {found.shape}, not {wanted.shape}"
            return Check(name, False, len(frame), max_difference=math.inf, worst=worst)
        if not len(frame):
            return Check(name, True, 0)
        off = self._difference(found, wanted)
        by_row = off if off.ndim == 1 else off.max(axis=1)
        apart = by_row > self.tolerance.limit
        equal = ties = 0
        if self.classes is not None:
            clear = self._clear(wanted)
            same = labels == wanted_labels
            equal, ties = int((same & clear).sum()), int((~clear).sum())
            apart |= clear & ~same
        worst = ""
        if apart.any():
            row = int(np.where(apart, by_row + 1e-300, -1.0).argmax())
            worst = (
                f"row {row + 1} gives {labels[row]!s} {_shown(found[row])}, the library says "
                f"{wanted_labels[row]!s} {_shown(wanted[row])}, for {_shown_row(frame, row)}"
            )
        return Check(name, not apart.any(), len(frame), equal, ties, float(by_row.max()), worst)

    def _difference(self, found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Differences in units of what the limit refers to; infinite where only one side is finite."""
        units: np.ndarray | float = 1.0
        if self.classes is None:
            size = np.where(np.isfinite(wanted), np.abs(wanted), 0.0)
            units = (
                np.full_like(size, self.spread or 1.0)
                if self.tolerance.by_spread
                else np.minimum(np.maximum(size, 1.0), np.maximum(size, self.spread))
            )
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(found - wanted) / np.maximum(units, np.finfo(np.float64).tiny)
        same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        return np.where(same, 0.0, np.where(np.isfinite(found) & np.isfinite(wanted), off, math.inf))

    def _clear(self, wanted: np.ndarray) -> np.ndarray:
        """Rows whose label is beyond doubt; one with a NaN counts as such, so that labels are compared."""
        top = np.sort(np.nan_to_num(wanted, nan=math.inf), axis=1)
        if top.shape[1] < 2:
            return np.ones(len(wanted), dtype=bool)
        with np.errstate(invalid="ignore"):
            return ~(top[:, -1] - top[:, -2] <= self.tolerance.limit)


class _OneByOne:
    """A model that is asked for one row at a time."""

    def __init__(self, model: OnnxModel) -> None:
        self.model, self.classes = model, model.classes

    def run(self, frame: pd.DataFrame, *outputs: str) -> list[np.ndarray]:
        rows = [self.model.run(frame.iloc[[row]], *outputs) for row in range(len(frame))]
        return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def _ask(asked: Any, frame: pd.DataFrame) -> _Answer:
    if asked.classes is None:
        values = asked.run(frame, "value")[0] if hasattr(asked, "run") else asked.predict(frame)
        values = np.asarray(values, dtype=np.float64)
        return values, values
    if hasattr(asked, "run"):
        labels, found = asked.run(frame, "label", "probabilities")
    else:
        labels, found = asked.predict(frame), asked.predict_proba(frame)
    return np.asarray(labels), np.asarray(found, dtype=np.float64)


def _ask_where_answered(
    reference: Reference, frame: pd.DataFrame, like: _Answer
) -> tuple[np.ndarray, _Answer, str]:
    """Ask a reference that may refuse some rows; return which it answers, the answers, and why others not."""
    refusal = ""
    rows: list[int] = []
    answers: list[_Answer] = [tuple(part[:0] for part in like)]
    waiting = [np.arange(len(frame))]
    while waiting:
        some = waiting.pop()
        try:
            answers.append(_ask(reference, frame.iloc[some]))
            rows += some.tolist()
        except (
            Exception
        ) as error:  # libraries refuse in their own ways: halve until only the refused rows are left
            refusal = f"{type(error).__name__}: {error}"
            if len(some) > 1:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    joined = tuple(np.concatenate(parts) for parts in zip(*answers, strict=True))
    return np.array(rows, dtype=int), joined, refusal


def _interface(model: OnnxModel, reference: Reference) -> Check:
    """The file says of itself what the reference says."""
    wrong = ""
    if model.schema != reference.schema:
        wrong = "the file names other columns than the library"
    elif (model.classes is None) != (reference.classes is None) or (
        model.classes is not None and list(model.classes) != list(reference.classes)  # type: ignore[arg-type]
    ):
        wrong = f"the file's classes are {model.classes}, the library's {reference.classes}"
    return Check("what the file says of itself", not wrong, 0, worst=wrong)


def _spread(rows: int, most: int) -> np.ndarray:
    return (
        np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(int)) if rows else np.empty(0, dtype=int)
    )


def _rounded_up(difference: float) -> float:
    return next((limit for limit in (1e-15, 1e-12, 1e-9, 1e-7, 1e-5) if difference <= limit), math.inf)


def _percent(share: float) -> str:
    return "100 %" if share == 1 else f"{math.floor(share * 10_000) / 100:.2f} %"


def _shown(values: Any) -> str:
    return np.array2string(np.asarray(values), precision=17, threshold=6, max_line_width=10_000)


def _shown_row(frame: pd.DataFrame, row: int) -> str:
    parts = [f"{name}={frame.iloc[row, place]!r}" for place, name in enumerate(frame.columns)]
    return ", ".join(parts[:6]) + (", …" if len(parts) > 6 else "")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
