"""The small process that stands beside a job: starts its child, hands on what a person asks, notes the end.

It lives in a session of its own and outlives whoever started the job. It knows nothing of the work.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from labstudio.compute import ProcessMark
from labstudio.errors import LabstudioError
from labstudio.jobs.ending import folder, note_exit, settle
from labstudio.jobs.job import ACTIVE
from labstudio.store import Store

_LOOK_SECONDS = 0.5


def main(number: int) -> None:
    """Lead one job to its end."""
    # -P: a file of the user's that is called as a module of ours must not take its place
    command = [sys.executable, "-P", "-m", "labstudio.cli", "job", "exec", f"job-{number}"]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    from labstudio.jobs import tables  # takes as long as the child's own imports, so after its start

    files = os.environ.get("LABSTUDIO_FILES") or None
    try:
        store = Store.open(os.environ["LABSTUDIO_WORKSPACE"], files, door="job")
    except LabstudioError as error:  # the child cannot open it either, and says so in its own words
        print(error, file=sys.stderr)
        child.wait()
        return
    # the starter writes the same, if it lives long enough
    with suppress(LabstudioError), store.write() as connection:
        mark = {"process": ProcessMark.current().to_dict()}
        tables.update_job(connection, number, mark, only_if=ACTIVE)
    heard = wish = None
    while child.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LOOK_SECONDS)
        with suppress(LabstudioError), store.read() as connection:  # the database may be away for a while
            [row] = tables.select_jobs(connection, number)
            wish = row["wish"]
        if wish == heard or child.poll() is not None:
            continue
        if wish == "kill":
            os.killpg(child.pid, signal.SIGKILL)
            heard = wish
        elif row["state"] == "running":  # before, the child's Python would take the interrupt for its own
            child.send_signal(signal.SIGINT)
            heard = wish
    note_exit(folder(store, number), child.returncode)
    with suppress(LabstudioError):  # then whoever looks next writes it
        settle(store, number, wish, only_if=ACTIVE)


if __name__ == "__main__":
    main(int(sys.argv[1]))
