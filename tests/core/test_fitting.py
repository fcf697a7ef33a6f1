"""What becomes of a draft when another model is chosen, and what a clip will have other than its scene."""

from __future__ import annotations

from dataclasses import replace

from addon.core import fitting, matching, requesting
from addon.core.capabilities import Choices, Media, Model, Slot
from addon.core.models import Draft, Input, Mode, Role
from addon.core.requesting import SceneFormat

from .models import BY_MODE, COUNTING, FIXED, FREE_SIZE, SERVICE, UPSCALER

FIRST = Input(role=Role.FIRST_FRAME, path="/first.png")
LAST = Input(role=Role.LAST_FRAME, path="/last.png")
REFERENCE = Input(role=Role.REFERENCE, path="/reference.png")


def fitted(draft: Draft, model: Model) -> tuple[Draft, list[str]]:
    changed, said = fitting.fit(draft, model)
    return changed, [str(each) for each in said]


def test_what_fits_is_kept_without_a_word() -> None:
    draft = Draft(prompt="A fox", inputs=(FIRST,), duration=6.0, options={"quality": "low"})
    changed, said = fitted(draft, FIXED)
    assert said == []
    assert changed == draft.model_copy(update={"model": "fixed"})


def test_each_thing_that_does_not_fit_is_said() -> None:
    draft = Draft(
        prompt="x" * 101,
        mode=Mode.FIRST_LAST,
        inputs=(FIRST, LAST),
        duration=12.0,
        match_scene=False,
        width=1000,
        height=500,
        fps=25.0,
        random_seed=False,
        seed=5000,
        options={"quality": "low"},
    )
    changed, said = fitted(draft, FREE_SIZE)
    assert said == [
        "Free Size cannot do “First and Last Frame”: it is “First Frame” now.",
        "Free Size takes fewer files for this: last frame (1 taken out).",
        "Free Size has no setting “quality”.",
        "Free Size makes no clip of 12 s: it is 10 s now.",
        "Free Size makes no pictures of 1000 × 500 pixels: it is 992 × 496 now.",
        "Free Size makes no 25 frames per second: it is 24 now.",
        "Free Size cannot use the seed 5000: it is 1000 now.",
        "The prompt has 101 characters; Free Size takes 100.",
    ]
    assert changed.mode is Mode.FIRST_FRAME
    assert changed.inputs == (FIRST,)
    assert (changed.width, changed.height, changed.fps, changed.seed) == (992, 496, 24.0, 1000)
    assert changed.options == {}
    assert changed.prompt == draft.prompt


def test_a_fitted_draft_can_be_made() -> None:
    draft = Draft(prompt="A fox", inputs=(REFERENCE, REFERENCE), duration=99.0, fps=1.0, options={"steps": 99})
    changed, said = fitted(draft, FREE_SIZE)
    assert said
    assert requesting.requests(changed, SERVICE, SceneFormat(1920, 1080, 24.0))[0].model == "free-size"


def test_an_option_with_a_value_that_the_model_does_not_know_goes_back_to_the_models_own() -> None:
    changed, said = fitted(Draft(prompt="A fox", duration=6.0, options={"quality": "ultra", "audio": False}), FIXED)
    assert said == ["The setting “Quality” of Fixed cannot be “ultra”: it is as the model has it."]
    assert changed.options == {"audio": False}


def test_a_model_without_seed_says_so_only_to_whom_a_seed_matters() -> None:
    assert fitted(Draft(prompt="A fox", duration=6.0, random_seed=False, seed=3), FIXED)[1] == [
        "Fixed takes no seed: each take is another one."
    ]
    assert fitted(Draft(prompt="A fox", duration=6.0), FIXED)[1] == []


def test_a_model_that_cannot_start_from_words_takes_its_own_mode() -> None:
    changed, said = fitted(Draft(prompt="A fox"), UPSCALER)
    assert changed.mode is Mode.VIDEO
    assert said == ["Upscaler cannot do “Text”: it is “Video” now."]


def test_what_a_mode_lacks_is_fitted_when_the_mode_changes() -> None:
    draft = Draft(prompt="A fox", duration=6.0, match_scene=False, width=960, height=960)
    changed, said = fitted(draft, BY_MODE)
    assert said == ["By Mode makes no pictures of 960 × 960 pixels: it is 1280 × 720 now."]
    assert (changed.width, changed.height) == (1280, 720)
    framed = draft.model_copy(update={"inputs": (FIRST,)})
    assert fitted(framed, BY_MODE) == (framed.model_copy(update={"model": "by-mode"}), [])


def test_nothing_is_said_of_a_length_and_a_size_that_the_service_decides() -> None:
    draft = Draft(prompt="A fox", mode=Mode.VIDEO, duration=600.0, match_scene=False, width=3, height=5, fps=1.0)
    changed, said = fitted(draft, BY_MODE)
    assert (changed.duration, changed.width, changed.height, said) == (600.0, 3, 5, [])


def test_a_length_that_is_counted_in_frames_is_fitted_to_the_frame_rate_there_is() -> None:
    draft = Draft(prompt="A fox", duration=10.0)
    changed, said = fitting.fit(draft, COUNTING, SceneFormat(1280, 720, 30.0))
    assert changed.duration == 121 / 30
    assert [str(each) for each in said] == ["Counting makes no clip of 10 s: it is 4.03 s now."]
    assert fitting.fit(draft, COUNTING, SceneFormat(1280, 720, 12.0))[1] == []


def test_a_mode_that_lacks_no_input_is_preferred() -> None:
    model = replace(
        FIXED,
        modes=frozenset({Mode.FIRST_FRAME, Mode.REFERENCES}),
        slots={
            Mode.FIRST_FRAME: (Slot(Role.FIRST_FRAME), Slot(Role.VIDEO, Media.VIDEO, least=0)),
            Mode.REFERENCES: (Slot(Role.REFERENCE, least=0), Slot(Role.VIDEO, Media.VIDEO, least=0)),
        },
    )
    video = Input(role=Role.VIDEO, path="/clip.mp4")
    assert fitted(Draft(prompt="A fox", inputs=(video,), duration=6.0), model)[0].mode is Mode.REFERENCES


def differences(model: Model, scene: SceneFormat, **changes: object) -> list[str]:
    draft = Draft(prompt="A fox", duration=6.0).model_copy(update=changes)
    return [str(each) for each in matching.differences(draft, model, scene)]


def test_nothing_differs_where_the_model_makes_what_the_scene_has() -> None:
    assert differences(FREE_SIZE, SceneFormat(1280, 720, 24.0)) == []
    assert differences(FREE_SIZE, SceneFormat(1280, 720, 30000 / 1001)) == [
        "The clip has 30 frames per second, the scene 29.97."
    ]


def test_shape_size_rate_and_length_that_differ_are_said() -> None:
    assert differences(FIXED, SceneFormat(3840, 2160, 25.0), duration=5.0) == [
        "The picture is scaled to the scene: 1920 × 1080 to 3840 × 2160 pixels.",
        "The service decides the frame rate; the scene has 25.",
        "The clip is 6 s long instead of 5 s.",
    ]
    assert differences(FIXED, SceneFormat(2048, 858, 24.0))[0] == (
        "The picture has another shape than the scene: 1920 × 1080 instead of 2048 × 858 pixels."
    )
    assert differences(FREE_SIZE, SceneFormat(1280, 720, 50.0)) == ["The clip has 30 frames per second, the scene 50."]


def test_what_the_service_decides_is_said_and_is_no_difference() -> None:
    video = {"mode": Mode.VIDEO, "duration": 5.0}
    scene = SceneFormat(3840, 2160, 25.0)
    assert differences(BY_MODE, scene, **video) == ["The service decides the frame rate; the scene has 25."]
    draft = Draft(prompt="A fox", **video)
    assert str(matching.length(draft, BY_MODE, scene)) == "By Mode decides how long the clip is."
    assert str(matching.size(draft, BY_MODE)) == "By Mode decides the size of the picture."
    assert not matching.is_possible(requesting.as_drafted(draft, BY_MODE))
    text = Draft(prompt="A fox")
    assert matching.length(text, BY_MODE, scene) is None
    assert matching.size(text, BY_MODE) is None
    assert matching.is_possible(requesting.as_drafted(text, BY_MODE))


def test_a_length_in_whole_frames_is_told() -> None:
    assert differences(COUNTING, SceneFormat(1280, 720, 24.0), duration=73 / 24) == []
    assert differences(COUNTING, SceneFormat(1280, 720, 24.0), duration=5.0) == [
        "The clip is 5.04 s long instead of 5 s."
    ]


def test_the_only_length_there_is_is_said() -> None:
    model = replace(COUNTING, frames=Choices((49.0,)), fps=Choices((16.0,)))
    draft = Draft(prompt="A fox", duration=20.0)
    scene = SceneFormat(1280, 720, 24.0)
    assert str(matching.length(draft, model, scene)) == "Counting makes clips of 3.06 s."
    assert [str(each) for each in matching.differences(draft, model, scene)] == [
        "The clip has 16 frames per second, the scene 24."
    ]
