"""A detector that somebody brings: an ONNX file that finds boxes from the first image on.

Its bytes are kept with the workspace; what it takes and gives is told by the file as far as it does, and by
options else. Which of its classes is which label is told by their names, or by a map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, NotFound
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.labeling.projects import Project, Projects
    from labstudio.labeling.suggest.detector import Detector
    from labstudio.store import Store

    class _Base(Projects): ...

else:
    _Base = object

LARGEST = 500 * 2**20  # bytes of a detector's file
MODEL = "model:"


@dataclass(frozen=True)
class Attached:
    """A detector of a project.

    Attributes
    ----------
    name : str
        What it was called where it came from.
    sha256 : str
        Of its bytes.
    options : dict
        What it takes and gives: the fields of `labstudio.labeling.suggest.detector.DetectorOptions`.
    labels : dict of str to str
        Ids of labels by the names of its classes.
    left_out : list of str
        Classes that are no label of the project; they are not suggested.
    by : str
        Who attached it.
    """

    name: str
    sha256: str
    options: dict[str, Any]
    labels: dict[str, str]
    left_out: list[str]
    by: str


class Detecting(_Base):
    """Attaching detectors."""

    model_bytes: Callable[[str], bytes] | None = None
    """Returns the file of a registered model by its name; None where there is no registry."""

    def attach_detector(
        self,
        ref: str,
        source: str | Path | bytes,
        *,
        name: str = "",
        map: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Attached:
        """Let an ONNX detector suggest boxes in a project; one that was attached before goes.

        Parameters
        ----------
        ref : str
            The project, whose task is boxes.
        source : str, Path or bytes
            The file, ``"model:NAME@2"`` of the registry, or its bytes.
        name : str, optional
            What to call it; the file's name when not given.
        map : dict of str to str, optional
            Label (name or id) by the detector's class, where they are not called the same.
        **options
            What the file does not tell of itself; see `labstudio.labeling.suggest.detector.DetectorOptions`.

        Raises
        ------
        Invalid
            The file is no detector that can be read, or finds nothing that is a label of the project.
        """
        from labstudio.labeling.suggest.detector import Detector, options_of

        content, called = self._bytes_of(source)
        project = self.get(ref)
        if project.task != "boxes":
            raise Invalid(f"A detector suggests boxes; {project.name} asks for {project.task}.")
        called = name or called
        told = options_of(content, called, options)
        Detector(content, told, called).check()
        labels = _labels(project, told.names, map or {})
        left_out = [one for one in told.names if one not in labels]
        sha = self._store.files.put_bytes(content)
        found = Attached(called, sha, told.model_dump(), labels, left_out, who())
        self._set_detector(ref, vars(found))
        return found

    def detach_detector(self, ref: str) -> None:
        """Let a project's detector suggest no more.

        Raises
        ------
        NotFound
            It has none.
        """
        if self.get(ref).detector is None:
            raise NotFound(f"{self.get(ref).name} has no detector.")
        self._set_detector(ref, None)

    def detector(self, ref: str) -> Attached | None:
        """Return the detector of a project."""
        found = self.get(ref).detector
        return None if found is None else Attached(**found)

    def _bytes_of(self, source: str | Path | bytes) -> tuple[bytes, str]:
        if isinstance(source, bytes):
            return source, f"detector-{hashlib.sha256(source).hexdigest()[:8]}.onnx"
        if str(source).startswith(MODEL):
            if self.model_bytes is None:
                raise NotFound(f"There is no registry to take {source} from; give a file.")
            return self.model_bytes(str(source).removeprefix(MODEL)), str(source)
        path = Path(source).expanduser()
        if not path.is_file():
            raise NotFound(f"There is no file {path}.")
        if path.stat().st_size > LARGEST:
            raise Invalid(f"{path.name} has more than {LARGEST >> 20} MB; a detector is smaller.")
        return path.read_bytes(), path.name

    def _set_detector(self, ref: str, detector: dict[str, Any] | None) -> None:
        from sqlalchemy import select

        from labstudio.labeling.tables import projects as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "owner")
            this = t.c.number == project.number
            kept = connection.execute(select(t.c.settings).where(this)).scalar_one()
            connection.execute(t.update().where(this).values(settings=kept | {"detector": detector}))
            self._store.record(
                connection, "labeling.detector", project.subject, name=detector and detector["name"]
            )


def detector_of(store: Store, project: Project) -> tuple[Detector | None, dict[str, str]]:
    """Return the detector of a project, ready to look at images, and its labels by class.

    None where the project has none; a label that was merged since then is the one that it became.
    """
    from labstudio.labeling.suggest.detector import Detector, DetectorOptions

    if project.detector is None:
        return None, {}
    found = Attached(**project.detector)
    now = {name: project.schema.now(label) for name, label in found.labels.items()}
    labels = {name: label.id for name, label in now.items() if not label.retired}
    detector = Detector(store.files.read(found.sha256), DetectorOptions(**found.options), found.name)
    return detector, labels


def _labels(project: Project, names: list[str], told: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(told) - set(names))
    if unknown:
        raise Invalid(f"The detector has no class {unknown[0]!r}; it has {', '.join(names) or 'none'}.")
    by_name = {label.name.casefold(): label.id for label in project.schema.offered}
    found = {
        name: project.schema.now(told[name]).id if name in told else by_name[name.casefold()]
        for name in names
        if name in told or name.casefold() in by_name
    }
    if not found:
        few = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
        raise Invalid(
            f"None of the detector's classes ({few}) is a label of {project.name}; add labels, or say with "
            "map which class is which label."
        )
    return found
