"""What a kernel or a terminal shows: each view is one text + HTML bundle.

The face of the package. Views take what the capabilities give and know nothing of how it was asked for.
"""

from __future__ import annotations

from labstudio.display.automl import certificate, leaderboard, run, runs
from labstudio.display.bundle import Bundle
from labstudio.display.data import assets, predict, predictions, profile, version
from labstudio.display.progress import NotebookWatch, TerminalWatch, Watch
from labstudio.display.studio import model, models, workspace

__all__ = [
    "Bundle",
    "NotebookWatch",
    "TerminalWatch",
    "Watch",
    "assets",
    "certificate",
    "leaderboard",
    "model",
    "models",
    "predict",
    "predictions",
    "profile",
    "run",
    "runs",
    "version",
    "workspace",
]
