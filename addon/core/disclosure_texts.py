"""A disclosure report as text: CSV for spreadsheets, JSON for programs, Markdown for people.

The three are for others to read, so they are in English whatever Blender's language is, and their form is fixed: a
change of it changes `VERSION`. The JSON is the whole truth, prompts to the last character. Each text is pure Unicode;
it is written to a file as UTF-8.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

from pydantic import JsonValue

from .disclosure import Entry, Report

FORMAT = "generative-sessions-disclosure"
VERSION = 1

CSV_COLUMNS = (
    "number",
    "record_in",
    "record_out",
    "seconds",
    "source_in",
    "source_out",
    "plays",
    "session",
    "take",
    "prompt",
    "model",
    "provider",
    "date",
    "digital_source_type",
    "sha256",
    "file",
    "strip",
    "channel",
)

_CELL_LIMIT = 32_000  # characters; Excel takes 32,767 and moves the rest into other rows
_CUT = " … (cut: the JSON report has all of it)"
_FORMULA = re.compile(r"[\s\x00-\x20'\"]*[=+\-@|%＝＋－＠]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@^=])")


def as_csv(report: Report) -> str:
    """One row for each entry, lines and quotes as in RFC 4180, with a byte order mark: Excel reads UTF-8 only so.

    A text that a spreadsheet would take for a formula begins with an apostrophe. Very long prompts are cut, and say so.
    """
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for entry in report.entries:
        asset = entry.asset
        writer.writerow(
            [
                entry.number,
                entry.record_in,
                entry.record_out,
                f"{entry.seconds:.3f}",
                _cell(entry.source_in_timecode),
                _cell(entry.source_out_timecode),
                _plays(entry),
                _cell(asset.session_name if asset else ""),
                asset.take_number if asset else "",
                _cell(asset.request.prompt if asset else ""),
                _cell(asset.request.model if asset else ""),
                _cell(asset.request.maker if asset else ""),
                _date(asset.made_at) if asset and asset.made_at else "",
                entry.source_type or "",
                _cell(asset.sha256 if asset else ""),
                _cell(entry.file),
                _cell(entry.strip),
                entry.channel,
            ]
        )
    return out.getvalue()


def as_json(report: Report) -> str:
    """The report as an object with `format` and `version`. Unknown is null."""
    found: dict[str, JsonValue] = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": _date(report.made_at),
        "scene": report.scene,
        "frame_rate": str(report.rate),
        "film_seconds": round(report.film_seconds, 6),
        "generated_seconds": round(report.generated_seconds, 6),
        "generated_share": round(report.share, 6),
        "seconds_of_digital_source_types": {
            each.value if each else "unknown": round(seconds, 6) for each, seconds in report.seconds_of.items()
        },
        "digital_source_type": report.source_type,
        "hidden_strips": report.hidden,
        "entries": [_object(entry) for entry in report.entries],
    }
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def as_markdown(report: Report) -> str:
    """A summary, a table of the places by time, and each take once with all that is known of it."""
    lines = [
        f"# Generated clips in {_inline(report.scene)}",
        "",
        f"- Film: {_length(report.film_seconds)} at {_rate(report)} frames per second",
        f"- Generated: {_length(report.generated_seconds)}, {report.share:.1%} of the film",
    ]
    for each, seconds in report.seconds_of.items():
        name = f"[{each.term}]({each.value})" if each else "of unknown origin"
        lines.append(f"  - {name}: {_length(seconds)}")
    if report.source_type:
        lines.append(f"- Digital source type of the film: [{report.source_type.term}]({report.source_type.value})")
    if report.hidden:
        lines.append(f"- Left out, being muted or outside the rendered frames: {report.hidden} strips of takes")
    lines += [f"- Report made: {_date(report.made_at)}", ""]
    if not report.entries:
        return "\n".join([*lines, "No generated clip plays in this film.", ""])
    takes = {_take_key(entry): entry for entry in reversed(report.entries)}
    numbers = {key: number for number, key in enumerate(reversed(takes), 1)}
    lines += [
        "## Where they play",
        "",
        "| # | Record in | Record out | Seconds | Source in | Source out | Plays | Take |",
        "| ---: | --- | --- | ---: | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {entry.number} | {entry.record_in} | {entry.record_out} | {entry.seconds:.3f} | {entry.source_in_timecode} "
        f"| {entry.source_out_timecode} | {_plays(entry)} | {numbers[_take_key(entry)]}. {_inline(_title(entry))} |"
        for entry in report.entries
    ]
    lines += ["", "## The takes"]
    for key, number in numbers.items():
        lines += ["", f"### {number}. {_inline(_title(takes[key]))}", "", *_facts(takes[key])]
    return "\n".join([*lines, ""])


def _object(entry: Entry) -> dict[str, JsonValue]:
    asset = entry.asset
    request = asset.request if asset else None
    return {
        "number": entry.number,
        "record_in": entry.record_in,
        "record_out": entry.record_out,
        "start_frame": entry.start,
        "end_frame": entry.end,
        "seconds": round(entry.seconds, 6),
        "source_in": entry.source_in_timecode,
        "source_out": entry.source_out_timecode,
        "source_in_seconds": round(entry.source_in, 6),
        "source_out_seconds": round(entry.source_out, 6),
        "picture": entry.picture,
        "sound": entry.sound,
        "strip": entry.strip,
        "channel": entry.channel,
        "file": entry.file,
        "sha256": asset.sha256 if asset else None,
        "session_id": entry.session_id,
        "session": asset.session_name if asset else None,
        "take_id": entry.take_id,
        "take": asset.take_number if asset else None,
        "prompt": request.prompt if request else None,
        "provider": (request.maker or None) if request else None,
        "model": request.model if request else None,
        "mode": request.mode if request else None,
        "seed": request.told_seed if request else None,
        "inputs": [{"role": each.role, "sha256": each.sha256 or None} for each in request.inputs] if request else None,
        "date": _date(asset.made_at) if asset and asset.made_at else None,
        "digital_source_type": entry.source_type,
    }


def _facts(entry: Entry) -> list[str]:
    asset = entry.asset
    if asset is None:
        return [f"Nothing is known of this take any more. File: {_inline(entry.file) or 'none'}"]
    kind = entry.source_type
    request = asset.request
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", request.prompt)), default=0))
    prompt = _clean(request.prompt).replace("\r\n", "\n").replace("\r", "\n")
    return [
        f"- Digital source type: {f'[{kind.term}]({kind.value})' if kind else 'unknown'}",
        f"- Model: {_inline(request.model) or 'unknown'}",
        f"- Provider: {_inline(request.maker) or 'unknown'}",
        f"- Date: {_date(asset.made_at) if asset.made_at else 'unknown'}",
        f"- File: {_inline(entry.file)}",
        f"- SHA-256: {_inline(asset.sha256) or 'unknown'}",
        "- Prompt:" if prompt else "- Prompt: none",
        *(["", fence + "text", prompt, fence] if prompt else []),
    ]


def _take_key(entry: Entry) -> str:
    return entry.asset.id if entry.asset else f"{entry.take_id}/{entry.file}"


def _title(entry: Entry) -> str:
    return entry.asset.title if entry.asset else entry.strip


def _plays(entry: Entry) -> str:
    if entry.picture and entry.sound:
        return "picture and sound"
    return "picture" if entry.picture else "sound"


def _cell(text: str) -> str:
    text = _clean(text)
    if len(text) > _CELL_LIMIT:
        text = text[:_CELL_LIMIT] + _CUT
    return "'" + text if _FORMULA.match(text) else text


def _inline(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return _MARKUP.sub(r"\\\1", _DIRECTIONS.sub("", " ".join(_clean(text).split())))


def _clean(text: str) -> str:
    """Without what no text file can hold: controls, and halves of characters."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _length(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _rate(report: Report) -> str:
    return f"{report.rate.fps:.3f}".rstrip("0").rstrip(".")
