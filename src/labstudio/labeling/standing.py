"""What stands of each item: a reviewer's word, else what its annotators say together, else a model's.

Always made anew from the annotations, up to any of them: as it was then is what an export at that number has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from labstudio.labeling.consensus import Consensus, dawid_skene, majority, together
from labstudio.labeling.counting import COUNTED
from labstudio.labeling.values import value_now

if TYPE_CHECKING:
    from labstudio.labeling.projects import Project, Projects

    class _Base(Projects): ...

else:
    _Base = object

Source = Literal["review", "people", "import", "model"]


@dataclass(frozen=True)
class Standing:
    """What stands of one item.

    Attributes
    ----------
    value : dict
        Read with the labels of today.
    source : str
        ``"review"``, ``"people"``, ``"import"`` or ``"model"``: whose word it is.
    sure : float
        How sure it is: the consensus' probability, the share of those who say so, or the model's score.
    votes : int
        How many people have said something.
    disputed : bool
        Whether they said different things.
    run : int or None
        The model run of a model's word.
    """

    item: int
    value: dict[str, Any]
    source: Source
    sure: float
    votes: int
    disputed: bool
    annotation: int
    run: int | None = None


@dataclass
class Replayed:
    """What counts after some annotations: of each annotator of an item, of reviewers, of models."""

    votes: dict[int, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    decided: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    auto: dict[int, Mapping[str, Any]] = field(default_factory=dict)


def replay(rows: Iterable[Mapping[str, Any]]) -> Replayed:
    """Go through annotations in the order of their numbers and say what counts in the end.

    Parameters
    ----------
    rows : iterable of mappings
        With number, item, annotator, action, value, schema_version, supersedes and run.
    """
    said: dict[int, Mapping[str, Any]] = {}
    undone: set[int] = set()
    for row in rows:
        said[row["number"]] = row
        if row["action"] == "undo" and row["supersedes"] is not None:
            undone.add(row["supersedes"])
    found = Replayed()
    for number, row in said.items():
        if number in undone or row["action"] == "undo":
            continue
        if row["action"] == "review":
            found.decided[row["item"]] = row
        elif row["action"] == "auto":
            found.auto[row["item"]] = row
        else:
            found.votes.setdefault(row["item"], {})[row["annotator"]] = row
    return found


class StandingValues(_Base):
    """Reading what stands."""

    def standing(self, ref: str, *, sequence: int | None = None, models: bool = True) -> dict[int, Standing]:
        """Return what stands of each item that has been answered, by its number.

        Parameters
        ----------
        ref : str
            The project.
        sequence : int, optional
            As it was after this annotation; as it is now when not given.
        models : bool
            Whether a model's word stands where no person has spoken.
        """
        project = self.get(ref)
        replayed = self.replayed(project, sequence)
        return stand(project, replayed, models=models)

    def replayed(self, project: Project, sequence: int | None = None) -> Replayed:
        """Return what counts after an annotation, or now."""
        from sqlalchemy import select

        from labstudio.labeling.tables import annotations as t
        from labstudio.labeling.tables import items

        columns = (
            t.c.number, t.c.item, t.c.annotator, t.c.action, t.c.value, t.c.schema_version, t.c.supersedes,
            t.c.run, t.c.reason, t.c.milliseconds, t.c.created,
        )  # fmt: skip
        query = (
            select(*columns)
            .join(items, items.c.number == t.c.item)
            # what was said of a content that is no longer there is history
            .where(t.c.project == project.number, t.c.number > items.c.fresh_from)
            .order_by(t.c.number)
        )
        if sequence is not None:
            query = query.where(t.c.number <= sequence)
        with self._store.read() as connection:
            return replay([dict(row) for row in connection.execute(query).mappings()])


def stand(project: Project, replayed: Replayed, *, models: bool = True) -> dict[int, Standing]:
    """Say what stands of each item."""
    schema = project.schema
    consensus = consensus_of(project, replayed)
    found: dict[int, Standing] = {}
    if models:
        for item, row in replayed.auto.items():
            value = value_now(row["value"], schema)
            found[item] = Standing(item, value, "model", 1.0, 0, False, row["number"], row["run"])
    for item, by in replayed.votes.items():
        rows = [row for row in by.values() if row["action"] in COUNTED]
        if not rows:
            continue
        values = [value_now(row["value"], schema) for row in rows]
        chosen, share = together(values)
        value, sure = dict(chosen), share
        if item in consensus.labels:
            label, sure = consensus.labels[item]
            value = next((one for one in values if one["label"] == label), value)
        source: Source = "import" if all(row["action"] == "import" for row in rows) else "people"
        found[item] = Standing(
            item, value, source, float(sure), len(rows), share < 1, max(row["number"] for row in rows)
        )
    for item, row in replayed.decided.items():
        before = found.get(item)
        found[item] = Standing(
            item, value_now(row["value"], schema), "review", 1.0, before.votes if before else 0,
            before.disputed if before else False, row["number"],
        )  # fmt: skip
    return found


def consensus_of(project: Project, replayed: Replayed) -> Consensus:
    """Weigh the annotators of a project with one label an item; else nothing is weighed."""
    if project.task != "class":
        return Consensus({}, {})
    votes = class_votes(project, replayed)
    if not any(len(by) > 1 for by in replayed.votes.values()):
        return Consensus(majority(votes), {})
    return dawid_skene(votes)


def class_votes(project: Project, replayed: Replayed) -> list[tuple[int, str, str]]:
    """Return who gave which label to which item."""
    return [
        (item, person, value_now(row["value"], project.schema)["label"])
        for item, by in replayed.votes.items()
        for person, row in by.items()
        if row["action"] in COUNTED
    ]
