"""A project that somebody wants to label in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project


@dataclass(frozen=True)
class Opened:
    """A project that was opened for labeling; a notebook that has loaded the studio shows its workbench."""

    project: Project
    labeling: Labeling = field(repr=False)

    def __repr__(self) -> str:
        name = f"{self.project.name} ({self.project.id})"
        return f"Workbench of {name}; a notebook that has loaded labstudio (%load_ext labstudio) shows it"
