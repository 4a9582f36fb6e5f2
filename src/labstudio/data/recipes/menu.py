"""The menu of operations, with the form of each."""

from __future__ import annotations

from typing import Any

from labstudio.data.recipes.functions import FUNCTIONS
from labstudio.data.recipes.steps import STEPS


def menu() -> list[dict[str, Any]]:
    """Return each operation with its title, group, help and the JSON schema of its arguments.

    Examples
    --------
    >>> menu()[0]["title"]
    'Keep columns'
    """
    found = []
    for op, step in STEPS.items():
        schema = step.model_json_schema()
        fields = {
            name: one for name, one in schema["properties"].items() if name not in ("op", "enabled", "note")
        }
        form = {**schema, "properties": fields}
        found.append(
            {"op": op, "title": step.title, "group": step.group, "help": str(step.__doc__), "form": form}
        )
    return found


def functions() -> list[dict[str, Any]]:
    """Return each function of expressions with the kinds of what it takes and gives.

    Examples
    --------
    >>> next(one for one in functions() if one["name"] == "round")
    {'name': 'round', 'takes': ['number', 'number?'], 'gives': 'number'}
    """
    found = []
    for name, one in FUNCTIONS.items():
        if one.operator:
            continue
        kinds = [kind.replace("|", " or ") for kind in one.kinds]
        least = one.least or len(kinds)
        takes = [kind if place < least else f"{kind}?" for place, kind in enumerate(kinds)]
        found.append(
            {"name": name, "takes": takes + (["…"] if one.many else []), "gives": one.gives or "the same"}
        )
    return found
