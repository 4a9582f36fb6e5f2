"""The labeling part of a workspace: its ways put together in one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.labeling.alike import Alike
from labstudio.labeling.annotating import Annotating
from labstudio.labeling.dashboard import Dashboards
from labstudio.labeling.detecting import Detecting
from labstudio.labeling.exporting import Exporting
from labstudio.labeling.importing import Importing
from labstudio.labeling.looking import Looking
from labstudio.labeling.loop import Loop
from labstudio.labeling.noting import Noting
from labstudio.labeling.opened import Opened
from labstudio.labeling.picturing import Picturing
from labstudio.labeling.progress import Progressing
from labstudio.labeling.projects import Projects
from labstudio.labeling.queue import Queue
from labstudio.labeling.reviewing import Reviewing
from labstudio.labeling.standing import StandingValues
from labstudio.labeling.suggesting import Suggesting
from labstudio.labeling.suggestions import Suggestions

if TYPE_CHECKING:
    from labstudio.automl import AutoML
    from labstudio.data import Data
    from labstudio.store import Store


class Labeling(
    Exporting,
    Importing,
    Annotating,
    Dashboards,
    Detecting,
    Reviewing,
    Looking,
    Noting,
    Picturing,
    Progressing,
    Loop,
    Suggesting,
    Alike,
    Suggestions,
    StandingValues,
    Queue,
    Projects,
):
    """Labeling projects of one workspace.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from labstudio.data import Data
    >>> from labstudio.store import Store
    >>> store = Store.open(tempfile.mkdtemp())
    >>> data = Data(store)
    >>> _ = data.add("reviews", pd.DataFrame({"text": ["good", "bad", "so so"]}))
    >>> labeling = Labeling(store, data)
    >>> project = labeling.create(data="reviews", text="text", labels=["positive", "negative"])
    >>> [first, second] = labeling.next("reviews", 2)
    >>> first.content.text
    'good'
    >>> _ = labeling.label("reviews", first.number, "positive")
    >>> labeling.progress("reviews").left
    2
    >>> labeling.undo("reviews").items[0].key == first.key
    True
    >>> store.close()
    """

    def __init__(self, store: Store, data: Data, automl: AutoML | None = None) -> None:
        self._store = store
        self._data = data
        self._automl = automl
        self._woken = {}

    def open(self, ref: str) -> Opened:
        """Open a project's workbench, which a notebook shows in the output of its cell.

        Raises
        ------
        NotFound
            There is no such project.
        """
        return Opened(self.get(ref), self)
