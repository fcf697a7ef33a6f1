"""Sessions that are being exported as folders, which the worker does: what was ordered, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..core.errors import SessionsError
from ..core.models import Asset, new_id
from ..worker import messages
from . import runtime, thumbnails, workers

_ordered: dict[str, messages.Share] = {}
_answers: dict[str, messages.Shared] = {}


def order(target: Path, title: str, assets: Sequence[Asset]) -> str:
    """Have the folder `target` made of clips. Returns the order's id, at once. Raises `SessionsError`."""
    state = runtime.current()
    wanted = messages.Share(
        path=state.path,
        order_id=new_id(),
        target=target,
        title=title,
        assets=tuple(assets),
        pictures=thumbnails.folder(),
    )
    workers.send(wanted, state.path)
    _ordered[wanted.order_id] = wanted
    return wanted.order_id


def is_waiting(order_id: str = "") -> bool:
    """Whether an order, or any, has not been answered yet."""
    return order_id in _ordered if order_id else bool(_ordered)


def answer(order_id: str) -> messages.Shared | None:
    """What became of an order, told once; None while it is not known."""
    return _answers.pop(order_id, None)


def arrived(message: messages.Shared) -> None:
    """The worker has made a folder, or cannot."""
    if _ordered.pop(message.order_id, None):
        _answers[message.order_id] = message


def worker_died() -> None:
    """Order again what was not answered."""
    for wanted in list(_ordered.values()):
        try:
            workers.send(wanted, runtime.current().path)
        except SessionsError as error:
            arrived(messages.Shared(path=wanted.path, order_id=wanted.order_id, problem=error.problem))


def forget() -> None:
    """Another file is opened: nobody waits for an answer any more."""
    _ordered.clear()
    _answers.clear()
