"""What can be optimised: the field's metrics by name, or a callable that a person brings."""

from labstudio.automl.metrics.choice import built_in, choose, from_path, report
from labstudio.automl.metrics.classification import area_under_curve
from labstudio.automl.metrics.metric import Function, Judge, Metric, most_likely

__all__ = [
    "Function",
    "Judge",
    "Metric",
    "area_under_curve",
    "built_in",
    "choose",
    "from_path",
    "most_likely",
    "report",
]
