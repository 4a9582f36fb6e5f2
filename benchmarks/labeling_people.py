"""People who label at once, in real processes: leases, answers, kill -9, and what was acknowledged.

`crowd` is what the benchmark prints and the test asks; a process of its own is one annotator.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Crowd:
    """What a crowd came to."""

    labels: int
    seconds: float
    acknowledged: int
    lost: int
    twice: int
    killed: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Labels a second."""
        return self.labels / self.seconds


def annotator(where: str, files: str, project: str, name: str, limit: int, acknowledged: str) -> None:
    """Label until there is nothing left; write down what was leased, and each answer acknowledged."""
    from labstudio.labeling import Answer
    from labstudio.workspace import Workspace

    labeling = Workspace(where, files=files or None).labeling
    chance = random.Random(name)
    with open(acknowledged, "a", buffering=1) as out:
        while given := labeling.next(project, limit, annotator=name):
            out.write(json.dumps({"leased": [item.number for item in given]}) + "\n")
            for item in given:
                key = f"{name}-{item.number}"
                began = time.perf_counter()
                [receipt] = labeling.submit(
                    project,
                    [Answer(item.number, chance.choice(["positive", "negative"]), client_id=key)],
                    annotator=name,
                )
                took = time.perf_counter() - began
                out.write(
                    json.dumps({"client_id": key, "annotation": receipt.annotation, "took": took}) + "\n"
                )


def crowd(
    where: str, folder: Path, project: str, *, people: int, kills: int, limit: int = 10, files: str = "",
    patience: float = 120,
) -> Crowd:  # fmt: skip
    """Let people label a project to its end; some of their processes are killed and begun again.

    Parameters
    ----------
    where, files : str
        The workspace.
    folder : Path
        For what the people write down.
    project : str
        Its id; one label an item, one annotator an item.
    people, kills : int
        How many processes at once, and how many of them are ended with SIGKILL.
    limit : int
        Items leased at once.
    patience : float
        Seconds until it is given up.
    """
    chance, alive, killed = random.Random(0), {}, 0

    def start(name: str) -> subprocess.Popen[bytes]:
        told = [where, files, project, name, str(limit), str(folder / f"{name}.jsonl")]
        return subprocess.Popen([sys.executable, __file__, *told], stderr=subprocess.PIPE)

    began = time.monotonic()
    for number in range(people):
        alive[f"person-{number}"] = start(f"person-{number}")
    first: float | None = None
    while alive and time.monotonic() - began < patience:
        time.sleep(0.05)
        if first is None and any(folder.glob("*.jsonl")):
            first = time.monotonic()
        if first is not None and killed < kills and time.monotonic() - first > 0.2 * (killed + 1):
            name = chance.choice(sorted(alive))
            alive[name].send_signal(signal.SIGKILL)
            alive[name].wait()
            killed += 1
            alive[name] = start(name)  # and comes back, as people do
        for name, process in list(alive.items()):
            if process.poll() is not None:
                assert process.returncode == 0, process.stderr and process.stderr.read().decode()
                del alive[name]
    assert not alive, f"{len(alive)} annotators did not come to an end in {patience} s"
    return _judged(where, files, folder, project, killed)


def _judged(where: str, files: str, folder: Path, project: str, killed: int) -> Crowd:
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations
    from labstudio.workspace import Workspace

    workspace = Workspace(where, files=files or None)
    number = workspace.labeling.get(project).number
    with workspace.store.read() as connection:
        query = select(
            annotations.c.client_id, annotations.c.number, annotations.c.item, annotations.c.created
        )
        rows = connection.execute(query.where(annotations.c.project == number)).all()
    kept = {row.client_id: row.number for row in rows}
    told = []
    for path in folder.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            try:
                told.append(json.loads(line))
            except ValueError:  # the line that a kill cut short acknowledges nothing
                continue
    said = [one for one in told if "client_id" in one]
    lost = sum(kept.get(one["client_id"]) != one["annotation"] for one in said)
    twice = sum(count > 1 for count in Counter(row.item for row in rows).values())
    took = sorted(one["took"] for one in said)
    moments = [row.created for row in rows]
    return Crowd(
        len(rows), max(moments) - min(moments), len(said), lost, twice, killed, took[len(took) // 2],
        took[int(len(took) * 0.99)],
    )  # fmt: skip


if __name__ == "__main__":
    os.environ.pop("LABSTUDIO_WORKSPACE", None)
    annotator(*sys.argv[1:5], int(sys.argv[5]), sys.argv[6])
