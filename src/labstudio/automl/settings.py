"""What a person can set for an AutoML run, declared once.

Cells, the command line, forms and jobs all read their options from these two models.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

DEFAULT_BUDGET = 60.0


Learners = Literal[
    "baseline",
    "tree",
    "linear",
    "lightgbm",
    "histogram",
    "extra_trees",
    "random_forest",
    "mlp",
    "xgboost",
]

Metrics = Literal[
    "auto",
    "roc_auc",
    "log_loss",
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "precision_macro",
    "precision_micro",
    "precision_weighted",
    "recall_macro",
    "recall_micro",
    "recall_weighted",
    "average_precision",
    "average_precision_macro",
    "average_precision_micro",
    "average_precision_weighted",
    "roc_auc_micro",
    "roc_auc_weighted",
    "brier",
    "matthews_corrcoef",
    "norm_macro_recall",
    "weighted_accuracy",
    "f1",
    "precision",
    "recall",
    "rmse",
    "mae",
    "median_absolute_error",
    "rmsle",
    "r2",
    "mape",
    "explained_variance",
    "spearman",
    "normalized_rmse",
    "normalized_mae",
    "normalized_median_absolute_error",
    "normalized_rmsle",
    "quantile_loss",
]

_METRICS_ELSEWHERE = {
    "AUC_macro": "roc_auc",
    "AUC_micro": "roc_auc_micro",
    "AUC_weighted": "roc_auc_weighted",
    "matthews_correlation": "matthews_corrcoef",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "r2_score": "r2",
    "root_mean_squared_error": "rmse",
    "root_mean_squared_log_error": "rmsle",
    "spearman_correlation": "spearman",
    "normalized_mean_absolute_error": "normalized_mae",
    "normalized_root_mean_squared_error": "normalized_rmse",
    "normalized_root_mean_squared_log_error": "normalized_rmsle",
}
"""What Azure calls our metrics; it also says ``f1_score_macro`` where we say ``f1_macro``."""


_LEARNER_NAMES: dict[str, Any] = {"labels": "labstudio.automl.naming:learner"}


class AutoMLSettings(BaseModel):
    """How to search for a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Literal["auto", "binary", "multiclass", "regression"] = Field(
        "auto",
        description="What is predicted; auto looks at the target's values.",
        json_schema_extra={
            "labels": {"binary": "Two classes", "multiclass": "Several classes", "regression": "Regression"}
        },
    )
    budget: float | None = Field(
        None,
        ge=1,
        le=7 * 24 * 3600,
        description="Seconds the whole call may take, from reading to the certified file; "
        "60 unless trials is given.",
    )
    trials: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="Number of trials, after which the search ends; "
        "without a budget the result is then the same on every run.",
    )
    metric: Metrics = Field(
        "auto",
        description="What is optimised; auto: roc_auc, log_loss or rmse, by the task.",
        json_schema_extra={"labels": "labstudio.automl.naming:metric"},
    )
    scorer: str | None = Field(
        None,
        pattern=r"^[\w.]+:[\w.]+$",
        description="Your own metric in place of the named one, as module:function of truth and prediction. "
        "More is better, but for names that end in _error, _loss or _deviance.",
    )
    quantile: float = Field(0.5, gt=0, lt=1, description="Which quantile the quantile_loss is of.")
    target_score: float | None = Field(
        None, description="A validation score that is good enough: the search ends when it is reached."
    )
    positive: str | None = Field(
        None, description="Of two classes the one that is looked for; the second in order when not given."
    )
    class_weight: Literal["none", "balanced"] = Field(
        "none",
        description="balanced: rare classes count as much as frequent ones.",
        json_schema_extra={"labels": {"none": "As they are", "balanced": "Balanced"}},
    )
    weight: str | None = Field(
        None,
        json_schema_extra={"choices": "columns(data)"},
        description="Column that says how much each row counts; it is not used as a feature.",
    )
    group: str | None = Field(
        None,
        json_schema_extra={"choices": "columns(data)"},
        description="Column whose values stay together in hold-out and folds, "
        "such as a patient or a country; it is not used as a feature.",
    )
    time: str | None = Field(
        None,
        json_schema_extra={"choices": "columns(data)"},
        description="Column by which rows are ordered: later rows judge models of earlier ones.",
    )
    holdout: float | None = Field(
        None,
        gt=0,
        lt=0.9,
        description="Share of the rows (of the groups) kept aside to judge the result; "
        "a tenth, of fewer than 1,000 rows up to a fifth, when not given.",
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=20,
        description="Folds of the cross-validation; chosen by size and budget when not given.",
    )
    learners: list[Learners] = Field(
        default_factory=list,
        description="Only these learners; all when not given.",
        json_schema_extra=_LEARNER_NAMES,
    )
    block: list[Learners] = Field(
        default_factory=list, description="Not these learners.", json_schema_extra=_LEARNER_NAMES
    )
    features: Literal["auto", "plain"] = Field(
        "auto",
        description="auto: also features made of several columns and of the target's means, where they prove "
        "themselves; plain: the columns alone.",
        json_schema_extra={"labels": {"plain": "The columns alone"}},
    )
    ensemble: bool = Field(True, description="Join the best candidates where that is better than one alone.")
    refit: bool = Field(
        True,
        description="Fit the recommended model once more with the held-out rows, after they have judged it.",
    )
    max_model_mb: float = Field(
        10.0, gt=0, le=10_000, title="Max model size", description="Largest size of the exported file, in MB."
    )
    max_latency_ms: float | None = Field(
        None,
        gt=0,
        title="Max latency",
        description="Longest time for the prediction of one row, from a frame to the answer, in ms; "
        "of 10,000 rows together, on two cores, each may take a twentieth of it.",
    )
    monotone: dict[str, Literal["increasing", "decreasing"]] = Field(
        default_factory=dict,
        json_schema_extra={"choices": "columns(data)"},
        description="Columns with which the prediction may only rise, or only fall; "
        "learners that cannot keep to it are left out.",
    )
    exclude: list[str] = Field(
        default_factory=list,
        description="Columns that are not used.",
        json_schema_extra={"choices": "columns(data)"},
    )
    types: dict[str, str] = Field(
        default_factory=dict,
        json_schema_extra={"choices": "columns(data)"},
        description="Type of a column where you know better: "
        "number, boolean, category, text, datetime, id or constant; what the form tells apart further, "
        "integer and high_cardinality, are numbers and categories.",
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Threads a learner may use; when not given one below 10,000 rows, else all cores.",
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Candidates that are fitted at once, each in a process of its own; "
        "when not given one for every 8 cores.",
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Seed of everything random.")

    @field_validator("types")
    @classmethod
    def _as_kept(cls, types: dict[str, str]) -> dict[str, str]:
        finer = {"integer": "number", "high_cardinality": "category"}
        return {name: finer.get(kind, kind) for name, kind in types.items()}

    @field_validator("metric", mode="before")
    @classmethod
    def _in_our_words(cls, name: Any) -> Any:
        name = _METRICS_ELSEWHERE.get(name, name) if isinstance(name, str) else name
        return name.replace("_score_", "_") if isinstance(name, str) else name

    @property
    def seconds(self) -> float | None:
        """The time limit that holds: the budget, or 60 s unless the number of trials is the limit."""
        if self.budget is None and self.trials is None:
            return DEFAULT_BUDGET
        return self.budget


class AutoMLRun(AutoMLSettings):
    """A search on a data asset of the workspace."""

    model_config = ConfigDict(
        json_schema_extra={
            "first": ["data", "target", "task", "budget"],
            "groups": {
                "What counts": [
                    *("metric", "scorer", "quantile", "target_score", "positive", "class_weight", "weight")
                ],
                "Columns": ["exclude", "types"],
                "Splits": ["group", "time", "holdout", "folds", "validation", "test"],
                "Models": ["learners", "block", "features", "ensemble", "refit", "monotone"],
                "Limits": ["trials", "max_model_mb", "max_latency_ms", "threads", "workers", "seed"],
            },
        }
    )

    data: str = Field(
        min_length=1,
        description="Data asset, such as churn or churn@3.",
        json_schema_extra={"choices": "assets"},
    )
    target: str = Field(description="Column to predict.", json_schema_extra={"choices": "columns(data)"})
    validation: str | None = Field(
        None,
        description="Data asset with your own rows to choose models by, in place of folds.",
        json_schema_extra={"choices": "assets"},
    )
    test: str | None = Field(
        None,
        description="Data asset with your own rows to judge the result by, in place of a hold-out.",
        json_schema_extra={"choices": "assets"},
    )
