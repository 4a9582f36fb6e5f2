"""All verbs of the studio by the name of their magic: what cells have, and what a panel writes as a cell."""

from __future__ import annotations

from labstudio.verbs import (
    Command,
    automl,
    data,
    datastores,
    endpoints,
    jobs,
    labeling,
    lineage,
    models,
    quality,
    recipes,
)

VERBS: dict[str, dict[str, Command]] = {
    "workspace": {"": data.USE},
    "data": data.DATA,
    "datastore": datastores.DATASTORES,
    "lineage": lineage.LINEAGE,
    "quality": quality.QUALITY,
    "prepare": recipes.PREPARE,
    "automl": {"": automl.RUN, **automl.RUNS},
    "leaderboard": {"": automl.LEADERBOARD},
    "certificate": {"": automl.CERTIFICATE},
    "charts": {"": automl.CHARTS},
    "register": {"": models.REGISTER},
    "predict": {"": models.PREDICT},
    "models": models.MODELS,
    "endpoint": endpoints.ENDPOINT,
    "label": labeling.LABEL,
    "jobs": jobs.JOBS,
}
