"""A session as a folder to send to somebody: its clips, a page that shows them, and one picture of them all.

    Lighthouse in a storm/
        contact-sheet.html     opens offline in any browser; its pictures are inside it
        contact-sheet.png      for where no page can be opened
        clips/                 copies, byte for byte as delivered

The picture is put together here from the small pictures that Blender made of the clips for the interface: no second
Blender has to be started for it. The page is in English: it is for others, whose language is not known.
"""

from __future__ import annotations

import base64
import contextlib
import html
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..core import naming, spending
from ..core.models import Asset, Cost, Mark
from . import exports, files, locations, paths, pictures, png
from .failures import explained

PAGE = "contact-sheet.html"
PICTURE = "contact-sheet.png"
CLIPS = "clips"

_SIZE = 192  # pixels of a picture's longer side
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKS = {Mark.NONE: ("", ""), Mark.STARRED: ("★", "Starred"), Mark.REJECTED: ("✕", "Rejected")}


class Made(NamedTuple):
    """What was made: the folder, and the assets whose clips are not in it because they are not where they should be."""

    folder: Path
    missing: tuple[Asset, ...]


def folder_name(session_name: str) -> str:
    """A name for the folder of a session that every system takes."""
    return naming.clip_stem(session_name, 0).removesuffix(" 00")


def make(target: Path, title: str, assets: Sequence[Asset], sidecar: Path, small: Mapping[str, Path]) -> Made:
    """Make the folder `target` of the clips that `assets` have, by take.

    `small` are the files of their small pictures by asset (see `storage.pictures`); one that has none is shown without.
    The folder appears whole or not at all. Raises `StorageError`, also where something is at `target` already.
    """
    if files.exists(target):
        raise exports.taken(target)
    assets = sorted(assets, key=lambda asset: (asset.take_number, asset.created_at))
    shown = {asset.id: level for asset in assets if (level := _picture(small.get(asset.id)))}
    part = files.temporary_path(target)
    try:
        with explained("made", target):
            (part / CLIPS).mkdir(parents=True)
        clips = _copied(assets, sidecar, part / CLIPS)
        with explained("written", target / PAGE):
            _write(part / PICTURE, png.sheet([_cell(asset, shown) for asset in assets]))
            _write(part / PAGE, _page(title, assets, clips, shown).encode("utf-8"))
        with explained("made", target):
            files.flush_folder(part / CLIPS)
            files.flush_folder(part)
            _appear(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Made(target, tuple(asset for asset in assets if asset.id not in clips))


def _copied(assets: Sequence[Asset], sidecar: Path, folder: Path) -> dict[str, str]:
    """Copy the clips into a folder; the names that they have there, by asset. Those that are gone are left out."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for asset in assets:
        clip = paths.clip_path(asset.path, sidecar)
        if not clip.is_file():
            continue
        ending = clip.suffix if _ENDING.fullmatch(clip.suffix) else ""
        stem = naming.clip_stem(asset.session_name, asset.take_number)
        name, number = stem + ending, 1
        while (key := unicodedata.normalize("NFC", name).casefold()) in taken:
            number += 1
            name = f"{stem} {number}{ending}"
        taken.add(key)
        with explained("written", folder.parent.parent / name):
            files.copy_new(clip, folder / name)
        names[asset.id] = name
    return names


def _appear(part: Path, target: Path) -> None:
    try:
        files.patiently(lambda: part.rename(target))
    except OSError as error:
        if files.exists(target):
            raise exports.taken(target) from error
        raise
    files.flush_folder(target.parent)


def _write(file: Path, data: bytes) -> None:
    with file.open("xb") as output:
        output.write(data)
        output.flush()
        files.flush(output.fileno())


def _picture(file: Path | None) -> pictures.Level | None:
    with contextlib.suppress(OSError, ValueError):
        return pictures.read(file, _SIZE)[0] if file else None
    return None


def _cell(asset: Asset, shown: Mapping[str, pictures.Level]) -> png.Cell:
    return png.Cell(shown.get(asset.id), asset.take_number, asset.mark)


def _page(title: str, assets: Sequence[Asset], clips: Mapping[str, str], shown: Mapping[str, pictures.Level]) -> str:
    rows = "\n".join(_row(asset, clips.get(asset.id), shown.get(asset.id)) for asset in assets)
    costs = spending.added(
        {spending.unit(cost.currency, asset.request.provider): cost.amount} for asset in assets if (cost := asset.cost)
    )
    facts = [f"{len(assets)} {'take' if len(assets) == 1 else 'takes'}"]
    facts += [_money(Cost(amount=amount, currency=currency)) for currency, amount in sorted(costs.items())]
    return _PAGE.format(title=_text(title), style=_STYLE, facts=_text(" · ".join(facts)), rows=rows)


def _row(asset: Asset, clip: str | None, picture: pictures.Level | None) -> str:
    request = asset.request
    sign, word = _MARKS[asset.mark]
    mark = f' <span class="mark" title="{word}" role="img" aria-label="{word}">{sign}</span>' if sign else ""
    model = f"<bdi>{_text(request.model)}</bdi><br><small><bdi>{_text(request.maker)}</bdi></small>"
    size = f"{request.width} × {request.height}"
    cells = [
        f'<td class="clip">{_clip(asset, clip, picture)}</td>',
        f'<th scope="row">{asset.take_number}{mark}</th>',
        f'<td><div class="words" dir="auto">{_text(request.prompt)}</div></td>',
        f'<td><div class="words" dir="auto">{_text(asset.note)}</div></td>',
        f'<td class="model">{model}</td>',
        f'<td class="number">{"" if request.told_seed is None else request.told_seed}</td>',
        f'<td class="number">{request.duration:.2f} s<br><small>{size}</small></td>',
        f'<td class="number">{_text(_money(asset.cost)) if asset.cost else ""}</td>',
        f'<td class="number">{_date(asset.made_at)}</td>',
    ]
    return f'<tr class="{asset.mark or "plain"}">{"".join(cells)}</tr>'


def _date(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d<br><small>%H:%M UTC</small>}" if moment else ""


def _clip(asset: Asset, clip: str | None, picture: pictures.Level | None) -> str:
    shape = f"{picture.width} / {picture.height}" if picture else "16 / 9"
    data = f"data:image/png;base64,{base64.b64encode(png.encode(picture)).decode('ascii')}" if picture else ""
    frame = f'<div class="frame" style="aspect-ratio: {shape}">'
    if clip is None:
        image = f'<img alt="Take {asset.take_number}" src="{data}">' if data else ""
        return f"{frame}{image}</div><small>The clip is missing.</small>"
    url = f"{CLIPS}/{locations.quoted(clip)}"
    poster = f' poster="{data}"' if data else ""
    video = f'<video src="{url}"{poster} controls preload="none" aria-label="Take {asset.take_number}"></video>'
    return f'{frame}{video}</div><small><a href="{url}"><bdi>{_text(clip)}</bdi></a></small>'


def _money(cost: Cost) -> str:
    return f"{cost.amount:,.2f} {cost.currency}"


def _text(text: str) -> str:
    return html.escape(_UNPRINTABLE.sub("\ufffd", text))


_STYLE = """
:root { color-scheme: light dark; --line: #d0d0d4; --paper: #fff; --ink: #1c1c1e; --dim: #6a6a70; --star: #b07900; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a3a3e; --paper: #1c1c1e; --ink: #ececee; --dim: #a0a0a6; --star: #ffc83c; }
}
body { margin: 2rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
p, small { color: var(--dim); }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .6rem .7rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th { color: var(--dim); font-weight: 500; white-space: nowrap; }
.clip { width: 260px; }
.clip small, .words { overflow-wrap: anywhere; }
.model { max-width: 12rem; overflow-wrap: break-word; }
.frame { position: relative; width: 240px; max-height: 240px; overflow: hidden; background: #808084;
  border-radius: 4px; }
.frame img, .frame video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.words { max-height: 14rem; overflow: auto; white-space: pre-wrap; unicode-bidi: isolate; min-width: 8rem; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.mark { color: var(--star); }
.rejected .frame, .rejected .words { opacity: .55; }
a { color: inherit; }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { --line: #bbb; --paper: #fff; --ink: #000; --dim: #444; --star: #000; }
  body { margin: 0; font-size: 9pt; }
  .table, .words { overflow: visible; max-height: none; }
  .clip { width: 150px; }
  .frame { width: 140px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .frame video::-webkit-media-controls { display: none !important; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
<p>{facts}</p>
<div class="table">
<table>
<thead><tr><th scope="col">Clip</th><th scope="col">Take</th><th scope="col">Prompt</th><th scope="col">Note</th>\
<th scope="col">Model</th><th scope="col">Seed</th><th scope="col">Duration</th><th scope="col">Cost</th>\
<th scope="col">Date</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</body>
</html>
"""
