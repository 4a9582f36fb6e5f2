"""Fills in the tables of the pages from the code itself: python docs/make_tables.py.

A table stands between `<!-- made: NAME -->` and `<!-- end -->`; the words around it are written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from labstudio.data.recipes.functions import GROUPS
from labstudio.data.recipes.steps import STEPS
from labstudio.server.app import Labstudio
from labstudio.server.routes import ROUTES

DOCS = Path(__file__).parent
PAGES = [DOCS / "configuration.md", DOCS / "prepare.md", DOCS / "server.md"]


def filled(text: str) -> str:
    """Return the page with its tables as the code has them now."""
    return re.sub(
        r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def server_options() -> str:
    """What jupyter_server's configuration may hold."""
    rows = [
        (f"`c.Labstudio.{name}`", f"`{trait.default()!r}`", " ".join(trait.help.split()))
        for name, trait in Labstudio.class_own_traits(config=True).items()
    ]
    return _table(("option", "default", "meaning"), rows)


def settings() -> str:
    """What a person finds in JupyterLab's settings editor."""
    schemas = sorted((DOCS.parent / "labextension" / "schema").glob("*.json"))
    found = [one for path in schemas for one in json.loads(path.read_text())["properties"].values()]
    rows = [
        (one["title"], f"`{json.dumps(one['default'])}`", " ".join(one["description"].split()))
        for one in found
    ]
    return _table(("setting", "default", "meaning"), rows)


def resources() -> str:
    """What the authorizer is asked."""
    asked: dict[str, set[str]] = {}
    for route in ROUTES:
        asked.setdefault(route.resource, set()).add(route.may)
    order = ("read", "write", "execute")
    rows = [
        (f"`{resource}`", ", ".join(f"`{may}`" for may in order if may in mays))
        for resource, mays in asked.items()
    ]
    return _table(("resource", "actions"), rows)


def routes() -> str:
    """Every route, under the resource it belongs to."""
    parts = []
    for resource in dict.fromkeys(route.resource for route in ROUTES):
        rows = [
            (f"`{route.method}`", f"`{route.path}`", route.summary, f"`{route.may}`")
            for route in ROUTES
            if route.resource == resource
        ]
        parts.append(f"## {resource}\n\n" + _table(("method", "path", "what it does", "action"), rows))
    return "\n".join(parts)


def recipe_steps() -> str:
    """Every operation of a recipe, with a line of it."""
    rows = [
        (f"`{op}`", step.title, " ".join(str(step.__doc__).split()), f"`{step.example}`")
        for op, step in STEPS.items()
    ]
    return _table(("operation", "title", "what it does", "as a line"), rows)


def recipe_functions() -> str:
    """Every function of expressions."""
    rows = [
        (f"`{one.says[0]}`", one.says[1], one.gives or "the same as it is given")
        for group in GROUPS.values()
        for one in group.values()
        if one.typed
    ]
    return _table(("function", "what it gives", "kind"), rows)


TABLES = {
    "server_options": server_options,
    "settings": settings,
    "resources": resources,
    "routes": routes,
    "recipe_steps": recipe_steps,
    "recipe_functions": recipe_functions,
}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text()))
