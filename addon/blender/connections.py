"""The providers in the preferences: where each is, what opens it, and what it answered when it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import StringProperty

from ..core.errors import SessionsError
from ..providers import catalog
from ..worker import messages
from . import accounts, bills, settings, words
from .ui.columns import inset, labelled, sentence
from .ui.text import draw_problem, wrapped


def properties() -> Mapping[str, Any]:
    """The preferences that each provider has, by their names, as a class of Blender's is annotated with them."""
    found: dict[str, Any] = {}
    for facts in catalog.PROVIDERS.values():
        if facts.base:
            found[settings.address(facts.id)] = StringProperty(
                name="Address",
                description="Where the provider is; left empty, where it usually is",
            )
        if facts.variable:
            found[settings.key(facts.id)] = StringProperty(
                name="Key",
                translation_context=words.CONTEXT,
                description="What opens your account there. It is kept in a file that only you can read",
                subtype="PASSWORD",
                options={"SKIP_SAVE"},
                **_key_of(facts.id),
            )
    return found


def _key_of(provider_id: str) -> dict[str, Any]:
    """How the field of a key reads and writes: Blender itself keeps nothing of it."""

    def get(_self: Any) -> str:
        return accounts.MASK if accounts.has_key(provider_id) else ""

    def set(_self: Any, typed: str) -> None:
        try:
            accounts.set_key(provider_id, typed)
        except SessionsError as error:  # a property cannot report: it stands where an answer would
            accounts.answered(messages.Inquired(provider=provider_id, problem=error.problem))

    return {"get": get, "set": set}


def draw(preferences: Any, layout: Any, context: bpy.types.Context) -> None:
    """All providers that are somewhere, one below the other."""
    for facts in catalog.PROVIDERS.values():
        if facts.base:
            _draw_provider(preferences, layout, context, facts)


def _draw_provider(preferences: Any, layout: Any, context: bpy.types.Context, facts: catalog.Facts) -> None:
    body = labelled(layout, words.tr(facts.label)).column()
    if accounts.in_environment(facts.id):
        body.label(text=words.tr("The key is in the variable {name}").format(name=facts.variable), translate=False)
    elif facts.variable:
        row = body.row(align=True)
        row.prop(preferences, settings.key(facts.id), text="", placeholder="Key", icon="KEY_HLT")
        if facts.keys:
            row.operator("wm.url_open", text="", icon="URL").url = facts.keys
    body.prop(preferences, settings.address(facts.id), text="", placeholder=facts.base)
    _draw_answer(body, context, facts)
    sentence(body, context, f"{words.tr(facts.leaves)} {words.tr(facts.costs)}")
    layout.separator()


def _draw_answer(body: Any, context: bpy.types.Context, facts: catalog.Facts) -> None:
    found = accounts.answer(facts.id)
    row = body.row()
    row.alignment = "LEFT"
    row.operator("sessions.test_connection", icon="LINKED").provider = facts.id
    if found == accounts.Answer():
        row.label(text="Asking…", icon="TIME")
    elif found and found.problem:
        draw_problem(body.column(align=True), context, found.problem, inset=inset(context))
    elif found and found.said:
        if found.balance:
            left = words.tr("Balance {amount}").format(amount=bills.money(found.balance.amount, found.balance.currency))
            row.label(text=left, translate=False)
        wrapped(body, context, words.text(found.said), icon="CHECKMARK", inset=inset(context))
