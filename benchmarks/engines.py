"""The engines that are compared: one small function each to fit and save, one to open what was saved.

Runs inside the engine's own environment, so of this project it imports nothing:

    python engines.py fit ENGINE FOLDER
    python engines.py predict ENGINE FOLDER

FOLDER holds job.json, train.parquet and test.parquet (without the target). The first call leaves model/ and
fit.json, the second predictions.npy and predict.json. How that is watched and scored it does not know.
"""

from __future__ import annotations

import json
import pickle
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Predict = Callable[[pd.DataFrame], np.ndarray]  # values [N], or probabilities [N, K] as Job.labels

MANY = 10_000


@dataclass(frozen=True)
class Job:
    """What is asked of every engine alike."""

    target: str
    task: str  # "binary", "multiclass" or "regression"
    labels: list[str]  # of a classification: the classes in order, which are text; else empty
    budget: float
    seed: int

    def metric(self, roc_auc: str, log_loss: str, rmse: str) -> str:
        """Name the metric that the harness scores by, in the engine's words."""
        return {"binary": roc_auc, "multiclass": log_loss, "regression": rmse}[self.task]


@dataclass(frozen=True)
class Engine:
    """An engine with one way of using it."""

    environment: str  # folder under .peers; "" for this project's own
    package: str  # as it was installed
    imports: str  # module:name, what a user imports
    fit: Callable[[pd.DataFrame, Job, Path], dict[str, Any]]
    open: Callable[[Path, Job], Predict]


def fit_labstudio(train: pd.DataFrame, job: Job, folder: Path, **settings: Any) -> dict[str, Any]:
    """Fit by Labstudio and keep the ONNX file alone."""
    from labstudio.automl import AutoMLSettings, fit

    told = AutoMLSettings(task=job.task, budget=job.budget, seed=job.seed, **settings)
    result = fit(train, job.target, told)
    result.save_onnx(folder / "model.onnx")
    return {"certificate": result.certificate.passed}


def fit_lean(train: pd.DataFrame, job: Job, folder: Path) -> dict[str, Any]:
    """Fit by Labstudio where one row has 0.3 ms."""
    return fit_labstudio(train, job, folder, max_latency_ms=0.3)


def open_labstudio(folder: Path, job: Job) -> Predict:
    """Open the ONNX file by onnxruntime."""
    from labstudio.onnx import load

    model = load(folder / "model.onnx")
    if not job.labels:
        return model.predict
    order = [list(model.classes).index(label) for label in job.labels]
    return lambda frame: model.predict_proba(frame)[:, order]


def fit_lightgbm(train: pd.DataFrame, job: Job, folder: Path) -> dict[str, Any]:
    """Fit LightGBM as it comes: text as categories, dates as numbers, no budget."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    X, y = train.drop(columns=job.target), train[job.target]
    categories = {
        name: sorted(column.dropna().astype(str).unique())
        for name, column in X.items()
        if column.dtype.kind not in "biufM"
    }
    model = (LGBMClassifier if job.labels else LGBMRegressor)(random_state=job.seed, verbose=-1)
    model.fit(_numbers_and_categories(X, categories), y)
    (folder / "model.pickle").write_bytes(pickle.dumps((model, categories)))
    return {}


def open_lightgbm(folder: Path, job: Job) -> Predict:
    """Open the pickled model and its categories."""
    model, categories = pickle.loads((folder / "model.pickle").read_bytes())  # noqa: S301 - made above
    predict = model.predict_proba if job.labels else model.predict
    return lambda frame: predict(_numbers_and_categories(frame, categories))


def fit_flaml(train: pd.DataFrame, job: Job, folder: Path) -> dict[str, Any]:
    """Fit FLAML for the budget, all else as it comes."""
    from flaml import AutoML

    model = AutoML()
    model.fit(
        train.drop(columns=job.target),
        train[job.target],
        task="classification" if job.labels else "regression",
        metric=job.metric("roc_auc", "log_loss", "rmse"),
        time_budget=job.budget,
        seed=job.seed,
        verbose=0,
    )
    (folder / "model.pickle").write_bytes(pickle.dumps(model))
    return {}


def open_flaml(folder: Path, job: Job) -> Predict:
    """Open the pickled object."""
    model = pickle.loads((folder / "model.pickle").read_bytes())  # noqa: S301 - made above
    return model.predict_proba if job.labels else model.predict


def autogluon(preset: str) -> Callable[[pd.DataFrame, Job, Path], dict[str, Any]]:
    """Return a fit of AutoGluon by one of its presets."""

    def fit(train: pd.DataFrame, job: Job, folder: Path) -> dict[str, Any]:
        from autogluon.tabular import TabularPredictor

        TabularPredictor(
            label=job.target,
            problem_type=job.task,
            eval_metric=job.metric("roc_auc", "log_loss", "root_mean_squared_error"),
            path=str(folder),
            verbosity=1,
        ).fit(train, time_limit=job.budget, presets=preset)
        return {}

    return fit


def open_autogluon(folder: Path, job: Job) -> Predict:
    """Open the folder with all models in memory, as its guide advises for speed."""
    from autogluon.tabular import TabularPredictor

    model = TabularPredictor.load(str(folder), verbosity=0)
    model.persist()
    if job.labels:
        return lambda frame: model.predict_proba(frame)[job.labels].to_numpy()
    return lambda frame: model.predict(frame).to_numpy()


def mljar(mode: str) -> Callable[[pd.DataFrame, Job, Path], dict[str, Any]]:
    """Return a fit of mljar-supervised in one of its modes, without its explanations, which take time."""

    def fit(train: pd.DataFrame, job: Job, folder: Path) -> dict[str, Any]:
        from supervised.automl import AutoML

        AutoML(
            results_path=str(folder),
            mode=mode,
            ml_task={
                "binary": "binary_classification",
                "multiclass": "multiclass_classification",
                "regression": "regression",
            }[job.task],
            eval_metric=job.metric("auc", "logloss", "rmse"),
            total_time_limit=round(job.budget),
            explain_level=0,
            verbose=0,
            random_state=job.seed,
        ).fit(train.drop(columns=job.target), train[job.target])
        return {}

    return fit


def open_mljar(folder: Path, job: Job) -> Predict:
    """Open the folder of results."""
    from supervised.automl import AutoML

    model = AutoML(results_path=str(folder))
    if not job.labels:
        return model.predict
    columns = [f"prediction_{label}" for label in job.labels]
    return lambda frame: model.predict_all(frame)[columns].to_numpy()


ENGINES = {
    "labstudio": Engine("", "labstudio", "labstudio.automl:fit", fit_labstudio, open_labstudio),
    "labstudio-lean": Engine("", "labstudio", "labstudio.automl:fit", fit_lean, open_labstudio),
    "lightgbm": Engine("", "lightgbm", "lightgbm:LGBMClassifier", fit_lightgbm, open_lightgbm),
    "flaml": Engine("flaml", "flaml", "flaml:AutoML", fit_flaml, open_flaml),
    **{
        name: Engine(
            "autogluon",
            "autogluon.tabular",
            "autogluon.tabular:TabularPredictor",
            autogluon(preset),
            open_autogluon,
        )
        for name, preset in (("autogluon-medium", "medium_quality"), ("autogluon-best", "best_quality"))
    },
    **{
        name: Engine("mljar", "mljar-supervised", "supervised.automl:AutoML", mljar(mode), open_mljar)
        for name, mode in (("mljar-perform", "Perform"), ("mljar-compete", "Compete"))
    },
}


def fit(engine: Engine, folder: Path) -> None:
    """Import, read, fit, save; what the engine says of itself goes into fit.json."""
    began = time.perf_counter()
    module, name = engine.imports.split(":")
    getattr(import_module(module), name)
    imported = time.perf_counter() - began
    import pandas as pd

    job = _job(folder)
    (folder / "model").mkdir()
    said = engine.fit(pd.read_parquet(folder / "train.parquet"), job, folder / "model")
    said |= {"import": imported, "version": version(engine.package)}
    (folder / "fit.json").write_text(json.dumps(said))


def predict(engine: Engine, folder: Path) -> None:
    """Open what was saved, predict the test rows, and time one row and many."""
    import numpy as np
    import pandas as pd

    test = pd.read_parquet(folder / "test.parquet")
    model = engine.open(folder / "model", _job(folder))
    np.save(folder / "predictions.npy", np.asarray(model(test), dtype=np.float64))
    one = test.head(1)
    many = pd.concat([test] * (MANY // len(test) + 1), ignore_index=True).head(MANY)
    for _ in range(5):
        model(one)
    latency = {
        "row_ms": 1000 * _median(lambda: model(one), 50),
        "many_s": _median(lambda: model(many), 3),
    }
    (folder / "predict.json").write_text(json.dumps(latency))


def _job(folder: Path) -> Job:
    return Job(**json.loads((folder / "job.json").read_text()))


def _median(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _numbers_and_categories(frame: pd.DataFrame, categories: dict[str, list[str]]) -> pd.DataFrame:
    import pandas as pd

    ready = frame.copy()
    for name, column in frame.items():
        if name in categories:
            text = column.astype(str).where(column.notna())
            ready[name] = pd.Categorical(text, categories=categories[name])
        elif column.dtype.kind == "M":
            ready[name] = column.astype("int64").where(column.notna())
    return ready


if __name__ == "__main__":
    {"fit": fit, "predict": predict}[sys.argv[1]](ENGINES[sys.argv[2]], Path(sys.argv[3]))
