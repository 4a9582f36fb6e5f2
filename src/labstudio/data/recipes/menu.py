"""The menu of operations, with the form of each."""

from __future__ import annotations

from typing import Any

from labstudio.data.recipes.functions import FUNCTIONS
from labstudio.data.recipes.steps import STEPS, Step

_OWN = ("op", "enabled", "note")  # what a panel asks for beside the form


def menu() -> list[dict[str, Any]]:
    """Return each operation with its title, group, help, an example line, and the form of its arguments.

    The form is a JSON schema; `choices` says what fills a field in (columns, an order of columns,
    an expression, assets), `keys` what the keys of a map are.

    Examples
    --------
    >>> menu()[0]["title"]
    'Keep columns'
    """
    return [
        {
            "op": op,
            "title": step.title,
            "group": step.group,
            "help": str(step.__doc__),
            "example": step.example,
            "form": _form(step),
        }
        for op, step in STEPS.items()
    ]


def _form(step: type[Step]) -> dict[str, Any]:
    schema = step.model_json_schema()
    fields = {name: _field(one) for name, one in schema["properties"].items() if name not in _OWN}
    return {**schema, "properties": fields}


def _field(field: dict[str, Any]) -> dict[str, Any]:
    """A field that may be left out has the form of its only real type: forms draw a union as "Option 1/2"."""
    branches = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    if len(branches) != 1:
        return field
    kept = {name: one for name, one in field.items() if name != "anyOf" and (name, one) != ("default", None)}
    return kept | branches[0]


def functions() -> list[dict[str, Any]]:
    """Return each function of expressions: how it is called, what it takes and gives.

    Examples
    --------
    >>> next(one for one in functions() if one["name"] == "round")["takes"]
    ['number', 'number?']
    """
    found = []
    for name, one in FUNCTIONS.items():
        if not one.typed:
            continue
        kinds = [kind.replace("|", " or ") for kind in one.kinds]
        least = one.least or len(kinds)
        takes = [kind if place < least else f"{kind}?" for place, kind in enumerate(kinds)]
        found.append(
            {
                "name": name,
                "takes": takes + (["…"] if one.many else []),
                "gives": one.gives or "the same",
                "call": one.says[0],
                "help": one.says[1],
            }
        )
    return found
