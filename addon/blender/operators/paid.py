"""The question before a click that costs more than the preferences let pass."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import spending
from ...core.models import Cost
from ...core.wording import Words
from .. import bills, orders, settings, words
from .reporting import Result, reporting

_asked: orders.Order | None = None


def is_asked_for(order: orders.Order) -> bool:
    """Whether the person wants to be asked before so much is spent."""
    return is_above(order.cost, order.requests[0].provider)


def is_above(cost: Cost | None, provider_id: str) -> bool:
    """Whether the person wants to be asked before a click that costs this much."""
    if cost is None:
        return False
    limit = settings.get().ask_above.get(spending.unit(cost.currency, provider_id))
    return limit is not None and cost.amount > limit


def confirm(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    event: bpy.types.Event,
    cost: Cost,
    question: Words = "",
) -> Result:
    """Have the person say yes before `operator` does what costs this much.

    `question`: a template for the `cost`, where the usual one does not say enough.
    """
    return context.window_manager.invoke_confirm(
        operator,
        event,
        title=words.tr("Generate Paid Takes?"),
        message=words.tr(question or "This costs about {cost}.").format(cost=bills.money(cost.amount, cost.currency)),
        confirm_text=words.tr("Generate"),
        icon="QUESTION",
    )


def ask(order: orders.Order) -> None:
    """Ask; what is sent after a yes is this order, as it is now."""
    global _asked
    _asked = order
    ours: Any = bpy.ops
    ours.sessions.generate_paid("INVOKE_DEFAULT")


class SESSIONS_OT_generate_paid(bpy.types.Operator):
    """Generate although it costs more than may be spent without a question"""

    bl_idname = "sessions.generate_paid"
    bl_label = "Generate"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return _asked is not None

    @reporting
    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        cost = _asked.cost if _asked else None
        return confirm(self, context, event, cost) if cost else {"CANCELLED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        global _asked
        order, _asked = _asked, None  # a yes is good for once
        if order is not None:
            orders.send(context, order)
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_generate_paid,)
