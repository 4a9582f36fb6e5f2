"""The menu of operations, with the form of each."""

from __future__ import annotations

from typing import Any

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
