"""The documentation says what the code does."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from labstudio.data.recipes.lines import read
from labstudio.magics.door import in_cells, split
from labstudio.verbs import pick
from labstudio.verbs.table import VERBS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]


def test_the_page_of_options_is_what_the_models_say() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "make_options.py"))["page"]()
    assert (ROOT / "docs" / "options.md").read_text() == page, "run: python docs/make_options.py"


@pytest.mark.parametrize("name", ["configuration.md", "prepare.md", "server.md"])
def test_the_tables_are_what_the_code_says(name: str) -> None:
    page = (ROOT / "docs" / name).read_text()
    assert "<!-- made: " in page
    assert runpy.run_path(str(ROOT / "docs" / "make_tables.py"))["filled"](page) == page, "run: make docs"


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_links_and_pictures_lead_to_files(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_magic_on_a_page_is_one_that_cells_understand(path: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
        if block.startswith("%%"):
            _read(*block.removeprefix("%%").split("\n", 1))
        for line in re.findall(r"^%(?!%|load_ext)(.*)", block, re.MULTILINE):
            _read(line)


def _read(line: str, cell: str | None = None) -> None:
    name, _, told = line.partition(" ")
    commands = {verb: in_cells(command) for verb, command in VERBS[name].items()}
    command, tokens = pick(commands, split(told, name), f"%{name}")
    told = command.told(tokens, cell)
    if command.body and cell is not None:
        read(getattr(told, command.body))


def test_the_site_builds_without_a_warning_and_every_page_is_in_its_contents(tmp_path: Path) -> None:
    sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    built = subprocess.run(
        [*sphinx, "-d", tmp_path / "trees", ROOT / "docs", tmp_path / "html"], capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    contents = (tmp_path / "html" / "index.html").read_text()
    for path in PAGES[1:]:
        assert f'href="{path.stem}.html"' in contents or path.stem == "index", path.name
    loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"(https?://[^\"]*)", contents)
    assert loaded == [], "the site works offline"


def test_the_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {"demo", "lab", "test"} <= set(commands) <= set(targets)


def test_the_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == "exec make test"
