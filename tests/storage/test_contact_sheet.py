"""A session as a folder to send to somebody."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from addon.core.errors import StorageError
from addon.core.models import Asset, Cost
from addon.storage import contact_sheet, pictures
from addon.storage.contact_sheet import CLIPS, PAGE, PICTURE
from tests.core.awkward import AWKWARD
from tests.core.builders import at, request
from tests.storage.test_png import decode, level

TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "p", "div", "table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"img", "video", "small", "a", "bdi", "br", "span"}


class Page(HTMLParser):
    """What a browser finds in a page: its tags, their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data

    def values(self, tag: str, name: str) -> list[str]:
        return [str(attributes[name]) for each, attributes in self.tags if each == tag and name in attributes]


@pytest.fixture
def sidecar(tmp_path: Path) -> Path:
    (tmp_path / "film.assets").mkdir()
    return tmp_path / "film.sessions.json"


def asset(sidecar: Path, number: int = 1, prompt: str = "A fox", file: str | None = None, **changes) -> Asset:
    path = f"film.assets/{file or f'Fox {number:02d}.mp4'}"
    (sidecar.parent / path).write_bytes(b"clip %d" % number)
    fields = {
        "id": f"asset-{number}",
        "path": path,
        "sha256": "",
        "size": 6,
        "created_at": at(number),
        "changed_at": at(number),
        "request": request().model_copy(update={"prompt": prompt, "seed": 1000 + number, "model": "big-model"}),
        "session_id": "session",
        "session_name": "Fox",
        "take_id": f"take-{number}",
        "take_number": number,
        **changes,
    }
    return Asset(**fields)


def made(tmp_path: Path, assets: list[Asset], sidecar: Path, title: str = "Fox", small=None) -> Page:
    folder = contact_sheet.make(tmp_path / "out", title, assets, sidecar, small or {}).folder
    return Page((folder / PAGE).read_text("utf-8"))


def test_a_folder_has_the_clips_a_page_and_a_picture(tmp_path: Path, sidecar: Path) -> None:
    assets = [asset(sidecar, number) for number in (2, 1, 3)]
    result = contact_sheet.make(tmp_path / "out", "Fox", assets, sidecar, {})
    assert result == (tmp_path / "out", ())
    assert sorted(file.relative_to(result.folder).as_posix() for file in result.folder.rglob("*")) == sorted(
        [PAGE, PICTURE, CLIPS, *(f"{CLIPS}/Fox {number:02d}.mp4" for number in (1, 2, 3))]
    )
    assert (result.folder / CLIPS / "Fox 02.mp4").read_bytes() == b"clip 2"
    assert not (result.folder / CLIPS / "Fox 02.mp4").samefile(sidecar.parent / "film.assets/Fox 02.mp4")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film.assets", "out"]


def test_the_page_tells_of_each_take_by_number_and_plays_its_copy(tmp_path: Path, sidecar: Path) -> None:
    first = asset(sidecar, 1, "A fox\nin snow", cost=Cost(amount=0.5, currency="USD"), note="warmer", mark="starred")
    second = asset(sidecar, 2, "A bear", cost=Cost(amount=1234.25, currency="USD"))
    page = made(tmp_path, [second, first], sidecar)
    for told in ("A fox\nin snow", "warmer", "★", "big-model", "animatic", "1001", "5.00 s", "0.50 USD", "2026-01-01"):
        assert told in page.text
    assert page.text.index("A fox") < page.text.index("A bear")
    assert "2 takes · 1,234.75 USD" in page.text
    links = page.values("video", "src")
    assert links == ["clips/Fox%2001.mp4", "clips/Fox%2002.mp4"] == page.values("a", "href")
    assert [(tmp_path / "out" / unquote(link)).read_bytes() for link in links] == [b"clip 1", b"clip 2"]


def test_a_clip_that_was_made_elsewhere_tells_its_tool_and_no_seed_or_date_that_nobody_told(
    tmp_path: Path, sidecar: Path
) -> None:
    clip = asset(sidecar, 1)
    told = {"provider": "", "tool": "Pallaidium", "unknown": ("provider", "seed", "created_at")}
    page = made(tmp_path, [clip.model_copy(update={"request": clip.request.model_copy(update=told)})], sidecar)
    assert "Pallaidium" in page.text
    assert "1001" not in page.text
    assert "2026-01-01" not in page.text


def test_pictures_are_inside_the_page_and_on_the_sheet(tmp_path: Path, sidecar: Path) -> None:
    files = {}
    for number, color in ((1, (200, 10, 10)), (2, (10, 200, 10))):
        files[f"asset-{number}"] = pictures.path(tmp_path, str(number))
        pictures.write(files[f"asset-{number}"], [level(192, 108, lambda x, y, color=color: (*color, 255))])
    files["asset-3"] = tmp_path / "gone.picture"
    page = made(tmp_path, [asset(sidecar, number) for number in (1, 2, 3)], sidecar, small=files)
    sources = page.values("video", "poster")
    assert len(sources) == 2
    shown = [decode(base64.b64decode(source.removeprefix("data:image/png;base64,"))) for source in sources]
    assert [(width, height, tuple(rows[50][150:153])) for width, height, rows in shown] == [
        (192, 108, (200, 10, 10)),
        (192, 108, (10, 200, 10)),
    ]
    width, height, rows = decode((tmp_path / "out" / PICTURE).read_bytes())
    colors = {tuple(row[3 * x : 3 * x + 3]) for row in rows for x in range(width)}
    assert {(200, 10, 10), (10, 200, 10)} <= colors


@pytest.mark.parametrize("name", AWKWARD)
def test_no_text_becomes_anything_but_text(tmp_path: Path, sidecar: Path, name: str) -> None:
    text = AWKWARD[name]
    one = asset(sidecar, 1, text, session_name=text, note=text)
    one = one.model_copy(update={"request": one.request.model_copy(update={"model": text, "provider": text})})
    page = made(tmp_path, [one], sidecar, title=text)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    shown = re.sub("[\x00-\x08\x0b-\x0c\x0e-\x1f\ud800-\udfff]", "\ufffd", text)
    assert page.text.count(shown.replace("\r\n", "\n").replace("\r", "\n")) >= 5 or not text.strip()
    for link in (*page.values("video", "src"), *page.values("a", "href")):
        assert re.fullmatch(r"clips/[A-Za-z0-9%._~-]+", link)
        assert (tmp_path / "out" / unquote(link)).is_file()


def test_nothing_is_fetched_from_anywhere(tmp_path: Path, sidecar: Path) -> None:
    text = (contact_sheet.make(tmp_path / "out", "Fox", [asset(sidecar)], sidecar, {}).folder / PAGE).read_text("utf-8")
    assert not re.search(r"https?:|<script|<link|@import|url\(", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_clips_of_one_name_are_all_there(tmp_path: Path, sidecar: Path) -> None:
    assets = [
        asset(sidecar, 1),
        asset(sidecar, 2, take_number=1, session_name="FOX"),
        asset(sidecar, 3, take_number=1, file="odd.m?p".replace("?", "\u202e")),
    ]
    folder = contact_sheet.make(tmp_path / "out", "Fox", assets, sidecar, {}).folder
    assert sorted(file.name for file in (folder / CLIPS).iterdir()) == ["FOX 01 2.mp4", "Fox 01", "Fox 01.mp4"]


def test_a_clip_that_is_gone_is_told_and_the_others_are_sent(tmp_path: Path, sidecar: Path) -> None:
    assets = [asset(sidecar, 1), asset(sidecar, 2)]
    (sidecar.parent / assets[0].path).unlink()
    result = contact_sheet.make(tmp_path / "out", "Fox", assets, sidecar, {})
    assert result.missing == (assets[0],)
    page = Page((result.folder / PAGE).read_text("utf-8"))
    assert page.values("video", "src") == ["clips/Fox%2002.mp4"]
    assert "The clip is missing." in page.text


@pytest.mark.parametrize("there", ["file", "folder", "empty folder"])
def test_what_is_there_is_left_as_it_is(tmp_path: Path, sidecar: Path, there: str) -> None:
    target = tmp_path / "out"
    if there == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        if there == "folder":
            (target / "mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageError, match="already a “out”") as caught:
        contact_sheet.make(target, "Fox", [], sidecar, {})
    assert caught.value.problem.remedy
    assert sorted(tmp_path.rglob("*")) == before


def test_what_comes_there_meanwhile_is_left_as_it_is(tmp_path: Path, sidecar: Path, monkeypatch) -> None:
    target = tmp_path / "out"
    copied = contact_sheet._copied

    def slowly(*arguments):
        (target / "theirs").mkdir(parents=True)
        return copied(*arguments)

    monkeypatch.setattr(contact_sheet, "_copied", slowly)
    with pytest.raises(StorageError, match="already a “out”"):
        contact_sheet.make(target, "Fox", [asset(sidecar)], sidecar, {})
    assert [file.name for file in target.iterdir()] == ["theirs"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film.assets", "out"]


def test_on_a_full_drive_nothing_is_left(drive, tmp_path: Path, sidecar: Path) -> None:
    big = asset(sidecar)
    (sidecar.parent / big.path).write_bytes(b"x" * 200_000)
    drive.fill(leave=50_000)
    with pytest.raises(StorageError) as caught:
        contact_sheet.make(drive.folder / "out", "Fox", [big], sidecar, {})
    drive.free()
    assert caught.value.problem.remedy
    assert list(drive.folder.iterdir()) == []


def test_a_folder_of_no_clips_is_one(tmp_path: Path, sidecar: Path) -> None:
    page = made(tmp_path, [], sidecar)
    assert "0 takes" in page.text
    assert decode((tmp_path / "out" / PICTURE).read_bytes())


@pytest.mark.parametrize(
    ("session", "name"),
    [("Fox in the snow", "Fox in the snow"), ("a/b: c?", "a b c"), ("CON", "Clip CON"), ("", "Clip"), ("..", "Clip")],
)
def test_the_name_of_a_folder_is_one_that_every_system_takes(session: str, name: str) -> None:
    assert contact_sheet.folder_name(session) == name
