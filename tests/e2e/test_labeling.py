"""Labeling by keyboard and mouse: what a person said is what is kept, whatever happens on the way."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Person
from labeling.suggest.test_detector import TABLE, always
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Route, expect
from serving import Server

DOCUMENT = ".lm-DockPanel-widget:not(.lm-mod-hidden)"
SIDE = (640, 420)  # of the images, as wide and high
COLORS = ("#b04a3a", "#3a6ab0", "#4b8a4e", "#8a6a2e")
SUBJECTS = ["late", "broken", "thanks"]
IMAGES = 20
TEXTS = (
    "Ada 👩🏽‍🚀 flew from Zürich to Rome.",
    "Grace met Alan in Bletchley 🇬🇧 last May.",
    '<img src=x onerror="window.harmed=1"> wrote Linus from Helsinki.',
    "Cafe\u0301 Tortoni in Buenos Aires is where Jorge wrote.",
)
MORE_TEXTS = (  # and what is a person and a place in them
    ("Hedy Lamarr was born in Vienna.", "Hedy Lamarr", "Vienna"),
    ("In Kraków 🏰 Maria taught.", "Maria", "Kraków 🏰"),
    ("Zoe\u0308 sailed to I\u0307zmir in spring.", "Zoe\u0308", "I\u0307zmir"),
    ("王小明 lives in 北京 now.", "王小明", "北京"),
    ("The 👨‍👩‍👧‍👦 of Edsger moved to Austin.", "👨‍👩‍👧‍👦 of Edsger", "Austin"),
    ("<b>Barbara</b> &amp; friends met in <i>Boston</i>.", "<b>Barbara</b>", "<i>Boston</i>"),
    ("𝔄lan walked to 𝔐anchester.", "𝔄lan", "𝔐anchester"),
    ("Ole\u0301 Ole\u0301 cried Jose\u0301 in Me\u0301rida.", "Jose\u0301", "Me\u0301rida"),
    ("नमस्ते, said Kalpana in Karnal.", "Kalpana", "Karnal"),
    ("Radia\u200b wrote from Boston.", "Radia", "Boston"),
    ("\"Where is {{Ken}}?\" they asked in 'Bonn'.", "{{Ken}}", "'Bonn'"),
    ("Annie 👍🏿👍🏿 ran past Paris, then Paris again.", "Annie 👍🏿👍🏿", "Paris, then Paris"),
    ("Stephanie </span> went to Łódź.", "Stephanie </span>", "Łódź"),
    ("한글 was on the shirt of Sejong in Seoul.", "Sejong", "Seoul"),
    ("Tim: javascript:window.harmed=1 was read in Geneva.", "Tim", "Geneva"),
    ("z\u0351\u036b\u0343algo met Ω in Ohm's Ulm.", "z\u0351\u036b\u0343algo", "Ohm's Ulm"),
)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def items(lab: Server) -> None:
    """Rows, images and texts of which projects are made."""
    rows = [f"{i},{SUBJECTS[i % 3]} {i},{i * 7 % 40}" for i in range(60)]
    (lab.folder / "tickets.csv").write_text("\n".join(["id,subject,days", *rows, ""]))
    (lab.folder / "street").mkdir(exist_ok=True)
    for number in range(IMAGES):
        picture = Image.new("RGB", SIDE, "#d8d2c8")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 300, *SIDE), fill="#6b6e72")
        (x, y, w, h), (a, b, c, d) = car_and_tree(number)
        draw.rectangle((x, y, x + w, y + h), fill=COLORS[number % len(COLORS)])
        draw.ellipse((a, b, a + c, b + d), fill="#2f4858")
        picture.save(lab.folder / "street" / f"street_{number}.png")
    names = [f"{i},street/street_{i}.png" for i in range(IMAGES)]
    (lab.folder / "streets.csv").write_text("\n".join(["id,path", *names, ""]))
    texts = [*TEXTS, *(text for text, *_ in MORE_TEXTS)]
    lines = [json.dumps({"id": i, "text": text}) for i, text in enumerate(texts)]
    (lab.folder / "letters.jsonl").write_text("\n".join([*lines, ""]))
    for name in ("tickets.csv", "streets.csv", "letters.jsonl"):
        lab.post("data", name=name.partition(".")[0], path=name)


def car_and_tree(number: int) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    """Say where a car and a tree stand in an image of the street."""
    return (20 + 11 * number, 200, 160, 140 - number), (400, 60 + 5 * number, 120 + number, 200)


def project(server: Server, data: str, name: str = "", **settings: Any) -> str:
    """Make a project of its own for a test; return its id."""
    name = name or f"{data}-{next(_numbers)}"
    return str(server.post("labeling", name=name, data=data, key="id", **settings)["id"])


def at_work(person: Person, ref: str) -> Locator:
    """Open a project and wait until its first item is there."""
    person.does("labstudio:open", subject=f"labeling:{ref}")
    document = person.page.locator(DOCUMENT)
    expect(document.locator(".ls-Labeler-item")).to_be_visible()
    expect(document.locator("[data-stage], .ls-Labeler").first).to_be_visible()
    at_keys(person)
    return document


def at_keys(person: Person) -> None:
    """Wait until the keyboard is at the item: what is pressed before goes elsewhere."""
    person.page.wait_for_function("() => Boolean(document.activeElement?.closest('.ls-Labeler'))")


def saved(document: Locator) -> None:
    """Wait until the server has everything."""
    expect(document.locator(".ls-Labeler-progress [role=status]")).to_have_text("Saved")


def said(server: Server, ref: str) -> dict[str, Any]:
    """Return what stands of each item, by its key."""
    page = server.get(f"labeling/{ref}/items", state="labeled", limit=500)
    return {one["key"]: one["value"] for one in page["items"]}


def names(server: Server, ref: str) -> dict[str, str]:
    """Return the names of labels by their ids."""
    return {one["id"]: one["name"] for one in server.get(f"labeling/{ref}")["labels"]["labels"]}


def exported(document: Locator, format: str, note: str) -> str:
    """Export in the panel, which says what came of it; return what is downloaded."""
    document.get_by_role("tab", name="Export").click()
    document.get_by_label("Format").first.select_option(format)
    document.get_by_role("button", name="Export", exact=True).click()
    expect(document.get_by_text(note)).to_be_visible()
    with document.page.expect_download() as coming:
        document.get_by_role("link", name="Download").click()
    return Path(coming.value.path()).read_text(encoding="utf-8")


def answer(server: Server, ref: str, count: int) -> None:
    """Label some tickets by what they say, without a browser."""
    ids = {name: id for id, name in names(server, ref).items()}
    given = server.post(f"labeling/{ref}/next", limit=count)["items"]
    answers = [
        {"client_id": f"{ref}-{one['number']}", "item": one["number"], "action": "label",
         "value": {"label": ids[one["row"]["subject"].split()[0]]}}
        for one in given
    ]  # fmt: skip
    server.post(f"labeling/{ref}/submit", answers=answers)


def test_a_key_a_row_and_each_is_kept(person: Person, items: None) -> None:
    ref = project(person.server, "tickets", labels=SUBJECTS, suggest=False)
    person.opens()
    document = at_work(person, ref)
    shown = document.locator(".ls-Labeler-item")
    pressed = [1 + i * 7 % 5 % 3 for i in range(30)]
    for number, key in enumerate(pressed):  # one key an item: it chooses, saves and goes on
        expect(shown).to_contain_text(f"{SUBJECTS[number % 3]} {number}")
        person.page.keyboard.press(str(key))
    saved(document)
    called, wanted = names(person.server, ref), [SUBJECTS[key - 1] for key in pressed]
    kept = said(person.server, ref)
    assert [called[kept[str(i)]["label"]] for i in range(30)] == wanted
    assert len(kept) == len(pressed)

    for _ in range(3):  # across items, without limit
        person.page.keyboard.press("Control+z")
    expect(shown).to_contain_text("late 27")
    assert set(said(person.server, ref)) == {str(i) for i in range(27)}
    person.page.keyboard.press("s")
    for number in (28, 29, 30):
        expect(shown).to_contain_text(f"{SUBJECTS[number % 3]} {number}")
        person.page.keyboard.press("3")
    saved(document)
    told = dict(enumerate(wanted[:27])) | dict.fromkeys((28, 29, 30), "thanks")
    rows = csv.DictReader(io.StringIO(exported(document, "csv", "30 in, 30 out, 0 dropped")))
    assert [(int(row["key"]), row["subject"], row["label"]) for row in rows] == [
        (number, f"{SUBJECTS[number % 3]} {number}", label) for number, label in told.items()
    ]


def test_the_next_item_is_painted_at_once(person: Person, items: None) -> None:
    ref = project(person.server, "tickets", labels=SUBJECTS)
    person.opens()
    document = at_work(person, ref)
    took = person.page.evaluate(
        """async () => {
            const took = [];
            for (let i = 0; i < 30; i++) {
                const shown = () => document.querySelector('.ls-Labeler [role=status].ls-hidden').textContent;
                while (!shown()) await new Promise(done => setTimeout(done, 20));
                const before = shown(), began = performance.now();
                const key = new KeyboardEvent('keydown', { key: '1', bubbles: true, cancelable: true });
                document.activeElement.dispatchEvent(key);
                while (shown() === before && performance.now() - began < 5000)
                    await new Promise(done => { const c = new MessageChannel();
                        c.port1.onmessage = done; c.port2.postMessage(0); });
                await new Promise(done => requestAnimationFrame(() => {
                    const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
                took.push(performance.now() - began);
                await new Promise(done => setTimeout(done, 150));
            }
            return took.sort((a, b) => a - b);
        }"""
    )
    saved(document)
    assert len(said(person.server, ref)) == 30
    middle, p95 = took[len(took) // 2], took[int(0.95 * len(took))]
    print(f"key to next item painted: median {middle:.0f} ms, p95 {p95:.0f} ms (goal 50 ms)")
    assert p95 < 250  # machines that run tests are shared; the figure is printed


def test_nothing_is_lost_with_the_line_or_the_page(person: Person, items: None) -> None:
    ref = project(person.server, "tickets", labels=SUBJECTS, suggest=False)
    person.opens()
    document = at_work(person, ref)
    person.page.keyboard.press("1")
    saved(document)

    def cut(route: Route) -> None:
        route.abort("connectionreset")

    person.page.route("**/labeling/*/submit*", cut)
    for key in "231":
        person.page.keyboard.press(key)
    expect(document.get_by_text("The server does not answer; 3 kept here")).to_be_visible()
    person.keeps("labeling-line-lost")
    assert set(said(person.server, ref)) == {"0"}

    person.page.wait_for_timeout(1500)  # JupyterLab keeps its layout a second after a change
    person.opens(path="/lab")  # a reload while nothing goes through
    document = person.page.locator(DOCUMENT)
    expect(document.get_by_text("The server does not answer; 3 kept here")).to_be_visible()
    person.page.unroute("**/labeling/*/submit*", cut)
    saved(document)
    kept, called = said(person.server, ref), names(person.server, ref)
    assert [called[kept[key]["label"]] for key in "0123"] == ["late", "broken", "thanks", "late"]


def drag(person: Person, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse over the image, from and to places of its original pixels."""
    box = person.page.evaluate(
        """async () => {
            let box = null, frames = 0;
            while (frames < 3) {  // until it has its place and size
                await new Promise(requestAnimationFrame);
                const image = document.querySelector('.ls-Image-canvas image');
                const { x, y, width } = image.getBoundingClientRect();
                frames = width && box?.x === x && box.y === y && box.width === width ? frames + 1 : 0;
                box = { x, y, width };
            }
            return box;
        }"""
    )
    scale = box["width"] / SIDE[0]
    mouse = person.page.mouse
    mouse.move(box["x"] + begin[0] * scale, box["y"] + begin[1] * scale)
    mouse.down()
    mouse.move(box["x"] + end[0] * scale, box["y"] + end[1] * scale, steps=4)
    mouse.up()


def places(value: dict[str, Any]) -> list[tuple[str, list[float]]]:
    """Say the boxes of a value: the label, left, top, width and height."""
    return [(one["label"], [one[part] for part in "xywh"]) for one in value["shapes"]]


def test_boxes_are_kept_as_they_were_drawn(person: Person, items: None) -> None:
    asked = {"task": "boxes", "labels": ["car", "tree"], "image": "path", "suggest": False}
    ref = project(person.server, "streets", "cars-and-trees", **asked)
    person.opens()
    person.does("labstudio:open-panel")
    document = at_work(person, ref)
    drawn: dict[str, list[tuple[str, list[float]]]] = {}
    for number in range(IMAGES):
        name = f"street/street_{number}.png"
        expect(document.get_by_role("img", name=name, exact=True)).to_be_visible()
        (x, y, w, h), (a, b, c, d) = car_and_tree(number)
        person.page.keyboard.press("1")
        drag(person, (x, y), (x + w, y + h))
        drawn[name] = [("car", [x, y, w, h])]
        if number != 3:
            drag(person, (a + c, b + d), (a, b))  # from below to above, as it comes; then its label
            person.page.keyboard.press("2")
            drawn[name] += [("tree", [a, b, c, d])]
        if number == 1:  # one too many, taken back
            drag(person, (10, 10), (60, 60))
            person.page.keyboard.press("Control+z")
        if number == 2:  # a pixel by the arrows, and ten with Shift
            person.page.keyboard.press("ArrowRight")
            person.page.keyboard.press("Shift+ArrowDown")
            drawn[name][1][1][:2] = [a + 1, b + 10]
            person.keeps("labeling-boxes-light")
        person.page.keyboard.press(" ")
    saved(document)

    coco = json.loads(exported(document, "coco", f"{IMAGES} in, {IMAGES} out, 0 dropped"))
    called = {one["id"]: one["name"] for one in coco["categories"]}
    files = {one["id"]: one["file_name"] for one in coco["images"]}
    assert sorted(files.values()) == sorted(drawn)
    found: dict[str, list[tuple[str, list[float]]]] = {name: [] for name in drawn}
    for one in coco["annotations"]:
        found[files[one["image_id"]]].append((called[one["category_id"]], one["bbox"]))
    for name, boxes in drawn.items():
        assert [label for label, _ in found[name]] == [label for label, _ in boxes]
        for (_, box), (_, wanted) in zip(found[name], boxes, strict=True):
            assert box == pytest.approx(wanted, abs=1), name


def test_a_zoomed_and_moved_image_has_the_same_pixels(person: Person, items: None) -> None:
    ref = project(person.server, "streets", task="boxes", labels=["car", "tree"], image="path", suggest=False)
    person.opens()
    document = at_work(person, ref)
    document.get_by_role("button", name="Larger").click()
    document.get_by_role("button", name="Larger").click()
    drag(person, (200, 150), (320, 260))
    person.page.keyboard.press(" ")
    saved(document)
    [(_, found)] = places(said(person.server, ref)["0"])
    assert found == pytest.approx([200, 150, 120, 110], abs=1)


def select(person: Person, words: str) -> None:
    """Drag the mouse over some words of the text, whatever is marked in it already."""
    begin, end = person.page.evaluate(
        """words => {
            const pieces = [...document.querySelectorAll('.ls-Spans [data-at]')];
            const begin = pieces.map(piece => piece.textContent).join('').indexOf(words);
            const edge = (at, side) => {
                const piece = pieces.findLast(one => Number(one.dataset.at) <= at);
                const range = document.createRange();
                range.setStart(piece.firstChild, at - Number(piece.dataset.at));
                range.setEnd(piece.firstChild, Math.min(at + 1 - Number(piece.dataset.at),
                    piece.textContent.length));
                const found = range.getBoundingClientRect();
                return [found[side], found.top + found.height / 2];
            };
            return [edge(begin, 'left'), edge(begin + words.length - 1, 'right')];
        }""",
        words,
    )
    mouse = person.page.mouse
    mouse.move(begin[0] + 0.5, begin[1])
    mouse.down()
    mouse.move(end[0] - 0.5, end[1], steps=4)
    mouse.up()


def test_spans_are_kept_in_code_points(person: Person, items: None) -> None:
    asked = {"task": "spans", "labels": ["PERSON", "PLACE"], "text": "text", "suggest": False}
    ref = project(person.server, "letters", "who-and-where", **asked)
    person.opens()
    person.does("labstudio:open-panel")
    document = at_work(person, ref)
    keyboard = person.page.keyboard
    text = document.locator(".ls-Spans")
    wanted: list[list[tuple[str, str]]] = []

    expect(text).to_contain_text("Zürich")
    keyboard.press("2")
    select(person, "Zürich")
    select(person, "Rome")
    keyboard.press("Escape")  # else the next key would give Rome another label
    keyboard.press("1")
    select(person, "Ada")
    wanted.append([("PERSON", "Ada"), ("PLACE", "Zürich"), ("PLACE", "Rome")])
    keyboard.press(" ")

    expect(text).to_contain_text("Grace")
    keyboard.press("ArrowRight")  # by keys alone: the arrows choose a word, a label's key marks it
    keyboard.press("1")
    keyboard.press("Escape")
    select(person, "Bletchley 🇬🇧")
    keyboard.press("2")  # a label's key gives what is selected another label
    wanted.append([("PERSON", "Grace"), ("PLACE", "Bletchley 🇬🇧")])
    keyboard.press(" ")

    expect(text).to_contain_text("onerror")  # shown as what it is: a text
    assert person.page.locator(".ls-Spans img").count() == 0
    keyboard.press("1")
    select(person, "wrote Linus")
    keyboard.press("2")
    select(person, "Linus from Helsinki")  # they may overlap
    wanted.append([("PLACE", "wrote Linus"), ("PLACE", "Linus from Helsinki")])
    keyboard.press(" ")

    expect(text).to_contain_text("Tortoni")
    keyboard.press("ArrowRight")
    keyboard.press("Shift+ArrowRight")
    keyboard.press("2")
    keyboard.press("Escape")
    select(person, "Buenos Aires")
    keyboard.press("Escape")
    keyboard.press("1")
    select(person, "Jorge")
    wanted.append([("PLACE", "Cafe\u0301 Tortoni"), ("PLACE", "Buenos Aires"), ("PERSON", "Jorge")])
    person.keeps("labeling-spans-light")
    keyboard.press(" ")

    for whole, who, where in MORE_TEXTS:
        expect(text).to_have_text(whole)
        keyboard.press("1")
        select(person, who)
        keyboard.press("Escape")
        keyboard.press("2")
        select(person, where)
        wanted.append(sorted([("PERSON", who), ("PLACE", where)], key=lambda one: whole.index(one[1])))
        keyboard.press(" ")
    saved(document)
    assert person.page.evaluate("window.harmed") is None

    count = len(TEXTS) + len(MORE_TEXTS)
    lines = exported(document, "spacy", f"{count} in, {count} out, 0 dropped").splitlines()
    found = {one["meta"]["key"]: one for one in map(json.loads, lines)}
    for number, spans in enumerate(wanted):
        whole = (*TEXTS, *(text for text, *_ in MORE_TEXTS))[number]
        assert found[str(number)]["text"] == whole
        assert [
            (one["label"], whole[one["start"] : one["end"]]) for one in found[str(number)]["spans"]
        ] == spans


@pytest.fixture(scope="module")
def marked(lab: Server, items: None) -> None:
    """Texts and images of which enough are marked, below, that a model finds the rest."""
    people, towns = ("Ada", "Grace", "Zoë"), ("Oslo", "Rome", "Quito", "São Paulo")
    texts = [f"👩🏽‍🚀 {people[i % 3]} flew to {towns[i % 4]} on day {i}." for i in range(30)]
    lines = [json.dumps({"id": i, "text": text}) for i, text in enumerate(texts)]
    (lab.folder / "trips.jsonl").write_text("\n".join([*lines, ""]))
    (lab.folder / "yard").mkdir(exist_ok=True)
    for number in range(14):
        picture = Image.new("RGB", SIDE, "#d8d2c8")
        draw = ImageDraw.Draw(picture)
        draw.line((0, 200, *SIDE), fill="#6b6e72", width=30)
        for x, y, w, h in cars_in(number):
            draw.rectangle((x, y, x + w, y + 60), fill="#7a2a20")
            for wheel in (x + 15, x + 100):
                draw.ellipse((wheel, y + 40, wheel + 40, y + h), fill="#111111")
        picture.save(lab.folder / "yard" / f"{number:02}.png")
    names = [f"{i},yard/{i:02}.png" for i in range(14)]
    (lab.folder / "yards.csv").write_text("\n".join(["id,path", *names, ""]))
    for name in ("trips.jsonl", "yards.csv"):
        lab.post("data", name=name.partition(".")[0], path=name)


def cars_in(number: int) -> list[tuple[int, int, int, int]]:
    """Say where cars stand in an image of the yard."""
    return [(20 + 9 * number, 40 + 7 * number, 160, 80), (380, 300 - 11 * number, 160, 80)]


def suggested(server: Server, ref: str, count: int, values: Callable[[dict[str, Any]], Any]) -> None:
    """Say the truth of the first items, and let a model learn from it."""
    given = server.post(f"labeling/{ref}/next", limit=count)["items"]
    answers = [
        {"client_id": f"{ref}-{one['number']}", "item": one["number"], "value": values(one)} for one in given
    ]
    receipts = server.post(f"labeling/{ref}/submit", answers=answers)["receipts"]
    assert not [one["error"] for one in receipts if one["error"]]
    server.post(f"labeling/{ref}/suggest")


def spans_of(item: dict[str, Any]) -> dict[str, Any]:
    """Return the person and the place of a trip."""
    text = item["text"]
    found = []
    for label, begin, end in (("PERSON", "🚀 ", " flew"), ("PLACE", "to ", " on")):
        start = text.index(begin) + len(begin)
        found.append({"start": start, "end": text.index(end, start), "label": label})
    return {"spans": found}


def boxes_of(item: dict[str, Any]) -> dict[str, Any]:
    """Return the cars of a yard."""
    cars = cars_in(int(item["key"]))
    return {"shapes": [dict(zip("xywh", car, strict=True), label="car") for car in cars]}


def test_what_a_model_suggests_is_taken_by_keys(person: Person, marked: None) -> None:
    keyboard = person.page.keyboard
    asked = {"task": "spans", "labels": ["PERSON", "PLACE"], "text": "text", "order": "random"}
    trips = project(person.server, "trips", **asked, suggest=False)
    suggested(person.server, trips, 22, spans_of)
    asked = {"task": "boxes", "labels": ["car", "tree"], "image": "path", "suggest": False}
    yards = project(person.server, "yards", **asked)
    suggested(person.server, yards, 8, boxes_of)
    before = set(said(person.server, trips)), set(said(person.server, yards))
    person.opens()
    document = at_work(person, trips)
    bar = document.get_by_role("group", name="Suggestion")
    expect(bar).to_contain_text("Suggestion 1 of 2")
    expect(bar).to_contain_text("PERSON")
    person.keeps("labeling-suggested-spans-light")
    keyboard.press("x")  # leaves one aside
    expect(bar).to_contain_text("PLACE")
    keyboard.press("Control+z")
    keyboard.press("a")  # takes one
    expect(document.locator(".ls-Spans-tag.ls-mod-suggested")).to_have_count(1)
    keyboard.press("Enter")  # takes the rest, and goes on
    saved(document)
    [key] = set(said(person.server, trips)) - before[0]
    called, kept = names(person.server, trips), said(person.server, trips)
    text = f"👩🏽‍🚀 {('Ada', 'Grace', 'Zoë')[int(key) % 3]} flew to"
    assert [called[one["label"]] for one in kept[key]["spans"]] == ["PERSON", "PLACE"]
    assert text.endswith(f"{kept[key]['spans'][0]['text']} flew to")
    expect(bar).to_contain_text("Suggestion 1 of 2")
    keyboard.press("Tab")  # what is selected gets a label's key, and is taken so
    keyboard.press("2")
    keyboard.press(" ")  # done: what was only suggested is nobody's word
    saved(document)
    [other] = set(said(person.server, trips)) - before[0] - {key}
    [span] = said(person.server, trips)[other]["spans"]
    assert called[span["label"]] == "PLACE"
    document.get_by_role("tab", name="Dashboard", exact=True).click()
    expect(document.get_by_text("F1 of spans on items drawn at random")).to_be_visible()
    expect(document.get_by_role("img", name="22 items: ")).to_be_visible()  # how the score grew
    person.keeps("labeling-curve-light")

    document = at_work(person, yards)
    bar = document.get_by_role("group", name="Suggestion")
    expect(bar).to_contain_text("Suggestion 1 of 2")
    expect(document.locator("[data-suggested]")).to_have_count(2)
    person.page.wait_for_timeout(300)
    person.keeps("labeling-suggested-boxes-light")
    person.finds_no_barrier(DOCUMENT)
    keyboard.press("Enter")
    saved(document)
    [key] = set(said(person.server, yards)) - before[1]
    found = sorted(box for _, box in places(said(person.server, yards)[key]))
    for box, wanted in zip(found, sorted(cars_in(int(key))), strict=True):
        assert box == pytest.approx(wanted, abs=8)
    page = person.server.get(f"labeling/{yards}/items", state="labeled", limit=50)["items"]
    [number] = [one["number"] for one in page if one["key"] == key]
    [word] = person.server.get(f"labeling/{yards}/items/{number}")["history"]
    assert (word["action"], word["run"]) == ("label", None)  # a person's word, that says of what it was made
    assert word["suggestion"]
    document.get_by_role("tab", name="Grid", exact=True).click()
    expect(document.locator(".ls-Preview rect").first).to_be_visible()
    person.keeps("labeling-grid-boxes-light")
    document.get_by_role("tab", name="Dashboard", exact=True).click()
    document.get_by_text("Let an ONNX detector suggest boxes").click()
    file = document.get_by_label("File of the detector")
    file.set_input_files({"name": "no.onnx", "mimeType": "application/onnx", "buffer": b"no model"})
    expect(document.get_by_text("no.onnx is no ONNX file that can be run")).to_be_visible()
    document.get_by_label("Class = label").fill("dog = car")
    content = always({"names": "['cat', 'dog']"}, out=TABLE[None].copy())
    file.set_input_files({"name": "finds.onnx", "mimeType": "application/onnx", "buffer": content})
    expect(document.get_by_text("Detector finds.onnx suggests dog → car")).to_be_visible()
    person.keeps("labeling-detector-light")

    tickets = project(person.server, "tickets", labels=SUBJECTS)
    document = at_work(person, tickets)
    document.get_by_role("tab", name="Grid", exact=True).click()
    document.get_by_label("Show").first.select_option("clusters")
    group = document.locator(".ls-Group").first
    expect(group).to_be_visible(timeout=60_000)
    person.keeps("labeling-groups-light")
    person.finds_no_barrier(DOCUMENT)
    count = int(group.locator("header b").inner_text().split()[0])
    group.locator(".ls-Grid-cell").first.click()  # it does not belong to the others
    group.focus()
    keyboard.press("2")
    expect(document.locator(".ls-Group").first).not_to_contain_text(f"{count} alike")
    kept = said(person.server, tickets)
    assert len(kept) == count - 1
    assert {one["label"] for one in kept.values()} == {"l2"}


def test_keys_stay_where_they_are_typed(person: Person, items: None) -> None:
    ref = project(person.server, "streets", task="boxes", labels=["car", "tree"], image="path", suggest=False)
    person.opens()
    person.does("notebook:create-new", kernelName="python3")
    cells = person.page.locator(".jp-Notebook .jp-Cell")
    expect(cells).to_have_count(1)
    # what is typed before the kernel has told its language is lost with the editor that it was typed into
    cells.locator(".cm-content[data-language=python]").first.fill("kept = 1")
    expect(cells.locator(".cm-content").first).to_have_text("kept = 1")
    person.page.keyboard.press("Escape")  # the notebook takes commands now: an x would cut its cell
    at_work(person, ref)
    person.page.evaluate(
        """() => {
            const { shell } = window.jupyterapp;
            shell.add(shell.currentWidget, 'main', { mode: 'split-right' });
        }"""
    )
    canvas = person.page.locator(".ls-Image-canvas")
    expect(canvas).to_be_visible()
    expect(cells).to_be_visible()
    expect(cells.locator(".cm-content").first).to_have_text("kept = 1")
    canvas.focus()
    expect(canvas).to_be_focused()
    drag(person, (80, 200), (240, 340))
    for key in ("x", "d", "d", "a", "b", "m", "z"):
        person.page.keyboard.press(key)
    # what is typed into another field is that field's
    person.page.keyboard.press("c")
    comment = person.page.get_by_role("dialog", name="Comment").get_by_role("textbox")
    comment.press_sequentially("too dark, x 1 2")
    comment.press("Control+z")
    comment.press("Escape")
    expect(person.page.locator(".ls-Side-parts li")).to_have_count(1)  # the box is still there
    expect(cells).to_have_count(1)
    expect(cells.locator(".cm-content").first).to_have_text("kept = 1")


def test_a_picture_with_a_script_is_no_page(person: Person, items: None) -> None:
    folder = person.server.folder
    script = "<script>window.harmed = 1</script>"
    (folder / "street" / "evil.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.harmed=1">{script}</svg>'
    )
    (folder / "street" / "page.png").write_text(f"<html>{script}</html>")
    (folder / "evil.csv").write_text("id,path\n0,street/evil.svg\n1,street/page.png\n2,../../../etc/passwd\n")
    person.server.post("data", name="evil-pictures", path="evil.csv")
    ref = project(person.server, "evil-pictures", labels=["fine", "broken"], image="path")
    person.opens()
    document = at_work(person, ref)
    for item in person.server.get(f"labeling/{ref}/items")["items"]:
        expect(document.locator(".ls-Image-frame [role=alert]")).to_be_visible()
        status, answer = person.server.ask("GET", item["media"])
        assert status >= 400
        assert "<script" not in json.dumps(answer)
        person.page.keyboard.press("2")
    saved(document)
    assert person.page.evaluate("window.harmed") is None
    assert len(said(person.server, ref)) == 3


def test_scored_suggestions_come_in_and_go_and_labels_train_a_model(person: Person, items: None) -> None:
    ref = project(person.server, "tickets", "brought-in", labels=SUBJECTS)
    scored = "".join(
        json.dumps({"key": str(i), "label": SUBJECTS[i % 3], "score": 0.8}) + "\n" for i in range(12)
    )
    person.opens()
    document = at_work(person, ref)
    document.get_by_role("tab", name="Export").click()
    document.get_by_label("Files with labels").set_input_files(
        {"name": "said.jsonl", "mimeType": "application/jsonl", "buffer": scored.encode()}
    )
    expect(
        document.get_by_text("12 of 12 answers came in. 12 of them as scored suggestions.")
    ).to_be_visible()
    person.keeps("labeling-import-light")
    document.get_by_role("tab", name="Dashboard").click()
    expect(document.get_by_text("Nothing is labeled yet")).to_be_visible()
    person.keeps("labeling-dashboard-empty-light")
    document.get_by_role("button", name="Take back run").click()  # before anything is labeled
    expect(document.get_by_text("taken back", exact=True)).to_be_visible()
    page = person.server.get(f"labeling/{ref}/items", limit=100)["items"]
    assert not any(one["suggestion"] for one in page)

    answer(person.server, ref, 15)
    train = document.get_by_role("button", name="Train on these labels")
    expect(train).to_be_enabled()  # the dashboard has heard of the labels
    document.get_by_label("Search for a model of these labels for").fill("1")
    train.click()
    expect(
        person.page.locator(".lm-TabBar-tabLabel", has_text="label from brought-in-labeled@1")
    ).to_be_visible()


def test_every_view_is_open_to_everybody(person: Person, items: None) -> None:
    asked = {"labels": SUBJECTS, "instructions": "What is the ticket about?"}
    ref = project(person.server, "tickets", "ticket-topics", **asked)
    answer(person.server, ref, 24)
    person.server.post(f"labeling/{ref}/suggest")
    person.server.post(f"labeling/{ref}/exports", format="csv")
    person.opens()
    person.does("labstudio:open-panel")
    document = at_work(person, ref)
    expect(document.get_by_role("group", name="Suggestion")).to_be_visible()
    person.page.keyboard.press("Enter")  # takes it
    saved(document)
    for tab in ("Workbench", "Grid", "Items", "Dashboard", "Export", "Labels"):
        document.get_by_role("tab", name=tab, exact=True).click()
        expect(document.locator(".jp-mod-loading, .ls-Skeleton")).to_have_count(0)
        if tab == "Dashboard":
            expect(document.get_by_role("button", name="Train on these labels")).to_be_enabled()
            document.get_by_role("button", name="Look for them").click()  # labels that may be wrong
            expect(document.get_by_role("button", name="Look again")).to_be_enabled()
        person.finds_no_barrier_in_either_theme(f"labeling-{tab.lower()}", DOCUMENT)
    person.page.set_viewport_size({"width": 900, "height": 800})
    document.get_by_role("tab", name="Workbench", exact=True).click()
    expect(document.locator(".ls-Labeler-item")).to_be_visible()
    person.keeps("labeling-narrow-light")
    over = document.locator(".ls-Labeling").evaluate("node => node.scrollWidth - node.clientWidth")
    assert over <= 0
