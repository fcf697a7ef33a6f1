"""A request becomes the graph that is queued, and a workflow says as a model what a request can be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from addon.core import checking, requesting
from addon.core.capabilities import Choices, Media, OptionKind, Span, codec
from addon.core.errors import InputError, Kind
from addon.core.models import Draft, Input, Mode, Role
from addon.core.requesting import SceneFormat
from addon.providers import comfyui
from addon.providers.comfyui import binding, catalogue, graph, library, outputs
from addon.providers.comfyui.binding import Parameter
from addon.providers.comfyui.library import Workflow
from addon.providers.comfyui.nodes import NONE, Nodes
from addon.providers.comfyui.workflow import Place, Tangled

from .replay import OBJECT_INFO, recording
from .takes import stored, take
from .test_workflows import SHIPPED, node

KNOWN = Nodes(OBJECT_INFO, frozenset(OBJECT_INFO))


def flow(name: str) -> Workflow:
    """A recorded workflow, or one of ours."""
    if name in SHIPPED:
        return library.load(library.files(None)[name])
    made = recording(name)["request"]["prompt"]
    return Workflow(name, made, binding.find(made))


def of(made: dict[str, Any]) -> Workflow:
    return Workflow("film", made, binding.find(made))


def blank(made: dict[str, Any], bindings: binding.Bindings) -> dict[str, Any]:
    """The workflow before anything was filled in."""
    empty = json.loads(json.dumps(made))
    for places in bindings.values():
        for place in places:
            old = empty[place.node]["inputs"][place.input]
            empty[place.node]["inputs"][place.input] = "" if isinstance(old, str) else type(old)(1)
    return dict(empty)


@pytest.mark.parametrize(
    ("name", "changes", "files"),
    [
        ("t2v", {}, {}),
        ("t2v_same_again", {}, {}),
        ("t2v_webm", {"prompt": "webm", "seed": 1}, {}),
        ("i2v", {"seed": 7, "fps": 12.0, "duration": 1.0}, {Role.FIRST_FRAME: ["blender/start.png"]}),
        ("v2v", {}, {Role.VIDEO: ["source.mp4"]}),
    ],
)
@pytest.mark.parametrize("nodes", [NONE, KNOWN])
def test_the_recorded_bodies_are_made_again_from_requests(name, changes, files, nodes):
    made = recording(name)["request"]["prompt"]
    bindings = binding.find(made)
    empty = Workflow(name, blank(made, bindings), bindings)
    assert graph.fill(empty, take(name, **changes).request, files, nodes) == made


def test_filling_leaves_the_workflow_as_it_is():
    one = flow("t2v")
    before = json.dumps(one.graph)
    graph.fill(one, take("t2v", prompt="another", seed=9).request, {})
    assert json.dumps(one.graph) == before


@pytest.mark.parametrize(
    ("name", "seconds", "fps", "expected"),
    [
        ("wan2.2-5b-text", 5.0, 24.0, 121),
        ("wan2.2-5b-text", 2.0, 24.0, 49),
        ("wan2.2-5b-image", 99.0, 24.0, 121),
        ("ltxv-2b-text", 4.0, 24.0, 97),
        ("ltxv-2b-text", 5.2, 25.0, 129),
        ("ltxv-2b-image", 0.01, 25.0, 9),
        ("ltxv2-19b-text", 5.2, 25.0, 129),
        ("ltxv2-19b-text", 0.01, 60.0, 9),
        ("ltxv2-19b-image", 99.0, 24.0, 481),
    ],
)
@pytest.mark.parametrize("nodes", [NONE, KNOWN])
def test_lengths_are_rounded_to_what_the_model_makes_and_the_form_says_the_same(name, seconds, fps, expected, nodes):
    one = flow(name)
    made = graph.fill(one, take(name, duration=seconds, fps=fps, width=640, height=352).request, {}, nodes)
    place = one.bindings[Parameter.FRAMES][0]
    assert made[place.node]["inputs"][place.input] == expected
    model = catalogue.model(one, nodes)
    lengths = model.durations(fps)
    assert lengths is not None
    assert lengths.nearest(seconds) == pytest.approx(expected / fps)


@pytest.mark.parametrize("name", ["ltxv2-19b-text", "ltxv2-19b-image"])
def test_the_sound_of_ltx_2_is_as_long_as_its_picture(name):
    """The frames and their rate are written once, for the picture, its sound and the clip."""
    one = flow(name)
    made = graph.fill(one, take(name, duration=4.1, fps=25.0).request, {}, KNOWN)
    assert (made["6"]["inputs"]["value"], made["7"]["inputs"]["value"]) == (105, 25.0)
    by_kind = {each["class_type"]: each["inputs"] for each in made.values()}
    assert by_kind["EmptyLTXVLatentVideo"]["length"] == by_kind["LTXVEmptyLatentAudio"]["frames_number"] == ["6", 0]
    rates = [inputs.get("frame_rate") or inputs.get("fps") for inputs in by_kind.values()]
    assert [rate for rate in rates if rate] == [["7", 0]] * 3
    assert by_kind["CreateVideo"]["audio"][0] in made


def test_sizes_are_rounded_to_the_steps_of_the_nodes():
    one = flow("ltxv-2b-text")
    made = graph.fill(one, take("x", width=1000, height=500).request, {}, KNOWN)
    place = one.bindings[Parameter.WIDTH][0]
    inputs = made[place.node]["inputs"]
    assert (inputs["width"], inputs["height"]) == (992, 512)


def test_a_value_in_a_node_of_its_own_takes_what_the_nodes_take_that_use_it():
    made = {
        "1": node("EmptyLTXVLatentVideo", width=768, height=512, length=["2", 0], batch_size=1),
        "2": node("PrimitiveInt", value=97),
        "3": node("CreateVideo", fps=24.0),
    }
    filled = graph.fill(of(made), take("x", duration=2.0, fps=24.0).request, {}, KNOWN)
    assert filled["2"]["inputs"]["value"] == 49


def test_every_seed_is_set():
    made = {"1": node("KSampler", seed=1), "2": node("RandomNoise", noise_seed=2)}
    filled = graph.fill(of(made), take("x", seed=77).request, {})
    assert [filled["1"]["inputs"]["seed"], filled["2"]["inputs"]["noise_seed"]] == [77, 77]


def test_a_rate_that_cannot_be_told_is_the_workflow_s_own():
    made = {
        "1": node("EmptyHunyuanLatentVideo", width=64, height=64, length=9, batch_size=1),
        "2": node("CreateVideo", fps=16.0),
    }
    bindings = binding.find(made)
    del bindings[Parameter.FPS]
    one = Workflow("film", made, bindings)
    filled = graph.fill(one, take("x", duration=2.0, fps=60.0).request, {})
    assert filled["1"]["inputs"]["length"] == 32
    assert filled["2"]["inputs"]["fps"] == 16.0
    assert catalogue.model(one).fps == Choices((16.0,))


def test_a_length_and_a_size_that_are_not_bound_are_those_in_the_workflow():
    made = {
        "1": node("EmptyHunyuanLatentVideo", width=832, height=480, length=49, batch_size=1),
        "2": node("CreateVideo", fps=16.0),
    }
    model = catalogue.model(Workflow("film", made, {}))
    assert (model.width, model.height, model.fps) == (Span(832, 832), Span(480, 480), Choices((16.0,)))
    assert (model.duration, model.durations(16.0)) == (None, Choices((49 / 16,)))
    draft = Draft(prompt="A fox", model="film", duration=20.0, match_scene=False, width=1, height=1, fps=1.0)
    (request,) = requesting.requests(draft, catalogue.described((model,)), SceneFormat(1920, 1080, 25.0))
    assert (request.width, request.height, request.fps, request.duration) == (832, 480, 16.0, 49 / 16)
    assert graph.fill(Workflow("film", made, {}), request, {}) == made


def test_nothing_is_said_of_a_length_and_a_size_that_the_nodes_work_out():
    made = {
        "1": node("VHS_LoadVideo", video="a.mp4"),
        "2": node("ImageScaleBy", image=["1", 0], upscale_method="lanczos", scale_by=2.0),
        "3": node("SaveVideo", video=["2", 0]),
    }
    model = catalogue.model(of(made), KNOWN)
    assert (model.duration, model.frames, model.width, model.height, model.fps) == (None, None, None, None, None)
    draft = Draft(prompt="x", model="film", inputs=(Input(role=Role.VIDEO, path="/a.mp4"),))
    (request,) = requesting.requests(draft, catalogue.described((model,)), SceneFormat(1920, 1080, 25.0))
    assert (request.width, request.height, request.fps, request.duration) == (0, 0, 0, 0)


def test_settings_are_written_where_they_belong_and_nowhere_else():
    one = flow("wan2.2-5b-text")
    options = {"8.steps": 30.0, "8.cfg": 4, "8.seed": 5, "8.model": "x", "99.a": 1, "negative": "fog", "8.new": 2}
    filled = graph.fill(one, take("x", options=options, seed=1).request, {})
    assert filled["8"]["inputs"] == {**one.graph["8"]["inputs"], "steps": 30, "cfg": 4.0, "seed": 1}
    assert isinstance(filled["8"]["inputs"]["steps"], int)
    assert isinstance(filled["8"]["inputs"]["cfg"], float)
    assert filled["5"]["inputs"]["text"] == "fog"
    assert "99" not in filled


def test_each_reference_has_its_own_place_and_more_are_refused():
    made = {
        "1": node("LoadImage", "[reference]", image="a.png"),
        "2": node("LoadImage", "[reference] too", image="b.png"),
    }
    one = of(made)
    filled = graph.fill(one, take("x").request, {Role.REFERENCE: ["1.png", "2.png"]})
    assert [filled[each]["inputs"]["image"] for each in "12"] == ["1.png", "2.png"]
    with pytest.raises(InputError, match="no place for 1"):
        graph.fill(one, take("x").request, {Role.REFERENCE: ["1.png", "2.png", "3.png"]})


@pytest.mark.parametrize(
    ("made", "mode", "roles"),
    [
        ({"1": node("CLIPTextEncode", text="")}, Mode.TEXT, []),
        ({"1": node("LoadImage", image="a")}, Mode.FIRST_FRAME, [Role.FIRST_FRAME]),
        (
            {"1": node("LoadImage", "[image]", image="a"), "2": node("LoadImage", "[image_last]", image="a")},
            Mode.FIRST_LAST,
            [Role.FIRST_FRAME, Role.LAST_FRAME],
        ),
        ({"1": node("LoadImage", "[reference]", image="a")}, Mode.REFERENCES, [Role.REFERENCE]),
        (
            {
                "1": node("VHS_LoadVideo", video="a"),
                "2": node("LoadAudio", audio="b"),
                "3": node("LoadImage", image="c"),
            },
            Mode.VIDEO,
            [Role.FIRST_FRAME, Role.VIDEO, Role.AUDIO],
        ),
    ],
)
def test_what_a_workflow_loads_decides_what_it_starts_from(made, mode, roles):
    model = catalogue.model(of(made))
    assert model.modes == {mode}
    assert [slot.role for slot in model.takes(mode)] == roles
    assert all(slot.least == (slot.role is not Role.AUDIO) for slot in model.takes(mode))
    media = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO}
    assert all(slot.media is media.get(slot.role, Media.IMAGE) for slot in model.takes(mode))


def test_the_settings_people_change_come_first_with_what_they_can_be():
    options = {option.id: option for option in catalogue.model(flow("wan2.2-5b-text"), KNOWN).options}
    assert list(options)[:4] == ["negative", "8.steps", "8.cfg", "8.sampler_name"]
    assert options["8.steps"].kind is OptionKind.WHOLE
    assert options["8.steps"].span == Span(1, 10000)
    assert "euler" in options["8.sampler_name"].choices
    assert options["8.sampler_name"].default == "uni_pc"
    assert not any(name.endswith((".seed", ".width", ".text", ".filename_prefix")) for name in options)


@pytest.mark.parametrize("nodes", [NONE, KNOWN])
@pytest.mark.parametrize("name", ["t2v", "t2v_webm", *(each for each in SHIPPED if each.endswith("-text"))])
def test_a_request_with_every_default_passes_the_check(name, nodes):
    model = catalogue.model(flow(name), nodes)
    request = take(
        name,
        width=model.width.nearest(640),
        height=model.height.nearest(384),
        duration=model.durations(fps := model.fps.nearest(24)).nearest(3),
        fps=fps,
        options={option.id: option.default for option in model.options},
    ).request
    checking.check_request(request, catalogue.described((model,)))


def test_the_server_decides_ranges_within_what_is_known_of_our_own():
    model = catalogue.model(flow("ltxv-2b-text"), KNOWN)
    assert model.width == Span(256, 1280, 32)
    assert model.fps == Span(1, 60)
    assert model.frames == Span(9, 257, 8)
    assert catalogue.model(flow("wan2.2-5b-text"), KNOWN).fps == Choices((24.0,))


def test_capabilities_are_written_and_read_and_count_while_the_workflow_is_the_same(tmp_path):
    file = stored(tmp_path, "t2v")
    known = catalogue.described((catalogue.model(library.load(file), KNOWN),))
    known = codec().validate_json(codec().dump_json(known))
    now = comfyui.capabilities(known, tmp_path)
    assert now.models[0] == known.models[0]
    assert now.models[0].width == Span(1, 16384, 1)
    assert [model.id for model in now.models] == ["t2v", *SHIPPED]
    binding.write_bindings(file, {Parameter.PROMPT: (Place("3", "value"),)})
    assert comfyui.capabilities(known, tmp_path).models[0].seed is None


def test_without_any_server_our_own_workflows_are_there():
    now = comfyui.capabilities(None)
    assert [model.id for model in now.models] == SHIPPED
    assert (now.free, now.needs_network, now.traceable) == (True, False, True)
    assert all(model.problem is None for model in now.models)


def test_a_workflow_that_cannot_be_read_is_listed_with_its_problem(tmp_path):
    (tmp_path / "broken.json").write_text("{", "utf-8")
    model = comfyui.capabilities(None, tmp_path).model("broken")
    assert model is not None and model.problem is not None
    assert "broken.json is no workflow" in str(model.problem)


def test_model_files_that_are_missing_are_named_with_their_folders():
    problem = catalogue.lack(flow("ltxv-2b-text"), NONE, {"text_encoders": ("t5xxl_fp16.safetensors",)})
    assert problem is not None and problem.kind is Kind.FILE
    assert "models/checkpoints/ltx-video-2b-v0.9.5.safetensors" in str(problem)
    assert "t5xxl" not in str(problem)


def test_what_a_workflow_needs_is_told_before_any_server_was_asked():
    model = comfyui.capabilities(None).model("wan2.2-5b-text")
    assert model is not None
    assert catalogue.needs(model) == {
        "models/diffusion_models/wan2.2_ti2v_5B_fp16.safetensors": None,
        "models/text_encoders/umt5_xxl_fp8_e4m3fn_scaled.safetensors": None,
        "models/vae/wan2.2_vae.safetensors": None,
    }


def test_a_node_that_is_missing_is_named():
    problem = catalogue.lack(flow("err_missing_node"), Nodes(OBJECT_INFO, frozenset({"NoSuchNode"})), {})
    assert problem is not None
    assert "“Sampler” (NoSuchNode)" in str(problem)


def test_a_choice_that_the_server_does_not_have_is_named():
    made = {"1": node("KSampler", "Draw", sampler_name="my_sampler", scheduler="simple")}
    problem = catalogue.lack(of(made), KNOWN, {})
    assert problem is not None
    assert "“my_sampler”, which the node “Draw” wants as “sampler_name”" in str(problem)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            {"6": {"images": [{"filename": "a.mp4", "subfolder": "video", "type": "output"}], "animated": [True]}},
            "a.mp4",
        ),
        ({"6": {"gifs": [{"filename": "a.mp4", "type": "temp", "format": "video/h264-mp4"}]}}, "a.mp4"),
        ({"6": {"videos": [{"filename": "a.bin", "format": "video/webm"}]}}, "a.bin"),
        ({"6": {"images": [{"filename": "a.png"}]}, "7": {"video": {"filename": "B.MOV"}}}, "B.MOV"),
        (
            {
                "6": {"images": [{"filename": "keep.webm", "type": "output"}]},
                "7": {"gifs": [{"filename": "preview.mp4", "type": "temp", "format": "video/h264-mp4"}]},
            },
            "keep.webm",
        ),
        ({"6": {"images": [{"filename": "a.webp"}, {"filename": "a.gif", "format": "image/gif"}]}}, None),
        ({"6": {"images": [{"filename": 3}, None, "x", [[[]]]], "text": ["a.mp4"]}}, None),
        (None, None),
        ([], None),
    ],
)
def test_the_clip_is_found_by_what_it_is_and_not_by_where_it_stands(found, expected):
    clip = outputs.clip(found)
    assert (clip.filename if clip else None) == expected


def test_the_output_that_was_chosen_goes_first():
    found = {
        "6": {"images": [{"filename": "small.mp4", "type": "temp"}]},
        "7": {"images": [{"filename": "large.mp4", "type": "output"}]},
    }
    clip = outputs.clip(found, frozenset({"6"}))
    assert clip is not None
    assert clip.query == {"filename": "small.mp4", "subfolder": "", "type": "temp"}


def test_inputs_of_a_request_go_by_their_roles():
    assert graph.ROLES.keys() == binding.FILES
    assert set(graph.ROLES.values()) == set(Role)
    assert Input(role=Role.VIDEO, path="/x").role in graph.ROLES.values()


def test_an_input_without_a_name_binds_nothing() -> None:
    nameless = {"": 24, "images": ["2", 0]}
    made = {"1": {"class_type": "SaveImage", "inputs": nameless}, "2": {"class_type": "Other", "inputs": {"": "a"}}}
    assert binding.find(made) == {}


def test_links_that_lead_everywhere_are_not_followed_for_minutes() -> None:
    inputs = {f"in{number}": [str(number), 0] for number in range(400)}
    tangled = {
        str(number): {"class_type": "LoadImage", "inputs": {"image": "a.png", **inputs}} for number in range(400)
    }
    with pytest.raises(Tangled, match="linked in too many ways"):
        binding.find(tangled)
