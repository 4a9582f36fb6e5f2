"""The design card: the packages the studio is built on are declared, and none is imported undeclared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CARD = [
    "jupyterlab",
    "jupyter-server",
    "ipywidgets",
    "ipython",
    "pandas",
    "scikit-learn",
    "optuna",
    "onnx",
    "skl2onnx",
    "onnxruntime",
    "plotly",
    "traitlets",
    "papermill",
]
IMPORT_NAMES = {"scikit-learn": "sklearn", "jupyter-server": "jupyter_server", "ipython": "IPython"}
IMPORT_NAMES |= {"mlflow-skinny": "mlflow", "psycopg[binary]": "psycopg", "xgboost-cpu": "xgboost"}
IMPORT_NAMES |= {"pillow": "PIL", "sentence-transformers": "sentence_transformers"}


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~; ]", requirement)[0].lower() for requirement in requirements}


def imported() -> dict[str, str]:
    """Top-level names the package imports, each with one file that does."""
    found: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            found |= {name.split(".")[0]: str(path.relative_to(ROOT)) for name in names}
    return found


@pytest.mark.parametrize("package", CARD)
def test_a_package_of_the_card_is_declared(package: str) -> None:
    assert package in declared(PROJECT["dependencies"])


@pytest.mark.parametrize(
    "package", ["ipython", "pandas", "scikit-learn", "optuna", "onnx", "skl2onnx", "onnxruntime"]
)
def test_a_package_of_the_core_is_used_by_the_core(package: str) -> None:
    assert IMPORT_NAMES.get(package, package) in imported()


def test_nothing_is_imported_that_is_not_declared() -> None:
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    known = {IMPORT_NAMES.get(name, name) for name in declared(PROJECT["dependencies"] + extras)}
    undeclared = {
        name: path
        for name, path in imported().items()
        if name not in known and name not in sys.stdlib_module_names and name != "labstudio"
    }
    # requirements of scikit-learn itself, and of the pretrained encoders
    assert set(undeclared) <= {"joblib", "torch"}, undeclared


def test_jupyterlab_is_never_capped() -> None:
    lines = [line for line in PROJECT["dependencies"] if line.startswith("jupyterlab")]
    assert lines
    assert all("<" not in line and "==" not in line for line in lines)
