"""What a person can set for an AutoML run, declared once.

Cells, the command line, forms and jobs all read their options from these two models.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_BUDGET = 60.0


class AutoMLSettings(BaseModel):
    """How to search for a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Literal["auto", "binary", "multiclass", "regression"] = Field(
        "auto", description="What is predicted; auto looks at the target's values."
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
    metric: Literal[
        "auto",
        "roc_auc",
        "log_loss",
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "rmse",
        "mae",
        "r2",
        "median_absolute_error",
    ] = Field("auto", description="What is optimised; auto: roc_auc, log_loss or rmse, by the task.")
    group: str | None = Field(
        None,
        json_schema_extra={"choices": "columns(data)"},
        description="Column whose values stay together in hold-out and folds, "
        "such as a patient or a country; it is not used as a feature.",
    )
    holdout: float = Field(
        0.2, gt=0, lt=0.9, description="Share of the rows (of the groups) kept aside to judge the result."
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=20,
        description="Folds of the cross-validation; chosen by size and budget when not given.",
    )
    learners: list[Literal["baseline", "linear", "lightgbm"]] = Field(
        default_factory=list, description="Only these learners; all when not given."
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
        "number, boolean, category, text, datetime, id or constant.",
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Threads a learner may use; when not given one below 10,000 rows, else all cores.",
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Seed of everything random.")

    @property
    def seconds(self) -> float | None:
        """The time limit that holds: the budget, or 60 s unless the number of trials is the limit."""
        if self.budget is None and self.trials is None:
            return DEFAULT_BUDGET
        return self.budget


class AutoMLRun(AutoMLSettings):
    """A search on a data asset of the workspace."""

    model_config = ConfigDict(json_schema_extra={"first": ["data", "target", "task", "budget"]})

    data: str = Field(
        min_length=1,
        description="Data asset, such as churn or churn@3.",
        json_schema_extra={"choices": "assets"},
    )
    target: str = Field(description="Column to predict.", json_schema_extra={"choices": "columns(data)"})
