"""The workbench in a notebook's output: what is typed there stays there, and what is said there is kept."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from browsing import DARK, Person
from PIL import Image
from playwright.sync_api import Locator, expect
from serving import Server

CELLS = ".jp-Notebook .jp-Cell"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def items(lab: Server) -> None:
    """Rows and images of which projects are made."""
    rows = [f"{i},{('late', 'broken', 'thanks')[i % 3]} {i}" for i in range(40)]
    (lab.folder / "parcels.csv").write_text("\n".join(["id,subject", *rows, ""]))
    (lab.folder / "signs").mkdir(exist_ok=True)
    for number, color in enumerate(("#b04a3a", "#3a6ab0", "#4b8a4e")):
        Image.new("RGB", (320, 200), color).save(lab.folder / "signs" / f"sign_{number}.png")
    (lab.folder / "signs.csv").write_text(
        "id,path\n0,signs/sign_0.png\n1,signs/sign_1.png\n2,signs/sign_2.png\n"
    )
    for name in ("parcels", "signs"):
        lab.post("data", name=name, path=f"{name}.csv")


def project(server: Server, data: str, **settings: Any) -> str:
    """Make a project of its own for a test; return its name."""
    name = f"{data}-{next(_numbers)}"
    server.post("labeling", name=name, data=data, key="id", **settings)
    return name


def said(server: Server, ref: str) -> dict[str, str]:
    """Return the label that stands of each item, by its key."""
    names = {one["id"]: one["name"] for one in server.get(f"labeling/{ref}")["labels"]["labels"]}
    page = server.get(f"labeling/{ref}/items", state="labeled", limit=500)
    return {one["key"]: names[one["value"]["label"]] for one in page["items"]}


def notebook(person: Person, *sources: str) -> None:
    """Make a notebook of these cells, and run them."""
    person.page.evaluate(
        """async sources => {
            const { commands } = window.jupyterapp;
            const panel = await commands.execute('notebook:create-new', { kernelName: 'python3' });
            await panel.sessionContext.ready;
            await panel.revealed;
            panel.model.sharedModel.deleteCellRange(0, panel.model.sharedModel.cells.length);
            panel.model.sharedModel.insertCells(0, sources.map(source => ({ cell_type: 'code', source })));
            panel.content.activeCellIndex = 0;
            await commands.execute('notebook:run-all-cells');
        }""",
        list(sources),
    )


def saved(output: Locator) -> None:
    """Wait until the kernel has everything."""
    expect(output.locator(".ls-Labeler-progress [role=status]")).to_have_text("Saved")


def cells(person: Person) -> list[Any]:
    """Say what the notebook is: kind, source and number of each cell."""
    found: list[Any] = person.page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells
            .map(cell => [cell.cell_type, cell.getSource(), cell.execution_count])"""
    )
    return found


def has_keyboard(output: Locator) -> bool:
    """Whether what is typed goes to the output."""
    return bool(output.evaluate("node => node.contains(document.activeElement)"))


def test_rows_are_labeled_in_an_output_through_reload_and_restart(person: Person, items: None) -> None:
    name = project(person.server, "parcels", labels=["late", "broken", "thanks"])
    begin = ["%load_ext labstudio", f"%label open {name}"]
    person.opens()
    notebook(person, *begin, "kept = 1")
    output = person.page.locator(".ls-Output")
    item = output.locator(".ls-Labeler-item")
    keyboard = person.page.keyboard
    expect(item).to_contain_text("late 0")
    before = cells(person)
    assert [source for _, source, _ in before] == [*begin, "kept = 1"]
    assert not has_keyboard(output)  # it takes none until somebody brings it
    item.click()
    for key in "123":  # one key an item: it chooses, saves and goes on
        keyboard.press(key)
    expect(item).to_contain_text("late 3")
    saved(output)
    assert said(person.server, name) == {"0": "late", "1": "broken", "2": "thanks"}
    person.keeps("labeling-output-light")

    # each of these does something to the cells of a notebook
    for key in (
        "x",
        "d",
        "d",
        "a",
        "b",
        "v",
        "m",
        "y",
        "r",
        "4",
        "6",
        "j",
        "k",
        "i",
        "i",
        "0",
        "0",
        "l",
        "o",
    ):
        keyboard.press(key)
    for key in (
        "Enter",
        "Shift+Enter",
        "Control+Enter",
        "Alt+Enter",
        "ArrowUp",
        "Shift+ArrowDown",
        "Shift+m",
    ):
        keyboard.press(key)
    keyboard.press("c")
    comment = output.get_by_role("dialog", name="Comment").get_by_role("textbox")
    comment.press_sequentially("dd x a b 1 2")
    comment.press("Control+z")
    comment.press("Escape")
    expect(comment).to_have_count(0)
    keyboard.press("Control+z")  # the last answer, nothing of a cell
    expect(item).to_contain_text("thanks 2")
    keyboard.press("2")
    expect(item).to_contain_text("late 3")
    saved(output)
    assert cells(person) == before
    assert said(person.server, name) == {"0": "late", "1": "broken", "2": "broken"}
    person.finds_no_barrier(".ls-Output")
    keyboard.press("Escape")  # the notebook has the keyboard again
    assert not has_keyboard(output)
    keyboard.press("b")
    person.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells.length === 4"
    )

    person.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    person.page.wait_for_timeout(1500)  # JupyterLab keeps its layout a second after a change
    person.opens(path="/lab")  # the kernel has lived on, and the workbench with it
    expect(item).to_contain_text("late 3")
    assert not has_keyboard(output)
    item.click()
    keyboard.press("1")
    saved(output)
    assert said(person.server, name)["3"] == "late"

    # the kernel can keep nothing any more, and then it is gone: what was said is in the browser
    broken = "from labstudio.labeling import Labeling\nLabeling.submit = None"
    restart = """async code => {
        const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
        code ? await kernel.requestExecute({ code }).done : await kernel.restart();
    }"""
    person.page.evaluate(restart, broken)
    keyboard.press("2")
    keyboard.press("3")
    expect(output.get_by_text("The kernel does not answer; 2 kept here")).to_be_visible()
    person.page.evaluate(restart, "")
    expect(output.get_by_text("2 answers are kept in this browser; run the cell again")).to_be_visible()
    person.keeps("labeling-output-restarted")
    person.does("notebook:run-all-cells")
    expect(item).to_contain_text("late 6")
    saved(output)
    assert said(person.server, name) == {
        "0": "late", "1": "broken", "2": "broken", "3": "late", "4": "broken", "5": "thanks"
    }  # fmt: skip


def test_images_come_from_the_kernel(person: Person, items: None) -> None:
    name = project(person.server, "signs", labels=["car", "tree"], task="boxes", image="path")
    person.opens(DARK)
    notebook(person, "%load_ext labstudio", f"%label open {name}")
    output = person.page.locator(".ls-Output")
    image = output.locator(".ls-Image-canvas image")
    expect(image).to_be_visible()
    assert image.get_attribute("href").startswith("blob:")
    # the page moves under the wheel until somebody works here
    scale = output.locator(".ls-Image-tools .ls-note").first
    fitted = scale.inner_text()
    image.hover()
    person.page.mouse.wheel(0, -100)
    expect(scale).to_have_text(fitted)
    output.locator(".ls-Image-canvas").focus()
    person.page.keyboard.press("2")
    box = image.bounding_box()
    person.page.mouse.move(box["x"] + 20, box["y"] + 20)
    person.page.mouse.down()
    person.page.mouse.move(box["x"] + 120, box["y"] + 90, steps=4)
    person.page.mouse.up()
    expect(output.locator(".ls-Side-parts li")).to_have_count(1)
    person.keeps("labeling-output-dark")
    person.page.keyboard.press(" ")
    saved(output)
    expect(output.get_by_role("img", name="signs/sign_1.png")).to_be_visible()
    output.get_by_role("tab", name="Grid").click()
    expect(output.locator(".ls-Grid-cell img")).to_have_count(2)
    person.page.wait_for_function(
        "() => [...document.querySelectorAll('.ls-Grid-cell img')].every(image => image.naturalWidth > 0)"
    )
    first = output.locator(".ls-Grid-cell").first
    first.focus()
    for key in ("x", "d", "d", "a"):  # marks what is wrong, and does nothing to the cell
        person.page.keyboard.press(key)
    expect(first).to_have_attribute("aria-selected", "true")
    assert len(cells(person)) == 2
    [kept] = person.server.get(f"labeling/{name}/items", state="labeled")["items"]
    assert len(kept["value"]["shapes"]) == 1
