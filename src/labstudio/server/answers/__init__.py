"""What the routes answer with, declared once: the OpenAPI document and the TypeScript types come from here.

Times are seconds since 1970 UTC, durations seconds, sizes bytes. This module knows pydantic and nothing else.
"""

from labstudio.server.answers.automl import (
    Certificate,
    Check,
    Feature,
    Figures,
    Guardrail,
    Member,
    Progress,
    Run,
    RunDetail,
    Score,
    Trial,
)
from labstudio.server.answers.common import Done, Model, Problem
from labstudio.server.answers.data import (
    Added,
    Asset,
    AssetDetail,
    Column,
    ColumnProfile,
    Profile,
    Rows,
    Upload,
)
from labstudio.server.answers.jobs import Job, Log
from labstudio.server.answers.models import Input, ModelDetail, Predictions, RegisteredModel
from labstudio.server.answers.workspace import Cell, Edge, Event, Form, Group, Lineage, Node, Overview, Status

__all__ = [
    "Added",
    "Asset",
    "AssetDetail",
    "Cell",
    "Certificate",
    "Check",
    "Column",
    "ColumnProfile",
    "Done",
    "Edge",
    "Event",
    "Feature",
    "Figures",
    "Form",
    "Group",
    "Guardrail",
    "Input",
    "Job",
    "Lineage",
    "Log",
    "Member",
    "Model",
    "ModelDetail",
    "Node",
    "Overview",
    "Predictions",
    "Problem",
    "Profile",
    "Progress",
    "RegisteredModel",
    "Rows",
    "Run",
    "RunDetail",
    "Score",
    "Status",
    "Trial",
    "Upload",
]
