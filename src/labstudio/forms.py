"""Forms and cells from a settings model: what a panel draws, and what it then writes into a notebook.

The counterpart of `options`, which reads what cells say. It knows no notebook, no server and no capability.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from labstudio.options import Option, options, parse

if TYPE_CHECKING:
    from pydantic import BaseModel

# what stands in a line as it is: no quote, brace, blank, comma, "%", "$" or "#" that could mean something
_PLAIN = re.compile(r"(?!-)[\w./@:+~-]+")


_AUTO = "Automatic"
_ENDS = frozenset("\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e")


def form(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a form: plain types, in the order a person is asked.

    A field that may be None simply is not required (form libraries draw a union as "Option 1/2"),
    `choices` says what fills a field in at run time, and `labels` what people call the values it may have.

    Examples
    --------
    >>> from pydantic import BaseModel, Field
    >>> class Settings(BaseModel):
    ...     budget: float | None = Field(None, ge=1, description="Seconds.")
    >>> form(Settings)["properties"]["budget"]
    {'type': 'number', 'title': 'Budget', 'description': 'Seconds.', 'minimum': 1}
    """
    schema = model.model_json_schema()
    fields = {option.name: _field(option, schema["properties"][option.name]) for option in options(model)}
    needed = [option.name for option in options(model) if option.required]
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}


def first(model: type[BaseModel]) -> list[str]:
    """Name the fields that matter first: those the model's ``first`` names, else those that are required."""
    extra = model.model_config.get("json_schema_extra")
    named = extra.get("first") if isinstance(extra, dict) else None
    return [str(name) for name in named] if isinstance(named, list) else [
        option.name for option in options(model) if option.required
    ]  # fmt: skip


def groups(model: type[BaseModel]) -> list[tuple[str, list[str]]]:
    """Name the other fields in groups, as the model's ``groups`` has them: title and names.

    What is in none of its groups stands under "Advanced".

    Examples
    --------
    >>> from pydantic import BaseModel, ConfigDict
    >>> class Settings(BaseModel):
    ...     model_config = ConfigDict(json_schema_extra={"groups": {"Limits": ["threads"]}})
    ...     data: str
    ...     threads: int = 1
    ...     seed: int = 0
    >>> groups(Settings)
    [('Limits', ['threads']), ('Advanced', ['seed'])]
    """
    extra = model.model_config.get("json_schema_extra")
    told = extra.get("groups") if isinstance(extra, dict) else None
    named = {
        title: [str(name) for name in names]
        for title, names in (told.items() if isinstance(told, dict) else ())
        if isinstance(names, list)
    }
    grouped = {*first(model), *(name for names in named.values() for name in names)}
    named["Advanced"] = [option.name for option in options(model) if option.name not in grouped]
    return [(title, names) for title, names in named.items() if names]


def _field(option: Option, schema: Mapping[str, Any]) -> dict[str, Any]:
    """One property: a nullable type is its only real branch, and null is no default."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch.get("type") != "null"]
    merged = {**schema, **(branches[0] if len(branches) == 1 else {})}
    title = option.name.replace("_", " ")
    told = {
        "type": merged.get("type", "string"),
        "title": title[:1].upper() + title[1:],
        "description": option.help,
    }
    kept = ("enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items",
            "minItems", "maxItems", "minLength", "maxLength", "pattern", "additionalProperties")  # fmt: skip
    told |= {name: merged[name] for name in kept if name in merged}
    if option.kind == "list":
        told["uniqueItems"] = True
    if option.default is not None and not option.required:
        told["default"] = option.default
    told |= {"choices": option.source} if option.source else {}
    labels = _labels(option)
    return told | ({"labels": labels} if labels else {})


def _labels(option: Option) -> dict[str, str]:
    """What people call the choices, where that is more than the choice itself."""
    if isinstance(option.labels, str):
        module, _, name = option.labels.partition(":")
        say = getattr(import_module(module), name) if module else str
    else:
        say = lambda choice: option.labels.get(choice, choice)  # noqa: E731
    found = {choice: _AUTO if choice == "auto" else say(choice) for choice in option.choices}
    return found if option.labels else {}


def cell(
    magic: str,
    verb: str,
    model: type[BaseModel],
    values: Mapping[str, Any],
    positional: Sequence[str] = (),
) -> str:
    """Write the cell that tells `model` these values: one line, or the ``%%`` form where a name is not plain.

    What is at its default is left out.

    Raises
    ------
    Invalid
        The values are not what the model takes.

    Examples
    --------
    >>> from pydantic import BaseModel
    >>> class Settings(BaseModel):
    ...     data: str
    ...     target: str
    ...     drop: list[str] = []
    >>> cell("automl", "", Settings, {"data": "churn@3", "target": "churned"})
    '%automl --data churn@3 --target churned'
    >>> print(cell("automl", "", Settings, {"data": "churn", "target": "left? y/n", "drop": ["a,b"]}))
    %%automl
    data: churn
    target: "left? y/n"
    drop: ["a,b"]
    """
    told = parse(model, values).model_dump(mode="json", by_alias=True)
    known = {option.name: option for option in options(model)}
    differing = {
        name: value for name, value in told.items()
        if known[name].required or value != _json(known[name].default)
    }  # fmt: skip
    ordered = {name: differing[name] for name in known if name in differing}
    head = f"{magic} {verb}".strip()
    if all(_is_plain(value) for value in ordered.values()):
        places = [ordered.pop(name) for name in positional if name in ordered]
        words = [*map(_word, places), *(_flag(known[name], value) for name, value in ordered.items())]
        return " ".join([f"%{head}", *words])
    lines = [f"{name}: {_line(value)}" for name, value in ordered.items()]
    return "\n".join([f"%%{head}", *lines])


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(not isinstance(item, list | dict) and _is_plain(item) for item in value)
    return not isinstance(value, dict) and _PLAIN.fullmatch(_word(value)) is not None


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_word, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _flag(option: Option, value: Any) -> str:
    if option.kind == "flag":
        return option.flag if value else f"--no-{option.flag[2:]}"
    return f"{option.flag} {_word(value)}"


def _line(value: Any) -> str:
    plain = _is_plain(value) and not isinstance(value, list)
    # a line end of Unicode would end the line in a notebook, a brace would name a variable
    return _word(value) if plain else json.dumps(value, ensure_ascii=not _ENDS.isdisjoint(str(value)))
