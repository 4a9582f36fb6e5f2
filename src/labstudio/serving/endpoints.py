"""The endpoints of a workspace: made, switched to another version, asked, removed."""

from __future__ import annotations

import difflib
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.store import who

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from labstudio.models import Models, ModelVersion
    from labstudio.onnx import OnnxModel
    from labstudio.store import Store

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # what may stand in an address, and name a host
_WARM = 8  # models that stay loaded
_Endpoints = list["Endpoint"]  # inside the class, `list` is the method


@dataclass(frozen=True)
class Endpoint:
    """A name under which a version of a model answers.

    Attributes
    ----------
    name : str
        In its address.
    model : str
        The version that answers: ``"churn@2"``.
    by : str
        Who made it.
    created, changed : float
        When it was made, and when this version came to answer, in seconds since 1970.
    """

    name: str
    model: str
    by: str
    created: float
    changed: float

    @property
    def subject(self) -> str:
        """How events and lineage call it."""
        return f"endpoint:{self.name}"


class Endpoints:
    """The endpoints of a workspace.

    An application that asks an endpoint need not know which version answers; switching to another one is one
    transaction, and the lineage remembers all that ever answered.

    Parameters
    ----------
    store : Store
    models : Models
        The registered models.
    """

    def __init__(self, store: Store, models: Models) -> None:
        self._store, self._models = store, models
        self._loaded: dict[str, OnnxModel] = {}
        self._loading = threading.Lock()

    def create(self, name: str, model: str) -> Endpoint:
        """Let a version of a model answer under a name.

        Parameters
        ----------
        name : str
            Small letters, digits and ``-``.
        model : str
            ``"churn@2"``, ``"churn@champion"`` for the version that is called so now, or ``"churn"`` for the
            newest one.

        Raises
        ------
        Conflict
            There is an endpoint of that name.
        Invalid, NotFound
            The name cannot stand in an address; there is no such model.
        """
        from sqlalchemy.exc import IntegrityError

        from labstudio.serving.tables import endpoints as t

        if not _NAME.fullmatch(name):
            raise Invalid(
                f"{name[:100]!r} cannot name an endpoint: use up to 63 small letters, digits and '-', with a "
                "letter or digit at both ends."
            )
        version, now = self._models.get(model), time.time()
        row = {"name": name, "model": version.name, "version": version.version}
        try:
            with self._store.write() as connection:
                connection.execute(t.insert().values(**row, created_by=who(), created=now, changed=now))
                self._answers(connection, name, version, "endpoint.created")
        except IntegrityError:
            there = self.get(name)
            raise Conflict(
                f"The endpoint {name!r} is there already, and {there.model} answers; switch it to another "
                "version, or choose another name."
            ) from None
        return self.get(name)

    def switch(self, name: str, model: str) -> Endpoint:
        """Let another version, or another model, answer from now on; applications notice nothing of it."""
        from labstudio.serving.tables import endpoints as t

        there, version = self.get(name), self._models.get(model)
        if there.model == version.ref:
            return there
        row = {"model": version.name, "version": version.version, "changed": time.time()}
        with self._store.write() as connection:
            if not connection.execute(t.update().where(t.c.name == name).values(**row)).rowcount:
                raise NotFound(f"The endpoint {name!r} was just removed.")
            self._answers(connection, name, version, "endpoint.switched", before=there.model)
        return self.get(name)

    def remove(self, name: str) -> None:
        """Take an endpoint away; the model stays, and so does what lineage and events know of it."""
        from labstudio.serving.tables import endpoints as t

        there = self.get(name)
        with self._store.write() as connection:
            connection.execute(t.delete().where(t.c.name == name))
            self._store.record(connection, "endpoint.removed", there.subject, model=there.model)

    def get(self, name: str) -> Endpoint:
        """Return an endpoint."""
        there = {one.name: one for one in self.list()}
        if name in there:
            return there[name]
        near = difflib.get_close_matches(name, there, 1)
        known = f"there is {', '.join([*there][:10])}." if there else "create one first."
        raise NotFound(f"There is no endpoint {name!r}; {f'did you mean {near[0]!r}?' if near else known}")

    def list(self) -> _Endpoints:
        """Return the endpoints by name."""
        from sqlalchemy import select

        from labstudio.serving.tables import endpoints as t

        with self._store.read() as connection:
            rows = connection.execute(select(t).order_by(t.c.name)).all()
        return [
            Endpoint(row.name, f"{row.model}@{row.version}", row.created_by, row.created, row.changed)
            for row in rows
        ]

    def load(self, endpoint: str | Endpoint) -> OnnxModel:
        """Return the model that answers; it stays loaded for the next time."""
        ref = (self.get(endpoint) if isinstance(endpoint, str) else endpoint).model
        with self._loading:
            if ref not in self._loaded:
                while len(self._loaded) >= _WARM:
                    self._loaded.pop(next(iter(self._loaded)))
                self._loaded[ref] = self._models.load(ref)
            return self._loaded[ref]

    def predict(self, name: str, frame: pd.DataFrame) -> Any:
        """Predict the rows of a frame; see `labstudio.onnx.OnnxModel.predict`."""
        return self.load(name).predict(frame)

    def _answers(
        self, connection: Connection, name: str, version: ModelVersion, verb: str, **detail: Any
    ) -> None:
        self._store.link(connection, version.subject, f"endpoint:{name}", "serves")
        self._store.record(connection, verb, f"endpoint:{name}", model=version.ref, **detail)
