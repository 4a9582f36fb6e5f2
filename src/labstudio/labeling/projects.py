"""Projects: made over a data asset, found, changed while people work, brought up to newer data."""

from __future__ import annotations

import builtins
import re
import time
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, Forbidden, Invalid, LabstudioError, NotFound
from labstudio.labeling.labels import LabelSchema, SchemaChange
from labstudio.labeling.settings import NewProject, ProjectSettings
from labstudio.labeling.values import TASKS, Asked
from labstudio.options import nearest, parse
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labstudio.data import Data, Version
    from labstudio.labeling.sources import Content, Source
    from labstudio.store import Store

ROLES = ("annotator", "reviewer", "owner")
_ID = re.compile(r"project-[1-9]\d{0,8}")
_PIECE = 5_000  # items that one transaction takes in, so that others can write between two


@dataclass(frozen=True)
class Project:
    """One project as it was when it was looked at."""

    number: int
    name: str
    data: str
    version: int
    item_kind: str
    task: str
    settings: ProjectSettings
    of_items: dict[str, Any]
    schema: LabelSchema
    created: float
    by: str
    archived: float | None
    members: dict[str, str] = field(default_factory=dict)
    detector: dict[str, Any] | None = None  # see `labstudio.labeling.detecting`

    @property
    def id(self) -> str:
        """What it is called for good, whatever its name: ``"project-3"``."""
        return f"project-{self.number}"

    @property
    def ref(self) -> str:
        """The version of the data asset that its items are of."""
        return f"{self.data}@{self.version}"

    @property
    def subject(self) -> str:
        """What events and lineage call it."""
        return f"labeling:{self.id}"

    def asked(
        self, content: Content | None = None, width: int | None = None, height: int | None = None
    ) -> Asked:
        """What a value is held against, for one item."""
        return Asked(
            self.task, self.schema, self.settings.minimum, self.settings.maximum,
            None if content is None else content.text, width, height,
            () if content is None else tuple(content.row),
        )  # fmt: skip


@dataclass(frozen=True)
class Synced:
    """What a newer version of the asset brought: items that are new, changed, lost, and back again."""

    ref: str
    added: int
    changed: int
    retired: int
    restored: int


class Projects:
    """Making, finding and changing projects."""

    _store: Store
    _data: Data

    def create(self, settings: NewProject | None = None, /, **told: Any) -> Project:
        """Make a project over a data asset; its items are those of the asset's newest version.

        Parameters
        ----------
        settings : NewProject, optional
            What to make.
        **told
            Its fields, where `settings` is not given.

        Raises
        ------
        Conflict
            A project of that name is in use.
        Invalid, NotFound
            What is asked cannot be asked of that data.
        """
        from labstudio.data.adding import asset_name
        from labstudio.labeling.tables import members, projects, schemas

        new = settings if settings is not None else parse(NewProject, told)
        version = self._data.get(new.data)
        kind = "text" if new.text is not None else "image" if new.image is not None else "table"
        if version.kind == "folder":
            kind = new.files or self._kind_of_files(version)
        if new.task not in TASKS[kind]:
            hint = {"spans": "text", "boxes": "image", "polygons": "image"}.get(new.task, "")
            raise Invalid(
                f"{new.task} is asked of {hint}s; say which column has them with --{hint}."
                if hint else f"{new.task} cannot be asked of a {kind}; there is {', '.join(TASKS[kind])}."
            )  # fmt: skip
        name = asset_name(new.name or version.name)
        if _ID.fullmatch(name):
            raise Invalid(f"{name!r} is how projects are called for good; choose another name.")
        schema = LabelSchema.of(new.labels)
        source = self._source_of(kind, new.of_items())
        source.check(version)
        now = time.time()
        with self._store.write() as connection:
            _free(connection, name)
            row = {
                "name": name, "data": version.name, "version": 0, "item_kind": kind, "task": new.task,
                "settings": {"items": new.of_items(), "asking": new.of_asking()},
                "schema_version": 1, "created_by": who(), "created": now,
            }  # fmt: skip
            number = connection.execute(projects.insert().values(row)).inserted_primary_key[0]  # type: ignore[index]
            connection.execute(
                schemas.insert().values(
                    project=number,
                    version=1,
                    labels=schema.to_rows(),
                    changes=[],
                    created_by=who(),
                    created=now,
                )
            )
            connection.execute(members.insert().values(project=number, person=who(), role="owner"))
            self._store.record(
                connection, "labeling.created", f"labeling:project-{number}", name=name, data=version.ref
            )
        try:
            self._take_in(number, version, source)
        except BaseException:
            self._forget(number)  # half a project is none
            raise
        return self.get(f"project-{number}")

    def get(self, ref: str) -> Project:
        """Return a project by its name or id; a name means the one in use, else the newest put away.

        Raises
        ------
        NotFound
            There is none.
        """
        with self._store.read() as connection:
            return self._project(connection, ref)

    def list(self, *, archived: bool = False) -> builtins.list[Project]:
        """Return the projects in use, newest first; those put away where asked for."""
        from sqlalchemy import select

        from labstudio.labeling.tables import projects as t

        which = t.c.archived.is_not(None) if archived else t.c.archived.is_(None)
        with self._store.read() as connection:
            # one that is still being made has no version yet
            query = select(t.c.number).where(which, t.c.version > 0).order_by(t.c.number.desc())
            return [_load(connection, number) for number in connection.execute(query).scalars().all()]

    def configure(self, ref: str, **told: Any) -> Project:
        """Change how a project asks; what is not told stays as it is.

        Raises
        ------
        Invalid
            There is no such setting, or it cannot be so.
        """
        from sqlalchemy import select

        from labstudio.labeling.counting import count_again
        from labstudio.labeling.tables import projects as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "owner")
            settings = parse(ProjectSettings, {**project.settings.model_dump(), **told})
            kept = connection.execute(select(t.c.settings).where(t.c.number == project.number)).scalar_one()
            connection.execute(
                t.update()
                .where(t.c.number == project.number)
                .values(settings=kept | {"asking": settings.model_dump()})
            )
            if settings.annotators_per_item != project.settings.annotators_per_item:
                count_again(connection, project.number, settings.annotators_per_item)
            self._store.record(connection, "labeling.configured", project.subject, **told)
        return self.get(project.id)

    def change_labels(self, ref: str, changes: Sequence[SchemaChange | Mapping[str, Any]]) -> LabelSchema:
        """Change the labels while people work; each call makes one version of them, all changes or none.

        Values keep the version they were made under and are read through the merges since then.
        """
        from labstudio.labeling.tables import projects as t
        from labstudio.labeling.tables import schemas

        asked = [one if isinstance(one, SchemaChange) else parse(SchemaChange, one) for one in changes]
        if not asked:
            raise Invalid("Say what is to change.")
        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "owner")
            schema = project.schema.changed(asked)
            plain = [one.model_dump(exclude_none=True) for one in asked]
            connection.execute(
                schemas.insert().values(
                    project=project.number, version=schema.version, labels=schema.to_rows(), changes=plain,
                    created_by=who(), created=time.time(),
                )
            )  # fmt: skip
            connection.execute(
                t.update().where(t.c.number == project.number).values(schema_version=schema.version)
            )
            self._store.record(connection, "labeling.labels", project.subject, changes=plain)
        return schema

    def archive(self, ref: str) -> Project:
        """Put a project away; its name is free again, and nothing of it is lost."""
        return self._put_away(ref, time.time())

    def restore(self, ref: str) -> Project:
        """Take a project up again.

        Raises
        ------
        Conflict
            Its name is in use by another one now.
        """
        return self._put_away(ref, None)

    def set_role(self, ref: str, person: str, role: str) -> Project:
        """Say who may do what: ``annotator``, ``reviewer`` or ``owner``.

        With SQLite this is recorded and not enforced: whoever can open the file can write to it.
        """
        from labstudio.labeling.tables import members as t

        if role not in ROLES or not person.strip():
            raise Invalid(f"A person is {', '.join(ROLES[:2])} or owner, not {role!r}.")
        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "owner")
            others = [name for name, has in project.members.items() if has == "owner" and name != person]
            if role != "owner" and project.members.get(person) == "owner" and not others:
                raise Conflict(
                    f"{person} is the only owner of {project.name}; make somebody else owner first."
                )
            connection.execute(t.delete().where(t.c.project == project.number, t.c.person == person))
            connection.execute(t.insert().values(project=project.number, person=person, role=role))
            self._store.record(connection, "labeling.role", project.subject, person=person, role=role)
        return self.get(project.id)

    def sync(self, ref: str) -> Synced:
        """Bring a project up to the newest version of its data.

        Items that are new are added; those that are gone are retired with all that was said of them, and are
        back when they are; an item whose content has changed under its key is asked again.
        """
        project = self.get(ref)
        version = self._data.get(project.data)
        if version.version <= project.version:
            return Synced(project.ref, 0, 0, 0, 0)
        return self._take_in(project.number, version, self._source(project))

    def newest(self, project: Project) -> Version | None:
        """Return the newest version of a project's data; None where the data was deleted."""
        try:
            return self._data.get(project.data)
        except LabstudioError:
            return None

    def columns(self, project: Project) -> builtins.list[str]:
        """Return the columns that are shown: those that were chosen, else all of the data."""
        if project.of_items["columns"]:
            return builtins.list(project.of_items["columns"])
        try:
            return builtins.list(self._data.get(project.ref).schema.names)
        except LabstudioError:
            return []

    @property
    def enforces_roles(self) -> bool:
        """Whether roles are more than recorded: on PostgreSQL."""
        return self._store.journal == "postgresql"

    def _kind_of_files(self, version: Version) -> str:
        """Say whether a folder's pictures or its texts are labeled: pictures where there are any."""
        from labstudio.pictures import PICTURES

        return "image" if any(one.media in PICTURES for one in self._data.items(version)) else "text"

    def _put_away(self, ref: str, when: float | None) -> Project:
        from labstudio.labeling.tables import projects as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "owner")
            if when is None and project.archived is not None:
                _free(connection, project.name)
            if (when is None) != (project.archived is None):
                connection.execute(t.update().where(t.c.number == project.number).values(archived=when))
                verb = "labeling.restored" if when is None else "labeling.archived"
                self._store.record(connection, verb, project.subject, name=project.name)
        return self.get(project.id)

    def _project(self, connection: Connection, ref: str, *, lock: bool = False) -> Project:
        """Find a project; `lock` lets nobody else write to it before this transaction ends.

        With SQLite a writer is alone anyway. With PostgreSQL the lock makes annotations visible in the order
        of their numbers, which an export at a sequence number relies on.
        """
        from sqlalchemy import select
        from sqlalchemy.exc import NoResultFound

        from labstudio.labeling.tables import projects as t

        number = int(ref.partition("-")[2]) if _ID.fullmatch(ref) else _number_of(connection, ref)
        if number is not None:
            if lock:
                connection.execute(select(t.c.number).where(t.c.number == number).with_for_update())
            with suppress(NoResultFound):
                return _load(connection, number)
        names = connection.execute(select(t.c.name).where(t.c.archived.is_(None))).scalars().all()
        near = nearest(ref, names)
        known = f"there is {', '.join(sorted(names)[:10])}." if names else "make one first."
        raise NotFound(
            f"There is no labeling project {ref!r}; " + (f"did you mean {near!r}?" if near else known)
        )

    def _again(self, connection: Connection, project: Project) -> Project:
        """Lock a project that was read before this transaction; it is read again where it has changed."""
        from labstudio.labeling import statements

        row = connection.execute(statements.LOCK_PROJECT, {"number": project.number}).one()
        same = (row.schema_version, row.version) == (project.schema.version, project.version)
        if same and row.settings["asking"] == project.settings.model_dump():
            return project
        return _load(connection, project.number)

    def _need(self, project: Project, role: str) -> None:
        """Refuse who has not the role, where roles are enforced."""
        if not self.enforces_roles:
            return
        has = project.members.get(who(), "annotator")
        if ROLES.index(has) < ROLES.index(role):
            owners = ", ".join(name for name, one in project.members.items() if one == "owner")
            raise Forbidden(f"{who()} is {has} of {project.name}; this needs the role {role} (ask {owners}).")

    def _source(self, project: Project) -> Source:
        return self._source_of(project.item_kind, project.of_items)

    def _source_of(self, kind: str, settings: Mapping[str, Any]) -> Source:
        from labstudio.labeling.sources import Source

        return Source(self._data, kind, settings, Path(self._store.root).parent)

    def _forget(self, number: int) -> None:
        from labstudio.labeling.tables import items, members, projects, schemas

        with self._store.write() as connection:
            for table in (items, members, schemas):
                connection.execute(table.delete().where(table.c.project == number))
            connection.execute(projects.delete().where(projects.c.number == number))

    def _take_in(self, number: int, version: Version, source: Source) -> Synced:
        """Bring the items up to a version, in many transactions; cut short, it can be done again."""
        from sqlalchemy import bindparam, func, select

        from labstudio.labeling.counting import count_again
        from labstudio.labeling.tables import annotations, votes
        from labstudio.labeling.tables import items as t
        from labstudio.labeling.tables import projects as p

        with self._store.read() as connection:
            project = _load(connection, number)
            columns = (t.c.number, t.c.key, t.c.content, t.c.retired)
            query = select(*columns).where(t.c.project == number)
            known = {row.key: row for row in connection.execute(query)}
        random_order = project.settings.order == "random"
        new, changed, kept, back = [], [], [], 0
        seen = set()
        for found in source.items(version):
            seen.add(found.key)
            rank = zlib.crc32(f"{number} {found.key}".encode()) >> 1 if random_order else found.place
            place = {
                "version": version.version, "place": found.place, "rank": rank, "group": found.group,
                "split": found.split, "width": found.width, "height": found.height,
            }  # fmt: skip
            was = known.get(found.key)
            if was is None:
                new.append(
                    place | {
                        "project": number, "key": found.key, "content": found.content, "fresh_from": 0,
                        "votes": 0, "audit": False, "open": True,
                    }
                )  # fmt: skip
                continue
            back += was.retired is not None
            update = {f"_{name}": value for name, value in place.items()} | {"_number": was.number}
            if was.content != found.content:
                changed.append(update | {"_content": found.content})
            else:
                kept.append(update)
        same = t.c.number == bindparam("_number")
        told = ("version", "place", "rank", "group", "split", "width", "height")
        moved: dict[str, Any] = {name: bindparam(f"_{name}") for name in told}
        lost = [
            {"_number": row.number} for key, row in known.items() if key not in seen and row.retired is None
        ]
        for rows, statement in (
            (new, t.insert()),
            (kept, t.update().where(same).values(**moved, retired=None)),
            (lost, t.update().where(same).values(retired=time.time(), open=False)),
        ):
            for begin in range(0, len(rows), _PIECE):
                with self._store.write() as connection:
                    connection.execute(statement, rows[begin : begin + _PIECE])
        with self._store.write() as connection:
            project = self._project(connection, f"project-{number}", lock=True)
            if project.version == 0:
                _free(connection, project.name)  # somebody may have been faster
            if changed:
                newest = connection.execute(
                    select(func.max(annotations.c.number)).where(annotations.c.project == number)
                ).scalar()
                anew: dict[str, Any] = {"retired": None, "decided": None, "auto": None}
                anew |= moved | {"content": bindparam("_content"), "fresh_from": newest or 0}
                connection.execute(t.update().where(same).values(**anew), changed)
                connection.execute(
                    votes.delete().where(votes.c.item == bindparam("_number")),
                    [{"_number": one["_number"]} for one in changed],
                )
            if known:
                count_again(connection, number, project.settings.annotators_per_item)
            connection.execute(p.update().where(p.c.number == number).values(version=version.version))
            self._store.link(connection, version.subject, f"labeling:project-{number}", "labeled")
            found_ = Synced(version.ref, len(new), len(changed), len(lost), back)
            if known:
                self._store.record(connection, "labeling.synced", project.subject, added=found_.added,
                                   changed=found_.changed, retired=found_.retired)  # fmt: skip
        return found_


def _free(connection: Connection, name: str) -> None:
    """Refuse a name that is in use; what was cut short while it was made has version 0 and does not count."""
    from sqlalchemy import select

    from labstudio.labeling.tables import projects as t

    used = select(t.c.number).where(t.c.name == name, t.c.archived.is_(None), t.c.version > 0)
    if connection.execute(used).first() is not None:
        raise Conflict(f"There is a labeling project {name!r} already; choose another name, or put it away.")


def _number_of(connection: Connection, name: str) -> int | None:
    from sqlalchemy import select

    from labstudio.labeling.tables import projects as t

    named = (t.c.name == unicodedata.normalize("NFC", name)) & (t.c.version > 0)
    query = select(t.c.number).where(named).order_by(t.c.archived.is_not(None), t.c.number.desc())
    found: int | None = connection.execute(query.limit(1)).scalar()
    return found


def _load(connection: Connection, number: int) -> Project:
    from labstudio.labeling import statements

    row = connection.execute(statements.PROJECT, {"number": number}).mappings().one()
    people = connection.execute(statements.PEOPLE, {"number": number})
    same = ("number", "name", "data", "version", "item_kind", "task", "created", "archived")
    return Project(
        **{name: row[name] for name in same},
        by=row["created_by"],
        settings=ProjectSettings(**row["settings"]["asking"]),
        of_items=row["settings"]["items"],
        schema=LabelSchema.from_rows(row["schema_version"], row["labels"]),
        members={row.person: row.role for row in people},
        detector=row["settings"].get("detector"),
    )
