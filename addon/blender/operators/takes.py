"""Cancel Take, and what to do about a take of which nobody knows what became."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core import lifecycle, pricing, requesting, sessions
from ...core.errors import InputError, NotFoundError
from ...core.models import Cost, Draft, Request, Take, TakeState
from ...core.wording import N_
from ...worker import messages
from .. import accounts, properties, runtime, words, workers
from . import paid
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


class SESSIONS_OT_cancel(bpy.types.Operator):
    """Cancel the take; a clip that is delivered all the same is kept"""

    bl_idname = "sessions.cancel"
    bl_label = "Cancel Take"
    bl_options = NO_UNDO

    take_id: StringProperty(
        name="Take", description="Id of the take; left empty, the one selected in the panel", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if not sessions.unfinished(runtime.current().project):
            cls.poll_message_set("No take is running")
            return False
        return True

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        take = _target(self.take_id, context)
        if lifecycle.has_ended(take):
            raise InputError("Take {number} has already ended.", number=take.number)
        state = runtime.current()
        state.cancelling.add(take.id)
        workers.send(messages.Cancel(path=state.path, take_id=take.id), state.path)
        return {"FINISHED"}


class SESSIONS_OT_settle(bpy.types.Operator):
    """Say what to do about a take of which nobody knows what became"""

    bl_idname = "sessions.settle"
    bl_label = "Settle Take"
    bl_options = NO_UNDO | {"INTERNAL"}

    take_id: StringProperty(
        name="Take", description="Id of the take; left empty, the one selected in the panel", options={"SKIP_SAVE"}
    )
    choice: EnumProperty(
        name="Choice",
        items=(
            ("look_again", "Look Again", "Ask the service what became of it, and fetch its clip. Costs nothing"),
            ("send_again", "Send Again", "Send the request once more. If the first one was accepted, both are paid"),
            ("give_up", "Give Up", "End the take without a clip"),
        ),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: bpy.types.OperatorProperties) -> str:
        item = cls.bl_rna.properties["choice"].enum_items[given.choice]  # type: ignore[attr-defined]
        return words.tr(item.description)

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        take = _target(self.take_id, context)
        self.take_id = take.id  # the answer is about this one, whatever is selected then
        cost = _cost(take.request)
        if self.choice == "send_again" and cost and paid.is_above(cost, take.request.provider):
            question = N_("This costs about {cost}. If the service has the first one, both are paid.")
            return paid.confirm(self, context, event, cost, question)
        return self.execute(context)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        take = _target(self.take_id, context)
        if take.state is not TakeState.UNCERTAIN:
            raise InputError("There is nothing to settle about take {number}.", number=take.number)
        state = runtime.current()
        workers.send(messages.Decide(path=state.path, take_id=take.id, choice=self.choice), state.path)
        return {"FINISHED"}


class SESSIONS_OT_retry(bpy.types.Operator):
    """Make a new take of the same request"""

    bl_idname = "sessions.retry"
    bl_label = "Try Again"
    bl_options = NO_UNDO | {"INTERNAL"}

    take_id: StringProperty(
        name="Take", description="Id of the take; left empty, the one selected in the panel", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        take = _target(self.take_id, context)
        self.take_id = take.id  # the answer is about this one, whatever is selected then
        cost = _cost(take.request)
        if cost and paid.is_above(cost, take.request.provider):
            return paid.confirm(self, context, event, cost)
        return self.execute(context)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        take = _target(self.take_id, context)
        if not lifecycle.has_ended(take):
            raise InputError("Take {number} has not ended yet.", number=take.number)
        requesting.check_ours(take.request)
        wanted = take.placement
        state = runtime.current()
        home = sessions.session_of(state.project, take.id)
        drafted = home.draft if home else Draft(prompt=take.request.prompt, provider=take.request.provider)
        project, session, takes = sessions.add_takes(
            state.project,
            home.id if home else None,
            drafted,
            [take.request],
            runtime.now(),
            place=(lambda batch: wanted.model_copy(update={"batch": batch})) if wanted else None,
            slot=take.slot,
        )
        workers.open_project(state.path)
        runtime.commit(project, run=[each.id for each in takes])
        if state.session and state.session.id == session.id:
            properties.panel(context).take_index = 0
        return {"FINISHED"}


def _cost(request: Request) -> Cost | None:
    """What sending a request would cost; None if nobody can tell beforehand."""
    capabilities = accounts.capabilities(request.provider)
    return pricing.estimate(request, capabilities) if capabilities else None


def _target(take_id: str, context: bpy.types.Context) -> Take:
    """The take an operator is about: the one named, else the one selected in the panel. Raises `NotFoundError`."""
    wanted = take_id or properties.selected(context, "takes") or ""
    take = sessions.find_take(runtime.current().project, wanted)
    if take is None:
        raise NotFoundError("That take is not in this file (any more).", "Choose one from the list of takes.")
    return take


CLASSES = (SESSIONS_OT_cancel, SESSIONS_OT_settle, SESSIONS_OT_retry)
