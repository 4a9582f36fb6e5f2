"""The door for notebooks: IPython magics over a workspace, each a thin call of one of its methods.

``%load_ext labstudio`` registers them. Options, ``?`` and Tab all come from the same settings models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from labstudio.magics.door import Cell
    from labstudio.verbs import Command

__all__ = ["load_ipython_extension"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics, their completion and the views of what they give."""
    from labstudio.magics.complete import Completer
    from labstudio.magics.door import Cell, in_cells
    from labstudio.verbs.table import VERBS

    magics = {
        name: {verb: in_cells(command) for verb, command in commands.items()}
        for name, commands in VERBS.items()
    }
    door = Cell(shell)
    for name, commands in magics.items():
        shell.register_magic_function(_magic(door, name, commands), "line_cell", name)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if not isinstance(matcher, Completer)]
    matchers.append(Completer(door, magics))
    _register_views(shell)


def _magic(door: Cell, name: str, commands: Mapping[str, Command]) -> Any:
    from IPython.core.magic import no_var_expand

    @no_var_expand
    def magic(line: str, cell: str | None = None) -> Any:
        return door.call(name, commands, line, cell)

    magic.__name__ = name
    parts = [command.help(f"%{name} {verb}".strip()) for verb, command in commands.items()]
    form = f'%%{name} takes the same, one "option: value" a line; a value in JSON may hold any character.'
    magic.__doc__ = "\n\n\n".join([*parts, form])
    return magic


def _register_views(shell: InteractiveShell) -> None:
    """Show the studio's own objects by their views; the capabilities themselves know no notebook."""
    from labstudio.display import about, automl, data, explore, jobs, quality, studio

    views = {
        ("labstudio.automl.run", "Run"): automl.run,
        ("labstudio.automl.result", "AutoMLResult"): automl.leaderboard,
        ("labstudio.onnx.certificate", "Certificate"): automl.certificate,
        ("labstudio.jobs.job", "Job"): jobs.job,
        ("labstudio.labeling.opened", "Opened"): _workbench,
        ("labstudio.data.version", "Version"): data.version,
        ("labstudio.data.about", "About"): about.about,
        ("labstudio.data.compare", "Comparison"): explore.comparison,
        ("labstudio.data.quality.quality", "Check"): quality.check,
        ("labstudio.lineage.graph", "Graph"): about.lineage,
        ("labstudio.models.version", "ModelVersion"): studio.model,
        ("labstudio.workspace", "Workspace"): studio.workspace,
    }
    formatter = shell.display_formatter.mimebundle_formatter
    for (module, name), view in views.items():
        formatter.for_type_by_name(
            module, name, lambda found, view=view, **_: view(found)._repr_mimebundle_()
        )


def _workbench(opened: Any) -> Any:
    from labstudio.display.workbench import WorkbenchView  # ipywidgets is loaded when first needed

    return WorkbenchView(opened)
