"""Where things come from and what became of them: data, recipes, runs, models; and how others read it."""

from __future__ import annotations

from labstudio.lineage.graph import Graph, Node
from labstudio.lineage.lineage import Lineage

__all__ = ["Graph", "Lineage", "Node"]
