"""Keeps the collections that Blender's lists draw from equal to the project. They hold ids and names, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from functools import partial
from typing import Any

import bpy

from ..core import filtering, sessions
from ..core.filtering import Query
from ..core.models import Asset, Project, Take
from .slots import usage

Row = tuple[str, str]
_MANY_MOVES = 32
_PROMPT_CHARACTERS = 200

MOST_OPTIONS = 64
"""How many options of a model the panel can show (`options`)."""

PAGE = 12
"""How many pictures there are on a page."""


# What the collections hold now, so that refreshing reads nothing back from Blender: by list, its rows, the row of each
# id, and the tuple it was filled from.
_rows: dict[str, list[Row]] = {}
_places: dict[str, dict[str, int]] = {}
_sources: dict[str, tuple[object, ...]] = {}
_pages: dict[str, int] = {}
_queries: dict[str, Query] = {}
_texts: dict[str, tuple[Asset, str]] = {}
_EVERYTHING = Query()


def refresh(project: Project) -> None:
    """Make the lists of sessions, takes and assets show `project`. Costs nothing where nothing changed."""
    panel: Any = getattr(bpy.context.window_manager, "generative_sessions", None)
    if panel is None:
        return
    session = sessions.active(project)
    _show(panel, "sessions", (project.sessions,), lambda: ((each.id, each.name) for each in sessions.listed(project)))
    takes = session.takes if session else ()
    newest = rows("takes")[:1]
    _show_found(panel, "takes", (takes, project.assets), partial(_take_rows, takes, project.assets))
    if rows("takes")[:1] != newest:
        _pages.pop("takes", None)  # new takes, or those of another session: begin with the newest
    _show_found(panel, "assets", (project.assets,), partial(_asset_rows, project.assets))
    for number in range(len(panel.options), MOST_OPTIONS):
        panel.options.add().name = str(number)


def _take_rows(takes: Sequence[Take], assets: Sequence[Asset], query: Query, used: Container[str]) -> Iterable[Row]:
    clips = {asset.id: asset for asset in assets}
    matches = filtering.takes(query, used, clips)
    for take in reversed(takes):
        clip = clips.get(take.asset_id or "")
        if (clip is None or clip.trashed_at is None) and matches(take):
            yield take.id, take.request.prompt[:_PROMPT_CHARACTERS]


def _asset_rows(assets: Sequence[Asset], query: Query, used: Container[str]) -> Iterable[Row]:
    matches = filtering.assets(query, used, _text) if query != Query() else lambda _: True
    return ((asset.id, asset.title) for asset in reversed(assets) if asset.trashed_at is None and matches(asset))


def _text(asset: Asset) -> str:
    """A clip's text as it is searched: made again only when the clip changed."""
    known = _texts.get(asset.id)
    if known is None or known[0] is not asset:
        known = _texts[asset.id] = (asset, filtering.text_of_asset(asset))
    return known[1]


def ask(name: str, query: Query) -> None:
    """Let the list `name` show only what is asked for, from the next refresh on."""
    _queries[name] = query
    _pages.pop(name, None)


def query(name: str) -> Query:
    """What the list `name` is asked for."""
    return _queries.get(name, _EVERYTHING)


def forget() -> None:
    """The collections were thrown away, as at every file that is opened: begin anew at the next refresh."""
    _rows.clear()
    _places.clear()
    _sources.clear()
    _pages.clear()
    _queries.clear()
    _texts.clear()


def index(name: str, row_id: str) -> int:
    """The row of the list `name` that shows `row_id`, or -1."""
    return _places.get(name, {}).get(row_id, -1)


def rows(name: str) -> Sequence[Row]:
    """Ids and names as the list `name` shows them, first row first."""
    return _rows.get(name, ())


def page(name: str) -> tuple[list[str], int, int]:
    """What the list `name` shows as pictures: the ids of the page turned to, the place of the first, and how many there
    are in all.
    """
    found = rows(name)
    last = max(0, (len(found) - 1) // PAGE)
    first = min(_pages.get(name, 0), last) * PAGE
    return [row_id for row_id, _ in found[first : first + PAGE]], first, len(found)


def turn_page(name: str, by: int) -> None:
    """Turn to another page of the list `name`, at most to its last."""
    _pages[name] = min(max(0, page(name)[1] // PAGE + by), max(0, len(rows(name)) - 1) // PAGE)


def _show_found(
    panel: Any, name: str, source: tuple[object, ...], find: Callable[[Query, Container[str]], Iterable[Row]]
) -> None:
    """Fill the list `name` with those of its rows that it is asked for."""
    asked = query(name)
    uses = usage.everywhere() if asked.used is not None else ()
    _show(panel, name, (*source, uses, asked), lambda: find(asked, {use.asset_id for use in uses}))


def _show(panel: Any, name: str, source: tuple[object, ...], rows_of: Callable[[], Iterable[Row]]) -> None:
    """Fill the list `name` with the rows that come from `source`, unless it shows just that already."""
    known = _sources.get(name, ())
    if len(known) != len(source) or any(one is not other for one, other in zip(known, source, strict=True)):
        _fill(panel, name, list(rows_of()))
        _sources[name] = source


def _fill(panel: Any, name: str, wanted: list[Row]) -> None:
    shown = _rows.get(name)
    collection = getattr(panel, name)
    if shown == wanted and len(collection) == len(wanted):
        return
    if shown is None or len(shown) != len(collection) or not _few_moves(collection, list(shown), wanted):
        collection.clear()
        for row in wanted:
            _write(collection.add(), row)
    _rows[name] = wanted
    _places[name] = {row[0]: place for place, row in enumerate(wanted)}


def _few_moves(collection: Any, shown: list[Row], wanted: list[Row]) -> bool:
    """Bring the collection to `wanted` by single removals, additions and moves; False if that would take many.

    What the list shows most often changes by one row: a new take, a session that moves to the top.
    """
    kept = {row[0] for row in wanted}
    gone = [place for place, row in enumerate(shown) if row[0] not in kept]
    if len(gone) + abs(len(wanted) - len(shown)) > _MANY_MOVES:
        return False
    for place in reversed(gone):
        collection.remove(place)
        del shown[place]
    moves = 0
    for place, row in enumerate(wanted):
        if place == len(shown) or shown[place][0] != row[0]:
            moves += 1
            if moves > _MANY_MOVES:
                return False
            source = _place_of(row[0], shown)
            if source == len(shown):
                collection.add()
                shown.append(("", ""))
            collection.move(source, place)
            shown.insert(place, shown.pop(source))
        if shown[place] != row:
            _write(collection[place], row)
            shown[place] = row
    return True


def _place_of(row_id: str, rows: list[Row]) -> int:
    return next((place for place, row in enumerate(rows) if row[0] == row_id), len(rows))


def _write(item: Any, row: Row) -> None:
    item.id, item.name = row
