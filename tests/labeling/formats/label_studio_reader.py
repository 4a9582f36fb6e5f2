"""Run by `test_readers` with Label Studio's own converter on its path: tasks in, what it made of them out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main(wanted: dict[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Convert tasks (by their path) with a config; return the files by what was wanted."""
    from label_studio_sdk.converter import Converter

    found = {}
    for name, (tasks, config) in wanted.items():
        with TemporaryDirectory() as folder:
            converter = Converter(config, project_dir=None, download_resources=False)
            converter.convert(tasks, folder, name.partition(" ")[0], is_dir=False)
            files = [path for path in Path(folder).rglob("*") if path.is_file()]
            found[name] = {path.name: path.read_text() for path in files}
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
