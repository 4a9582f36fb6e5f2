"""Views of labeling projects: how far they are, their labels, their people, and what models have said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labstudio.display import wording
from labstudio.display.bundle import Bar, Bundle, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.labeling.alike import Group
    from labstudio.labeling.dashboard import Dashboard
    from labstudio.labeling.detecting import Attached
    from labstudio.labeling.exporting import Export
    from labstudio.labeling.importing import Imported
    from labstudio.labeling.labels import LabelSchema
    from labstudio.labeling.looking import Listed
    from labstudio.labeling.projects import Project
    from labstudio.labeling.suggesting import DoubtfulLabel
    from labstudio.labeling.suggestions import ModelRun


def projects(found: Sequence[tuple[Project, Any]]) -> Bundle:
    """List projects with their progress."""
    if not found:
        return Bundle(Line("No labeling projects yet. %label create DATA --labels a,b makes one."))
    rows = [
        [project.name, project.id, project.ref, project.task, f"{done.labeled:,} of {done.items:,}",
         wording.ago(project.created)]
        for project, done in found
    ]  # fmt: skip
    names = ["project", "id", "data", "task", "labeled", "made"]
    return Bundle(Heading("Labeling", str(len(rows))), Table(names, rows, right=["labeled"]))


def project(found: Project, board: Dashboard) -> Bundle:
    """Show a project: progress, distribution, people."""
    done = board.progress
    facts = {
        "data": found.ref,
        "task": f"{found.task} of {found.item_kind}",
        "people an item": str(found.settings.annotators_per_item),
        "open": f"{done.open:,}",
        "labeled by models": f"{done.auto:,}" if done.auto else "",
        "disputed": f"{board.disputed:,}" if board.disputed else "",
        "agreement (alpha)": f"{board.alpha:.2f}" if board.alpha is not None else "",
    }
    names = {label.id: label.name for label in found.schema}
    counts = [[names[one.label], one.people, one.model] for one in board.labels if one.people or one.model]
    people = [
        [one.person, one.labeled, one.skipped, wording.seconds(one.seconds),
         _share(one.gold_right / one.gold_seen if one.gold_seen else None), _share(one.agreement)]
        for one in board.people
    ]  # fmt: skip
    columns = ["who", "labeled", "skipped", "an item", "known right", "agrees"]
    right = columns[1:]
    return Bundle(
        Heading(found.name, found.id),
        Line(f"{done.labeled:,} of {done.items:,} labeled"),
        Bar(done.labeled / done.items if done.items else 0.0),
        Facts({name: value for name, value in facts.items() if value}),
        *((Table(["label", "people", "models"], counts, right=["people", "models"]),) if counts else ()),
        *((Table(columns, people, right=right),) if people else ()),
    )


def labels(name: str, schema: LabelSchema) -> Bundle:
    """List labels with what became of them."""
    names = {label.id: label.name for label in schema}
    rows = [
        [label.id, label.name, label.key or "", label.color, names.get(label.parent or "", ""),
         f"is now {names[label.merged]}" if label.merged else "retired" if label.retired else ""]
        for label in schema
    ]  # fmt: skip
    return Bundle(
        Heading(f"Labels of {name}", f"version {schema.version}"),
        Table(["id", "label", "key", "colour", "a kind of", ""], rows),
    )


def runs(name: str, found: Sequence[ModelRun]) -> Bundle:
    """List model runs."""
    if not found:
        return Bundle(Line("No model has learned yet; suggestions begin with ten labels or marks."))
    rows = [
        [one.number, one.kind, one.state, one.outcome.get("labels", ""), one.outcome.get("given", ""),
         _score(one.outcome.get("score")), wording.ago(one.created)]
        for one in found
    ]  # fmt: skip
    names = ["run", "kind", "state", "learned from", "labels given", "score", "when"]
    return Bundle(Heading(f"Models of {name}", str(len(rows))), Table(names, rows, right=names[3:6]))


def groups(found: Project, told: Sequence[Group], first: Sequence[Listed], duplicates: bool) -> Bundle:
    """List groups of items that are alike, each by its most typical item."""
    if not told:
        return Bundle(Line(f"No items of {found.name} are {'nearly the same' if duplicates else 'alike'}."))
    shown = {one.number: one for one in first}
    rows = []
    for one in told:
        item = shown.get((one.open or one.items)[0])
        words = item and (item.text or " · ".join(map(str, item.row.values())) or item.key)
        rows.append([one.number, len(one.items), len(one.open), f"{one.likeness:.2f}", _cut(words or "")])
    what = "duplicates" if duplicates else "cluster"
    names = [what, "items", "open", "alike", "such as"]
    hint = f"%label accept {found.name} --{what} {told[0].number} --label … labels one of them at once."
    title = "Near duplicates in" if duplicates else "Clusters of"
    return Bundle(
        Heading(f"{title} {found.name}", str(len(rows))), Table(names, rows, right=names[:4]), Line(hint)
    )


def detector(found: Project, attached: Attached | None) -> Bundle:
    """Show the detector of a project, and which of its classes are suggested."""
    if attached is None:
        return Bundle(
            Line(f"{found.name} has no detector; %label detector {found.name} FILE.onnx attaches one.")
        )
    labels = {label.id: label.name for label in found.schema}
    rows = [[name, labels[label]] for name, label in attached.labels.items()]
    left = f"Not suggested: {', '.join(attached.left_out)}." if attached.left_out else ""
    return Bundle(
        Heading(f"Detector of {found.name}", attached.name),
        Table(["class", "label"], rows),
        *((Line(left),) if left else ()),
    )


def doubts(found: Project, doubtful: Sequence[DoubtfulLabel]) -> Bundle:
    """List labels that may be wrong, the likeliest first."""
    if not doubtful:
        return Bundle(Line(f"No label of {found.name} looks wrong.", "ok"))
    names = {label.id: label.name for label in found.schema}
    rows = [
        [one.item, _value(one.value, names), _value(one.instead, names), f"{one.quality:.2f}"]
        for one in doubtful
    ]
    columns = ["item", "label", "a model says", "quality"]
    return Bundle(
        Heading(f"Doubtful labels of {found.name}", str(len(rows))),
        Table(columns, rows, right=["item", "quality"]),
    )


def export(found: Export, path: str) -> Bundle:
    """Show what went out and what was left out."""
    facts = {
        "format": found.format,
        "answers in": f"{found.records:,}",
        "written": f"{found.written:,}",
        "up to annotation": f"{found.sequence:,}",
        "file": path,
    }
    return Bundle(
        Heading("Export", str(found.number)), Facts({name: one for name, one in facts.items() if one}),
        *_dropped(found.dropped),
    )  # fmt: skip


def imported(project: str, found: Imported) -> Bundle:
    """Show what came in and what was left out."""
    labels = found.taken - found.suggestions
    new = f" New labels: {', '.join(found.labels)}." if found.labels else ""
    lines = [Line(f"{labels:,} of {found.records:,} answers are labels of {project} now.{new}", "ok")]
    if found.run is not None:
        back = f"%label revert {project} {found.run} takes them back."
        lines.append(Line(f"{found.suggestions:,} came in as suggestions (run {found.run}); {back}", "ok"))
    return Bundle(*lines, *_dropped(found.dropped))


def _dropped(reasons: Mapping[str, int]) -> list[Table]:
    rows = [[f"{count:,}", reason] for reason, count in reasons.items()]
    return [Table(["left out", "because"], rows, right=["left out"])] if rows else []


def said(sentence: str) -> Bundle:
    """Show one sentence about what was done."""
    return Bundle(Line(sentence, "ok"))


def _value(value: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if "number" in value:
        return f"{value['number']:g}"
    given = value["labels"] if "labels" in value else [value["label"]]
    return ", ".join(names[one] for one in given) or "none"


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _score(found: Any) -> str:
    return f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})" if found else ""
