"""Labeling: people and models say what the items of a data asset are, and everything said is kept.

The face of the package.
"""

from __future__ import annotations

from labstudio.labeling.annotating import Answer
from labstudio.labeling.image_model import ImageModel, load_image_model
from labstudio.labeling.labeling import Labeling
from labstudio.labeling.labels import Label, SchemaChange
from labstudio.labeling.looking import Which
from labstudio.labeling.settings import NewProject, ProjectSettings

__all__ = [
    "Answer",
    "ImageModel",
    "Label",
    "Labeling",
    "NewProject",
    "ProjectSettings",
    "SchemaChange",
    "Which",
    "load_image_model",
]
