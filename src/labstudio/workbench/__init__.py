"""What stands behind a labeler's workbench, wherever it is shown: what it may ask, and what it is answered.

The server's routes and the widget in a notebook's output are doors to it. It knows neither of them.
"""

from __future__ import annotations

from labstudio.workbench.calls import CALLS, Desk, ask

__all__ = ["CALLS", "Desk", "ask"]
