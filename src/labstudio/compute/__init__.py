"""Where work runs: killable local workers behind the Executor seam, and marks of living processes."""

from __future__ import annotations

from labstudio.compute.local import LocalWorkers, WorkerLost
from labstudio.compute.process import ProcessMark

__all__ = ["LocalWorkers", "ProcessMark", "WorkerLost"]
