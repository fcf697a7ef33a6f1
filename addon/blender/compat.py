"""Where Blender 4.2 to 5.2 differ: the only file that asks which Blender this is.

Imports nothing of the add-on, because a render script loads it by path as well. Facts: Blender's Python API change
logs, and each function run on 4.2, 4.3, 4.5, 5.0 and 5.2.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy  # isort: skip  (as a module, bpy is what brings the other modules of Blender)
import blf
import imbuf

# The old names of a strip's ends still work, but warn.
_HANDLES_RENAMED = "left_handle" in bpy.types.Strip.bl_rna.properties if hasattr(bpy.types, "Strip") else False
VERSION: str = bpy.app.version_string
"""What this Blender calls itself, such as "5.2.2 LTS", for reports."""

_LENGTH_NOT_END = bpy.app.version >= (5, 0, 0)
_MEDIA_TYPE_FIRST = bpy.app.version >= (5, 0, 0)
_SEQUENCER_HAS_SCENE = bpy.app.version >= (5, 0, 0)
_VIEWPORT_RENDER_IS_JOB = bpy.app.version >= (5, 0, 0)


_LAYOUT: Any = bpy.types.UILayout.bl_rna

_BUILD: Any = bpy.app.build_options

HAS_SOUND = bool(_BUILD.audaspace)
"""Whether this Blender knows sound at all: the bpy module 4.2 does not."""

HAS_TEXT_BOX = "textbox" in _LAYOUT.functions
"""Whether panels have text fields of many lines, which is from 5.2. Else the Text Editor stands in."""


# -- Which scene, which strips ----------------------------------------------------------------------------------------


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene that the sequencer shows and edits.

    From 5.0 a workspace says which (``context.sequencer_scene``); where none is chosen yet, and before 5.0, it is
    the window's scene.
    """
    shown: Any = getattr(context, "sequencer_scene", None)
    if shown is None and context.workspace is not None:
        shown = getattr(context.workspace, "sequencer_scene", None)
    if shown is None:
        shown = context.scene
    scene: bpy.types.Scene = shown
    return scene


def scenes_in_sequencers(context: bpy.types.Context) -> list[bpy.types.Scene]:
    """The scenes that the windows' sequencers show, each once."""
    found = [
        getattr(window.workspace, "sequencer_scene", None) or window.scene for window in context.window_manager.windows
    ]
    return list({scene.name: scene for scene in found if scene is not None}.values())


def sequencer_override(scene: bpy.types.Scene) -> dict[str, Any]:
    """What `temp_override` needs for sequencer operators to work on `scene`, within one that gives window and area."""
    return {"scene": scene, "sequencer_scene": scene} if _SEQUENCER_HAS_SCENE else {"scene": scene}


def show_in_sequencer(window: bpy.types.Window, scene: bpy.types.Scene) -> None:
    """Let a window's sequencer show `scene` if it shows none, which can be from 5.0."""
    if _SEQUENCER_HAS_SCENE:
        workspace: Any = window.workspace
        if workspace.sequencer_scene is None:
            workspace.sequencer_scene = scene


def edit_in_sequencers(context: bpy.types.Context, scene: bpy.types.Scene) -> None:
    """Let the sequencer of a context's window show another scene."""
    workspace: Any = context.workspace
    if _SEQUENCER_HAS_SCENE and workspace is not None:
        workspace.sequencer_scene = scene
    elif context.window is not None:
        context.window.scene = scene


def strips(editor: Any) -> Any:
    """The top level strips of a sequence editor, or the strips of a meta strip. Empty is falsy: test ``is None``."""
    found = getattr(editor, "strips", None)
    return editor.sequences if found is None else found


def strips_all(editor: Any) -> Any:
    """All strips of a sequence editor, those inside meta strips too."""
    found = getattr(editor, "strips_all", None)
    return editor.sequences_all if found is None else found


def open_level(editor: Any) -> Any:
    """What the sequencer shows of a sequence editor at once: all of it, or the meta strip that is open."""
    return editor.meta_stack[-1] if len(editor.meta_stack) else editor


# -- Making and measuring strips --------------------------------------------------------------------------------------


def new_effect(collection: Any, *, name: str, type: str, channel: int, start: int, length: int) -> Any:
    """A new effect strip without inputs (COLOR, TEXT, ADJUSTMENT…) that plays ``length`` frames from ``start``."""
    end: Mapping[str, int] = {"length": length} if _LENGTH_NOT_END else {"frame_end": start + length}
    return collection.new_effect(name=name, type=type, channel=channel, frame_start=start, **end)


def movie_add_options() -> dict[str, bool]:
    """Arguments with which `sequencer.movie_strip_add` puts strips just where it is told, and no dragging follows."""
    operator: Any = bpy.ops.sequencer.movie_strip_add
    known = operator.get_rna_type().properties
    return {name: False for name in ("skip_locked_or_muted_channels", "move_strips") if name in known}


def left_handle(strip: Any) -> int:
    """The first frame that a strip shows."""
    return int(strip.left_handle if _HANDLES_RENAMED else strip.frame_final_start)


def right_handle(strip: Any) -> int:
    """The first frame after a strip."""
    return int(strip.right_handle if _HANDLES_RENAMED else strip.frame_final_end)


def spans(editor: Any) -> list[tuple[int, int]]:
    """The handles' frames of all strips of a level that are seen: no sound, not muted. Quick for any number of them."""
    level = strips(editor)
    count = len(level)
    lefts, rights, kinds, muted = (array(code, [0]) * count for code in "iiib")
    names = ("left_handle", "right_handle") if _HANDLES_RENAMED else ("frame_final_start", "frame_final_end")
    for name, values in zip((*names, "type", "mute"), (lefts, rights, kinds, muted), strict=True):
        level.foreach_get(name, values)
    sound = level[0].bl_rna.properties["type"].enum_items["SOUND"].value if count else None
    seen = zip(lefts, rights, kinds, muted, strict=True)
    return [(left, right) for left, right, kind, is_muted in seen if kind != sound and not is_muted]


def set_handles(strip: Any, left: int, right: int) -> None:
    """Trim a strip to show the frames ``left`` to ``right - 1``; its content stays where it is."""
    if right <= left:
        raise ValueError(f"a strip's right handle ({right}) must lie after its left one ({left})")
    names = ("left_handle", "right_handle") if _HANDLES_RENAMED else ("frame_final_start", "frame_final_end")
    ends = list(zip(names, (left, right), strict=True))
    if left >= right_handle(strip):  # Blender lets no handle pass the other
        ends.reverse()
    for name, frame in ends:
        setattr(strip, name, frame)


def move_content(strip: Any, start: int) -> None:
    """Let the content of a strip begin at frame ``start``; its handles stay where they are."""
    left, right = left_handle(strip), right_handle(strip)
    name = "content_start" if _HANDLES_RENAMED else "frame_start"
    setattr(strip, name, getattr(strip, name) + start - extent(strip)[0])
    set_handles(strip, left, right)


def content_length(strip: Any) -> int:
    """How many frames the content of a strip has, trimmed or not."""
    return int(strip.content_duration if _HANDLES_RENAMED else strip.frame_duration)


def cut_off(strip: Any) -> tuple[float, ...]:
    """How many frames of a strip's content its handles hide at the left and right, and its trimming at both ends."""
    if _HANDLES_RENAMED:
        names = ("left_handle_offset", "right_handle_offset", "content_trim_start", "content_trim_end")
    else:
        names = ("frame_offset_start", "frame_offset_end", "animation_offset_start", "animation_offset_end")
    return tuple(float(getattr(strip, name)) for name in names)


def extent(strip: Any) -> tuple[int, int]:
    """From which frame to which the whole content of a strip reaches, were nothing of it hidden or held."""
    hidden_left, hidden_right, *_trimmed = cut_off(strip)
    return round(left_handle(strip) - hidden_left), round(right_handle(strip) + hidden_right)


def curves_of(scene: bpy.types.Scene) -> list[Any]:
    """The animation curves of a scene's own properties, those of its strips among them. Those of drivers are not."""
    animation = scene.animation_data
    action: Any = animation.action if animation else None
    if action is None:
        return []
    if hasattr(action, "fcurves"):  # until 5.0
        return list(action.fcurves)
    slot = animation.action_slot if animation else None
    bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips] if slot else []
    return [curve for bag in bags if bag for curve in bag.fcurves]


# -- Rendering --------------------------------------------------------------------------------------------------------


def is_rendering(context: bpy.types.Context) -> bool:
    """Whether an image, an animation or the viewport is being rendered.

    Rendering the viewport is a job from 5.0. Before, it is a modal operator alone; later that operator may stay on
    after the last frame until the mouse moves, as the one of other renders does in every version.
    """
    if bpy.app.is_job_running("RENDER"):
        return True
    if _VIEWPORT_RENDER_IS_JOB:
        return False
    windows = context.window_manager.windows
    return any(operator.bl_idname == "RENDER_OT_opengl" for window in windows for operator in window.modal_operators)


def set_movie_output(
    scene: bpy.types.Scene, *, container: str = "MPEG4", codec: str = "H264", preset: str = "GOOD", audio: str = "NONE"
) -> None:
    """Let a scene render to a movie file; the values are Blender's own enum items of ``render.ffmpeg``."""
    image: Any = scene.render.image_settings
    if _MEDIA_TYPE_FIRST:
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    ffmpeg = scene.render.ffmpeg
    ffmpeg.format = container
    ffmpeg.codec = codec
    ffmpeg.ffmpeg_preset = preset
    ffmpeg.audio_codec = audio


def set_image_output(scene: bpy.types.Scene, quality: int | None = None) -> None:
    """Let a scene render to PNG files of 8 bits, or to JPEG files of a `quality` from 1 to 100, without alpha."""
    image: Any = scene.render.image_settings
    if _MEDIA_TYPE_FIRST:
        image.media_type = "IMAGE"
    image.file_format = "PNG" if quality is None else "JPEG"
    image.color_mode, image.color_depth, image.color_management = "RGB", "8", "FOLLOW_SCENE"
    if quality is not None:
        image.quality = quality


# -- Text as pixels ---------------------------------------------------------------------------------------------------


def draw_text(path: str, width: int, height: int, texts: Sequence[tuple[str, int, int, int]]) -> None:
    """Write a PNG of `width` x `height` pixels with white texts on nothing: its alpha is how much ink covers a pixel.

    Each text is (text, font size, left, baseline), in pixels from the lower left corner, in the interface's font, which
    borrows from Blender's other fonts what it lacks. Needs no window. Text strips with a font of their own borrow
    nothing in 5.0 and 5.2, and the `blf` module draws into images since 4.5 only.
    """
    if hasattr(blf, "bind_imbuf"):
        image = imbuf.new((width, height))
        blf.color(0, 1.0, 1.0, 1.0, 1.0)
        context: Any = blf.bind_imbuf(0, image)
        with context:
            for text, size, left, baseline in texts:
                blf.size(0, size)
                blf.position(0, left, baseline, 0)
                blf.draw_buffer(0, text)
        imbuf.write(image, filepath=path)
        return
    scene = bpy.data.scenes.new("Text")
    utils: Any = bpy.utils
    font: Any = bpy.data.fonts.load(str(Path(utils.system_resource("DATAFILES", path="fonts")) / "Inter.woff2"))
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    render.film_transparent, render.use_file_extension, render.filepath = True, False, path
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
    scene.view_settings.view_transform = "Standard"
    collection = strips(scene.sequence_editor_create())
    for channel, (text, size, left, baseline) in enumerate(texts, 1):
        strip = new_effect(collection, name="Text", type="TEXT", channel=channel, start=1, length=1)
        strip.text, strip.font, strip.font_size, strip.wrap_width = text, font, size, 0.0
        strip.align_x, strip.align_y = "LEFT", "TOP"
        # A strip's top is the ascender of Inter above its baseline: 0.96875 of the size.
        strip.location = (left / width, (baseline + round(0.96875 * size)) / height)
        strip.blend_type = "ALPHA_OVER"
    bpy.ops.render.render(write_still=True, scene=scene.name)
    bpy.data.scenes.remove(scene)
    bpy.data.fonts.remove(font)


def keep_no_frames(editor: Any) -> None:
    """Let a sequence editor cache what it reads from files, but no frames: they are rendered once and never shown."""
    for name in ("use_cache_preprocessed", "use_cache_composite", "use_cache_final"):
        if hasattr(editor, name):  # 4.5 dropped the first two
            setattr(editor, name, False)
