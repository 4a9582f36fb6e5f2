"""The labeling workbench in a notebook's output: a widget whose questions this kernel answers.

JupyterLab's part is the studio's own, registered with the widgets; this part hears calls and answers them
from the table that the server's routes answer from. Where nobody can answer, or widgets are not shown, a
view with a sentence stands instead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ipywidgets import DOMWidget
from traitlets import Unicode

from labstudio.display.bundle import Bar, Bundle, Heading, Line
from labstudio.errors import Invalid, LabstudioError
from labstudio.labeling.picturing import Picture
from labstudio.store.identity import acting_as, who
from labstudio.workbench import Desk, ask

if TYPE_CHECKING:
    from labstudio.labeling.opened import Opened

MODULE, PROTOCOL = "@labstudio/lab", "1.0.0"
"""The JavaScript module of the workbench, and which questions and answers it knows."""


class WorkbenchWidget(DOMWidget):
    """The kernel's end of one workbench.

    It hears ``{id, call, told}``, and sends ``{id, answer}`` or ``{id, error, message}``. Whoever opens it is
    the annotator, whichever thread the kernel hears the browser in.

    Parameters
    ----------
    opened : Opened
        The project.
    """

    _model_name = Unicode("WorkbenchModel").tag(sync=True)
    _model_module = Unicode(MODULE).tag(sync=True)
    _model_module_version = Unicode(f"^{PROTOCOL}").tag(sync=True)
    _view_name = Unicode("WorkbenchView").tag(sync=True)
    _view_module = Unicode(MODULE).tag(sync=True)
    _view_module_version = Unicode(f"^{PROTOCOL}").tag(sync=True)
    project = Unicode(help="Id of the project.").tag(sync=True)

    def __init__(self, opened: Opened) -> None:
        self._desk = Desk(opened.labeling, self._later)
        self._person = who()
        super().__init__(project=opened.project.id)
        self.on_msg(lambda _, content, buffers: self._heard(content))

    def _heard(self, content: Any) -> None:
        """Answer one call; whatever is wrong with it goes back as a sentence."""
        number = content.get("id") if isinstance(content, Mapping) else None
        try:
            found = self._answer(content)
        except LabstudioError as error:
            self.send({"id": number, "error": type(error).__name__, "message": str(error)})
        except KeyboardInterrupt:  # somebody stops a cell; the browser asks again
            self.send({"id": number, "error": "Unavailable", "message": "The kernel was interrupted."})
        except Exception:
            self.log.exception("A call of the labeling workbench failed.")
            sentence = (
                "Something went wrong that Labstudio did not foresee; the kernel's log has the details."
            )
            self.send({"id": number, "error": "Unexpected", "message": sentence})
        else:
            if isinstance(found, Picture):
                self.send({"id": number, "answer": {"mimetype": found.mimetype}}, [found.content])
            else:  # by way of text, as the server sends it: what is no number in JSON is null
                self.send({"id": number, "answer": json.loads(found.model_dump_json())})

    def _later(self, call: Callable[[], None]) -> None:
        """Run what nobody waits for beside the cells; what goes wrong with it is none of the person's."""

        def quietly() -> None:
            try:
                with acting_as(self._person):
                    call()
            except Exception:
                self.log.exception("The labeling workbench could not wake a trainer.")

        threading.Thread(target=quietly, daemon=True).start()

    def _answer(self, content: Any) -> Any:
        if not isinstance(content, Mapping) or not isinstance(told := content.get("told"), Mapping):
            raise Invalid("A call of the workbench has an id, a name and what is told.")
        with acting_as(self._person):
            return ask(self._desk, str(content.get("call")), told, self.project)


class WorkbenchView(Bundle):
    """How far a project is, in text and HTML; where somebody can answer, the workbench in its place.

    Parameters
    ----------
    opened : Opened
        The project.
    """

    def __init__(self, opened: Opened) -> None:
        found, done = opened.project, opened.labeling.progress(opened.project.id)
        super().__init__(
            Heading(found.name, f"{found.id}, {found.task} of {found.item_kind}"),
            Line(f"{done.labeled:,} of {done.items:,} labeled"),
            Bar(done.labeled / done.items if done.items else 0.0),
            Line(
                f"%label open {found.name} shows the workbench in a cell of JupyterLab or Notebook 7, while "
                "its kernel runs (it needs jupyterlab_widgets: pip install jupyterlab_widgets); the Studio "
                "panel opens it, too."
            ),
        )
        self._opened = opened

    @cached_property
    def widget(self) -> WorkbenchWidget:
        """The kernel's end, made when it is first shown."""
        return WorkbenchWidget(self._opened)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown: dict[str, Any] = super()._repr_mimebundle_()
        if somebody_is_there():
            view = self.widget._repr_mimebundle_()
            shown |= {kind: view[kind] for kind in view if kind != "text/plain"}
        return shown


def somebody_is_there() -> bool:
    """Whether this is a kernel and whoever runs the cell can be asked: papermill and nbconvert cannot.

    They would write the state of a widget into the notebook, whose HTML then shows a broken one.
    """
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
