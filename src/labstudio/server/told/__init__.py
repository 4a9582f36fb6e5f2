"""What the routes are told, where the settings models of the capabilities do not say it already."""

from labstudio.edges import (
    Nothing,
    Told,
)
from labstudio.server.told.data import (
    About,
    Assets,
    Chunk,
    MoreData,
    NewData,
    NewUpload,
    Page,
)
from labstudio.server.told.datastores import (
    Browse,
    RemoveDatastore,
)
from labstudio.server.told.endpoints import Answering, NewEndpoint
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
from labstudio.server.told.imports import LookAt, Source
from labstudio.server.told.jobs import (
    LogFrom,
)
from labstudio.server.told.labeling import (
    Archived,
    AskAbout,
    BulkLabel,
    Chosen,
    GroupsOf,
    ItemsPage,
    LabelChanges,
    LabelRest,
    Most,
    NewDetector,
    NewExport,
    NewGold,
    NewImport,
    NewReview,
    NewRole,
    ProjectChanges,
    ReviewOf,
    TrainOn,
    WhichItems,
)
from labstudio.server.told.models import (
    NewModel,
    Predict,
    PredictImages,
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
from labstudio.workbench.told import (
    Answers,
    GiveBack,
    Grid,
    LabelingAnswer,
    MediaOf,
    NewNote,
    NextItems,
    Undo,
)

__all__ = [
    "About",
    "Answering",
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
    "GroupsOf",
    "ItemsPage",
    "LabelChanges",
    "LabelRest",
    "LabelingAnswer",
    "LogFrom",
    "LookAt",
    "MediaOf",
    "MoreData",
    "Most",
    "NewData",
    "NewDetector",
    "NewEndpoint",
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
    "PredictImages",
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
    "Source",
    "Subject",
    "Told",
    "TrainOn",
    "Undo",
    "WhichItems",
]
