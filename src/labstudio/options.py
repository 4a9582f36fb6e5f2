"""What a person can set, read from one flat pydantic model: the same for cells, command line, help and Tab.

Three ways in: a mapping (`parse`), command-line tokens (`from_tokens`), and the cell form with one
``option: value`` a line (`from_lines`). Whatever is wrong becomes one sentence (`Invalid`); no traceback
of pydantic and no exit of argparse reaches a person. Knows no particular model and no door.

The rules of a value
    - in tokens a value is taken as it is; in lines it is everything after the first colon and a blank,
      stripped, or a JSON literal when it starts with ``"``, ``[`` or ``{``;
    - a list is told by commas, by repeating the option, or by a JSON list (for items that hold commas);
    - a map is told by ``key=value`` in the same two ways (the last ``=`` divides), or by a JSON object;
    - what `lookup` answers for a plain value (cells: ``{variable}``) is taken as the object it is.
"""

from __future__ import annotations

import json
import re
import textwrap
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")
Lookup = Callable[[str], Any]  # gets a plain value, gives it back or gives the object that it names

_METAVAR = {"number": "NUMBER", "integer": "INTEGER", "list": "A,B,…", "map": "KEY=VALUE,…"}


@dataclass(frozen=True)
class Option:
    """One thing that can be set.

    `source` names what fills in the choices at run time: "assets", "columns", "models", "runs" or "".
    `labels` is what people call the choices: a mapping, or ``module:function`` from a choice to its name.
    """

    name: str
    flag: str
    kind: Literal["text", "number", "integer", "flag", "choice", "list", "map"]
    default: Any
    required: bool
    help: str
    choices: tuple[str, ...] = ()
    source: str = ""
    labels: Mapping[str, str] | str = ""


@dataclass(frozen=True)
class _Given:
    """A value that is an object already (JSON literal, variable): not to be split at commas."""

    value: Any


def options(model: type[BaseModel]) -> list[Option]:
    """List what `model` lets a person set: first what has to be told, then in the order of its fields.

    Examples
    --------
    >>> from pydantic import BaseModel, Field
    >>> class Settings(BaseModel):
    ...     budget: float = Field(30, gt=0, description="seconds")
    >>> options(Settings)[0].flag, options(Settings)[0].kind
    ('--budget', 'number')
    """
    known = [_option(name, field) for name, field in model.model_fields.items()]
    return sorted(known, key=lambda option: not option.required)


def _option(name: str, field: Any) -> Option:
    kind, choices = _kind(field.annotation)
    name = field.alias or name
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return Option(
        name=name,
        flag="--" + name.replace("_", "-"),
        kind=kind,  # type: ignore[arg-type]
        default=default.value if isinstance(default, Enum) else default,
        required=field.is_required(),
        help=field.description or "",
        choices=choices,
        source=str(extra.get("choices", "")),
        labels=extra.get("labels", ""),
    )


def _kind(annotation: Any) -> tuple[str, tuple[str, ...]]:
    """Name the kind of an annotation; `X | None` is X, and a list's choices are those of its items."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        rest = [arg for arg in args if arg is not type(None)]
        return _kind(rest[0]) if len(rest) == 1 else ("text", ())
    if hasattr(annotation, "__metadata__"):
        return _kind(args[0])
    if origin is Literal:
        return "choice", tuple(str(arg) for arg in args)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "choice", tuple(str(item.value) for item in annotation)
    for family, kind in (((list, tuple, set, frozenset, Sequence), "list"), ((dict, Mapping), "map")):
        if origin in family or annotation in family:
            inner = [arg for arg in args if arg is not Ellipsis]
            return kind, _kind(inner[-1])[1] if inner else ()
    return {bool: "flag", int: "integer", float: "number"}.get(annotation, "text"), ()


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Make an instance of `model` from names and values, or raise `Invalid` with one sentence.

    Examples
    --------
    >>> from pydantic import BaseModel, Field
    >>> class Settings(BaseModel):
    ...     budget: float = Field(30, gt=0)
    >>> parse(Settings, {"budget": -3})
    Traceback (most recent call last):
    labstudio.errors.Invalid: budget must be greater than 0, not -3.
    """
    from pydantic import ValidationError

    known = {option.name: option for option in options(model)}
    named = {_known(known, name).name: value for name, value in values.items()}
    try:
        return model.model_validate(named)
    except ValidationError as error:
        sentences = [_sentence(known, detail) for detail in error.errors(include_url=False)]
    shown = list(dict.fromkeys(sentences))[:3]
    raise Invalid(" ".join(shown))


def from_tokens(
    model: type[Model],
    tokens: Sequence[str],
    *,
    positional: Sequence[str] = (),
    lookup: Lookup | None = None,
) -> Model:
    """Read ``--option value`` tokens; the names in `positional` may also be given without their flag.

    Examples
    --------
    >>> from pydantic import BaseModel
    >>> class Settings(BaseModel):
    ...     data: str
    ...     drop: list[str] = []
    >>> from_tokens(Settings, ["gapminder", "--drop", "iso_num,year"], positional=["data"])
    Settings(data='gapminder', drop=['iso_num', 'year'])
    """
    return _build(model, _token_pairs(model, tokens, positional, lookup))


def from_lines(
    model: type[Model],
    text: str,
    tokens: Sequence[str] = (),
    *,
    positional: Sequence[str] = (),
    lookup: Lookup | None = None,
) -> Model:
    """Read the cell form: one ``option: value`` a line; blank lines and ``#`` lines are passed over.

    Examples
    --------
    >>> from pydantic import BaseModel
    >>> class Settings(BaseModel):
    ...     target: str
    >>> from_lines(Settings, 'target: price: in $').target
    'price: in $'
    >>> from_lines(Settings, r'target: "two\\nlines"').target
    'two\\nlines'
    """
    pairs = [*_token_pairs(model, tokens, positional, lookup), *_line_pairs(model, text, lookup)]
    return _build(model, pairs)


def _token_pairs(
    model: type[BaseModel], tokens: Sequence[str], positional: Sequence[str], lookup: Lookup | None
) -> list[tuple[Option, Any]]:
    known = {option.name: option for option in options(model)}
    places = [known[name] for name in positional]
    pairs: list[tuple[Option, Any]] = []
    left = list(tokens)
    while left:
        token = left.pop(0)
        if re.match(r"--?[A-Za-z]", token):
            flag, equals, value = token.partition("=")
            negated = flag.startswith("--no-") and flag[5:].replace("-", "_") in known
            option = _known(known, flag[5:] if negated else flag)
            if option.kind == "flag" and not equals:
                pairs.append((option, _Given(not negated)))
                continue
            if not equals:
                if not left or left[0].startswith("--"):
                    raise Invalid(f"{option.flag} needs a value{_hint(option)}.")
                value = left.pop(0)
            pairs.append((option, _looked_up(value, lookup)))
        elif places:
            pairs.append((places.pop(0), _looked_up(token, lookup)))
        else:
            raise Invalid(f"{_short(token)} stands alone: each value needs its option, as in --name value.")
    return pairs


def _line_pairs(model: type[BaseModel], text: str, lookup: Lookup | None) -> list[tuple[Option, Any]]:
    known = {option.name: option for option in options(model)}
    pairs: list[tuple[Option, Any]] = []
    # only "\n" ends a line: a name may hold the other separators that str.splitlines knows
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"(?:--)?([A-Za-z][\w-]*)\s*:(?:\s+(.*))?", line, flags=re.DOTALL)
        if match is None:
            raise Invalid(f"Line {number} is not of the form 'option: value': {_short(line)}.")
        option, raw = _known(known, match[1]), (match[2] or "").strip()
        value = _looked_up(raw, lookup)
        if isinstance(value, str) and value[:1] in ('"', "[", "{"):
            try:
                value = _Given(json.loads(value))
            except ValueError:
                raise Invalid(
                    f"The value of {option.name} in line {number} starts like JSON but is not: {_short(raw)}."
                ) from None
        pairs.append((option, value))
    return pairs


def _looked_up(value: str, lookup: Lookup | None) -> Any:
    found = lookup(value) if lookup is not None else value
    return value if found is value else _Given(found)


def _build(model: type[Model], pairs: Iterable[tuple[Option, Any]]) -> Model:
    values: dict[str, Any] = {}
    for option, value in pairs:
        value = _read(option, value)
        if option.name not in values:
            values[option.name] = value
        elif option.kind == "list" and isinstance(value, list):
            values[option.name] = [*values[option.name], *value]
        elif option.kind == "map" and isinstance(value, dict):
            values[option.name] = {**values[option.name], **value}
        else:
            raise Invalid(f"{option.flag} is given twice.")
    return parse(model, values)


def _read(option: Option, value: Any) -> Any:
    """Turn one told value into what the model takes; scalars as text are left to pydantic."""
    if isinstance(value, _Given):
        value = value.value
        if option.kind == "list" and isinstance(value, str | int | float):
            return [value]
        return list(value) if option.kind == "list" and isinstance(value, tuple | set) else value
    if option.kind in ("list", "map") and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            pass  # a plain name may start with a bracket
    if option.kind == "list":
        return [item.strip() for item in value.split(",") if item.strip()]
    if option.kind == "map":
        entries = [item.rpartition("=") for item in value.split(",") if item.strip()]
        if any(not key.strip() for key, _, _ in entries):
            raise Invalid(f"{option.flag} is told as key=value, not {_short(value)}.")
        return {key.strip(): item.strip() for key, _, item in entries}
    return value


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the known name that `name` probably meant, or ""."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def _known(known: Mapping[str, Option], name: str) -> Option:
    plain = name.lstrip("-").replace("-", "_")
    if plain in known:
        return known[plain]
    near = nearest(plain, known)
    flags = ", ".join(option.flag for option in known.values())
    advice = f"did you mean {known[near].flag}?" if near else f"there are {flags or 'none here'}."
    raise Invalid(f"There is no option --{plain.replace('_', '-')}; {advice}")


def _hint(option: Option) -> str:
    meaning = f" ({option.help.rstrip('.')})" if option.help else ""
    return f": {' or '.join(option.choices)}" if option.choices else meaning


def _short(value: Any) -> str:
    number = isinstance(value, str) and re.fullmatch(r"[-+]?\d+(\.\d+)?", value)
    text = value if number else repr(value)
    return text if len(text) <= 80 else f"{text[:50]}…{text[-20:]}"


def _sentence(known: Mapping[str, Option], detail: Mapping[str, Any]) -> str:
    """Say one pydantic error as a sentence a person can act on."""
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    own = str(context["error"]) if kind == "value_error" else str(detail["msg"])
    if not place:
        return own if own.endswith((".", "?", "!")) else own + "."
    name = str(place[0])
    if kind == "missing" and name in known:
        option = known[name]
        return f"{name} is missing; give it with {option.flag}{_hint(option)}."
    if kind == "value_error":
        return f"{name}: {own.rstrip('.')}."
    whats = {
        "greater_than": "greater than {gt}",
        "greater_than_equal": "at least {ge}",
        "less_than": "less than {lt}",
        "less_than_equal": "at most {le}",
        "multiple_of": "a multiple of {multiple_of}",
        "finite_number": "a finite number",
        "literal_error": "{expected}",
        "enum": "{expected}",
    }
    families = {"int": "a whole number", "float": "a number", "bool": "true or false", "string": "text"}
    families |= {"list": "a list", "dict": "a map of key=value", "tuple": "a list", "set": "a list"}
    family = kind.split("_")[0]
    if kind in whats:
        what = whats[kind].format(**{key: _plain(value) for key, value in context.items()})
    elif family in families and kind.endswith(("_type", "_parsing", "_from_float", "_size")):
        what = families[family]
    else:
        what = own.replace("Input should be ", "").replace("Value should ", "").rstrip(".")
    where = "".join(f"[{part!r}]" for part in place[1:] if not str(part).startswith(("list[", "dict[")))
    given = detail["input"]
    near = nearest(str(given), known[name].choices) if name in known and known[name].choices else ""
    return f"{name}{where} must be {what}, not {_short(given)}" + (f"; did you mean {near}?" if near else ".")


def help_text(model: type[BaseModel], usage: str = "", summary: str = "") -> str:
    """Say what `model` lets a person set: each option with its kind, meaning and default.

    Examples
    --------
    >>> from pydantic import BaseModel, Field
    >>> class Settings(BaseModel):
    ...     budget: float = Field(30, description="seconds the search may take")
    >>> print(help_text(Settings))
    --budget NUMBER  seconds the search may take (30)
    """
    rows = []
    for option in sorted(options(model), key=lambda option: not option.required):
        metavar = "|".join(option.choices) if option.kind == "choice" else _METAVAR.get(option.kind, "TEXT")
        left = option.flag if option.kind == "flag" else f"{option.flag} {metavar}"
        empty = option.default in (None, False, "", [], {}, ())
        default = " (required)" if option.required else "" if empty else f" ({_plain(option.default)})"
        rows.append((left, (option.help or option.name.replace("_", " ")) + default))
    width = min(max((len(left) for left, _ in rows), default=0), 34)
    lines = []
    for left, right in rows:
        first, *more = textwrap.wrap(right, 106 - width) or [""]
        lines += [f"{left:<{width}}  {first}"] if len(left) <= width else [left, " " * (width + 2) + first]
        lines += [" " * (width + 2) + line for line in more]
    return "\n\n".join(part for part in (usage, summary, "\n".join(lines)) if part)


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(str, value)))
    return f"{value:g}" if isinstance(value, float) else str(value)
