from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tiny

from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.models import Models
from labstudio.models import registry_reader as reader
from labstudio.store import Store


def test_a_certified_model_becomes_version_one_and_another_file_version_two(models, store):
    first = models.register(tiny.certified(2.0), "life-expectancy")
    second = models.register(tiny.certified(3.0), "life-expectancy")
    assert (first.ref, first.mlflow_uri) == ("life-expectancy@1", "models:/life-expectancy/1")
    assert (first.task, first.target, first.existed) == ("regression", "cost", False)
    assert first.certificate.passed
    assert second.ref == "life-expectancy@2"
    assert [one.ref for one in models.list()] == ["life-expectancy@2", "life-expectancy@1"]
    event = store.events(1)[0]
    assert (event.verb, event.subject) == ("models.registered", "model:life-expectancy@2")


def test_the_same_file_under_the_same_name_is_the_same_version(models):
    assert not models.register(tiny.certified(), "life").existed
    again = models.register(tiny.certified(), "life")
    assert (again.ref, again.existed) == ("life@1", True)
    assert models.register(tiny.certified(), "other").ref == "other@1"


def test_what_is_loaded_predicts_what_the_model_predicted(models):
    models.register(tiny.certified(2.0), "life")
    models.register(tiny.certified(3.0), "life")
    for ref, weight in [("life@1", 2.0), ("life@2", 3.0), ("life", 3.0)]:
        np.testing.assert_array_equal(
            models.load(ref).predict(tiny.FRAME), tiny.Linear(weight).predict(tiny.FRAME)
        )


def test_an_alias_that_an_mlflow_client_sets_calls_a_version(models):
    for weight in (2.0, 3.0):
        models.register(tiny.certified(weight), "life")
    models._tracking._ready().set_registered_model_alias("life", "champion", "1")
    assert models.get("life@champion").version == 1
    assert models.get("life").version == 2
    with pytest.raises(NotFound, match="no version or alias 'best'; it has 2, 1, champion"):
        models.get("life@best")


def test_a_run_brings_its_scores_settings_and_lineage(models, store):
    from labstudio.automl.settings import AutoMLRun
    from labstudio.automl.trial import Trial

    run = SimpleNamespace(
        model=tiny.certified(),
        holdout={"rmse": 1.5, "r2": float("nan")},
        target="cost",
        best=Trial(4, "lightgbm", {"num_leaves": 31}, "complete", 1.4),
        settings=AutoMLRun(data="people@1", target="cost", budget=10),
        subject="run:run-3",
    )
    version = models.register(run, "life")
    assert version.source == "run:run-3"
    assert version.metrics["rmse"] == 1.5
    edges = {(edge.source, edge.target) for edge in store.lineage(version.subject)}
    assert edges == {("run:run-3", "model:life@1"), (f"file:{version.sha256}", "model:life@1")}
    client = models._tracking._ready()
    published = client.get_run(client.get_model_version("life", "1").run_id)
    assert published.info.run_name == "run-3"
    assert published.info.status == "FINISHED"
    assert published.data.metrics == {"rmse": 1.5}
    assert published.data.params["lightgbm.num_leaves"] == "31"
    assert published.data.params["data"] == "people@1"


def test_a_scikit_learn_model_goes_through_the_same_certificate(models):
    from sklearn.linear_model import LinearRegression

    frame = tiny.FRAME[["visits"]].astype(float)
    fitted = LinearRegression().fit(frame, [1.0, 3.0, 5.0, 79.0])
    with pytest.raises(Invalid, match="frame="):
        models.register(fitted, "mine")
    models.register(fitted, "mine", frame=frame)
    np.testing.assert_allclose(models.load("mine@1").predict(frame), fitted.predict(frame), atol=1e-9)


def test_what_is_no_model_is_refused_in_a_sentence(models):
    with pytest.raises(Invalid, match="A dict cannot be registered; give a run"):
        models.register({}, "life")


def test_a_failed_certificate_is_refused_with_its_own_sentence(models, store):
    wrong = tiny.certified(2.0, emitted=tiny.Linear(2.5))
    assert not wrong.certificate.passed
    with pytest.raises(Conflict) as caught:
        models.register(wrong, "life")
    assert wrong.certificate.sentence() in str(caught.value)
    assert models.list() == []
    assert reader.versions(reader.database(store.root)) == []


def test_a_certificate_of_another_file_is_refused(models):
    other = dataclasses.replace(tiny.certified(2.0), content=tiny.Linear(3.0).emit())
    with pytest.raises(Conflict, match="another file"):
        models.register(other, "life")


@pytest.mark.parametrize(
    "name",
    ["", " ", "a/b", "a:b", "a@1", "..", ".", "a\nb", "x" * 101, "a%20b", "a?b", "a#b", "{x}", " a", "a "],
)
def test_names_that_cannot_be_called_later_are_refused(models, name):
    with pytest.raises(Invalid, match="cannot name a model"):
        models.register(tiny.certified(), name)


@pytest.mark.parametrize("name", ["life-expectancy", "Kündigung 2026", "模型.v2", "a_b", "x" * 100])
def test_names_of_any_language_work(models, name):
    version = models.register(tiny.certified(), name)
    assert models.get(version.ref).sha256 == version.sha256


def test_unicode_twins_are_one_name(models):
    models.register(tiny.certified(), "Ku\u0308ndigung")
    assert models.register(tiny.certified(), "K\u00fcndigung").existed


def test_an_unknown_model_is_told_with_the_nearest_known_one(models):
    models.register(tiny.certified(), "life-expectancy")
    with pytest.raises(NotFound, match="did you mean 'life-expectancy'"):
        models.load("life-expectancie@1")


def test_a_file_that_changed_on_disk_is_not_used(models, store):
    version = models.register(tiny.certified(), "life")
    path = store.files.path(version.sha256)
    path.chmod(0o644)
    path.write_bytes(tiny.Linear(9.0).emit())
    with pytest.raises(Unavailable, match="has changed on disk"):
        models.load("life@1")


def test_lists_are_what_mlflow_says(models):
    client = models._tracking._ready()
    for weight in (2.0, 3.0, 4.0):
        models.register(tiny.certified(weight), "life")
    models.register(tiny.certified(5.0), "other")
    client.set_registered_model_alias("life", "champion", "2")
    client.set_registered_model_alias("life", "a", "2")
    client.set_model_version_tag("life", "2", "reviewed", "yes")
    client.update_model_version("life", "1", description="An old one.")
    client.delete_model_version("life", "3")
    read = {(one.name, one.version): one for one in reader.versions(models._tracking.path)}
    theirs = {
        (one.name, int(one.version)): client.get_model_version(one.name, one.version)
        for one in client.search_model_versions()
    }
    assert set(read) == set(theirs) == {("life", 1), ("life", 2), ("other", 1)}
    for key, one in theirs.items():
        mine = read[key]
        assert mine.run == one.run_id
        assert mine.tags == one.tags
        assert sorted(mine.aliases) == sorted(one.aliases)
        assert mine.description == (one.description or "")
        assert (mine.stage, mine.status) == (one.current_stage, one.status)
        assert mine.created == one.creation_timestamp / 1000
        assert client.get_model_version_by_alias("life", "champion").version == 2
    ours = {run.info.run_id: run.info.status for run in client.search_runs([models._tracking._experiment])}
    assert reader.runs(models._tracking.path) == ours


def test_a_version_deleted_in_mlflow_is_not_listed_and_its_number_is_not_given_again(models, store):
    for weight in (2.0, 3.0):
        models.register(tiny.certified(weight), "life")
    models._tracking._ready().delete_model_version("life", "2")
    assert [one.ref for one in models.list()] == ["life@1"]
    with pytest.raises(NotFound):
        models.load("life@2")
    assert models.repair() == ["life@2 was deleted in MLflow, and now is here too."]
    assert models.repair() == []
    assert models.register(tiny.certified(4.0), "life").ref == "life@3"
    np.testing.assert_array_equal(
        models.load("life").predict(tiny.FRAME), tiny.Linear(4.0).predict(tiny.FRAME)
    )


def test_without_mlflows_database_versions_still_load_and_no_number_is_given_twice(models, root):
    models.register(tiny.certified(2.0), "life")
    for path in root.glob("mlflow.db*"):
        path.unlink()
    later = Models(Store.open(root))
    assert [one.ref for one in later.list()] == ["life@1"]
    assert len(later.load("life@1").predict(tiny.FRAME)) == len(tiny.FRAME)
    with pytest.raises(Conflict, match="has lost versions of 'life'; restore it"):
        later.register(tiny.certified(3.0), "life")


def test_a_registration_cut_short_after_mlflow_is_invisible_until_repair_completes_it(
    models, store, monkeypatch
):
    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(models, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            models.register(tiny.certified(), "life")
    assert models.list() == []
    with pytest.raises(NotFound):
        models.load("life@1")
    assert models.repair() == ["The registration of life@1 had been cut short, and now is complete."]
    assert models.repair() == []
    assert models.get("life@1").certificate.passed
    assert store.events(1)[0].detail["repaired"] is True
    assert models.register(tiny.certified(), "life").existed


@pytest.mark.parametrize("step", ["create_logged_model", "finalize_logged_model", "create_model_version"])
def test_a_registration_cut_short_before_the_version_is_taken_back(models, root, monkeypatch, step):
    client = models._tracking._ready()

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(client, step, die)
        with pytest.raises(KeyboardInterrupt):
            models.register(tiny.certified(), "life")
    assert models.list() == []
    assert models.repair() == ["A registration that had been cut short was taken back."]
    assert models.repair() == []
    assert reader.runs(models._tracking.path) == {}
    assert not list((root / "mlflow").rglob("MLmodel"))
    assert models.register(tiny.certified(), "life").ref == "life@1"


def test_a_newer_mlflows_database_is_left_alone_with_a_sentence(root):
    with closing(sqlite3.connect(reader.database(root))) as db, db:
        db.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    models = Models(Store.open(root))
    with pytest.raises(Unavailable, match=r"newer MLflow .* update mlflow-skinny"):
        models.register(tiny.certified(), "life")


def test_an_older_mlflows_database_is_upgraded_after_a_copy(tmp_path):
    root = tmp_path / ".labstudio"
    store = Store.open(root)
    from alembic import command
    from alembic.script import ScriptDirectory
    from mlflow.store.db import utils

    uri = reader.tracking_uri(reader.database(root))
    engine = utils.create_sqlalchemy_engine(uri)
    utils.InitialBase.metadata.create_all(engine)
    config = utils._get_alembic_config(uri)
    older = ScriptDirectory.from_config(config).get_revision("head").down_revision
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, older)
    engine.dispose()
    assert Models(store).register(tiny.certified(), "life").ref == "life@1"
    assert [path.name.split("-")[1] for path in (root / "backups").glob("mlflow-*")] == [older]


def test_workspaces_can_be_made_while_mlflows_database_is_being_made(tmp_path):
    models = Models(Store.open(tmp_path / "first" / ".labstudio"))
    models.prepare()
    count = 0
    while not models._tracking.path.exists() and count < 200:  # Alembic migrates in both, at the same time
        count += 1
        store = Store.open(tmp_path / str(count) / ".labstudio")
        assert Models(store).list() == []
        store.close()
    assert models.register(tiny.certified(), "life").ref == "life@1"
    with closing(sqlite3.connect(models._tracking.path)) as db:
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'labstudio_version'").fetchall() == []
    assert count > 1


CLIENT = """
import sys
import mlflow
sys.path.insert(0, {tests!r})
import tiny
life = mlflow.pyfunc.load_model("models:/life/1")
dear = mlflow.pyfunc.load_model("models:/dear/1")
variants = [
    tiny.FRAME,
    tiny.FRAME[["visits", "city of birth", "age"]],
    tiny.FRAME.astype({{"city of birth": "category", "visits": "float32"}}),
    tiny.FRAME.convert_dtypes(dtype_backend="pyarrow"),
    tiny.FRAME.astype(object),
    tiny.FRAME.fillna({{"age": 3}}).astype({{"age": "int64"}}),
]
print([life.predict(frame).tolist() for frame in variants])
print(dear.predict(tiny.FRAME).tolist())
print(dear.predict(tiny.FRAME, params={{"probabilities": True}}).tolist())
import mlflow.onnx
print(len(mlflow.onnx.load_model("models:/life/1").graph.input))
"""


def plain_client(root: Path, folder: Path) -> list[list]:
    """Predict in a fresh process that knows MLFLOW_TRACKING_URI alone."""
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if "MLFLOW" not in name}
    environment["MLFLOW_TRACKING_URI"] = reader.tracking_uri(reader.database(root))
    script = CLIENT.format(tests=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    return [eval(line, {}) for line in done.stdout.splitlines()]  # noqa: S307 - what the script above printed


def test_a_plain_mlflow_client_predicts_the_same_before_and_after_the_workspace_moves(root, tmp_path, moved):
    models = Models(Store.open(root))
    models.register(tiny.certified(2.0), "life")
    models.register(tiny.certified(3.0, classes=tiny.CLASSES), "dear")
    life, dear = models.load("life"), models.load("dear")
    frames = [tiny.FRAME] * 5 + [tiny.FRAME.fillna({"age": 3})]
    expected = [
        [life.predict(frame).tolist() for frame in frames],
        dear.predict(tiny.FRAME).tolist(),
        dear.predict_proba(tiny.FRAME).tolist(),
        len(tiny.SCHEMA),
    ]
    assert plain_client(root, tmp_path / "here") == expected
    models._store.close()
    root = moved(root, tmp_path / "else where" / "Müller #1")
    later = Models(Store.open(root))  # opening is enough
    assert plain_client(root, tmp_path / "there") == expected
    assert later.register(tiny.certified(9.0), "life").ref == "life@2"
    assert len(list((root / "mlflow").rglob("MLmodel"))) == 3


def test_a_first_registration_is_quiet_and_leaves_the_current_folder_empty(tmp_path):
    (tmp_path / "here").mkdir()
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import tiny
        from labstudio.models import Models
        from labstudio.store import Store
        models = Models(Store.open({str(tmp_path / "there" / ".labstudio")!r}))
        models.prepare()
        print(models.register(tiny.certified(), "life").ref)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path / "here", capture_output=True, text=True, timeout=180
    )
    assert (done.stdout, done.stderr) == ("life@1\n", "")
    assert list((tmp_path / "here").iterdir()) == []


def test_listing_and_loading_never_import_mlflow(models, root):
    models.register(tiny.certified(), "life")
    script = textwrap.dedent(f"""
        import sys
        from labstudio.models import Models
        from labstudio.store import Store
        models = Models(Store.open({str(root)!r}))
        assert [one.ref for one in models.list()] == ["life@1"]
        models.load("life@1")
        print(json.dumps([name for name in ("mlflow", "sklearn", "onnx", "alembic") if name in sys.modules]))
    """).replace("import sys", "import json, sys")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_the_environment_keeps_a_users_own_runs_inside_the_workspace(models, tmp_path):
    models._tracking._ready()
    script = """
import mlflow
mlflow.set_experiment("mine")
with mlflow.start_run():
    mlflow.log_text("words", "a.txt")
"""
    (tmp_path / "here").mkdir()
    environment = {**os.environ, **models.environment}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "here",
        env=environment,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "here").iterdir()) == []
    assert len(list((models._store.root / "mlflow").rglob("a.txt"))) == 1
