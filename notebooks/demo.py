"""The quickstart as `make demo` runs it: papermill in a folder of its own, then what came of it, in words."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent / "demo"


def main() -> int:
    """Run the notebook in a fresh folder and print what it left there."""
    import papermill

    from labstudio import Workspace, display
    from labstudio.workspace import FOLDER as WORKSPACE

    FOLDER.mkdir(exist_ok=True)
    (FOLDER / WORKSPACE).mkdir(exist_ok=True)  # so that no workspace further up is taken for it
    os.environ.pop("LABSTUDIO_WORKSPACE", None)
    budget = float(os.environ.get("BUDGET", "30"))
    print(
        f"Running {HERE / 'quickstart.ipynb'} in {FOLDER}: two models, about {budget:g} s each …", flush=True
    )
    try:
        papermill.execute_notebook(
            HERE / "quickstart.ipynb",
            FOLDER / "quickstart.ipynb",
            parameters={"budget": budget},
            cwd=str(FOLDER),
            progress_bar=False,
        )
    except papermill.PapermillExecutionError as error:
        print(f"Cell {error.exec_count} failed: {error.evalue}", file=sys.stderr)
        return 1
    ws = Workspace(FOLDER)
    for run in ws.automl.list()[:2][::-1]:
        print()
        print(display.leaderboard(run))
        print("  held out:   ", ", ".join(f"{name} {value:.4g}" for name, value in run.holdout.items()))
        print("  ONNX file:  ", run.path)
        print("  certificate:", run.certificate.sentence())
    print()
    print("What to try next")
    print(f"  look at the notebook it made   {FOLDER / 'quickstart.ipynb'}")
    print("  see it in the panels           make lab, then the flask at the left")
    print("  in a shell                     cd demo && ../.venv/bin/labstudio models list")
    print("  your own table                 %data add mine mine.csv, then %automl --data mine --target …")
    return 0


if __name__ == "__main__":
    sys.exit(main())
