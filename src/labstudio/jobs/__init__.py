"""Jobs: background work in processes of its own, which whoever looks later finds in its true state.

The face of the package. It knows no kind of work: these are handed in, and come back in the job's process.
"""

from __future__ import annotations

from labstudio.jobs.job import Job, Kind, LogPart, Outcome
from labstudio.jobs.jobs import Jobs

__all__ = ["Job", "Jobs", "Kind", "LogPart", "Outcome"]
