"""Steps: each turns columns into features, and writes into a graph what it does.

A step is one class with `fit`, `transform` (numpy, double) and `emit`; a step that cannot be emitted cannot
be in the search.
"""

from labstudio.automl.steps.arithmetic import Arithmetic
from labstudio.automl.steps.categories import OneHotCategories, OrdinalCategories
from labstudio.automl.steps.crosses import Crosses
from labstudio.automl.steps.dates import DateCycles, DateParts
from labstudio.automl.steps.numbers import Numbers, Scaled
from labstudio.automl.steps.proposals import CROSSED, propose_pairs, telling
from labstudio.automl.steps.step import Step
from labstudio.automl.steps.target_encoding import CountEncoding, TargetEncoding
from labstudio.automl.steps.text import TextTopics, TextWords

__all__ = [
    "CROSSED",
    "Arithmetic",
    "CountEncoding",
    "Crosses",
    "DateCycles",
    "DateParts",
    "Numbers",
    "OneHotCategories",
    "OrdinalCategories",
    "Scaled",
    "Step",
    "TargetEncoding",
    "TextTopics",
    "TextWords",
    "propose_pairs",
    "telling",
]
