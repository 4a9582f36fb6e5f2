"""What the routes are told, where the settings models of the capabilities do not say it already."""

from labstudio.server.told.common import Nothing, Told
from labstudio.server.told.data import Chunk, NewData, NewUpload, Page
from labstudio.server.told.jobs import LogFrom
from labstudio.server.told.models import NewModel, Predict
from labstudio.server.told.workspace import CellOf, Newest, Subject

__all__ = [
    "CellOf",
    "Chunk",
    "LogFrom",
    "NewData",
    "NewModel",
    "NewUpload",
    "Newest",
    "Nothing",
    "Page",
    "Predict",
    "Subject",
    "Told",
]
