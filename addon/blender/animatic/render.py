"""Draw one animatic and write it as an MP4 (H.264). Run by path, in a Blender of its own or with the bpy module:

    blender --background --factory-startup --python render.py -- JOB.json OUT [tied]
    python render.py -- JOB.json OUT [tied]

Give it a profile of its own (BLENDER_USER_RESOURCES): Blender tidies up the extensions of the one it finds.

JOB.json holds `prompt`, `seed`, `take` (1 is the first), `duration` (seconds), `width` and `height` (pixels; odd ones
lose one, H.264 needs even ones), `fps` and `image` (path of a reference picture, or null).

On stdout: `ANIMATIC {"progress": 0.37}` as frames are written, at the end `ANIMATIC {"done": true, "frames": 120}`, or
`ANIMATIC {"error": "… {name} …", "values": {"name": …}}` and exit code 1. Other lines are Blender's own. With `tied`
the process ends as soon as its standard input is closed: so it does not outlive who started it.

OUT appears whole at the end. Until then everything lies in the folder OUT + ".work": if the process was killed, that
folder may be deleted. The same job gives the same frames in the same Blender.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import os
import shutil
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy  # isort: skip  (as a module, bpy is what brings the other modules of Blender)
import blf
import numpy as np

if TYPE_CHECKING:
    from ...core.wording import Words


def _package(name: str, file: Path) -> Any:
    """Load a module or package by path, as `name`. This process is the script's own: nothing else is loaded in it."""
    folder = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=folder)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_HERE = Path(__file__).resolve().parent
_package("animatic", _HERE / "__init__.py")
camera, lettering, order, picture, scenery, sgi, wording = (
    importlib.import_module(f"animatic.{name}")
    for name in ("camera", "lettering", "order", "picture", "scenery", "sgi", "wording")
)
compat = _package("compat", _HERE.parent / "compat.py")

_FILES = ".work"  # added to OUT: the folder of everything unfinished
_SHORTEST, _LARGEST, _LONGEST = 64, 16_384, 100_000  # pixels, pixels, frames


class Impossible(Exception):
    """The job cannot be done: one sentence for people, a template as `str.format` has it for `values`."""

    def __init__(self, template: Words, **values: str | int | float) -> None:
        super().__init__(template.format_map(values))
        self.template = template
        self.values = values


# -- The job -----------------------------------------------------------------------------------------------------------


def _read(path: str) -> dict[str, Any]:
    try:
        job = json.loads(Path(path).read_text("utf-8"))
        return {
            "prompt": str(job["prompt"]),
            "seed": int(job["seed"]),
            "take": int(job["take"]),
            "duration": float(job["duration"]),
            "width": int(job["width"]) // 2 * 2,
            "height": int(job["height"]) // 2 * 2,
            "fps": float(job["fps"]),
            "image": job.get("image"),
            "last_image": job.get("last_image"),
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise Impossible("The request {path} cannot be read: {error}.", path=path, error=str(error)) from error


def _check(job: dict[str, Any]) -> int:
    """The number of frames, or `Impossible`."""
    width, height, fps, duration = job["width"], job["height"], job["fps"], job["duration"]
    if not (_SHORTEST <= width <= _LARGEST and _SHORTEST <= height <= _LARGEST):
        raise Impossible(
            "Animatic cannot draw {width} × {height} pixels: each side must be {least} to {most}.",
            width=width,
            height=height,
            least=_SHORTEST,
            most=_LARGEST,
        )
    if not 1 <= fps <= 240:
        raise Impossible("Animatic cannot draw {fps:g} frames per second: it must be 1 to 240.", fps=fps)
    if not 0 < duration * fps < _LONGEST:
        raise Impossible(
            "Animatic cannot draw {duration:g} seconds at {fps:g} frames per second.", duration=duration, fps=fps
        )
    return max(1, round(duration * fps))


# -- Pictures to files -------------------------------------------------------------------------------------------------


def _size(image: Any) -> tuple[int, int]:
    return int(image.size[0]), int(image.size[1])


def _reference(path: str, reach: tuple[int, int], target: Path) -> None:
    """Write a reference picture, scaled to fill what the camera sees of it."""
    try:
        image = bpy.data.images.load(path)
        columns, rows = _size(image)
    except RuntimeError:
        columns = rows = 0
    if not columns or not rows:
        raise Impossible(
            "The reference image {path} cannot be read: choose an image file that Blender can open.", path=path
        )
    scale = max(2 * reach[0] / columns, 2 * reach[1] / rows)
    image.scale(max(1, round(columns * scale / 2)) * 2, max(1, round(rows * scale / 2)) * 2)
    columns, rows = _size(image)
    pixels = np.empty(rows * columns * 4, np.float32)
    image.pixels.foreach_get(pixels)
    pixels[3::4] = 1.0
    if image.is_float:  # stored as light, shown as sRGB
        pixels = np.where(pixels <= 0.0031308, 12.92 * pixels, 1.055 * np.maximum(pixels, 0) ** (1 / 2.4) - 0.055)
        pixels[3::4] = 1.0
    bpy.data.images.remove(image)
    sgi.write(target, (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8).reshape(rows, columns, 4))


def _coverage(path: Path) -> Any:
    """How much ink covers each pixel of a drawn text: rows from the bottom up, 0 to 1."""
    image = bpy.data.images.load(str(path))
    columns, rows = _size(image)
    pixels = np.empty(rows * columns * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels[3::4].reshape(rows, columns)


# -- Caption -----------------------------------------------------------------------------------------------------------


def _width(text: str, size: int) -> int:
    blf.size(0, size)
    return math.ceil(blf.dimensions(0, text)[0])


def _texts(job: dict[str, Any], folder: Path) -> tuple[Any, list[Any], Any, dict[str, Any]]:
    """The layout, and the coverage of the prompt's lines, of the take's label and of each glyph of the clock."""
    width, height = job["width"], job["height"]
    title, small = lettering.sizes(width, height)
    left, room = lettering.margin(width), width - 2 * lettering.margin(width)
    lines = wording.wrap(job["prompt"], lambda text: _width(order.visual(text), title) <= room, 3)
    layout = lettering.layout(width, height, len(lines))

    # One sheet, a band for each line of text, a cell for each glyph of the clock.
    glyphs = "0123456789:."
    digit = max(_width(glyph, small) for glyph in glyphs[:10])
    cell = 2 * digit
    texts, cuts, row = [], [], 0
    for line in lines:
        shown = order.visual(line)
        start = width - left - _width(shown, title) if order.is_right_to_left(line) else left
        texts.append((shown, title, start, row + lettering.descent(title)))
        cuts.append(slice(row, row := row + lettering.band(title)))
    for text, start in ((f"TAKE {job['take']}", left), *((glyph, i * cell) for i, glyph in enumerate(glyphs))):
        first = start == left and text.startswith("TAKE")
        texts.append((text, small, start, row + lettering.descent(small) + (0 if first else lettering.band(small))))
    take = slice(row, row + lettering.band(small))
    clock = slice(take.stop, take.stop + lettering.band(small))
    sheet = folder / "texts.png"
    compat.draw_text(str(sheet), max(width, cell * len(glyphs)), clock.stop, texts)
    cover = _coverage(sheet)
    cells = {
        glyph: cover[clock, i * cell : i * cell + (digit if i < 10 else _width(glyph, small))]
        for i, glyph in enumerate(glyphs)
    }
    return layout, [cover[cut, :width] for cut in cuts], cover[take, :width], cells


# -- Scene -------------------------------------------------------------------------------------------------------------


def _new_scene(job: dict[str, Any], frames: int, clip: Path) -> Any:
    """An empty scene that renders its sequencer, colours untouched, to an H.264 movie."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = job["width"], job["height"], 100
    render.fps, render.fps_base = _rate(job["fps"])
    scene.frame_start, scene.frame_end = 1, frames
    scene.view_settings.view_transform, scene.display_settings.display_device = "Standard", "sRGB"
    render.dither_intensity, render.use_file_extension, render.filepath = 0.0, False, str(clip)
    for setting in render.bl_rna.properties:
        if setting.identifier.startswith("use_stamp"):  # no date, no path and no render time in the file
            setattr(render, setting.identifier, False)
    compat.set_movie_output(scene, preset="REALTIME")
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.gopsize = max(1, round(job["fps"] / 2))  # quick to scrub
    compat.keep_no_frames(scene.sequence_editor_create())
    return scene


def _rate(fps: float) -> tuple[int, float]:
    """Blender's `fps` and `fps_base`: 23.976, 29.97 and 59.94 are 24, 30 and 60 by 1.001."""
    whole = max(1, round(fps))
    if abs(fps - whole / 1.001) < 0.006 and whole in (24, 30, 48, 60, 120):
        return whole, 1.001
    return whole, whole / fps


def _add(scene: Any, file: Path, channel: int, first: int, last: int, x: float, y: float) -> Any:
    """An image strip at its own size, shown from frame `first` to `last`, centred at `x`, `y` in the frame."""
    strip = compat.strips(scene.sequence_editor).new_image(
        name=file.stem, filepath=str(file.resolve()), channel=channel, frame_start=first, fit_method="ORIGINAL"
    )
    compat.set_handles(strip, first, last + 1)
    strip.blend_type = "REPLACE" if channel == 1 else "ALPHA_OVER"
    strip.transform.filter = "NEAREST"  # exact where nothing moves between pixels
    strip.transform.offset_x, strip.transform.offset_y = x, y
    return strip


def _move(strip: Any, x: float, y: float, places: list[Any]) -> None:
    """Key a strip whose centre rests at `x`, `y` in every frame, in what changes."""
    tracks: dict[str, list[float]] = {"offset_x": [], "offset_y": [], "scale_x": [], "scale_y": [], "rotation": []}
    for place in places:
        turn = math.radians(place.turn)
        tracks["offset_x"].append(place.x + place.scale * (x * math.cos(turn) - y * math.sin(turn)))
        tracks["offset_y"].append(place.y + place.scale * (x * math.sin(turn) + y * math.cos(turn)))
        tracks["scale_x"].append(place.scale)
        tracks["scale_y"].append(place.scale)
        tracks["rotation"].append(turn)
    for name, values in tracks.items():
        setattr(strip.transform, name, values[0])
        if max(values) - min(values) > 1e-6:
            for frame, value in enumerate(values, 1):
                setattr(strip.transform, name, value)
                strip.transform.keyframe_insert(name, frame=frame)


def _dissolve(scene: Any, job: dict[str, Any], frames: int, folder: Path) -> None:
    """From the first picture to the last one. The camera rests: both are seen whole, as their neighbours show them."""
    half = job["width"] // 2, job["height"] // 2
    for channel, name in enumerate(("image", "last_image"), 1):
        _reference(str(job[name]), half, file := folder / f"{name}.rgb")
        strip = _add(scene, file, channel, 1, frames, 0.0, 0.0)
    for frame in range(1, frames + 1):
        strip.blend_alpha = (frame - 1) / max(frames - 1, 1)
        strip.keyframe_insert("blend_alpha", frame=frame)


def _draw(job: dict[str, Any], frames: int, folder: Path) -> Any:
    """The scene, ready to render."""
    width, height = job["width"], job["height"]
    scene = _new_scene(job, frames, folder / "clip.mp4")
    views = camera.path(camera.named_moves(job["prompt"]), job["seed"], frames, job["duration"])
    shown = scenery.scene(job["prompt"], job["seed"])
    channel = 1
    if job["image"] and job["last_image"]:
        _dissolve(scene, job, frames, folder)
    elif job["image"]:
        places = [camera.placement(view, 0.5, width, height) for view in views]
        file = folder / "reference.rgb"
        _reference(str(job["image"]), camera.reach(places, width, height), file)
        strip = _add(scene, file, channel, 1, frames, 0.0, 0.0)
        strip.transform.filter = "BILINEAR"
        _move(strip, 0.0, 0.0, places)
    else:
        paths = [[camera.placement(view, near, width, height) for view in views] for near in picture.NEARNESS]
        reaches = [camera.reach(places, width, height) for places in paths]
        for layer, places in zip(picture.layers(shown, width, height, reaches), paths, strict=True):
            file = folder / f"layer{channel}.rgb"
            sgi.write(file, layer.pixels)
            strip = _add(scene, file, channel, 1, frames, layer.x, layer.y)
            # Seen far away all is soft: the cheap filter does. Nearer edges would jitter.
            strip.transform.filter = "NEAREST" if layer.nearness == 0 else "BILINEAR"
            _move(strip, layer.x, layer.y, places)
            channel += 1
    layout, titles, take, glyphs = _texts(job, folder)
    still = lettering.caption(layout, shown.palette, titles, take)
    file = folder / "caption.rgb"
    sgi.write(file, still)
    _add(scene, file, 8, 1, frames, 0.0, layout.bottom + (still.shape[0] - height) / 2)
    times = [wording.running_time(frame / job["fps"]) for frame in range(frames)]
    first = 0
    for frame in range(1, frames + 1):
        if frame == frames or times[frame] != times[first]:
            cover = np.concatenate([glyphs[glyph] for glyph in times[first]], axis=1)
            running = lettering.clock(layout, shown.palette, cover, first / max(frames - 1, 1))
            x, y = (layout.left + layout.right - width) / 2, layout.rule + (running.shape[0] - height) / 2
            file = folder / f"clock{first}.rgb"
            sgi.write(file, running)
            _add(scene, file, 9, first + 1, frame, x, y)
            first = frame
    return scene


# -- Running -----------------------------------------------------------------------------------------------------------


def _refuse(template: Words, **values: str | int | float) -> None:
    _say(error=template, values=values)


def _say(**message: Any) -> None:
    print("ANIMATIC", json.dumps(message, ensure_ascii=True), flush=True)


def draw(job_path: str, out: str) -> None:
    """Draw the job in the file `job_path` as an MP4 at `out`; raises `Impossible`."""
    job = _read(job_path)
    frames = _check(job)
    folder = Path(out + _FILES)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        _draw(job, frames, folder)
        written = 0

        def report(*_args: Any) -> None:
            nonlocal written
            written += 1
            _say(progress=round(written / frames, 4))

        bpy.app.handlers.render_write.append(report)
        bpy.ops.render.render(animation=True)
        bpy.app.handlers.render_write.remove(report)
        if written != frames or not (folder / "clip.mp4").is_file():
            raise Impossible(
                "Blender wrote {written} of {frames} frames to {folder}: is the disk full?",
                written=written,
                frames=frames,
                folder=str(folder),
            )
        (folder / "clip.mp4").replace(out)
    except OSError as error:
        raise Impossible(
            "Animatic cannot write {out}: {error}.", out=out, error=error.strerror or str(error)
        ) from error
    except RuntimeError as error:
        raise Impossible("Blender could not render {out}: {error}", out=out, error=str(error).strip()) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _say(done=True, frames=frames)


def _end_with_input() -> None:
    """Wait for the end of standard input, then end this process. In a thread: Blender's operators let others run."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        return  # there is no standard input to wait for
    os._exit(3)


def main(arguments: list[str]) -> int:
    """Exit code: 0 if the clip is there."""
    if len(arguments) != 2:
        _refuse("Animatic needs two arguments: the request's file and the clip to write.")
        return 2
    try:
        draw(*arguments)
    except Impossible as error:
        _refuse(error.template, **error.values)
        return 1
    except Exception:
        traceback.print_exc()
        _refuse("Animatic made a mistake while drawing this take; its log says which.")
        return 1
    return 0


if __name__ == "__main__":
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    if given[2:] == ["tied"]:
        threading.Thread(target=_end_with_input, daemon=True).start()
        code = main(given[:2])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # Blender 4.2 crashes at times if it quits while a thread waits; nothing is left to tidy
    sys.exit(main(given))
