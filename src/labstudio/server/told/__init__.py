"""What the routes are told, where the settings models of the capabilities do not say it already."""

from labstudio.server.told.common import (
    Nothing,
    Told,
)
from labstudio.server.told.data import (
    About,
    Assets,
    Chunk,
    NewData,
    NewUpload,
    Page,
)
from labstudio.server.told.datastores import (
    Browse,
    RemoveDatastore,
)
from labstudio.server.told.explore import (
    Compared,
    Profiled,
)
from labstudio.server.told.files import (
    ChangesOf,
    Downloaded,
    FileAt,
    FilesOf,
    SmallPicture,
)
from labstudio.server.told.imports import LookAt
from labstudio.server.told.jobs import (
    LogFrom,
)
from labstudio.server.told.labeling import (
    Answers,
    Archived,
    AskAbout,
    BulkLabel,
    Chosen,
    GiveBack,
    Grid,
    ItemsPage,
    LabelChanges,
    LabelingAnswer,
    LabelRest,
    MediaOf,
    Most,
    NewExport,
    NewGold,
    NewImport,
    NewNote,
    NewReview,
    NewRole,
    NextItems,
    ProjectChanges,
    ReviewOf,
    TrainOn,
    Undo,
    WhichItems,
)
from labstudio.server.told.models import (
    NewModel,
    Predict,
)
from labstudio.server.told.quality import (
    FailingPage,
    NewRules,
    Release,
)
from labstudio.server.told.recipes import (
    CancelPreview,
    PreviewRecipe,
    RecipeCode,
    RecipeLines,
    RecipeOf,
    RunRecipe,
)
from labstudio.server.told.workspace import (
    CellOf,
    Newest,
    Subject,
)

__all__ = [
    "About",
    "Answers",
    "Archived",
    "AskAbout",
    "Assets",
    "Browse",
    "BulkLabel",
    "CancelPreview",
    "CellOf",
    "ChangesOf",
    "Chosen",
    "Chunk",
    "Compared",
    "Downloaded",
    "FailingPage",
    "FileAt",
    "FilesOf",
    "GiveBack",
    "Grid",
    "ItemsPage",
    "LabelChanges",
    "LabelRest",
    "LabelingAnswer",
    "LogFrom",
    "LookAt",
    "MediaOf",
    "Most",
    "NewData",
    "NewExport",
    "NewGold",
    "NewImport",
    "NewModel",
    "NewNote",
    "NewReview",
    "NewRole",
    "NewRules",
    "NewUpload",
    "Newest",
    "NextItems",
    "Nothing",
    "Page",
    "Predict",
    "PreviewRecipe",
    "Profiled",
    "ProjectChanges",
    "RecipeCode",
    "RecipeLines",
    "RecipeOf",
    "Release",
    "RemoveDatastore",
    "ReviewOf",
    "RunRecipe",
    "SmallPicture",
    "Subject",
    "Told",
    "TrainOn",
    "Undo",
    "WhichItems",
]
