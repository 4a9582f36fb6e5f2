"""One wheel brings both halves of the studio to a JupyterLab that has no Node."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
KEPT = (
    "src",
    "labextension/dist",
    "jupyter-config",
    "install.json",
    "package.json",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build from the sources and the panels that `make` has built, in a folder of their own."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in KEPT:
        source, target = PROJECT / name, folder / "project" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    build = "import sys, hatchling.build as backend; print(backend.build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)],
        cwd=folder / "project", env=no_node(), capture_output=True, text=True, timeout=250,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder / made.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def bare(tmp_path_factory, wheel) -> Path:
    """Install the wheel in an environment that has the dependencies and nothing of this project."""
    place = tmp_path_factory.mktemp("bare") / "venv"
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    packages = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    # a path line is only added to sys.path: .pth files inside it, this project's own among them, are not read
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (data,) = packages.glob("labstudio-*.data/data")
    shutil.copytree(data, place, dirs_exist_ok=True)
    return python


def no_node() -> dict[str, str]:
    """The environment, without Node on its path."""
    path = [place for place in os.environ["PATH"].split(os.pathsep) if not shutil.which("node", path=place)]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTHON"))}
    return kept | {"PATH": os.pathsep.join(path)}


def said(python: Path, *command: str) -> str:
    done = subprocess.run(
        [python, "-m", *command], env=no_node(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_package_comes_from_the_wheel(bare):
    code = "import labstudio, labstudio.server, pathlib; print(pathlib.Path(labstudio.__file__).parents[4])"
    place = subprocess.check_output([bare, "-c", code], env=no_node(), text=True, timeout=120).strip()
    assert Path(place).resolve() == bare.parents[1].resolve()


def test_the_panels_are_enabled(bare):
    (line,) = (
        line
        for line in said(bare, "jupyterlab.labextensions", "list").splitlines()
        if "@labstudio/lab" in line
    )
    assert "enabled" in line
    assert "OK" in line


def test_the_server_half_is_enabled(bare):
    text = said(bare, "jupyter_server.extension.serverextension", "list")
    words = re.sub(r"\x1b\[\d+m", "", text).split()  # its colours
    assert words[words.index("labstudio.server") + 1] == "enabled"
    assert words[-words[::-1].index("labstudio.server")] == "OK"  # said of it last, after it was imported
