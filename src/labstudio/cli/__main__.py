"""``python -m labstudio.cli``: the same as the ``labstudio`` command."""

from __future__ import annotations

import sys

from labstudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
