"""The main job, inside Blender: `run.py` starts it, in a Blender or with the `bpy` module, and reads its report.

A new .blend, takes made from a prompt, their clips in the sequencer, their session deleted, everything saved, opened
again, and one picture of the frames that the timeline shows.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np

EXTENSION = "bl_ext.user_default.generative_sessions"

TILE_WIDTH = 480  # pixels
TILES = 9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--blend", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--install", type=Path, help="install this package first")
    own = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    options = parser.parse_args(own)
    if options.install:
        bpy.ops.extensions.package_install_files(
            filepath=str(options.install), repo="user_default", enable_on_install=True
        )
    check(EXTENSION in bpy.context.preferences.addons, "the extension is installed and enabled")
    report = do_main_job(options.prompt, options.count, options.blend)
    options.report.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")


def do_main_job(prompt: str, count: int, blend: Path) -> dict[str, Any]:
    """Do all of it; returns what was made, with the paths of the files."""
    bpy.ops.wm.read_homefile(app_template="Video_Editing", use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), relative_remap=True)

    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt=prompt, count=count)
    sidecar = blend.with_suffix(".sessions.json")
    session = read(sidecar)["sessions"][0]
    made = [take["asset_id"] for take in session["takes"] if take["state"] == "succeeded"]
    check(len(made) == count, f"{len(made)} of {count} takes succeeded: {problems(session)}")

    # The first clip that arrives goes in by itself; the others are put behind it.
    placed = {strip.get(extension("blender.clips").ASSET_KEY) for strip in movie_strips()}
    for asset_id in made:
        if asset_id not in placed:
            scene().frame_set(end_of_timeline())
            bpy.ops.sessions.add_to_timeline("EXEC_DEFAULT", asset_id=asset_id)

    bpy.ops.sessions.delete("EXEC_DEFAULT", session_id=session["id"])
    fit_range()
    bpy.ops.wm.save_mainfile(relative_remap=True)

    bpy.ops.wm.open_mainfile(filepath=str(blend))
    kept = read(sidecar)
    clips = [blend.parent / asset["path"] for asset in kept["assets"]]
    strips = movie_strips()
    check(session["id"] not in {each["id"] for each in kept["sessions"]}, "the session is deleted")
    check({asset["id"] for asset in kept["assets"]} >= set(made), "the assets outlive their session")
    check(all(clip.is_file() for clip in clips), "every clip is on the disk")
    check(len(strips) == count, f"{len(strips)} clips stand in the sequencer")
    check(all(strip.filepath.startswith("//") for strip in strips), "the strips' paths are relative to the .blend")
    check(all(Path(bpy.path.abspath(strip.filepath)).is_file() for strip in strips), "the strips find their clips")

    picture = blend.with_suffix(".png")
    draw_timeline(picture)
    return {
        "blender": bpy.app.version_string,
        "session": session["name"],
        "blend": str(blend),
        "sidecar": str(sidecar),
        "clips": [str(clip) for clip in clips],
        "strips": len(strips),
        "seconds": (scene().frame_end - scene().frame_start + 1) / (scene().render.fps / scene().render.fps_base),
        "picture": str(picture),
    }


def extension(module: str) -> Any:
    """A module of the installed extension: `extension("blender.compat")`."""
    return importlib.import_module(f"{EXTENSION}.{module}")


def scene() -> Any:
    """The scene whose sequencer is edited."""
    return extension("blender.compat").sequencer_scene(bpy.context)


def movie_strips() -> list[Any]:
    """The movie strips of the timeline, in the order they play."""
    compat, editor = extension("blender.compat"), scene().sequence_editor
    movies = [strip for strip in compat.strips(editor) if strip.type == "MOVIE"] if editor else []
    return sorted(movies, key=compat.left_handle)


def end_of_timeline() -> int:
    """The first frame after the last clip."""
    end: int = max(map(extension("blender.compat").right_handle, movie_strips()))
    return end


def fit_range() -> None:
    """Play from the first clip to the end of the last, from its beginning."""
    scene().frame_start = extension("blender.compat").left_handle(movie_strips()[0])
    scene().frame_end = end_of_timeline() - 1
    scene().frame_set(scene().frame_start)


def draw_timeline(picture: Path) -> None:
    """Render frames spread over the timeline as the sequencer shows them, and lay them out in one PNG."""
    shown = scene()
    render = shown.render
    columns = math.ceil(math.sqrt(TILES))
    render.resolution_percentage = max(1, round(100 * TILE_WIDTH / render.resolution_x))
    render.use_sequencer = True
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "IMAGE"
    render.image_settings.file_format = "PNG"
    tiles = []
    length = shown.frame_end - shown.frame_start
    for number in range(TILES):
        shown.frame_set(shown.frame_start + round(length * number / (TILES - 1)))
        tile = picture.with_name(f"{picture.stem}-{number}.png")
        render.filepath = str(tile)
        bpy.ops.render.render(write_still=True, scene=shown.name)
        tiles.append(pixels(tile))
        tile.unlink()
    # Blender's images begin at the bottom, so the first row of tiles comes last.
    rows = [np.concatenate(tiles[first : first + columns], axis=1) for first in range(0, TILES, columns)]
    sheet = np.concatenate(rows[::-1], axis=0)
    image = bpy.data.images.new("timeline", sheet.shape[1], sheet.shape[0])
    image.pixels.foreach_set(sheet.ravel())
    image.file_format = "PNG"
    image.filepath_raw = str(picture)
    image.save()


def pixels(path: Path) -> Any:
    """The picture's pixels, rows from the bottom, as floats of shape (height, width, 4)."""
    image = bpy.data.images.load(str(path))
    values = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(values)
    return values.reshape(image.size[1], image.size[0], 4)


def read(sidecar: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(sidecar.read_text(encoding="utf-8"))
    return content


def problems(session: dict[str, Any]) -> str:
    """What the takes that failed say."""
    return "; ".join(json.dumps(take.get("problem"), ensure_ascii=False) for take in session["takes"]) or "no takes"


def check(holds: bool, what: str) -> None:
    """Stop if something the main job promises is not so."""
    if not holds:
        raise SystemExit(f"The main job failed; this does not hold: {what}")


if __name__ == "__main__":
    main()
    if not bpy.app.binary_path:
        # Without the destructors of Blender's static objects: those of the bpy modules 4.2 and 4.5 crash or hang.
        sys.stdout.flush()
        os._exit(0)
