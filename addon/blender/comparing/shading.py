"""Pictures, boxes and words on the screen, in pixels of the region that is being drawn."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import blf
import gpu
from gpu_extras.batch import batch_for_shader

from ...core.comparing import Box, Corner

Color = tuple[float, float, float, float]

_INDICES = ((0, 1, 2), (0, 2, 3))
_FONT = 0

_VERTEX = """
void main()
{
  seen = uv;
  there = pos;
  gl_Position = matrix * vec4(pos, 0.0, 1.0);
}
"""
# A texture gives linear light, and the preview's framebuffer (sRGB, 4.2 to 5.2) takes just that.
_FRAGMENT = """
void main()
{
  if (there.x < clip.x || there.y < clip.y || there.x >= clip.z || there.y >= clip.w) {
    discard;
  }
  color = vec4(texture(image, seen).rgb, 1.0);
}
"""


def picture(texture: Any, corners: Sequence[Corner], clip: Box) -> None:
    """Draw a texture between its corners, as far as it lies in `clip`."""
    shader = _shader()
    batch = batch_for_shader(
        shader,
        "TRIS",
        {"pos": [(each.x, each.y) for each in corners], "uv": [(each.u, each.v) for each in corners]},
        indices=_INDICES,
    )
    shader.bind()
    shader.uniform_float("matrix", gpu.matrix.get_projection_matrix() @ gpu.matrix.get_model_view_matrix())
    shader.uniform_float("clip", tuple(clip))
    shader.uniform_sampler("image", texture)
    batch.draw(shader)


def fill(box: Box, color: Color) -> None:
    """Draw a box of one colour."""
    shader: Any = gpu.shader.from_builtin("UNIFORM_COLOR")
    corners = ((box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top))
    batch = batch_for_shader(shader, "TRIS", {"pos": corners}, indices=_INDICES)
    gpu.state.blend_set("ALPHA")
    shader.uniform_float("color", color)
    batch.draw(shader)
    gpu.state.blend_set("NONE")


def write(text: str, box: Box, at_right: bool, size: float, ground: Color) -> None:
    """Write a line into the upper left corner of a box, or the right one, on ground of one colour; cut to the box."""
    blf.size(_FONT, size)
    pad = size * 0.6
    width = blf.dimensions(_FONT, text)[0]
    left = box.right - width - 3 * pad if at_right else box.left + pad
    plate = Box(left, box.top - pad - 1.9 * size, left + width + 2 * pad, box.top - pad).shared(box)
    if plate.width < 2 * pad or plate.height < size:
        return
    fill(plate, ground)
    blf.enable(_FONT, blf.CLIPPING)
    blf.clipping(_FONT, plate.left, plate.bottom, plate.right, plate.top)
    blf.color(_FONT, 1.0, 1.0, 1.0, 1.0)
    blf.position(_FONT, left + pad, box.top - pad - 1.35 * size, 0)
    blf.draw(_FONT, text)
    blf.disable(_FONT, blf.CLIPPING)


@functools.cache
def _shader() -> Any:
    made = gpu.types.GPUShaderCreateInfo()
    between: Any = gpu.types.GPUStageInterfaceInfo("sessions_comparing")
    between.smooth("VEC2", "seen")
    between.smooth("VEC2", "there")
    made.push_constant("MAT4", "matrix")
    made.push_constant("VEC4", "clip")
    made.sampler(0, "FLOAT_2D", "image")
    made.vertex_in(0, "VEC2", "pos")
    made.vertex_in(1, "VEC2", "uv")
    made.vertex_out(between)
    made.fragment_out(0, "VEC4", "color")
    made.vertex_source(_VERTEX)
    made.fragment_source(_FRAGMENT)
    return gpu.shader.create_from_info(made)
