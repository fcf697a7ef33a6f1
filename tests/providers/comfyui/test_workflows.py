"""Workflows are read, their bindings found, kept and edited, and they are imported."""

from __future__ import annotations

from typing import Any

import pytest

from addon.core.errors import InputError, Kind, StorageError
from addon.providers.comfyui import binding, library, workflow
from addon.providers.comfyui.binding import Parameter
from addon.providers.comfyui.workflow import Place

from .replay import OBJECT_INFO, recording
from .takes import stored

SHIPPED = sorted(library.files(None))
RECORDED = ["t2v", "t2v_same_again", "t2v_webm", "i2v", "v2v", "interrupt", "jobs_cancel"]


def bound(graph: dict[str, Any]) -> dict[str, list[tuple[str, ...]]]:
    """The bindings that are found, in plain words."""
    return {name.value: [tuple(place) for place in places] for name, places in binding.find(graph).items()}


def node(kind: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, **({"_meta": {"title": title}} if title else {})}


def test_a_file_of_the_interface_is_refused_with_the_way_out(tmp_path):
    file = stored(tmp_path, "ui", {"nodes": [], "links": [], "version": 0.4})
    with pytest.raises(InputError, match=r"Export Workflow \(API\)"):
        workflow.read(file)


@pytest.mark.parametrize(
    "data",
    [b"", b"no JSON", b"[]", b"{}", b'{"1": {"inputs": {}}}', b'{"1": 2}', b"[" * 100_000, b"\xff\xfe", b'{"1": NaN}'],
)
def test_what_is_no_workflow_is_refused(data):
    with pytest.raises(InputError, match=r"film\.json is no workflow of ComfyUI"):
        workflow.parse(data, "film.json")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.json cannot be read"):
        workflow.read(tmp_path / "gone.json")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "t2v",
            {
                "prompt": [("3", "value")],
                "seed": [("2", "seed")],
                "width": [("1", "width")],
                "height": [("1", "height")],
                "frames": [("1", "batch_size")],
                "fps": [("5", "fps")],
            },
        ),
        (
            "i2v",
            {"seed": [("3", "seed")], "frames": [("2", "amount")], "fps": [("5", "fps")], "image": [("1", "image")]},
        ),
        ("v2v", {"video": [("1", "file")]}),
    ],
)
def test_bindings_are_found_in_recorded_workflows(name, expected):
    assert bound(recording(name)["request"]["prompt"]) == expected


def test_every_frame_rate_of_a_workflow_is_bound():
    assert bound(recording("t2v_webm")["request"]["prompt"])["fps"] == [("5", "fps"), ("6", "fps")]


@pytest.mark.parametrize("name", SHIPPED)
def test_bindings_are_found_in_our_own_workflows(name):
    found = bound(library.load(library.files(None)[name]).graph)
    assert {"prompt", "negative", "seed", "width", "height", "frames", "fps"} <= found.keys()
    assert ("image" in found) == name.endswith("-image")
    assert found["prompt"] != found["negative"]


@pytest.mark.parametrize("name", SHIPPED)
def test_our_own_workflows_are_what_the_nodes_of_comfyui_take(name):
    """Each input is one that the node has, none that it needs is missing, links give what is wanted.

    A type such as `FLOAT,INT` takes either.
    """
    flow = library.load(library.files(None)[name])
    files = {need["file"] for need in flow.about["needs"]}
    for node_id, each in flow.graph.items():
        described = OBJECT_INFO[each["class_type"]]["input"]
        known = {**described.get("required", {}), **described.get("optional", {})}
        # The codec of SaveVideo is hidden: it goes with the format.
        assert each["inputs"].keys() <= known.keys() | {"codec"}, node_id
        assert described.get("required", {}).keys() <= each["inputs"].keys(), node_id
        for field, value in each["inputs"].items():
            shape, *more = known.get(field, ["COMBO", {}])
            config = more[0] if more else {}
            if isinstance(value, list):
                given = OBJECT_INFO[flow.graph[value[0]]["class_type"]]["output"][value[1]]
                assert given in shape.split(","), (node_id, field)
            elif shape in ("INT", "FLOAT"):
                assert config.get("min", value) <= value <= config.get("max", value), (node_id, field)
                assert shape == "FLOAT" or isinstance(value, int), (node_id, field)
            elif (choices := shape if isinstance(shape, list) else config.get("options")) and value not in files:
                assert value in [each["key"] if isinstance(each, dict) else each for each in choices], (node_id, field)
    assert [OBJECT_INFO[workflow.kind(flow.graph, end)]["output_node"] for end in workflow.ends(flow.graph)] == [True]


@pytest.mark.parametrize("name", SHIPPED)
def test_our_own_workflows_name_every_model_file_they_load(name):
    flow = library.load(library.files(None)[name])
    loaded = {
        value
        for each in flow.graph.values()
        for value in each["inputs"].values()
        if isinstance(value, str) and value.endswith(".safetensors")
    }
    assert loaded == {need["file"] for need in flow.about["needs"]}


def test_prompts_are_found_by_following_the_links_from_the_guider():
    graph = {
        "1": node("PrimitiveStringMultiline", value="a storm"),
        "2": node("CLIPTextEncode", text=["1", 0], clip=["9", 1]),
        "3": node("CLIPTextEncode", text="ugly", clip=["9", 1]),
        "4": node("LTXVConditioning", positive=["2", 0], negative=["3", 0], frame_rate=25.0),
        "5": node("CFGGuider", positive=["4", 0], negative=["4", 1], cfg=3.0),
        "6": node("RandomNoise", noise_seed=7),
        "7": node("EmptyLTXVLatentVideo", width=["8", 0], height=512, length=97, batch_size=1),
        "8": node("PrimitiveInt", value=768),
    }
    assert bound(graph) == {
        "prompt": [("1", "value")],
        "negative": [("3", "text")],
        "seed": [("6", "noise_seed")],
        "width": [("8", "value")],
        "height": [("7", "height")],
        "frames": [("7", "length")],
        "fps": [("4", "frame_rate")],
    }


def test_a_negative_made_from_the_prompt_itself_is_not_bound():
    graph = {
        "1": node("CLIPTextEncode", text="a storm"),
        "2": node("ConditioningZeroOut", conditioning=["1", 0]),
        "3": node("KSampler", positive=["1", 0], negative=["2", 0], seed=1),
        "4": node("BasicGuider", conditioning=["1", 0]),
    }
    assert bound(graph) == {"prompt": [("1", "text")], "seed": [("3", "seed")]}


def test_pictures_are_told_apart_by_what_they_reach():
    graph = {
        "1": node("LoadImage", image="b.png"),
        "2": node("LoadImage", image="a.png"),
        "3": node("ImageScale", image=["2", 0], width=64, height=64),
        "4": node("WanFirstLastFrameToVideo", start_image=["3", 0], end_image=["1", 0], width=64, height=64, length=81),
        "5": node("LoadImage", image="c.png"),
        "6": node("WanPhantom", reference_image=["5", 0]),
    }
    found = bound(graph)
    assert (found["image"], found["image_last"], found["reference"]) == (
        [("2", "image")],
        [("1", "image")],
        [("5", "image")],
    )


def test_a_guide_at_the_end_is_the_last_frame():
    graph = {
        "1": node("LoadImage", image="a.png"),
        "2": node("LTXVAddGuide", image=["1", 0], frame_idx=0),
        "3": node("LoadImage", image="b.png"),
        "4": node("LTXVAddGuide", image=["3", 0], frame_idx=-1, latent=["2", 2]),
    }
    assert bound(graph) == {"image": [("1", "image")], "image_last": [("3", "image")]}


def test_tags_in_titles_go_before_everything_else():
    graph = {
        "1": node("TextOverlay", "Words [prompt]", text="said", images=["4", 0]),
        "2": node("CLIPTextEncode", text="not this"),
        "3": node("KSampler", positive=["2", 0], seed=4),
        "4": node("Custom", "My size [Width] [height] [frames]", width=8, height=8, how_many=3),
        "5": node("Custom", "[output]", video=["4", 0]),
        "6": node("Custom", "[nonsense] [seed]", a="text", b=1.5),
    }
    found = bound(graph)
    assert found["prompt"] == [("1", "text")]
    assert found["output"] == [("5", "")]
    assert (found["width"], found["height"]) == ([("4", "width")], [("4", "height")])
    assert found["seed"] == [("6", "b")]


def test_no_input_is_bound_twice():
    graph = {"1": node("Custom", "[prompt] [negative] [width] [height]", text="one", value=3)}
    places = [place for places in bound(graph).values() for place in places]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", [*RECORDED, *SHIPPED])
def test_bindings_come_back_as_they_were_written(name, tmp_path):
    graph = library.load(library.files(None)[name]).graph if name in SHIPPED else recording(name)["request"]["prompt"]
    file = stored(tmp_path, "film", graph)
    bindings = binding.find(graph)
    binding.write_bindings(file, bindings)
    assert binding.read_bindings(file, graph) == bindings
    edited = {**bindings, Parameter.OUTPUT: (Place("6"),)}
    binding.write_bindings(file, edited)
    assert binding.read_bindings(file, graph) == edited
    assert library.files(tmp_path)["film"] == file  # the bindings are no workflow


def test_bindings_to_what_is_not_there_are_left_out(tmp_path):
    graph = recording("t2v")["request"]["prompt"]
    file = stored(tmp_path, "film", graph)
    binding.write_bindings(
        file, {Parameter.PROMPT: (Place("3", "value"), Place("99", "text")), Parameter.SEED: (Place("2", "x"),)}
    )
    assert binding.read_bindings(file, graph) == {Parameter.PROMPT: (Place("3", "value"),)}


@pytest.mark.parametrize("data", ["", "[1]", '{"prompt": 3}', '{"prompt": [["3"]]}', '{"prompt": [[[], {}]]}'])
def test_a_bindings_file_that_is_none_is_found_anew(data, tmp_path):
    graph = recording("t2v")["request"]["prompt"]
    file = stored(tmp_path, "film", graph)
    binding.path_of(file).write_text(data, "utf-8")
    assert binding.read_bindings(file, graph) == binding.find(graph)


def test_the_panel_is_offered_every_input_of_the_right_kind():
    graph = recording("i2v")["request"]["prompt"]
    offered = {each.parameter: each for each in binding.bindable(graph, binding.find(graph))}
    assert [each.place for each in offered[Parameter.IMAGE].candidates] == [Place("1", "image")]
    assert Place("3", "strength") in [each.place for each in offered[Parameter.FPS].candidates]
    assert [each.title for each in offered[Parameter.OUTPUT].candidates] == ["SaveVideo"]
    assert offered[Parameter.SEED].bound == (Place("3", "seed"),)
    assert offered.keys() == set(Parameter)


def test_each_of_several_inputs_is_bound_on_its_own():
    one, two, three = (Place(each, "image") for each in "123")
    bindings: binding.Bindings = {Parameter.SEED: (Place("4", "seed"),), Parameter.REFERENCE: (one, two)}
    for index, place, expected in (
        (0, three, (three, two)),  # another one in its place
        (1, None, (one,)),  # taken off
        (2, three, (one, two, three)),  # added
        (9, three, (one, two, three)),  # the file has fewer by now
        (1, one, (one,)),  # the same twice is one
    ):
        rebound = binding.rebound(bindings, Parameter.REFERENCE, index, place)
        assert rebound[Parameter.REFERENCE] == expected
        assert rebound[Parameter.SEED] == bindings[Parameter.SEED]
    assert Parameter.SEED not in binding.rebound(bindings, Parameter.SEED, 0, None)
    assert binding.rebound(bindings, Parameter.IMAGE, 0, one)[Parameter.IMAGE] == (one,)


def test_the_panel_offers_no_input_twice_for_the_same_parameter():
    graph = {each: node("LoadImage", image=f"{each}.png") for each in "123"}
    one, two, three = (Place(each, "image") for each in "123")
    (references,) = (
        each
        for each in binding.bindable(graph, {Parameter.REFERENCE: (one, two)})
        if each.parameter is Parameter.REFERENCE
    )
    assert [[each.place for each in references.offered(index)] for index in range(3)] == [
        [one, three],
        [two, three],
        [three],
    ]


def test_importing_copies_the_workflow_and_keeps_its_bindings(tmp_path):
    source = stored(tmp_path / "downloads", "My film", recording("t2v")["request"]["prompt"])
    file = library.import_workflow(source, tmp_path / "workflows")
    assert file == tmp_path / "workflows" / "My film.json"
    assert file.read_bytes() == source.read_bytes()
    assert library.load(file).bindings == binding.find(workflow.read(source))
    assert binding.path_of(file).is_file()
    assert library.names(tmp_path / "workflows")[0] == "My film"


def test_importing_the_same_again_changes_nothing_and_another_one_gets_another_name(tmp_path):
    source, folder = stored(tmp_path / "downloads", "t2v"), tmp_path / "workflows"
    first = library.import_workflow(source, folder)
    binding.write_bindings(first, {Parameter.PROMPT: (Place("3", "value"),)})
    assert library.import_workflow(source, folder) == first
    assert library.load(first).bindings.keys() == {Parameter.PROMPT}
    stored(tmp_path / "downloads", "t2v", recording("v2v")["request"]["prompt"])
    second = library.import_workflow(source, folder)
    assert second.name == "t2v 2.json"
    assert first.is_file()


def test_an_imported_workflow_does_not_hide_one_of_ours(tmp_path):
    source = stored(tmp_path / "downloads", SHIPPED[0], recording("t2v")["request"]["prompt"])
    assert library.import_workflow(source, tmp_path / "workflows").name == f"{SHIPPED[0]} 2.json"


def test_nothing_is_imported_that_is_no_workflow(tmp_path):
    source = stored(tmp_path, "ui", {"nodes": []})
    with pytest.raises(InputError):
        library.import_workflow(source, tmp_path / "workflows")
    assert not (tmp_path / "workflows").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    source = stored(tmp_path / "downloads", "t2v")
    (tmp_path / "workflows").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(StorageError, match="cannot be copied") as raised:
        library.import_workflow(source, tmp_path / "workflows")
    assert raised.value.problem.kind is Kind.FILE


def test_an_edited_workflow_is_another_one(tmp_path):
    file = stored(tmp_path, "t2v")
    before = library.load(file).digest
    assert library.load(file).digest == before
    binding.write_bindings(file, {})
    assert library.load(file).digest != before
