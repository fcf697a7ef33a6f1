"""How an operator tells a person what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ...core.errors import SessionsError
from .. import words

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems, OperatorTypeFlagItems

log = logging.getLogger(__name__)

Result: TypeAlias = "set[OperatorReturnItems]"

NO_UNDO: set[OperatorTypeFlagItems] = {"REGISTER"}
"""Sessions lie outside the .blend, and what they hold was paid for: undo never touches them."""


def reporting(method: Callable[..., Result]) -> Callable[..., Result]:
    """Turn a `SessionsError` of an operator's `execute` or `invoke` into its report: one clear sentence."""

    def run(operator: Any, *arguments: Any) -> Result:
        try:
            return method(operator, *arguments)
        except SessionsError as error:
            log.info("%s: %s", operator.bl_idname, error)
            operator.report({"ERROR"}, words.sentence(error.problem))
            return {"CANCELLED"}

    def execute(self: Any, context: Any) -> Result:
        return run(self, context)

    def invoke(self: Any, context: Any, event: Any) -> Result:
        return run(self, context, event)

    # Blender counts a method's arguments, so a wrapper that takes any number is refused.
    return execute if method.__name__ == "execute" else invoke
