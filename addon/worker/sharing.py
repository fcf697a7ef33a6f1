"""Makes folders of a session's clips to send to somebody: each in a thread, because copying takes its time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from ..core.errors import Kind, Problem, SessionsError
from ..storage import contact_sheet, paths, pictures
from .depiction import Depiction
from .messages import Depict, Depicted, Share, Shared

log = logging.getLogger(__name__)

_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="The session could not be exported because of a mistake in the extension.",
    remedy="Report it, with the worker's log.",
)


class Sharing:
    """What makes them. `depiction` makes the small pictures that are not there; without it there are none of those."""

    def __init__(self, depiction: Depiction | None, tell: Callable[[Shared], None]) -> None:
        self._depiction = depiction
        self._tell = tell

    def order(self, order: Share) -> None:
        """Make a folder; returns at once. Answered by one `Shared`."""
        threading.Thread(target=self._work, args=(order,), name="sharing", daemon=True).start()

    def _work(self, order: Share) -> None:
        missing: tuple[str, ...] = ()
        problem = None
        try:
            small = self._depicted(order)
            made = contact_sheet.make(order.target, order.title, order.assets, order.path, small)
            missing = tuple(asset.title for asset in made.missing)
        except SessionsError as error:
            log.warning("%s", error)
            problem = error.problem
        except Exception:
            log.exception("%s was not made", order.target)
            problem = _MISTAKE
        self._tell(Shared(path=order.path, order_id=order.order_id, missing=missing, problem=problem))

    def _depicted(self, order: Share) -> dict[str, Path]:
        """The small pictures of the clips, by asset. Waits for those that have to be made."""
        small = {asset.id: pictures.path(order.pictures, asset.picture) for asset in order.assets}
        wanted = {
            asset.picture: clip
            for asset in order.assets
            if not small[asset.id].exists() and (clip := paths.clip_path(asset.path, order.path)).is_file()
        }
        if wanted and self._depiction:
            left, done = set(wanted), threading.Event()

            def told(message: Depicted) -> None:
                left.difference_update(message.made, message.failed)
                if not left:
                    done.set()

            self._depiction.order(Depict(path=order.path, folder=order.pictures, clips=wanted), told)
            done.wait()
        return small
