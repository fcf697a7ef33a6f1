"""The next request: prompt, settings, and Generate."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import matching, spending
from ...core.capabilities import Model, is_open
from ...core.errors import Problem
from ...core.models import Cost, Draft
from .. import accounts, bills, compat, form, places, properties, runtime, settings, timeline, words
from ..operators import generate
from ..slots import joining, reserving
from . import options, start
from .tab import Tab, is_narrow, side_by_side
from .text import draw_problem, wrapped


class SESSIONS_PT_generate(Tab, bpy.types.Panel):
    """The prompt and settings of the active session"""

    bl_label = "Shot"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        _draw_prompt(layout, panel)
        found = form.chosen()
        if found is not None and found.model is not None:
            start.draw(layout, found.model.takes(found.mode))
        if runtime.current().session is None:
            unnamed = "Name, else by number" if settings.get().pattern else "Name, else from the prompt"
            layout.prop(panel, "name", text="", placeholder=unnamed)
        fields = side_by_side(layout, context)
        length = form.length()
        draft, is_filling = _draw_place(layout, context, panel)
        if is_filling and length is None:
            fields.label(text=words.tr("Duration {seconds:g} s").format(seconds=draft.duration), translate=False)
        elif length is None:
            fields.prop(panel, "duration")
        fields.prop(panel, "count")
        if length is not None:
            wrapped(layout, context, words.text(length), icon="INFO")
        row = layout.row()
        row.scale_y = 1.4
        row.operator_context = "INVOKE_DEFAULT"
        price = _price(context)
        text = words.tr("Generate ({cost})").format(cost=price) if price else words.tr("Generate")
        if is_narrow(context) and price:  # there it would be cut
            text = words.tr("Generate")
            below = layout.row()
            below.alignment = "CENTER"
            below.label(text=price, translate=False)
        row.operator("sessions.generate", text=text, translate=False, icon="RENDER_ANIMATION")
        _draw_day(layout, context, found)
        reason = generate.refusal(context)
        if reason and not runtime.current().blocked:  # that is told above
            wrapped(layout, context, reason, icon="INFO")
        if found is not None and found.model is None and runtime.current().draft.model:
            gone = words.tr("{provider} has no model “{model}” any more. Choose another one in the settings")
            named = {"provider": found.capabilities.label, "model": runtime.current().draft.model}
            wrapped(layout, context, gone.format(**named), icon="INFO")
        problem = accounts.refusal(found.capabilities.id) if found else None
        if problem:
            _draw_refusal(layout, context, problem)


def _draw_place(layout: Any, context: bpy.types.Context, panel: Any) -> tuple[Draft, bool]:
    """Whether the takes fill the selected strip's place or the gap. Returns the draft as it is asked for, and that."""
    draft = runtime.current().draft
    scene, found = compat.sequencer_scene(context), form.chosen()
    if scene is None or found is None or not draft.insert:
        return draft, False
    joined = joining.place(scene, draft)
    if draft.joins is not None:
        row = layout.row(align=True)
        text = joining.said(scene, draft.joins)
        wrapped(row, context, text, icon="ERROR" if joined is None else "TRACKING_FORWARDS_SINGLE", inset=_BUTTON)
        row.operator("sessions.forget_join", text="", icon="X", emboss=False)
    if joined is not None:
        asked = reserving.fitted(draft, joined, found.capabilities, context)
        _draw_surplus(layout, context, asked, joined.frames, timeline.scene_format(scene).fps)
        return asked, joined.length is not None
    place = reserving.offered(scene)
    if place.length is None:
        return draft, False
    seconds = place.length / timeline.scene_format(scene).fps
    label = words.tr("Fill “{strip}”, {seconds:.1f} s") if place.strip else words.tr("Fill the Gap, {seconds:.1f} s")
    layout.prop(panel, "fill", text=label.format(strip=place.strip, seconds=seconds), translate=False)
    return (reserving.fitted(draft, place, found.capabilities, context), True) if draft.fill else (draft, False)


def _draw_surplus(layout: Any, context: bpy.types.Context, asked: Draft, frames: int | None, fps: float) -> None:
    """How much of the clip a gap has no room for, so that its last picture is not where it should be."""
    surplus = asked.duration - frames / fps if frames is not None else 0.0
    if surplus * fps >= 1:
        text = words.tr("The clip is {seconds:.1f} s longer than the gap: its end is cut off.")
        wrapped(layout, context, text.format(seconds=surplus), icon="INFO")


def _price(context: bpy.types.Context) -> str:
    """What a click on Generate costs; empty where it costs nothing or nobody can tell."""
    cost = _cost(context)
    return bills.money(cost.amount, cost.currency) if cost and cost.amount else ""


def _cost(context: bpy.types.Context) -> Cost | None:
    scene, found = compat.sequencer_scene(context), form.chosen()
    if scene is None or found is None:
        return None
    draft = runtime.current().draft
    asked = reserving.fitted(draft, reserving.place(context, draft), found.capabilities, context)
    return form.estimate(asked, timeline.scene_format(scene))


def _draw_day(layout: Any, context: bpy.types.Context, found: form.Chosen | None) -> None:
    """How much of the day's limit is spent, if there is one for what this provider bills in."""
    if found is None or found.capabilities.free:
        return
    unit = spending.unit(found.capabilities.currency, found.capabilities.id)
    limit = settings.get().daily_limit.get(unit)
    if limit is None:
        return
    spent = bills.of_today().get(unit, 0.0)
    cost = _cost(context)
    is_passed = spending.passes(limit, spent, cost.amount if cost else 0.0)
    text = words.tr("Today {spent} of {limit}: more is not sent") if is_passed else words.tr("Today {spent} of {limit}")
    said = text.format(spent=bills.money(spent, unit), limit=bills.money(limit, unit))
    wrapped(layout, context, said, icon="ERROR" if is_passed else "NONE")


def _draw_refusal(layout: Any, context: bpy.types.Context, problem: Problem) -> None:
    """What keeps a provider or a model from being used, and the way to where that is put right."""
    draw_problem(layout.column(align=True), context, problem)
    layout.operator("preferences.addon_show", text="Open Preferences", icon="PREFERENCES").module = places.PACKAGE


def _draw_prompt(layout: Any, panel: Any) -> None:
    """The prompt with all its lines, as far as this Blender can show them in a panel."""
    if compat.HAS_TEXT_BOX:
        layout.textbox(panel, "prompt", initial_visible_lines=4, placeholder="Describe the shot")
        return
    column = layout.column(align=True)
    column.prop(panel, "prompt_line", text="", placeholder="Describe the shot")
    if runtime.current().open_prompt:
        column.operator("sessions.close_prompt", icon="CHECKMARK")
    else:
        column.operator("sessions.edit_prompt", icon="TEXT")


class SESSIONS_PT_settings(Tab, bpy.types.Panel):
    """Settings that are rarely changed"""

    bl_label = "Settings"
    bl_parent_id = "SESSIONS_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = not is_narrow(context)
        layout.use_property_decorate = False
        panel = properties.panel(context)
        found = form.chosen()
        _draw_choice(layout, context, panel, "provider")
        if found is None:
            return
        _draw_model(layout, context, panel, found)
        layout.prop(panel, "insert")
        if found.model is not None:
            _draw_format(layout, context, panel, found.model)
            options.draw(layout, context, panel, found.options)


def _draw_model(layout: Any, context: bpy.types.Context, panel: Any, found: form.Chosen) -> None:
    """The model and its mode, what keeps it from being used, and what did not fit it."""
    if len(found.capabilities.models) > _MOST_LISTED:
        row = layout
        if not is_narrow(context):
            row = layout.split(factor=0.4)
            label = row.row()
            label.alignment = "RIGHT"
            label.label(text="Model")
        name = found.model.label if found.model else runtime.current().draft.model
        row.operator("sessions.choose_model", text=name, translate=False, icon="VIEWZOOM")
    elif len(found.capabilities.models) > 1 or found.model is None:
        _draw_choice(layout, context, panel, "model")
    if found.model is not None and len(found.model.modes) > 1:
        _draw_choice(layout, context, panel, "mode")
    if found.model is not None and found.model.problem:
        _draw_refusal(layout, context, found.model.problem)
    for note in runtime.current().notes:
        wrapped(layout, context, words.text(note), icon="INFO")


def _draw_choice(layout: Any, context: bpy.types.Context, panel: Any, name: str) -> None:
    """A choice with its label, which would be cut in a narrow sidebar: there it says by itself what it is."""
    if is_narrow(context):
        layout.prop(panel, name, text="")
    else:
        layout.prop(panel, name)


def _draw_format(layout: Any, context: bpy.types.Context, panel: Any, model: Model) -> None:
    """Size, frame rate and seed, as far as the model can be told them."""
    column = layout.column(align=True)
    size = matching.size(runtime.current().draft, model)
    if size is not None:
        wrapped(column, context, words.text(size), icon="INFO")
    can_match = matching.is_possible(model)
    if can_match:
        column.prop(panel, "match_scene")
    if panel.match_scene or not can_match:
        scene = compat.sequencer_scene(context)
        if scene is not None:
            for difference in matching.differences(runtime.current().draft, model, timeline.scene_format(scene)):
                wrapped(layout, context, words.text(difference), icon="INFO")
    else:
        if model.sizes:
            column.prop(panel, "size")
        else:
            for name, span in (("width", model.width), ("height", model.height)):
                if is_open(span):
                    column.prop(panel, name)
        if is_open(model.fps):
            column.prop(panel, "fps")
    if model.seed is not None:
        column = layout.column(align=True)
        column.prop(panel, "random_seed")
        if not panel.random_seed:
            column.prop(panel, "seed")


_BUTTON = 25  # points beside a sentence
_MOST_LISTED = 20  # beyond that a list is searched, not read

CLASSES = (SESSIONS_PT_generate, SESSIONS_PT_settings)
