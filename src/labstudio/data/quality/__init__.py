"""Quality rules: what a table has to be like, checked at every new version.

The face of the package. DuckDB and Arrow are loaded when a table is checked.
"""

from __future__ import annotations

from labstudio.data.quality.quality import Check, Quality
from labstudio.data.quality.rules import KINDS, Rule

__all__ = ["KINDS", "Check", "Quality", "Rule"]
