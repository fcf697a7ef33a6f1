"""From a take to the next one."""

from __future__ import annotations

import pytest

from addon.core import refining, requesting
from addon.core.capabilities import Capabilities, Choices, Model, Span
from addon.core.errors import InputError
from addon.core.models import Anchor, Draft, Input, Join, Mode, Project, Request, Role
from addon.core.refining import What

from .builders import generated, request

SCENE = requesting.SceneFormat(1920, 1080, 25.0)
PICTURE = Input(role=Role.FIRST_FRAME, path="/a.png")
JOIN = Join(after=Anchor(scene="Edit", strip="Lighthouse 2", slot="s"), offset=95)


def model(name: str = "one", **changes: object) -> Model:
    fields: dict[str, object] = {
        "id": name,
        "label": name.title(),
        "modes": frozenset({Mode.TEXT, Mode.FIRST_FRAME}),
        "prompt_length": 100,
        "duration": Choices((4.0, 6.0, 8.0)),
        "width": None,
        "height": None,
        "sizes": ((1280, 720), (1920, 1080)),
        "fps": Span(24, 24),
        "seed": Span(0, 99, 1),
    }
    return Model(**{**fields, **changes})  # type: ignore[arg-type]


def provider(*models: Model) -> Capabilities:
    return Capabilities(id="p", label="P", needs_network=False, free=True, at_once=1, models=models)


def made(**changes: object) -> Request:
    fields: dict[str, object] = {
        "provider": "p",
        "model": "one",
        "mode": Mode.FIRST_FRAME,
        "inputs": (PICTURE,),
        "duration": 6.0,
        "seed": 7,
        "options": {"style": "noir"},
    }
    return request(**{**fields, **changes})  # type: ignore[arg-type]


def used(what: What, draft: Draft | None = None, **changes: object) -> Draft:
    return (draft or Draft()).model_copy(update=refining.settings(made(**changes), what))


def test_all_settings_of_a_take_ask_for_the_very_same_request_again() -> None:
    draft = used(What.ALL, Draft(prompt="else", options={"other": 1}, joins=JOIN))
    again = requesting.draft_request(draft, provider(model(options=())), SCENE)
    assert again == made(options={})
    assert draft.options == {"style": "noir"}
    assert not draft.random_seed
    assert draft.joins is None  # it starts from another picture now


def test_all_but_the_seed_leaves_the_seed_as_it_is() -> None:
    draft = used(What.ALL_BUT_SEED, Draft(seed=42, random_seed=True))
    assert (draft.seed, draft.random_seed, draft.prompt, draft.duration) == (42, True, made().prompt, 6.0)


def test_the_prompt_alone_changes_nothing_else() -> None:
    before = Draft(seed=42, duration=3.0, model="x", joins=JOIN)
    assert used(What.PROMPT, before) == before.model_copy(update={"prompt": "A lighthouse in a storm"})


def test_the_seed_alone_is_fixed_and_changes_nothing_else() -> None:
    before = Draft(prompt="mine", joins=JOIN)
    assert used(What.SEED, before) == before.model_copy(update={"seed": 7, "random_seed": False})


def test_what_the_service_decided_stays_as_the_draft_has_it() -> None:
    draft = used(What.ALL, Draft(width=640, height=360, fps=30.0), width=0, height=0, fps=0.0)
    assert (draft.width, draft.height, draft.fps, draft.duration) == (640, 360, 30.0, 6.0)


def test_of_a_clip_that_was_made_elsewhere_only_what_is_known_is_used() -> None:
    unknown = ("seed", "duration", "width", "height", "fps")
    before = Draft(model="x", seed=3)
    draft = used(What.ALL, before, provider="", model="", unknown=unknown)
    assert draft == before.model_copy(update={"prompt": "A lighthouse in a storm"})
    with pytest.raises(InputError, match="made elsewhere"):
        used(What.SEED, provider="", unknown=unknown)


def test_variants_differ_in_nothing_but_the_seed_and_that_always() -> None:
    varied = refining.varied(made(options={}), provider(model(seed=Span(0, 5, 1))), 5)
    seeds = {each.seed for each in varied}
    assert len(seeds) == 5
    assert 7 not in seeds
    assert all(each.model_copy(update={"seed": 7}) == made(options={}) for each in varied)


def test_a_model_with_fewer_seeds_than_takes_still_makes_them() -> None:
    assert len(refining.varied(made(options={}), provider(model(seed=Span(0, 1, 1))), 4)) == 4


def test_a_model_without_seeds_makes_variants_by_itself() -> None:
    varied = refining.varied(made(options={}), provider(model(seed=None)), 2)
    assert [each.seed for each in varied] == [0, 0]


def test_a_take_of_a_model_that_is_gone_cannot_be_varied() -> None:
    with pytest.raises(InputError, match="has no model “one”"):
        refining.varied(made(), provider(model("two")), 1)


@pytest.mark.parametrize(("seconds", "asked"), [(3.0, 4.0), (4.0, 4.0), (4.2, 6.0), (20.0, 8.0)])
def test_the_length_is_no_shorter_than_the_cut_if_the_model_can(seconds: float, asked: float) -> None:
    again = refining.to_length(made(options={}), provider(model()), seconds)
    assert again == made(options={}, duration=asked)


def test_a_model_that_decides_the_length_says_so() -> None:
    with pytest.raises(InputError, match="One decides how long the clip is"):
        refining.to_length(made(options={}), provider(model(duration=None)), 3.0)


def test_a_model_that_cannot_says_which_ones_of_the_provider_can() -> None:
    both = frozenset({Mode.FIRST_LAST})
    known = provider(model(), model("two", modes=both), model("three", modes=both))
    refining.check_mode(Mode.FIRST_LAST, known.models[1], known)
    with pytest.raises(InputError) as caught:
        refining.check_mode(Mode.FIRST_LAST, known.models[0], known)
    assert str(caught.value) == "One cannot make this: First and Last Frame. Choose one of: Two, Three."
    with pytest.raises(InputError, match="No model of P can: choose another provider"):
        refining.check_mode(Mode.EXTEND, known.models[0], known)


def test_a_prompt_that_stands_in_a_take_is_not_lost_with_the_draft() -> None:
    project, _, _ = generated(Project(), "A red fox")
    assert not refining.is_typed(project, Draft(prompt="A red fox "))
    assert not refining.is_typed(project, Draft(prompt=" "))
    assert refining.is_typed(project, Draft(prompt="A red fox at night"))


def test_a_joined_draft_has_the_takes_settings_but_neither_its_picture_nor_its_seed() -> None:
    changes = refining.joined(JOIN, Mode.FIRST_FRAME, made())
    draft = Draft(insert=False).model_copy(update=changes)
    assert (draft.joins, draft.mode, draft.inputs, draft.insert) == (JOIN, Mode.FIRST_FRAME, (), True)
    assert (draft.model, draft.duration, draft.random_seed) == ("one", 6.0, True)


def test_a_join_is_kept_in_the_sidecar() -> None:
    draft = Draft(joins=JOIN.model_copy(update={"until": Anchor(scene="Edit", strip="Next")}))
    assert Draft.model_validate_json(draft.model_dump_json()) == draft


def test_a_sent_draft_keeps_its_pictures_which_decide_its_mode_again() -> None:
    joined = Draft(joins=JOIN, mode=Mode.FIRST_FRAME, inputs=(PICTURE,))
    sent = refining.unjoined(joined, model())
    assert sent == joined.model_copy(update={"joins": None, "mode": None})
    assert requesting.mode_of(sent) is Mode.FIRST_FRAME
    only = refining.unjoined(joined, model(modes=frozenset({Mode.FIRST_FRAME})))
    assert (only.joins, only.mode) == (None, Mode.FIRST_FRAME)


def test_a_mode_that_a_person_chose_stays() -> None:
    chosen = Draft(mode=Mode.FIRST_FRAME, inputs=(PICTURE,))
    assert refining.unjoined(chosen, model()) is chosen
