"""Data: named tables in numbered versions that never change, from CSV, Parquet and frames.

The face of the package. DuckDB, Arrow and pandas are loaded when a table is read or written.
"""

from __future__ import annotations

from labstudio.data.assets import Data, Version
from labstudio.data.options import ImportOptions

__all__ = ["Data", "ImportOptions", "Version"]
