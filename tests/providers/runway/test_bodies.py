"""What is sent is what Runway's own papers allow: every model, every mode, every setting."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from addon.core import checking
from addon.core.errors import InputError
from addon.core.models import Input, Mode, Request, Role
from addon.providers.runway import forms

from . import samples
from .catalogue import Catalogue
from .samples import CASES, NAMES, request

# Fields that are left alone: a deprecated one, a draft's full version, which is made of another take, and reference
# videos whose form the catalogue does not tell.
LEFT_OUT = {
    "aleph2.ratio",
    "kling_4.referenceVideos",
    "seedance2_5.draftTaskId",
}

# What the OpenAPI document of August does not know yet, and SDK 5.24.0 of October does.
NEWER = {
    "aleph2": {"outputFormat"},
    "gen4.5": {"outputFormat"},
    "hailuo3": {"resolution"},
    "happyhorse_1_0": {"resolution"},
    "seedance2": {"seed"},
    "seedance2_fast": {"seed"},
    "seedance2_mini": {"seed"},
    "seedance2_5": {"draft", "duration", "mode", "outputFormat", "ratio", "seed"},
    "veo3.1": {"seed"},
    "veo3.1_fast": {"seed"},
}


@pytest.fixture(scope="module")
def catalogue(specs: Path) -> Catalogue:
    return Catalogue(specs)


def uri(each: Input) -> str:
    """What an upload would have made of an input."""
    return f"runway://{Path(each.path).name}-0123456789"


def bodies(model: Any, mode: Mode) -> list[tuple[str, dict[str, Any]]]:
    """All that can be sent for a model in a mode."""
    made = []
    for wanted in samples.variants(model, mode, Path("/nowhere")):
        checking.check_request(wanted, samples.CAPABILITIES)
        forms.check(wanted, model)
        made.append((forms.form(wanted, model).path, forms.body(wanted, model, uri)))
    return made


def body(wanted: Request) -> dict[str, Any]:
    return forms.body(wanted, samples.model(wanted.model), uri)


def test_every_model_that_makes_video_is_there(catalogue):
    theirs = {
        (endpoint, model)
        for endpoint in ("text_to_video", "image_to_video", "video_to_video", "video_upscale")
        for model in catalogue.sdk[endpoint]
    }
    ours = {
        (form.path.removeprefix("/v1/"), model.id)
        for model in samples.CAPABILITIES.models
        for form in forms.wire(model).forms.values()
    }
    assert ours == theirs


@pytest.mark.parametrize(("model", "mode"), CASES, ids=NAMES)
def test_every_body_is_as_runway_wants_it(model, mode, catalogue):
    sent = bodies(model, mode)
    assert len(sent) >= 3
    faults = [f"{path} {body}: {faults}" for path, body in sent if (faults := catalogue.faults(path, body))]
    assert not faults, "\n".join(faults[:5])


@pytest.mark.parametrize("model", samples.CAPABILITIES.models, ids=lambda model: model.id)
def test_every_field_of_a_model_can_be_set_but_for_those_left_out_on_purpose(model, catalogue):
    sent: dict[str, set[str]] = {}
    for mode in model.modes:
        for path, made in bodies(model, mode):
            sent.setdefault(path.removeprefix("/v1/"), set()).update(made)
    missing = {
        field
        for endpoint, fields in sent.items()
        for field in catalogue.sdk[endpoint][model.id]
        if field not in fields and f"{model.id}.{field}" not in LEFT_OUT
    }
    assert missing == set()


def test_what_the_older_paper_cannot_confirm_is_known_by_name(catalogue):
    newer: dict[str, set[str]] = {}
    for model, mode in CASES:
        for path, made in bodies(model, mode):
            if names := catalogue.newer(path, made):
                newer.setdefault(model.id, set()).update(names)
    assert newer == NEWER


def test_the_catalogue_finds_faults(catalogue):
    good = body(request(samples.model("gen4.5")))
    assert catalogue.faults("/v1/text_to_video", good) == []
    for wrong in (
        {**good, "ratio": "1:1"},
        {**good, "duration": 11},
        {**good, "duration": 5.0 + 0.5},
        {**good, "promptText": ""},
        {**good, "unheard": 1},
        {name: value for name, value in good.items() if name != "ratio"},
    ):
        assert catalogue.faults("/v1/text_to_video", wrong)


def test_first_and_last_frame_are_told_apart():
    made = body(request(samples.model("veo3.1"), Mode.FIRST_LAST))
    assert [each["position"] for each in made["promptImage"]] == ["first", "last"]


def test_frames_are_told_apart_whatever_order_they_came_in():
    wanted = request(samples.model("veo3.1"), Mode.FIRST_LAST)
    made = body(wanted.model_copy(update={"inputs": (*reversed(wanted.inputs),)}))
    assert {each["position"] for each in made["promptImage"]} == {"first", "last"}


def test_the_first_video_is_worked_on_and_the_others_are_references():
    videos = tuple(Input(role=Role.VIDEO, path=f"/clips/{name}.mp4") for name in ("main", "one", "two"))
    made = body(request(samples.model("seedance2"), Mode.VIDEO, inputs=videos))
    assert "main" in made["promptVideo"]
    assert [each["uri"][9:12] for each in made["referenceVideos"]] == ["one", "two"]
    assert {each["type"] for each in made["referenceVideos"]} == {"video"}


def keyframed(text: str, count: int) -> Request:
    video = Input(role=Role.VIDEO, path="/clips/main.mp4")
    images = tuple(Input(role=Role.REFERENCE, path=f"/frames/{place}.png") for place in range(count))
    return request(samples.model("aleph2"), Mode.VIDEO, inputs=(video, *images), options={"keyframes": text})


@pytest.mark.parametrize(
    ("text", "count", "times"),
    [
        ("", 1, [{"at": 0.0}]),
        ("", 3, [{"at": 0.0}, {"at": 0.5}, {"at": 1.0}]),
        ("0, 2.5", 2, [{"seconds": 0.0}, {"seconds": 2.5}]),
        ("1;30", 2, [{"seconds": 1.0}, {"seconds": 30.0}]),
    ],
)
def test_key_frames_come_when_they_were_said_to(text, count, times, catalogue):
    made = body(keyframed(text, count))
    assert [{name: each[name] for name in each if name != "uri"} for each in made["keyframes"]] == times
    assert catalogue.faults("/v1/video_to_video", made) == []


@pytest.mark.parametrize("text", ["1", "1, 2, 3", "one, two", "-1, 2", "1, 31", "nan, 1", "inf, 1"])
def test_times_of_key_frames_that_do_not_fit_are_refused_before_anything_is_sent(text):
    with pytest.raises(InputError, match="key frames"):
        forms.check(keyframed(text, 2), samples.model("aleph2"))


def test_a_prores_profile_goes_along_with_prores_only():
    model = samples.model("gen4.5")
    for output, sent in (("mp4", False), ("hdr10", False), ("prores", True), ("hdr_prores", True)):
        made = body(request(model, options={"outputFormat": output, "proresProfile": "422"}))
        assert ("proresProfile" in made) is sent, output
    assert "proresProfile" not in body(request(model, options={"proresProfile": "422"}))


def test_no_format_that_is_an_archive_of_pictures_is_offered():
    choices = {
        choice
        for model in samples.CAPABILITIES.models
        for option in model.options
        if option.id == "outputFormat"
        for choice in option.choices
    }
    assert "prores" in choices
    assert not {choice for choice in choices if "sequence" in choice}


def test_an_edit_keeps_size_and_length_of_its_video():
    made = body(request(samples.model("seedance2_5"), Mode.VIDEO, options={"mode": "edit"}))
    assert made["mode"] == "edit"
    assert made["duration"] == "auto"
    assert "ratio" not in made
    assert body(request(samples.model("seedance2_5"), Mode.VIDEO, options={}))["mode"] == "reference"


def test_extending_says_so_and_leaves_the_shape_to_the_video():
    made = body(request(samples.model("seedance2_5"), Mode.EXTEND))
    assert made["mode"] == "extend"
    assert "ratio" not in made


def test_nested_settings_are_nested():
    made = body(
        request(samples.model("gen4.5"), options={"contentModeration.publicFigureThreshold": "low", "unheard": "of"})
    )
    assert made["contentModeration"] == {"publicFigureThreshold": "low"}
    assert "unheard" not in made


@pytest.mark.parametrize(
    ("size", "told"), [((1920, 1080), "1080p"), ((1280, 720), "720p"), ((720, 1280), "720p"), ((3840, 2160), "1080p")]
)
def test_where_the_shape_follows_the_image_the_nearest_tier_is_asked_for(size, told):
    width, height = size
    made = body(request(samples.model("happyhorse_1_0"), Mode.FIRST_FRAME, width=width, height=height))
    assert made["resolution"] == told


def test_a_frame_rate_is_told_in_runways_own_words():
    made = body(request(samples.model("enhance_frame_rate"), Mode.VIDEO, fps=29.97))
    assert made["targetFramerate"] == "29_97"
    assert "promptText" not in made


def test_a_prompt_is_counted_as_runway_counts_it():
    model = samples.model("gen4.5")
    forms.check(request(model, prompt="🌊" * 500), model)
    with pytest.raises(InputError, match="1,002 characters"):
        forms.check(request(model, prompt="🌊" * 501), model)


def test_a_size_that_a_mode_lacks_is_refused_with_those_it_has():
    model = samples.model("gen4.5")
    with pytest.raises(InputError, match="1280 × 720, 720 × 1280"):
        forms.check(request(model, width=960, height=960), model)
    forms.check(request(model, Mode.FIRST_FRAME, width=960, height=960), model)


def test_references_without_any_are_refused():
    model = samples.model("seedance2")
    with pytest.raises(InputError, match="There is no reference"):
        forms.check(request(model, Mode.REFERENCES, inputs=()), model)


FILES = {"references", "referenceVideos", "referenceAudio", "keyframes"}


def test_references_and_key_frames_are_there_wherever_the_catalogue_has_them(catalogue):
    theirs = {
        (endpoint, name, field)
        for endpoint, models in catalogue.sdk.items()
        if endpoint != "character_performance"
        for name, fields in models.items()
        for field in FILES & fields.keys()
    }
    ours = {
        (form.path.removeprefix("/v1/"), model.id, file.field)
        for model in samples.CAPABILITIES.models
        for form in forms.wire(model).forms.values()
        for file in form.files
    }
    untold = {("text_to_video", "kling_4", "referenceVideos"), ("image_to_video", "kling_4", "referenceVideos")}
    assert theirs - ours == untold
    assert {each for each in ours if each[2] in FILES} <= theirs


def test_a_last_frame_can_be_given_wherever_the_catalogue_has_a_position_for_it(catalogue):
    for name, fields in catalogue.sdk["image_to_video"].items():
        if '"last"' in json.dumps(fields["promptImage"]):
            assert Mode.FIRST_LAST in samples.model(name).modes, name


def test_no_more_files_go_along_than_the_catalogue_says_they_may(catalogue, specs):
    limits = json.loads((specs / "runway" / "limits-2026-08-08.json").read_text("utf-8"))
    checked = 0
    for model, mode in CASES:
        path, made = bodies(model, mode)[1]  # with as many files as there may be
        for field in FILES & made.keys():
            most = limits.get(path.removeprefix("/v1/"), {}).get(model.id, {}).get(field, {}).get("maxItems")
            doc = catalogue.sdk[path.removeprefix("/v1/")][model.id][field].get("doc", "")
            told = re.search(r"\(?up to (\d+)\)?|Up to (\d+) ", doc)
            most = most or (int(told[1] or told[2]) if told else None)
            if most:
                frames = len(made["promptImage"]) if "frames included" in doc and "promptImage" in made else 0
                assert len(made[field]) <= most - frames, (model.id, mode, field)
                checked += 1
    assert checked > 30


def test_what_runway_is_not_told_is_what_the_form_leaves_to_it():
    for model, mode in CASES:
        used = forms.wire(model).forms[mode]
        there = model.at(mode, {})
        assert used.duration is (there.duration is not None), (model.id, mode)
        assert bool(used.pixels or used.shapes or used.tiers) is bool(there.sizes), (model.id, mode)
        assert bool(used.rates) is (there.fps is not None), (model.id, mode)
        if used.shapes:
            assert list(used.shapes) == [f"{width}x{height}" for width, height in there.sizes]


@pytest.mark.parametrize("name", ["seedance2_5", "gemini_omni_flash_1.1"])
def test_an_edited_video_keeps_its_size_and_length(name, catalogue):
    model = samples.model(name)
    edit = request(model, Mode.VIDEO, options={"mode": "edit"}, duration=0, width=0, height=0)
    checking.check_request(edit, samples.CAPABILITIES)
    forms.check(edit, model)
    made = body(edit)
    assert made["mode"] == "edit" and "ratio" not in made and made.get("duration", "auto") == "auto"
    assert catalogue.faults("/v1/video_to_video", made) == []


def test_key_frames_say_what_they_change(catalogue):
    made = body(keyframed("1 (0-2), 4.5(2 - 6)", 2))
    assert [each["range"] for each in made["keyframes"]] == [
        {"start_seconds": 0, "end_seconds": 2},
        {"start_seconds": 2, "end_seconds": 6},
    ]
    assert catalogue.faults("/v1/video_to_video", made) == []


@pytest.mark.parametrize(
    "text", ["1 (0-2), 4", "1 (2-4), 5 (4-6)", "2 (0-2), 4 (3-6)", "1 (0-2, 4 (3-6)", "1 (0-31), 2 (0-3)"]
)
def test_ranges_of_key_frames_that_do_not_fit_are_refused(text):
    wanted = keyframed(text, 2)
    with pytest.raises(InputError, match="do not fit"):
        forms.check(wanted, samples.model("aleph2"))


def shots(text: str, name: str = "kling3.0_pro", mode: Mode = Mode.TEXT, **changes: Any) -> Request:
    return request(samples.model(name), mode, options={"providerSettings.multiPrompt": text}, **changes)


@pytest.mark.parametrize(
    ("name", "mode"), [("kling3.0_pro", Mode.TEXT), ("klingO3_4k", Mode.FIRST_FRAME), ("klingO3_pro", Mode.VIDEO)]
)
def test_each_shot_has_its_prompt_and_its_seconds(name, mode, catalogue):
    wanted = shots("2: A fox runs, fast | 3s: It sleeps: at last", name, mode)
    forms.check(wanted, samples.model(name))
    made = body(wanted)
    assert made["providerSettings"] == {
        "multiPrompt": [{"prompt": "A fox runs, fast", "duration": 2}, {"prompt": "It sleeps: at last", "duration": 3}]
    }
    assert catalogue.faults(forms.form(wanted, samples.model(name)).path, made) == []


@pytest.mark.parametrize(
    "text",
    ["A fox", "2: A fox", "2: A fox | 4: It sleeps", "0: A fox | 5: It", "5:", "2: a | | 3: b", "5: " + "x" * 1001],
)
def test_shots_that_do_not_fill_the_clip_are_refused(text):
    with pytest.raises(InputError, match="together they must last 5 s"):
        forms.check(shots(text), samples.model("kling3.0_pro"))
