"""The report on what of an edit was generated, and its three forms."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from addon.core import disclosure, disclosure_texts
from addon.core.disclosure import SourceType, report
from addon.core.edit import Edit, Kind, Rate, Source, Strip
from addon.core.models import Asset, Input, Mode, Role
from tests.core.awkward import AWKWARD
from tests.core.builders import at, request

NOW = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def asset(number: int = 1, prompt: str = "A fox", **changes: object) -> Asset:
    made = request(prompt, **{"provider": "service", "model": "big-model", **changes})
    return Asset(
        id=f"asset-{number}",
        path=f"film.assets/Fox {number:02d}.mp4",
        sha256=f"{number:064x}",
        size=1000,
        created_at=at(number),
        changed_at=at(number),
        request=made,
        session_id="session",
        session_name="Fox",
        take_id=f"take-{number}",
        take_number=number,
    )


def strip(number: int = 1, start: int = 1, end: int = 25, channel: int = 2, **changes) -> Strip:
    fields = {"name": "Fox", "kind": Kind.MOVIE, "take_id": f"take-{number}", "session_id": "session", **changes}
    return Strip(channel=channel, start=start, end=end, **fields)


def edit(*strips: Strip, **changes) -> Edit:
    return Edit(**{"scene": "Scene", "rate": Rate(24), "start": 1, "end": 241, "strips": strips, **changes})


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_places_are_listed_by_time_with_what_made_them() -> None:
    found = report(edit(strip(2, 49, 97), strip(1, 1, 25)), [asset(1), asset(2, "A bear")], NOW)
    first, second = found.entries
    assert (first.number, first.record_in, first.record_out, first.seconds) == (1, "00:00:00:00", "00:00:01:00", 1.0)
    assert (second.number, second.record_in, second.record_out) == (2, "00:00:02:00", "00:00:04:00")
    assert first.asset == asset(1)
    assert second.asset and second.asset.request.prompt == "A bear"
    assert (found.generated_seconds, found.film_seconds, found.share) == (3.0, 10.0, 0.3)


def test_a_film_whose_clock_begins_at_ten_hours_has_its_places_there() -> None:
    rate = Rate(30000, 1001)
    ten = 1078920
    found = report(edit(strip(1, 1801, 1831), rate=rate, end=5001, timecode=ten), [asset()], NOW)
    assert (found.entries[0].record_in, found.entries[0].record_out) == ("10:01:00;02", "10:01:01;02")


def test_source_times_are_told_at_the_clips_own_rate() -> None:
    source = Source("/film.assets/Fox 01.mp4", Rate(30), 5.0)
    entry = report(edit(strip(1, 1, 25, source=source, source_in=1.5)), [asset()], NOW).entries[0]
    assert (entry.source_in_timecode, entry.source_out_timecode) == ("00:00:01:15", "00:00:02:15")
    assert (entry.source_in, entry.source_out) == (1.5, 2.5)


def test_what_is_cut_off_by_the_rendered_frames_is_not_counted() -> None:
    found = report(
        edit(strip(1, -23, 25, source_in=0.0, source_out=4.0), strip(2, 235, 300)), [asset(1), asset(2)], NOW
    )
    first, last = found.entries
    assert (first.record_in, first.record_out, first.source_in, first.source_out) == (
        "00:00:00:00",
        "00:00:01:00",
        2.0,
        4.0,
    )
    assert last.seconds == 0.25


def test_of_a_clip_that_plays_backwards_the_source_runs_down() -> None:
    entry = report(edit(strip(1, 1, 25, source_out=1.0, backwards=True)), [asset()], NOW).entries[0]
    assert (entry.source_in, entry.source_out) == (1.0, 0.0)


def test_picture_and_sound_of_a_clip_are_one_place_and_a_moved_sound_another() -> None:
    sound = strip(1, kind=Kind.SOUND, channel=1)
    found = report(edit(strip(1), sound, strip(1, 49, 73), sound._replace(start=50, end=74)), [asset()], NOW)
    assert [(entry.record_in, entry.picture, entry.sound) for entry in found.entries] == [
        ("00:00:00:00", True, True),
        ("00:00:02:00", True, False),
        ("00:00:02:01", False, True),
    ]


def test_two_pictures_of_a_clip_at_the_same_time_are_two_places_counted_once() -> None:
    found = report(edit(strip(1, channel=2), strip(1, channel=4), strip(1, channel=3)), [asset()], NOW)
    assert [entry.channel for entry in found.entries] == [2, 3, 4]
    assert found.generated_seconds == 1.0


def test_overlapping_clips_count_each_second_once_also_by_type() -> None:
    strips = strip(1, 1, 49), strip(2, 25, 73), strip(3, 30, 40)
    found = report(edit(*strips), [asset(1), asset(2, provider="animatic"), asset(3)], NOW)
    assert found.generated_seconds == 3.0
    assert found.seconds_of == {SourceType.TRAINED: 2.0, SourceType.ALGORITHM: 2.0}


def test_muted_strips_and_those_outside_the_film_are_left_out_and_counted() -> None:
    found = report(edit(strip(1, muted=True), strip(1, 241, 260), strip(1, 2, 3)), [asset()], NOW)
    assert len(found.entries) == 1
    assert found.hidden == 2


def test_a_take_inside_a_meta_strip_is_found() -> None:
    meta = Strip("Meta", Kind.META, 1, 11, 35, strips=(strip(1, 1, 100),))
    assert [entry.record_in for entry in report(edit(meta), [asset()], NOW).entries] == ["00:00:00:10"]


def test_a_take_of_which_nothing_is_known_any_more_is_told_all_the_same() -> None:
    found = report(edit(strip(7, source=Source("C:\\clips\\Fox 07.mp4"))), [], NOW)
    entry = found.entries[0]
    assert (entry.take_id, entry.asset, entry.source_type, entry.file) == ("take-7", None, None, "Fox 07.mp4")
    assert found.seconds_of == {None: 1.0}
    assert "Nothing is known" in disclosure_texts.as_markdown(found)
    assert json.loads(disclosure_texts.as_json(found))["entries"][0]["prompt"] is None
    assert rows(disclosure_texts.as_csv(found))[0]["digital_source_type"] == ""


def test_other_strips_are_none_of_the_reports_business() -> None:
    found = report(edit(Strip("Filmed", Kind.MOVIE, 1, 1, 200)), [asset()], NOW)
    assert (found.entries, found.generated_seconds, found.hidden, found.source_type) == ((), 0.0, 0, None)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, SourceType.TRAINED),
        ({"mode": Mode.FIRST_FRAME}, SourceType.TRAINED),
        ({"mode": Mode.REFERENCES}, SourceType.TRAINED),
        ({"mode": Mode.VIDEO}, SourceType.EDITED),
        ({"mode": Mode.EXTEND}, SourceType.EDITED),
        ({"provider": "animatic"}, SourceType.ALGORITHM),
        ({"provider": "animatic", "inputs": (Input(role=Role.FIRST_FRAME, path="/a.png"),)}, SourceType.COMPOSITE),
        ({"provider": "", "model": "sdxl"}, SourceType.TRAINED),
        ({"provider": "", "model": "", "prompt": ""}, None),
    ],
)
def test_the_source_type_is_what_the_vocabulary_says_of_such_a_clip(changes, kind) -> None:
    prompt = changes.get("prompt", "A fox")
    rest = {name: value for name, value in changes.items() if name != "prompt"}
    assert disclosure.source_type(asset(1, prompt, **rest)) is kind


def test_source_types_are_the_uris_of_the_vocabulary() -> None:
    assert SourceType.TRAINED == TRAINED
    assert {each.term for each in SourceType} == {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "algorithmicMedia",
        "composite",
    }


def test_a_film_of_animatics_alone_is_no_generative_ai() -> None:
    assert report(edit(strip()), [asset(provider="animatic")], NOW).source_type is None
    assert report(edit(strip()), [asset()], NOW).source_type is SourceType.MIXED


def test_an_empty_film_has_a_report() -> None:
    found = report(edit(start=1, end=1), [], NOW)
    assert (found.film_seconds, found.share) == (0.0, 0.0)
    assert rows(disclosure_texts.as_csv(found)) == []
    assert json.loads(disclosure_texts.as_json(found))["entries"] == []
    assert "No generated clip plays in this film." in disclosure_texts.as_markdown(found)


def test_json_tells_everything_in_a_version() -> None:
    found = json.loads(disclosure_texts.as_json(report(edit(strip()), [asset()], NOW)))
    entry = found["entries"][0]
    assert (found["format"], found["version"]) == ("generative-sessions-disclosure", 1)
    assert (found["made_at"], found["frame_rate"], found["generated_share"]) == ("2026-02-03T04:05:06Z", "24", 0.1)
    assert found["seconds_of_digital_source_types"] == {TRAINED: 1.0}
    assert found["digital_source_type"].endswith("/compositeSynthetic")
    assert {name: entry[name] for name in ("prompt", "provider", "model", "sha256", "digital_source_type", "date")} == {
        "prompt": "A fox",
        "provider": "service",
        "model": "big-model",
        "sha256": f"{1:064x}",
        "digital_source_type": TRAINED,
        "date": "2026-01-01T00:00:01Z",
    }
    assert (entry["record_in"], entry["record_out"], entry["source_in"]) == (
        "00:00:00:00",
        "00:00:01:00",
        "00:00:00:00",
    )


@pytest.mark.parametrize("name", AWKWARD)
def test_json_has_every_prompt_to_the_last_character(name: str) -> None:
    found = report(edit(strip()), [hostile(AWKWARD[name])], NOW)
    text = disclosure_texts.as_json(found)
    assert text.encode("utf-8")
    assert json.loads(text)["entries"][0]["prompt"] == AWKWARD[name]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_spreadsheet_reads_every_prompt_as_a_text_in_its_cell(name: str) -> None:
    prompt = AWKWARD[name]
    found = report(edit(strip(name=prompt), strip(1, 49, 73)), [hostile(prompt), asset(2)], NOW)
    text = disclosure_texts.as_csv(found)
    read = rows(text.encode("utf-8").decode("utf-8"))
    assert len(read) == 2
    for cell in (*read[0].values(), *read[1].values()):
        assert not cell.lstrip(" \t\r\n\x00'\"").startswith(("=", "+", "-", "@", "|", "%")) or cell.startswith("'")
        assert len(cell) < 32_767
    if name in ("lines", "quotes", "html", "right to left", "emoji", "template"):
        assert read[0]["prompt"] == prompt


def test_a_prompt_that_was_cut_says_so() -> None:
    cell = rows(disclosure_texts.as_csv(report(edit(strip()), [hostile(AWKWARD["long"])], NOW)))[0]["prompt"]
    assert cell.startswith(AWKWARD["long"][:30_000])
    assert cell.endswith("(cut: the JSON report has all of it)")


@pytest.mark.parametrize("name", AWKWARD)
def test_markdown_has_the_prompt_as_it_is_in_a_fence_that_it_cannot_close(name: str) -> None:
    prompt = AWKWARD[name]
    text = disclosure_texts.as_markdown(report(edit(strip(), scene=prompt), [hostile(prompt)], NOW))
    assert text.encode("utf-8")
    plain = disclosure_texts._clean(prompt).replace("\r\n", "\n").replace("\r", "\n")
    if plain:
        lines = text.split("\n")
        opening = next(line for line in lines if line.endswith("text") and line.startswith("```"))
        fence = opening.removesuffix("text")
        start = lines.index(opening)
        end = lines.index(fence, start)
        assert "\n".join(lines[start + 1 : end]) == plain
    head = text.split("## The takes")[0]
    assert head.count("\n| ") == 3  # the names of the columns, the line below them, and one row
    assert not re.search(r"(?<!\\)[<`*]|(?<!\\)\[(?![a-zA-Z]+\]\(http://cv\.iptc\.org/)", head)


def test_markdown_tells_a_take_once_however_often_it_plays() -> None:
    text = disclosure_texts.as_markdown(
        report(edit(strip(), strip(1, 49, 73), strip(2, 97, 99)), [asset(1), asset(2)], NOW)
    )
    assert text.count("\n### ") == 2
    assert text.index("### 1. Fox 1") < text.index("### 2. Fox 2")
    assert "Generated: 2.08 s, 20.8% of the film" in text


def test_ten_thousand_strips_take_as_long_as_their_number_says() -> None:
    def work(count: int) -> Callable[[], object]:
        strips = [strip(number % 500, number * 10, number * 10 + 15, 1 + number % 7) for number in range(count)]
        assets = [asset(number) for number in range(500)]
        whole = edit(*strips, end=count * 10)

        def write() -> None:
            found = report(whole, assets, NOW)
            disclosure_texts.as_csv(found), disclosure_texts.as_json(found), disclosure_texts.as_markdown(found)

        return write

    assert fastest(work(10_000)) < 15 * fastest(work(2_000))


def hostile(prompt: str) -> Asset:
    return asset(1).model_copy(
        update={"request": request().model_copy(update={"prompt": prompt, "provider": "service"})}
    )


def fastest(work: Callable[[], object], times: Iterable[int] = range(3)) -> float:
    best = float("inf")
    for _ in times:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
