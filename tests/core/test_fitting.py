"""What becomes of a draft when another model is chosen, and what a clip will have other than its scene."""

from __future__ import annotations

from addon.core import fitting, matching, requesting
from addon.core.capabilities import Model
from addon.core.models import Draft, Input, Mode, Role
from addon.core.requesting import SceneFormat

from .models import FIXED, FREE_SIZE, SERVICE, UPSCALER

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
