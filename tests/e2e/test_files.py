"""Folders and scripts in a real browser: pictures by keyboard, versions compared and opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import DARK, Person
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from serving import Server

EVIL = "<img src=x onerror=alert(1)>.svg"


@pytest.fixture(scope="module")
def pets(lab: Server) -> None:
    """A folder in two versions and a script in two versions."""
    folder = lab.folder / "pets"
    for number in range(60):
        animal = ("cat", "dog", "bird")[number % 3]
        (folder / animal).mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", (240, 180), ((number * 37) % 255, (number * 91) % 255, 120))
        ImageDraw.Draw(picture).ellipse((40, 30, 200, 150), fill=(240, 240, (number * 53) % 255))
        picture.save(folder / animal / f"{number:02}.png")
    (folder / EVIL).write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    (folder / "notes.md").write_text("# Pets\n\nof the office\n")
    lab.post("data", name="pets", path="pets")
    (folder / "notes.md").write_text("# Pets\n\nof the house\n")
    (folder / "cat" / "00.png").unlink()
    lab.post("data/pets/refresh")
    script = lab.folder / "train.py"
    for rate in ("0.1", "0.2"):
        script.write_text(f"import sys\n\nrate = {rate}\nprint(rate)\n")
        lab.post("data", name="train-script", path="train.py")


def test_a_folder_of_pictures_is_walked_through_by_keyboard(person: Person, pets: None) -> None:
    person.opens()
    person.does("labstudio:open", subject="data:pets@2")
    page = person.page
    files = page.get_by_role("listbox", name="Files")
    expect(page.get_by_text("61 files", exact=True).first).to_be_visible()
    expect(files.locator("img").first).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.ls-tile img')].some(one => one.naturalWidth)"
    )
    files.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        files.press(key)
    expect(files.get_by_role("option", selected=True)).to_have_count(1)
    expect(page.locator(".ls-folder-one img")).to_be_visible()
    person.finds_no_barrier_in_either_theme("folder", ".ls-data-document")
    page.get_by_role("group", name="Sub-folder").get_by_role("button", name="dog 20").click()
    expect(page.get_by_text("20 of 61 files")).to_be_visible()
    page.get_by_role("group", name="Sub-folder").get_by_role("button", name="all").click()
    page.get_by_role("searchbox", name="Filter files by path").fill("onerror")
    expect(page.get_by_text("1 of 61 files")).to_be_visible()
    files.get_by_role("option", name=EVIL).click()
    expect(page.locator(".ls-file-text")).to_contain_text("onload='alert(1)'")  # as text, never as a drawing


def test_two_versions_of_a_folder_are_compared(person: Person, pets: None) -> None:
    person.opens()
    person.does("labstudio:open", subject="data:pets@2")
    page = person.page
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_text("From pets@1 to pets@2: 1 removed, 1 changed.")).to_be_visible()
    page.get_by_role("button", name="notes.md").click()
    expect(page.locator(".ls-diff")).to_contain_text("-of the office+of the house")
    person.keeps("folder-compare")
    person.finds_no_barrier(".ls-data-document")


def test_an_older_version_of_a_script_is_shown_compared_and_opened(person: Person, pets: None) -> None:
    person.opens(DARK)
    person.does("labstudio:open", subject="data:train-script@1")
    page = person.page
    expect(page.locator(".ls-file-text")).to_contain_text("rate = 0.1")
    person.keeps("script-dark")
    person.finds_no_barrier(".ls-data-document")
    page.get_by_role("tab", name="Compare").click()
    expect(page.locator(".ls-diff")).to_contain_text("rate = 0.2")
    page.get_by_role("tab", name="Content", exact=True).click()
    page.get_by_role("button", name="Open this version").click()
    expect(page.locator(".jp-FileEditor")).to_contain_text("rate = 0.1")
    assert (person.server.folder / "versions/train-script@1/train.py").read_text().count("0.1") == 1


def test_a_script_is_added_by_right_click_and_a_table_is_downloaded(person: Person, tmp_path: Path) -> None:
    (person.server.folder / "clean.R").write_text("x <- 1\n")
    person.opens()
    page = person.page
    page.locator(".jp-DirListing-item", has_text="clean.R").click(button="right")
    page.get_by_role("menuitem", name="Add to Studio").click()
    expect(page.locator(".ls-file-text")).to_contain_text("x <- 1")
    (person.server.folder / "sums.csv").write_text('what,n\n"=1+1",2\n')
    person.server.post("data", name="sums", path="sums.csv")
    person.does("labstudio:open", subject="data:sums@1")
    with page.expect_download() as download:
        page.get_by_label("Download as").select_option("csv")
    download.value.save_as(tmp_path / "sums.csv")
    assert (tmp_path / "sums.csv").read_text() == '"what","n"\n"\'=1+1",2\n'
