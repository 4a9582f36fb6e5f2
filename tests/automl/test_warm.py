"""What a worker loads, and when."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.core

WORKER = """
import sys, threading
from contextlib import suppress
from pathlib import Path

from labstudio.automl import evaluation
from labstudio.automl.member import Candidate

class Patient(threading.Event):
    def wait(self, timeout=None):  # however slow this machine is
        return super().wait()

evaluation.FIRST_ENDED = Patient()
import labstudio.automl.warm

found = lambda: sorted({"lightgbm", "sklearn", "pandas", "onnxruntime"} & set(sys.modules))
first = found()
with suppress(FileNotFoundError):
    evaluation.evaluate(Path("absent"), 1, Candidate("baseline", {}), None)
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join()
print(first, found())
"""


def test_what_a_first_model_does_not_need_is_loaded_after_it():
    done = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True)
    assert done.stdout.strip() == "['lightgbm'] ['lightgbm', 'onnxruntime', 'pandas', 'sklearn']", done.stderr
