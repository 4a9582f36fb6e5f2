"""What the routes are told, where the settings models of the capabilities do not say it already."""

from labstudio.server.told.common import Nothing, Told
from labstudio.server.told.data import About, Assets, Chunk, NewData, NewUpload, Page
from labstudio.server.told.explore import Compared, Profiled
from labstudio.server.told.imports import LookAt
from labstudio.server.told.jobs import LogFrom
from labstudio.server.told.models import NewModel, Predict
from labstudio.server.told.quality import FailingPage, NewRules, Release
from labstudio.server.told.recipes import PreviewRecipe, RecipeCode, RecipeLines, RecipeOf, RunRecipe
from labstudio.server.told.workspace import CellOf, Newest, Subject

__all__ = [
    "About",
    "Assets",
    "CellOf",
    "Chunk",
    "Compared",
    "FailingPage",
    "LogFrom",
    "LookAt",
    "NewData",
    "NewModel",
    "NewRules",
    "NewUpload",
    "Newest",
    "Nothing",
    "Page",
    "Predict",
    "PreviewRecipe",
    "Profiled",
    "RecipeCode",
    "RecipeLines",
    "RecipeOf",
    "Release",
    "RunRecipe",
    "Subject",
    "Told",
]
