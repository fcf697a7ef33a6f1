"""The question before a click that costs more than the preferences let pass."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import spending
from .. import bills, orders, settings, words
from .reporting import Result, reporting

_asked: orders.Order | None = None


def is_asked_for(order: orders.Order) -> bool:
    """Whether the person wants to be asked before so much is spent."""
    cost = order.cost
    if cost is None:
        return False
    limit = settings.get().ask_above.get(spending.unit(cost.currency, order.requests[0].provider))
    return limit is not None and cost.amount > limit


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
        about = bills.money(cost.amount, cost.currency) if cost else "?"
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=words.tr("Generate Paid Takes?"),
            message=words.tr("This costs about {cost}.").format(cost=about),
            confirm_text=words.tr("Generate"),
            icon="QUESTION",
        )

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        global _asked
        order, _asked = _asked, None  # a yes is good for once
        if order is not None:
            orders.send(context, order)
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_generate_paid,)
