"""What `bench.py` measures of a large edit: 2,000 strips in 500 slots of one session. Run inside Blender."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import bpy as blender_module

bpy: Any = blender_module
STRIPS, SLOTS, LENGTH = 2000, 500, 12


def measure(folder: Path, module: Callable[[str], Any], spent: Callable[[Callable[[], object]], float]) -> list[float]:
    """Seconds of the main thread: a swap, Blender's own change of a strip's source, selecting, a look at some uses.

    `module` gets one of the extension's, `spent` measures. The session's two takes must be there.
    """
    timeline, marks, clips = (module(f"blender.{name}") for name in ("timeline", "slots.marks", "clips"))
    arrivals = module("blender.arrivals")
    compat, usage, following = (module(f"blender.{name}") for name in ("compat", "slots.usage", "slots.following"))
    state = module("blender.runtime").current()
    assets = state.project.assets
    files = [str(folder / asset.path) for asset in assets]
    scene = bpy.context.scene
    level = compat.strips(scene.sequence_editor_create())
    slots = [uuid.uuid4().hex for _ in range(SLOTS)]
    source = clips.source_of(clips.find(assets[0].id))
    for number in range(STRIPS):
        start = 1 + LENGTH * (number // 20)
        strip = level.new_movie(name="Shot", filepath=files[0], channel=40 + number % 20, frame_start=start)
        marks.put_slot(strip, session_id=assets[0].session_id, slot=slots[number % SLOTS])
        marks.put_shown(strip, assets[0], source)
        marks.playback_rate(strip)
    strips = compat.strips_all(scene.sequence_editor)
    shots = [strip.name for strip in strips if strip.channel >= 40][:60]

    def choose(name: str) -> None:
        timeline.select_only(scene, strips[name])

    def change(name: str, file: str) -> None:
        strips[name].filepath = file

    choose(shots[0])
    following.keep_up()
    swaps, changes, selections, looks = [], [], [], []
    for name, file in zip(shots[1:], cycle(files), strict=False):
        choose(name)
        selections.append(spent(following.keep_up))
        other = assets[marks.shown_by(strips[name]) == assets[0].id]
        swaps.append(spent(partial(arrivals.fill, scene, strips[name], other)))
        changes.append(spent(partial(change, name, file)))
        usage.changed()
        looks += [spent(partial(usage.look, 0.002)) for _ in range(20)]
    return [median(swaps), median(changes), max(selections), quantiles(looks, n=100)[-1]]
