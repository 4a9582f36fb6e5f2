"""A secret is read by reference when it is needed, and stands nowhere that the studio writes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from databases import postgresql
from hypothesis import given
from hypothesis import strategies as st

from labstudio import Workspace
from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.jobs import Job
from labstudio.store.secrets import HIDDEN, Secret, reference, secret

PLANTED = "Planted-S3cret/with:signs@and%41 blanks"


@pytest.mark.parametrize(
    "told",
    ["hunter2", "", "env:", "env:two words", "file:", "keyring:", "keyring:a b", "vault:x", "env:hunter2!"],
)
def test_what_is_no_reference_is_refused_and_not_repeated(told: str) -> None:
    with pytest.raises(Invalid) as refused:
        reference(told)
    assert "env:NAME, file:PATH or keyring:NAME" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2@db/shop",
        "postgresql://ada:hun/ter2@db/shop",
        "postgresql://ada@db/shop?password=hunter2",
        "mysql://ada@db/shop?ssl=1&PWD=hunter2",
        "s3://AKID:hunter2@bucket/folder",
        "s3://hunter2@bucket",
        "abfs://c@a.dfs.core.windows.net/x?sig=hunter2",
        "sc://host:15002/;token=hunter2",
        "databricks://token:hunter2@host",
        "delta+s3://AKID:hunter2@bucket/table",
        "mssql://ada:hunter2@db/shop",
    ],
)
def test_an_address_with_a_secret_is_refused_and_the_sentence_says_how_to_do_it(
    tmp_path: Path, url: str
) -> None:
    ws = Workspace(tmp_path)
    with pytest.raises(Invalid, match=r"secret='env:SHOP_PASSWORD'") as refused:
        ws.datastores.add("shop", url)
    assert "hunter2" not in str(refused.value)
    assert ws.datastores.list() == []
    ws.store.close()


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hunter2\n")
    file.chmod(0o644)
    with pytest.raises(Invalid, match="can be read by others than its owner; run chmod 600") as refused:
        secret(reference(f"file:{file}"))
    assert "hunter2" not in str(refused.value)
    file.chmod(0o600)
    assert secret(f"file:{file}").text == "hunter2"
    with pytest.raises(NotFound, match="There is no file"):
        secret(f"file:{tmp_path}/nothing")


def test_a_keyring_is_asked_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    from keyring.backend import KeyringBackend
    from keyring.backends.fail import Keyring as Nothing

    class InMemory(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return {("labstudio", "lake"): "hunter2"}.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    try:
        keyring.set_keyring(InMemory())
        assert secret(reference("keyring:lake")).text == "hunter2"
        with pytest.raises(NotFound, match="run keyring set labstudio other"):
            secret("keyring:other")
        keyring.set_keyring(Nothing())
        with pytest.raises(Unavailable, match="use env:NAME or file:PATH instead"):
            secret("keyring:lake")
    finally:
        keyring.set_keyring(before)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Unavailable, match=r"pip install 'labstudio\[keyring\]'"):
        secret("keyring:lake")


@given(st.text(min_size=1), st.text(), st.text())
def test_a_secret_is_taken_out_of_every_message(text: str, before: str, after: str) -> None:
    told = Secret(text).hidden(f"{before}{text} {quote(text, safe='')}{after}")
    assert text not in told.replace(HIDDEN, "")
    assert text not in repr(Secret(text)) or text in "Secret()"


def test_a_planted_secret_stands_nowhere_that_the_studio_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", PLANTED)
    (tmp_path / "key").write_text(PLANTED)
    (tmp_path / "key").chmod(0o600)
    ws = Workspace(tmp_path / "ws")
    said: list[str] = []
    with postgresql(PLANTED) as url:
        ws.datastores.add("shop", url, secret="env:PLANTED")
        ws.datastores.add(
            "gone", "postgresql://ada@127.0.0.1:1/shop", secret=f"file:{tmp_path}/key", timeout=1
        )
        ws.datastores.add(
            "s3", "s3://b", key_id="AKID", secret="env:PLANTED", endpoint="http://127.0.0.1:1", timeout=1
        )
        said += [ws.datastores.test(name).sentence for name in ("shop", "gone", "s3")]
        assert said[0].startswith("shop answers")
        ws.data.add("one", store="shop", query="SELECT 1 AS one, 'x' AS two")
        for query in ("SELECT nothing", "DELETE FROM pg_class"):
            with pytest.raises(Invalid) as refused:
                ws.data.add("two", store="shop", query=query)
            said.append(str(refused.value))
        job = ws.jobs.start(
            "data.add", "import", {"name": "three", "store": "shop", "query": "SELECT 3 AS n"}
        )
        bad = ws.jobs.start("data.add", "import", {"name": "four", "store": "gone", "query": "SELECT 4 AS n"})
        ended = [_wait(ws, one.id) for one in (job, bad)]
        assert [one.state for one in ended] == ["complete", "failed"]
        shell = [sys.executable, "-m", "labstudio.cli", "--workspace", str(tmp_path / "ws")]
        for command in (["datastore", "list"], ["datastore", "test", "gone"], ["datastore", "test", "shop"]):
            done = subprocess.run([*shell, *command], capture_output=True, text=True, timeout=120)
            said += [done.stdout, done.stderr]
    said += [repr(store) for store in ws.datastores.list()] + [repr(event) for event in ws.events()]
    ws.store.close()
    forms = {PLANTED, quote(PLANTED, safe=""), quote(PLANTED), "Planted-S3cret"}
    for form in forms:
        assert not [text for text in said if form in text]
        written = [path for path in (tmp_path / "ws").rglob("*") if path.is_file()]
        assert len(written) > 3
        assert not [path for path in written if form.encode() in path.read_bytes()]


def _wait(ws: Workspace, job: str) -> Job:
    end = time.monotonic() + 120
    while (now := ws.jobs.get(job)).ended is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    return now
