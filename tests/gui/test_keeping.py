"""What was generated is kept: the best of it by stars and a trash, all of it when files are moved or lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .app import App
from .hands import (
    click,
    icons_beside,
    move,
    open_tab,
    press,
    region,
    search,
    values,
    wait_for,
)
from .working import all_done, generate, redo, save_as, small_takes, strips, tall, undo, until

_SHOWN = """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
editor = compat.sequencer_scene(bpy.context).sequence_editor
result = [bpy.path.abspath(strip.filepath) for strip in compat.strips_all(editor) if strip.type == "MOVIE"]
"""


def shown(app: App) -> list[Path]:
    """The files that the picture strips show."""
    return [Path(each) for each in app.run(_SHOWN)]


def marks(app: App) -> dict[int, str]:
    """The mark of each take's clip, by the take's number."""
    found = app.module("blender.runtime", "[(a.take_number, a.mark.value) for a in m.current().project.assets]")
    return dict(found)


def listed(app: App) -> tuple[int, int]:
    """How many takes and how many assets the panel lists."""
    takes, clips = values(app, "(len(S.takes), len(S.assets))")
    return takes, clips


def kept_starred(app: App) -> None:
    """F3, Keep Starred, and Move to Trash where it asks."""
    search(app, "Keep Starred")
    press(app, "RET")
    wait_for(app, "1 clip goes to the trash.")


def test_the_best_takes_are_kept_and_the_others_come_back_from_the_trash(
    app: App, folder: Path, keep: Callable[[str], None]
) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse", count=3)
    all_done(app, 3)
    (used,) = until(lambda: strips(app), "the clip that came first is in the edit")
    best, bad = (number for number in (2, 3, 1) if used != f"Lighthouse {number}")
    click(app, "Sessions", "UI")  # the panels above, closed so that there is room
    click(app, "Shot", "UI")
    click(app, "Assets", "UI")
    click(app, icons_beside(app, f"Lighthouse {best}")[0])
    until(lambda: marks(app)[best] == "starred", "it has a star")
    click(app, f"Lighthouse {bad}", "UI")
    click(app, "Reject", "UI", nth=-1)
    until(lambda: marks(app)[bad] == "rejected", "it is rejected")
    click(app, "Add to Timeline", "UI", nth=-1)
    until(lambda: len(strips(app)) == 2, "it is in the edit")
    move(app, region(app, "WINDOW"))
    press(app, "DEL")
    until(lambda: strips(app) == [used], "and out of it again")

    clip, bin = folder / "film.assets" / f"Lighthouse {bad:02}.mp4", folder / "film.assets" / "trash"
    kept_starred(app)
    keep("keep-asked")
    click(app, "Move to Trash")
    until(lambda: not clip.exists() and (bin / clip.name).exists(), "the clip lies in the trash")
    until(lambda: listed(app) == (2, 2), "the lists are without it")
    keep("keep-kept")
    assert len(list(clip.parent.glob("*.mp4"))) == 2

    move(app, region(app, "WINDOW"))
    undo(app)  # the strip is there again: its clip comes back by itself
    until(lambda: len(strips(app)) == 2 and clip.exists(), "the strip has its clip")
    assert all(each.is_file() for each in shown(app))
    redo(app)
    until(lambda: strips(app) == [used], "the strip is out again")
    until(lambda: listed(app) == (3, 3), "its take is in the lists")
    kept_starred(app)
    click(app, "Move to Trash")
    until(lambda: not clip.exists(), "the clip lies in the trash again")
    click(app, "Trash (1)", "UI")
    click(app, f"Restore Lighthouse {bad}")
    until(clip.exists, "the clip is back")
    until(lambda: listed(app) == (3, 3), "its take is in the lists again")
    assert not bin.exists()
    assert marks(app)[bad] == "rejected"
    keep("keep-back")


def test_clips_that_were_moved_are_found_and_all_is_collected_into_one_folder(
    app: App, folder: Path, keep: Callable[[str], None]
) -> None:
    tall(app)
    open_tab(app)
    film = folder / "film.blend"
    save_as(app, film)
    small_takes(app)
    generate(app, "A lighthouse", count=2)
    all_done(app, 2)
    until(lambda: strips(app), "the clip that came first is in the edit")
    app.run("bpy.ops.wm.save_mainfile()")
    name, best = shown(app)[0].name, folder / "footage" / "best.mp4"
    app.expected.append("no pictures of")  # those that were being made just now
    (folder / "film.assets").rename(folder / "footage")
    (folder / "footage" / name).rename(best)
    app.run(f"bpy.ops.wm.open_mainfile(filepath={str(film)!r})")
    app.still()
    assert not shown(app)[0].exists()
    open_tab(app)
    search(app, "Find Missing Clips")
    press(app, "RET")
    click(app, "Find Missing Clips")
    wait_for(app, "2 clips were found", "UI")
    wait_for(app, f"{name} → footage/best.mp4", "UI")
    keep("moved-found")
    assert shown(app) == [best]
    move(app, region(app, "WINDOW"))
    undo(app)
    assert not shown(app)[0].exists()
    redo(app)
    assert shown(app) == [best]

    search(app, "Collect into Folder")
    press(app, "RET")
    keep("collect-browser")
    click(app, "Collect into Folder")
    wait_for(app, "2 files were collected", "UI", seconds=90)
    keep("collect-done")
    collected = folder / "film"
    app.run(f"bpy.ops.wm.open_mainfile(filepath={str(collected / 'film.blend')!r})")
    assert shown(app) == [collected / "film.assets" / best.name]
    assert shown(app)[0].is_file()
    assert values(app, "[row.name for row in S.sessions]") == ["Lighthouse"]


def sessions(sidecar: Path) -> list[dict[str, Any]]:
    """What a sidecar tells of its sessions, but for the prompt that was not sent yet: no clip can tell that."""
    told = json.loads(sidecar.read_text("utf-8"))["sessions"]
    return [{key: value for key, value in each.items() if key not in ("draft", "drafted_at")} for each in told]


def assets(sidecar: Path) -> list[dict[str, Any]]:
    """What a sidecar tells of its clips."""
    return sorted(json.loads(sidecar.read_text("utf-8"))["assets"], key=lambda each: str(each["id"]))


def test_a_lost_sidecar_is_rebuilt_as_it_was(app: App, folder: Path, keep: Callable[[str], None]) -> None:
    tall(app)
    open_tab(app)
    film, sidecar = folder / "film.blend", folder / "film.sessions.json"
    save_as(app, film)
    small_takes(app)
    generate(app, "A lighthouse", count=2)
    all_done(app, 2)
    app.run("bpy.ops.sessions.rename(name='Opening')")
    app.run("bpy.ops.sessions.new()")
    generate(app, "A red fox")
    all_done(app, 1)
    click(app, "Star", "UI")
    until(lambda: list(marks(app).values()).count("starred") == 1, "the fox has a star")
    app.run("bpy.ops.wm.save_mainfile()")
    before = sessions(sidecar), assets(sidecar)
    assert [each["name"] for each in before[0]] == ["Opening", "Red fox"]
    beside = folder / "film.assets"
    until(lambda: all(word in _told(beside) for word in ('"Opening"', '"Red fox"', '"starred"')), "all is told")
    app.kill()
    sidecar.unlink()
    (folder / "film.sessions.backup.json").unlink()

    app.expected.append("list of sessions is empty")
    app.start(film)
    open_tab(app)
    wait_for(app, "The clips tell of sessions", "UI")
    assert app.module("blender.keeping", "m.offer().sessions") == 2
    keep("lost-offered")
    click(app, "Rebuild Sessions from Assets", "UI")
    wait_for(app, "Sessions that were deleted do not come back")
    keep("lost-asked")
    press(app, "RET")
    until(lambda: values(app, "[row.name for row in S.sessions]") == ["Red fox", "Opening"], "they are back in order")
    wait_for(app, "Opening", "UI")
    keep("lost-rebuilt")
    until(lambda: not app.module("blender.runtime", "m.has_unsaved_changes()"), "it is on the disk")
    assert (sessions(sidecar), assets(sidecar)) == before


def _told(beside: Path) -> str:
    return "".join(file.read_text("utf-8") for file in beside.glob("*.json"))
