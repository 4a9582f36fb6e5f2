"""Models in labeling through the server: the rest labeled and taken back, doubts, training, queues."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from serving import Server

ROWS = 320


@dataclass
class Opinions:
    """A project of texts, and what is true of each."""

    server: Server
    path: str
    truth: dict[str, str]

    def answer(self, count: int) -> None:
        """Say the truth of the next items."""
        items = self.server.post(f"{self.path}/next", limit=count)["items"]
        said = [
            {
                "client_id": f"truth-{item['number']}",
                "item": item["number"],
                "value": {"label": self.truth[item["text"]]},
            }
            for item in items
        ]
        receipts = self.server.post(f"{self.path}/submit", answers=said)["receipts"]
        assert all(one["annotation"] for one in receipts)

    def job(self, started: dict) -> dict:
        """Wait for the end of a job."""
        done = self.server.until(
            f"jobs/{started['job']}", lambda job: job["state"] not in ("queued", "running"), 120
        )
        assert done["state"] == "complete", done
        return done


@pytest.fixture(scope="module")
def opinions(server: Server) -> Opinions:
    words = {"good": ["great", "lovely", "fine"], "bad": ["awful", "rude", "broken"]}
    truth = {
        f"{words[label][number % 3]} {words[label][number // 3 % 3]} room {number}": label
        for number in range(ROWS)
        for label in [("good", "bad")[number * 7 % 5 % 2]]
    }
    lines = [f"{text},{len(text)}" for text in truth]
    (server.folder / "opinions.csv").write_text("\n".join(["text,length", *lines]))
    server.post("data", name="opinions", path="opinions.csv")
    made = server.post(
        "labeling", data="opinions", text="text", labels=["good", "bad"], order="random", suggest=False
    )
    found = Opinions(server, f"labeling/{made['id']}", truth)
    found.answer(120)
    return found


def test_the_rest_is_labeled_by_a_job_audited_and_reverted(server: Server, opinions: Opinions) -> None:
    started = server.post(f"{opinions.path}/rest", precision=0.9, audit=30)
    assert (started["run"], opinions.path) == (None, f"labeling/{started['project']}")
    opinions.job(started)
    [run] = server.get(f"{opinions.path}/models")["auto"]
    assert (run["kind"], run["state"]) == ("auto", "complete")
    given = run["outcome"]["given"]
    progress = server.get(opinions.path)["progress"]
    assert (progress["labeled"], progress["auto"]) == (120, given)
    assert given > 100
    model = f"{opinions.path}/models/{run['number']}"
    assert server.get(f"{model}/audit")["state"] == "open"  # nobody has looked yet
    opinions.answer(30)
    verdict = server.get(f"{model}/audit")
    assert verdict["state"] in ("kept", "open")
    assert "30 of 30 automatic labels were right" in verdict["sentence"]
    assert server.post(f"{model}/revert") == {"run": run["number"], "labels": given}
    progress = server.get(opinions.path)["progress"]
    assert (progress["labeled"], progress["auto"]) == (150, 0)
    status, again = server.ask("POST", f"{model}/revert", {})
    assert (status, "already" in again["message"]) == (409, True)


def test_chosen_items_are_asked_before_all_others_in_their_order(server: Server, opinions: Opinions) -> None:
    page = server.get(f"{opinions.path}/items", state="open", limit=100)["items"]
    chosen = [page[-1]["number"], page[-5]["number"], page[-3]["number"]]
    assert server.post(f"{opinions.path}/choose", items=chosen)["items"] == 3
    items = server.post(f"{opinions.path}/next", limit=3)["items"]
    assert [(item["number"], item["reason"]) for item in items] == [(one, "chosen") for one in chosen]
    server.post(f"{opinions.path}/release")


def test_labels_that_look_wrong_are_named(server: Server, opinions: Opinions) -> None:
    pytest.importorskip("cleanlab", reason="it is an extra")
    [item] = server.post(f"{opinions.path}/next", limit=1)["items"]
    right = opinions.truth[item["text"]]
    wrong = {"good": "bad", "bad": "good"}[right]
    answers = [{"client_id": "wrong", "item": item["number"], "value": {"label": wrong}}]
    server.post(f"{opinions.path}/submit", answers=answers)
    [doubt, *_] = server.get(f"{opinions.path}/doubtful", most=5)
    ids = {"good": "l1", "bad": "l2"}
    assert doubt["item"] == item["number"]
    assert (doubt["value"]["label"], doubt["instead"]["label"]) == (ids[wrong], ids[right])
    undone = server.post(f"{opinions.path}/undo", client_id="not wrong")
    assert undone["items"][0]["number"] == item["number"]


def test_labels_train_a_run_and_its_doubts_are_asked(server: Server, opinions: Opinions) -> None:
    labeled = server.get(opinions.path)["progress"]["labeled"]
    started = server.post(f"{opinions.path}/train", name="told", budget=1)
    told = server.get("data/told@1")
    assert told["rows"] == labeled
    opinions.job(started)
    run = server.get(f"automl/runs/{started['run']}")
    assert (run["data"], run["target"]) == ("told@1", "label")

    asked = server.post("labeling-from-run", run=started["run"], kind="unsure", most=4)
    assert asked["items"] == 4
    assert f"labeling/{asked['project']}" == opinions.path  # it goes on with what nobody has said yet
    items = server.post(f"{opinions.path}/next", limit=4)["items"]
    assert [item["reason"] for item in items] == ["chosen"] * 4
    server.post(f"{opinions.path}/release")
    wrong = server.post("labeling-from-run", run=started["run"], kind="wrong")
    project = server.get(f"labeling/{wrong['project']}")
    assert project["ref"] == "told@1"
    assert sorted(label["name"] for label in project["labels"]["labels"]) == ["bad", "good"]
    again = server.post("labeling-from-run", run=started["run"], kind="wrong", project=wrong["project"])
    assert again["project"] == wrong["project"]
    body = {"run": started["run"], "kind": "wrong", "project": asked["project"]}
    status, refused = server.ask("POST", "labeling-from-run", body)
    assert (status, "learned from told@1" in refused["message"]) == (409, True)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("POST", "{}/rest", {"precision": 1}, 400, "precision"),
        ("GET", "{}/models/99/audit", None, 404, "no model run 99"),
        ("POST", "{}/models/x/revert", {}, 404, "no model run"),
        ("POST", "labeling-from-run", {"run": "run-999"}, 404, "run-999"),
        ("POST", "labeling-from-run", {"run": "run-1", "kind": "any"}, 400, "kind"),
        ("POST", "labeling/nowhere/train", {}, 404, "no labeling project"),
    ],
)
def test_what_cannot_be_gets_a_sentence(server, opinions, method, path, body, status, sentence) -> None:
    found = server.ask(method, path.format(opinions.path), body)
    assert found[0] == status, found
    assert sentence in found[1]["message"]


def test_items_that_are_alike_are_compared_by_a_job_and_labeled_at_once(
    server: Server, opinions: Opinions
) -> None:
    path = opinions.path
    assert server.get(f"{path}/groups") == {"compared": False, "total": 0, "offset": 0, "groups": []}
    opinions.job(server.post(f"{path}/compare"))
    found = server.get(f"{path}/groups", limit=3, shown=4)
    assert found["compared"]
    assert len(found["groups"]) == 3 < found["total"]
    group = found["groups"][0]
    assert 2 <= len(group["items"]) <= 4
    assert group["open"] <= group["size"]
    said = {"client_id": "alike-1", "state": "open", "cluster": group["number"], "value": {"label": "good"}}
    assert server.post(f"{path}/bulk", **said)["changed"] == group["open"]
    assert group["number"] not in [one["number"] for one in server.get(f"{path}/groups", limit=50)["groups"]]
    assert server.post(f"{path}/undo", client_id="alike-2")["items"]
    status, told = server.ask("GET", f"{path}/items?cluster=9999")
    assert (status, "no cluster 9999" in told["message"]) == (404, True)


def test_a_detector_is_attached_by_a_file_of_the_folder_and_refused_with_a_sentence(server: Server) -> None:
    from labeling.suggest.test_detector import TABLE, always
    from PIL import Image

    (server.folder / "yard").mkdir()
    for number in range(3):
        Image.new("RGB", (200, 100), (90 * number, 80, 70)).save(server.folder / "yard" / f"{number}.png")
    (server.folder / "finds.onnx").write_bytes(always({"names": "['cat', 'dog']"}, out=TABLE[None].copy()))
    (server.folder / "broken.onnx").write_bytes(b"no model")
    server.post("data", name="yard", path="yard")
    path = (
        f"labeling/{server.post('labeling', data='yard', task='boxes', labels=['dog'], suggest=False)['id']}"
    )
    found = server.post(f"{path}/detector", path="finds.onnx")
    assert (found["detector"]["name"], found["detector"]["left_out"]) == ("finds.onnx", ["cat"])
    server.post(f"{path}/suggest")
    [item, *_] = server.post(f"{path}/next", limit=1)["items"]
    [box] = item["suggestion"]["value"]["shapes"]
    assert (box["x"], box["y"], box["score"]) == (80, 40, pytest.approx(0.9))
    taken = {"client_id": "dog", "item": item["number"], "value": item["suggestion"]["value"]}
    assert server.post(f"{path}/submit", answers=[taken])["receipts"][0]["error"] is None
    for told, sentence in (
        ({"path": "broken.onnx"}, "broken.onnx is no ONNX file"),
        ({"path": "finds.onnx", "names": ["x", "y"]}, "None of the detector's classes (x, y)"),
        ({"path": "../../etc/passwd"}, "lies outside"),
        ({"model": "nothing@1"}, "no model 'nothing'"),
        ({}, "Name one file"),
    ):
        status, answer = server.ask("POST", f"{path}/detector", told)
        assert status in (400, 404, 422), answer
        assert sentence in answer["message"]
    assert server.ask("DELETE", f"{path}/detector")[1]["detector"] is None
