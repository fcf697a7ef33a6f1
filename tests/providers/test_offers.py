"""What the form can offer, and what is matched to the scene, is never refused: neither by the check nor by the adapter.

Every model that ships, and those of the tests' own catalogues, in every mode.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from addon.core import fitting, matching, requesting
from addon.core.capabilities import Capabilities, Choices, Media, Model, Numbers, Option, OptionKind, is_open
from addon.core.models import Draft, Input, Mode, Request
from addon.core.provider import Provider
from addon.core.requesting import SceneFormat
from addon.providers import catalog, comfyui, fal, http, runway, schema, videos
from addon.providers.videos import dialects, openrouter, servers

from .fal import endpoints

ACCESS = http.Access(lambda: http.Account("http://127.0.0.1:9"), lambda: False)
FILES = {Media.IMAGE: "picture.png", Media.VIDEO: "clip.mp4", Media.AUDIO: "sound.wav"}
SCENES = (
    SceneFormat(1920, 1080, 24.0),
    SceneFormat(1080, 1920, 30000 / 1001),
    SceneFormat(4096, 1716, 60.0),
    SceneFormat(64, 64, 12.0),
)


def fal_of_the_tests() -> Capabilities:
    models = [
        schema.read(document, endpoints.input_of(name), model_id=name, label=name)
        for name, document in endpoints.DOCUMENTS.items()
    ]
    return Capabilities("fal", "fal", True, False, 8, tuple(model for model in models if not model.problem))


def openrouter_of_the_tests() -> Capabilities:
    catalogue = json.loads(Path(__file__).with_name("videos").joinpath("catalogue.json").read_text("utf-8"))
    return openrouter.capabilities(catalogue["data"] if isinstance(catalogue, dict) else catalogue)


def servers_of_one_s_own() -> Iterator[Capabilities]:
    for dialect in (dialects.SGLANG, dialects.VLLM_OMNI, dialects.LITELLM):
        cards = [{"id": f"wan-{task}", "task_type": task} for task in ("T2V", "TI2V", "V2V")]
        if dialect is not dialects.SGLANG:
            cards = [{"id": "wan-t2v"}, {"id": "ltx-ti2v"}]
        yield servers.capabilities(dialect, cards, needs_network=False)


OFFERED: tuple[Capabilities, ...] = (
    *catalog.capabilities(),
    fal_of_the_tests(),
    openrouter_of_the_tests(),
    *servers_of_one_s_own(),
)
CASES = [
    (capabilities, model, mode)
    for capabilities in OFFERED
    for model in capabilities.models
    for mode in sorted(model.modes)
    if not model.problem
]
NAMES = [f"{capabilities.id}-{model.id}-{mode}" for capabilities, model, mode in CASES]


def adapter(capabilities: Capabilities) -> Provider | None:
    """The one that would be asked; None for the animatics, whose check is the common one."""
    match capabilities.id:
        case "runway":
            return runway.Runway(ACCESS, capabilities)
        case "fal":
            return fal.Fal(ACCESS, capabilities)
        case "comfyui":
            return comfyui.ComfyUI(ACCESS, None)
        case "videos" | "openrouter":
            return videos.Videos(capabilities.id, ACCESS, capabilities)
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inputs")
    for name in FILES.values():
        (made / name).write_bytes(name.encode())
    return made


def draft(model: Model, mode: Mode, folder: Path, **changes: object) -> Draft:
    """What the form has when all is there that must be."""
    inputs = [
        Input(role=slot.role, path=str(folder / FILES[slot.media]))
        for slot in model.takes(mode)
        for _ in range(slot.least or (mode is Mode.REFERENCES and slot.media is Media.IMAGE))
    ]
    options = {option.id: a_value(option) for option in model.options_in(mode) if option.required}
    whole = Draft(prompt="A lighthouse", model=model.id, mode=mode, inputs=tuple(inputs), options=options)
    return whole.model_copy(update=changes)


def a_value(option: Option) -> JsonValue:
    """What an option can be set to."""
    if option.kind is OptionKind.SWITCH:
        return True
    if option.kind is OptionKind.CHOICE:
        return option.choices[0]
    return option.span.minimum if option.span else "words"


def settings(model: Model, mode: Mode, plain: Draft) -> Iterator[dict[str, JsonValue]]:
    """The options as they are, and each choice of those that change what a clip can be."""
    yield plain.options
    deciding = {name for each in model.formats for name in each.when}
    for option in model.options_in(mode):
        if option.id in deciding:
            assert option.kind is OptionKind.CHOICE
            yield from ({**plain.options, option.id: choice} for choice in option.choices)


def some(numbers: Numbers | None, *otherwise: float) -> list[float]:
    """All that there are of a few; of a range its ends and what lies between."""
    if numbers is None or not is_open(numbers):
        return list(otherwise)
    if isinstance(numbers, Choices):
        return list(numbers.values)
    least, most = numbers.minimum, numbers.nearest(numbers.maximum)
    return [least, most, numbers.nearest((least + most) / 2), numbers.nearest(least + (most - least) / 3)]


def passes(drafts: Iterable[tuple[Draft, SceneFormat]], capabilities: Capabilities) -> list[Request]:
    """The requests that are made of them; the check of all is within `requests`."""
    provider = adapter(capabilities)
    made = []
    for each, scene in drafts:
        (request,) = requesting.requests(each, capabilities, scene)
        if provider:
            provider.validate(request)
        made.append(request)
    return made


@pytest.mark.parametrize(("capabilities", "model", "mode"), CASES, ids=NAMES)
def test_whatever_is_matched_to_the_scene_can_be_made(
    capabilities: Capabilities, model: Model, mode: Mode, folder: Path
) -> None:
    plain = draft(model, mode, folder)
    for options, scene in itertools.product(settings(model, mode, plain), SCENES):
        there = model.at(mode, options)
        fps = there.fps.nearest(scene.fps) if there.fps else 0.0
        lengths = there.durations(fps)
        wanted = [*some(lengths, 1.0, 300.0)]
        if lengths and is_open(lengths):
            wanted.append((lengths.minimum + lengths.maximum) / 2)
        drafts = [
            plain.model_copy(update={"options": options, "duration": each, "match_scene": True}) for each in wanted
        ]
        for each in drafts:
            matching.differences(each, model, scene)
        for request in passes([(each, scene) for each in drafts], capabilities):
            assert (request.duration == 0) is (lengths is None)
            assert (request.fps == 0) is (there.fps is None)
            unknown = not there.sizes and there.width is None and there.height is None
            assert ((request.width, request.height) == (0, 0)) is unknown
            assert (matching.length(plain, model.at(mode, options), scene) is None) is is_open(lengths)


@pytest.mark.parametrize(("capabilities", "model", "mode"), CASES, ids=NAMES)
def test_every_size_length_and_frame_rate_that_can_be_chosen_can_be_made(
    capabilities: Capabilities, model: Model, mode: Mode, folder: Path
) -> None:
    plain = draft(model, mode, folder, match_scene=False)
    for options in settings(model, mode, plain):
        there = model.at(mode, options)
        sides = itertools.product(some(there.width, 1280), some(there.height, 720))
        sizes = there.sizes or [(int(width), int(height)) for width, height in sides]
        rates = some(there.fps, 24.0)
        lengths = [some(there.durations(fps), 5.0) for fps in rates]
        drafts = [
            plain.model_copy(
                update={"options": options, "width": width, "height": height, "fps": fps, "duration": duration}
            )
            for width, height in sizes
            for fps, durations in zip(rates, lengths, strict=True)
            for duration in durations
        ]
        made = passes(((each, SCENES[0]) for each in drafts), capabilities)
        if there.sizes:
            assert {(each.width, each.height) for each in made} == set(there.sizes)


@pytest.mark.parametrize("match_scene", [True, False])
@pytest.mark.parametrize(("capabilities", "model", "mode"), CASES, ids=NAMES)
def test_whatever_was_fitted_to_a_model_can_be_made(
    capabilities: Capabilities, model: Model, mode: Mode, folder: Path, match_scene: bool
) -> None:
    for scene, duration, size, fps in itertools.product(
        SCENES, (0.04, 5.0, 7.3, 5000.0), ((1280, 720), (1000, 33), (1, 9000)), (1.0, 24.0, 500.0)
    ):
        plain = draft(model, mode, folder, match_scene=match_scene, random_seed=False, seed=2**40)
        numbers = {"duration": duration, "width": size[0], "height": size[1], "fps": fps}
        wild = plain.model_copy(update={**numbers, "options": {**plain.options, "steps": "many"}})
        fitted, _ = fitting.fit(wild, model, scene)
        passes([(fitted, scene)], capabilities)
        assert fitted.mode is mode
