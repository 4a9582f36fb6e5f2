"""Writes docs/options.md from the settings models themselves: python docs/make_options.py."""

from __future__ import annotations

from pathlib import Path

from labstudio.options import Option, options
from labstudio.verbs import Command, automl, data, datastores, endpoints, models

PAGE = Path(__file__).parent / "options.md"
VERBS: dict[str, Command] = {
    "%automl": automl.RUN,
    "%data add": data.DATA["add"],
    "%datastore add": datastores.DATASTORES["add"],
    "%register": models.REGISTER,
    "%predict": models.PREDICT,
    "%endpoint create": endpoints.ENDPOINT["create"],
}


def page() -> str:
    """Return the page as Markdown."""
    parts = [
        "# Options\n",
        "Made from the settings models by `python docs/make_options.py`: cells, shell and Python share them.",
        "In a cell `--as NAME` also assigns the result. Commas separate lists, maps are written as JSON.\n",
    ]
    for name, command in VERBS.items():
        parts += [f"## {name}\n", command.summary + "\n", "| option | default | meaning |", "|---|---|---|"]
        parts += [_row(option) for option in options(command.model)]
        parts.append("")
    return "\n".join(parts)


def _row(option: Option) -> str:
    default = (
        "required" if option.required else "" if option.default in (None, [], {}) else f"`{option.default}`"
    )
    choices = f" One of {', '.join(f'`{choice}`' for choice in option.choices)}." if option.choices else ""
    meaning = option.help.replace("|", "\\|") + choices
    return f"| `{option.flag}` | {default.replace('|', chr(92) + '|')} | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(page())
