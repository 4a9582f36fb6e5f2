"""The door for a shell: ``labstudio data|datastore|quality|automl|…``, thin calls of the workspace.

Ends with 0, with 1 and one sentence on stderr when something is wrong, with 2 when the command is.
Help needs nothing but this module and the settings models.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.errors import Invalid, LabstudioError

if TYPE_CHECKING:
    from labstudio.verbs import Answer, Command

__all__ = ["main"]

GROUPS = {
    "data": "Data assets: add, list, show, files, export, profile, plot, diff",
    "datastore": "Datastores: add, list, test, browse, remove",
    "lineage": "What something was made from and what of it; export to OpenLineage",
    "quality": "Quality rules of data: rules, suggest, add, remove, check, failing, release, export",
    "prepare": "Preparation of data by steps: list, show, preview, run, code",
    "label": "Labeling projects: create, list, status, labels, suggest, rest, export, import, train",
    "automl": "Search for models: run, list, show, leaderboard, certificate, charts, stop, clean",
    "models": "Registered models: register, list, show, predict",
    "jobs": "Background jobs: list, show, log, stop, kill, again",
    "doctor": "Say whether this machine and this workspace are well",
}
_EVERYWHERE = """\
Everywhere
  --workspace PATH  folder or database URL of the workspace; the nearest .labstudio upwards when not given
  --json            answer in JSON, for scripts
  --help            say what can be set"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    Examples
    --------
    >>> main(["atoml"])  # and says on stderr: There is no labstudio atoml; did you mean automl?
    2
    """
    for stream in (sys.stdout, sys.stderr):  # a name may hold what the terminal's encoding does not
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return _main(list(sys.argv[1:] if arguments is None else arguments))
    except LabstudioError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _main(tokens: list[str]) -> int:
    if "--version" in tokens[:1]:
        print("labstudio", sys.modules["labstudio"].__version__)
        return 0
    try:
        tokens, where, as_json, wants_help = _everywhere(tokens)
        if not tokens:
            print(_overview())
            return 0 if wants_help else 2
        if tokens[0] not in GROUPS and tokens[:2] != [
            "job",
            "exec",
        ]:  # the job itself says that
            from labstudio.options import nearest

            near = nearest(tokens[0], GROUPS)
            advice = f"did you mean {near}?" if near else f"there is {', '.join(GROUPS)}."
            raise Invalid(f"There is no labstudio {tokens[0]}; {advice}")
        from labstudio.options import from_tokens
        from labstudio.verbs import Door, pick

        group = tokens[0]
        commands = _commands(group)
        if wants_help:
            print(_help(group, commands, tokens[1:]))
            return 0
        command, rest = pick(commands, tokens[1:], f"labstudio {group}")
        told = from_tokens(command.model, rest, positional=command.positional)
    except Invalid as error:
        print(error, file=sys.stderr)
        return 2
    answer: Answer = command.run(Door(where, "shell"), told)
    print(json.dumps(answer.data, indent=2, default=str) if as_json else answer.view.text)
    return answer.code


def _commands(group: str) -> dict[str, Command]:
    """Import the verbs of one group, and only these."""
    if group == "data":
        from labstudio.verbs.data import DATA

        return DATA
    if group == "datastore":
        from labstudio.verbs.datastores import DATASTORES

        return DATASTORES
    if group == "lineage":
        from labstudio.verbs.lineage import LINEAGE

        return LINEAGE
    if group == "quality":
        from labstudio.verbs.quality import QUALITY

        return QUALITY
    if group == "prepare":
        from labstudio.verbs.recipes import PREPARE

        return PREPARE
    if group == "label":
        from labstudio.verbs.labeling import LABEL

        return {
            verb: command for verb, command in LABEL.items() if verb != "open"
        }  # a shell shows no workbench
    if group == "automl":
        from labstudio.verbs.automl import CERTIFICATE, CHARTS, LEADERBOARD, RUN, RUNS

        return {
            "run": RUN,
            **RUNS,
            "leaderboard": LEADERBOARD,
            "certificate": CERTIFICATE,
            "charts": CHARTS,
        }
    if group == "models":
        from labstudio.verbs.models import MODELS, PREDICT, REGISTER

        return {"register": REGISTER, **MODELS, "predict": PREDICT}
    if group == "jobs":
        from labstudio.verbs.jobs import HARD, JOBS

        return {**JOBS, **HARD}
    if group == "job":
        from labstudio.verbs.jobs import EXEC

        return {"exec": EXEC}
    from labstudio.cli.doctor import DOCTOR

    return {"": DOCTOR}


def _everywhere(tokens: list[str]) -> tuple[list[str], str | None, bool, bool]:
    """Take out what every command understands, wherever it stands."""
    left: list[str] = []
    where, as_json, wants_help = None, False, False
    rest = iter(tokens)
    for token in rest:
        if token == "--workspace" or token.startswith("--workspace="):
            where = token.partition("=")[2] or next(rest, None)
            if where is None:
                raise Invalid("--workspace needs a value (folder or database URL).")
        elif token == "--json":
            as_json = True
        elif token in ("--help", "-h"):
            wants_help = True
        else:
            left.append(token)
    return left, where, as_json, wants_help


def _overview() -> str:
    groups = "\n".join(f"  {name:<8}  {summary}" for name, summary in GROUPS.items())
    return f"labstudio GROUP COMMAND [options]\n\n{groups}\n\n{_EVERYWHERE}"


def _help(group: str, commands: dict[str, Command], tokens: list[str]) -> str:
    named = [verb for verb in commands if tokens[:1] == [verb]] or list(commands)
    if len(named) == 1:
        return commands[named[0]].help(f"labstudio {group} {named[0]}".strip()) + "\n\n" + _EVERYWHERE
    verbs = "\n".join(f"  {verb:<8}  {commands[verb].summary}" for verb in named)
    return f"labstudio {group} COMMAND [options]\n\n{verbs}\n\n{_EVERYWHERE}"
