"""The certificate: a file held against the libraries' own predictions, row by row.

It knows a file's bytes and a reference that predicts from frames; it does not know what is inside either.
"""

from __future__ import annotations

import hashlib
import json
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
from labstudio.onnx.comparison import EXACT, Answer, Check, Judge, OneByOne, Tolerance, ask
from labstudio.onnx.model import OnnxModel, load
from labstudio.schema import Schema

MOST_HELD_OUT = 2_000
"""Held-out rows looked at, evenly spread over those given."""

_VARIANT_ROWS = 64
_SINGLE_ROWS = 24
_WIDE = 500
"""Columns beyond which reading a frame in all its variants would take longer than fitting to it."""


class Reference(Protocol):
    """Whoever a file has to agree with; `classes` is None for regression.

    One that decides for the largest product of probabilities and `factors` [K] has these too.
    """

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
class Certificate:
    """What was found when a file was held against the libraries' own predictions.

    Attributes
    ----------
    rows, adversarial_rows : int
        Held-out rows and hostile rows that were compared.
    labels_equal : float or None
        Share of rows with the same label, ties apart; None for regression.
    encoder : str or None
        SHA-256 of the encoder whose vectors the columns are: what comes before the vectors is not covered.
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
    encoder: str | None = None

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
        ) + (f"; from vectors of the encoder {self.encoder[:12]} on" if self.encoder else "")

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
    return _certified(load(model), reference, frame, splits, tolerance)


def _certified(
    loaded: OnnxModel,
    reference: Reference,
    frame: pd.DataFrame,
    splits: Mapping[str, np.ndarray] | None,
    tolerance: Tolerance,
) -> Certificate:
    if not len(frame):
        raise Invalid("A certificate needs at least one row to compare on.")
    held = frame.iloc[_spread(len(frame), MOST_HELD_OUT)]
    hostile = adversarial_rows(reference.schema, held, splits)
    held_answer = ask(reference, held)
    answered, hostile_answer, refusal = _ask_where_answered(reference, hostile, held_answer)
    refused = len(hostile) - len(answered)
    hostile = hostile.iloc[answered].reset_index(drop=True)
    judge = Judge(loaded.classes, tolerance, held_answer[1], getattr(reference, "factors", None))

    checks = [_interface(loaded, reference)]
    may_refuse = refused == 0 or getattr(reference, "may_refuse", False)
    checks.append(Check(f"{refused} adversarial rows the library refuses", may_refuse, 0, worst=refusal))
    checks.append(judge.compare("held-out rows", held, held_answer, loaded))
    checks.append(judge.compare("adversarial rows", hostile, hostile_answer, loaded))

    some = _spread(len(held), _VARIANT_ROWS)
    plain = as_frame(reference.schema, reference.schema.canonical(held.iloc[some]))
    mixed = pd.concat([plain, hostile], ignore_index=True)
    answer = tuple(np.concatenate([a[some], b]) for a, b in zip(held_answer, hostile_answer, strict=True))
    wide = len(reference.schema) > _WIDE
    for kind, rows in (("held-out rows", plain), ("mixed rows", mixed))[wide:]:  # the latter hold the former
        known = answer if rows is mixed else tuple(part[some] for part in held_answer)
        for name, varied in variants(reference.schema, rows):
            checks.append(judge.compare(f"{kind} as {name}", varied, known, loaded))

    single = _spread(len(mixed), _SINGLE_ROWS // 6 if wide else _SINGLE_ROWS)
    alone = OneByOne(loaded)
    known = tuple(part[single] for part in answer)
    checks.append(judge.compare("one row at a time", mixed.iloc[single], known, alone))

    rows = [check for check in checks if check.rows]
    compared = sum(check.rows - check.ties for check in rows)
    return Certificate(
        passed=all(check.passed for check in checks),
        file_sha256=loaded.sha256,
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
        encoder=loaded.metadata.get("labstudio.encoder"),
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

    loaded = load(model)
    first = _certified(loaded, reference, frame, splits, tolerance)
    if not first.passed:
        return CertifiedModel(model, first)
    some = frame.iloc[_spread(len(frame), _VARIANT_ROWS)]
    rows = adversarial_rows(reference.schema, some, splits, limit=_VARIANT_ROWS)
    before = ask(loaded, rows)
    del loaded  # a large model takes several times its size
    proto = onnx.load_from_string(model)
    metadata = {item.key: item.value for item in proto.metadata_props}
    metadata["labstudio.versions"] = json.dumps(versions(), sort_keys=True)
    metadata["labstudio.max_difference"] = f"<= {_rounded_up(first.max_difference):.0e}"
    content = with_metadata(proto, metadata)
    del proto
    after = ask(load(content), rows)
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


def _ask_where_answered(
    reference: Reference, frame: pd.DataFrame, like: Answer
) -> tuple[np.ndarray, Answer, str]:
    """Ask a reference that may refuse some rows; return which it answers, the answers, and why others not."""
    refusal = ""
    rows: list[int] = []
    answers: list[Answer] = [tuple(part[:0] for part in like)]
    waiting = [np.arange(len(frame))]
    while waiting:
        some = waiting.pop()
        try:
            answers.append(ask(reference, frame.iloc[some]))
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


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
