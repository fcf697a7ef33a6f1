"""What a strip shows of its file, and how a scene is set to render its sequencer as the preview shows it."""

from __future__ import annotations

from typing import Any

_PLAIN_VALUES = {"color_saturation": 1.0, "color_multiply": 1.0, "blend_alpha": 1.0}
_PLAIN_SWITCHES = ("use_flip_x", "use_flip_y", "use_reverse_frames", "use_deinterlace")
_LITTLE = 1e-4


def size(scene: Any) -> tuple[int, int]:
    """Width and height in pixels that a scene renders."""
    render = scene.render
    scale = render.resolution_percentage / 100
    return max(1, int(render.resolution_x * scale)), max(1, int(render.resolution_y * scale))


def shows_its_file(strip: Any, width: int, height: int) -> bool:
    """Whether a strip shows the picture in its file, of `width` × `height` pixels, and just that: whole, unchanged.

    Not if it is cropped, turned, moved, has modifiers, or might be animated.
    """
    place, crop = strip.transform, strip.crop
    across, down = size(strip.id_data)
    return (
        not len(strip.modifiers)
        and strip.id_data.animation_data is None
        and all(abs(getattr(strip, name) - value) <= _LITTLE for name, value in _PLAIN_VALUES.items())
        and not any(getattr(strip, name) for name in _PLAIN_SWITCHES if hasattr(strip, name))
        and strip.strobe <= 1.0  # each frame is shown
        and not (crop.min_x or crop.max_x or crop.min_y or crop.max_y)
        and max(abs(place.offset_x), abs(place.offset_y), abs(place.rotation)) <= _LITTLE
        and abs(place.scale_x - place.scale_y) <= _LITTLE
        and width * place.scale_x <= across + 1  # none of its edges is outside of the frame
        and height * place.scale_y <= down + 1
    )


def fills_the_frame(strip: Any, width: int, height: int) -> bool:
    """Whether the picture in a strip's file, if that is all it shows, fills the frame, with no bars beside it."""
    across, down = size(strip.id_data)
    scale = strip.transform.scale_x
    return abs(width * scale - across) <= 1 and abs(height * scale - down) <= 1


def has_plain_colours(scene: Any) -> bool:
    """Whether a scene shows an sRGB picture as it is."""
    view = scene.view_settings
    return (
        scene.display_settings.display_device == "sRGB"
        and view.view_transform == "Standard"
        and view.look == "None"
        and not view.use_curve_mapping
        and abs(view.exposure) < _LITTLE
        and abs(view.gamma - 1.0) < _LITTLE
    )


def plain_colours(scene: Any) -> None:
    """Let a scene show an sRGB picture as it is."""
    view = scene.view_settings
    scene.display_settings.display_device = "sRGB"
    view.view_transform, view.look = "Standard", "None"
    view.exposure, view.gamma, view.use_curve_mapping = 0.0, 1.0, False


def set_size(scene: Any, width: int, height: int) -> None:
    """Let a scene render `width` × `height` pixels. Strips that are moved in the picture stand elsewhere then."""
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100


def even_size(scene: Any) -> None:
    """Let a scene render even numbers of pixels, for H.264 stores no other: a line or column less, nothing scaled."""
    render = scene.render
    while size(scene)[0] % 2 and render.resolution_x > 4:
        render.resolution_x -= 1
    while size(scene)[1] % 2 and render.resolution_y > 4:
        render.resolution_y -= 1


def render_sequencer(scene: Any) -> None:
    """Let a scene render its sequencer, all of the picture and nothing but that.

    At the percentage of the size that it has: where strips are moved to depends on that.
    """
    render = scene.render
    render.use_sequencer, render.use_border, render.use_multiview = True, False, False
    render.use_overwrite, render.use_placeholder, render.use_file_extension = True, False, False
    render.dither_intensity, scene.frame_step = 0.0, 1
    for setting in render.bl_rna.properties:
        if setting.identifier.startswith("use_stamp"):  # no burnt-in notes, and no path or date in the file
            setattr(render, setting.identifier, False)
