"""What graphs of ComfyUI say of how a clip was made, as queued and as its interface saves them."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from addon.core.provenance import Kind, Source
from addon.providers import comfyui
from addon.providers.comfyui import provenance
from addon.worker.provenance import of_file

FILE = Source(kind=Kind.GRAPH, file="clip.mp4")
BUNDLED = sorted(
    path for path in (Path(comfyui.__file__).parent / "workflows").glob("*.json") if ".about" not in path.name
)


def graph() -> dict[str, Any]:
    """A graph that samples, with its seed and its prompt in nodes of their own."""
    return {
        "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "wan2.2_high.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["9", 0]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["9", 0]}},
        "4": {"class_type": "EmptyHunyuanLatentVideo", "inputs": {"width": 832, "height": 480, "length": 81}},
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "seed": ["7", 0], "steps": 20, "cfg": 3.5, "sampler_name": "euler", "scheduler": "simple",
                "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            },
        },
        "6": {"class_type": "VHS_VideoCombine", "inputs": {"images": ["5", 0], "frame_rate": 16}},
        "7": {"class_type": "PrimitiveInt", "inputs": {"value": 2**53 + 1}},
        "8": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a red fox"}},
    }  # fmt: skip


def saved() -> dict[str, Any]:
    """The same as the interface saves it: values in the order of the widgets, links in a table."""
    widget = lambda *names: [{"name": name, "widget": {"name": name}, "link": None} for name in names]  # noqa: E731
    return {
        "nodes": [
            {"id": 1, "type": "UNETLoader", "widgets_values": ["wan2.2_high.safetensors", "default"]},
            {"id": 2, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 1}],
             "widgets_values": ["a red fox"]},
            {"id": 3, "type": "CLIPTextEncode", "inputs": widget("text"), "widgets_values": ["blurry"]},
            {"id": 4, "type": "EmptyHunyuanLatentVideo", "widgets_values": [832, 480, 81, 1]},
            {
                "id": 5,
                "type": "KSampler",
                "inputs": [{"name": "positive", "link": 7}, {"name": "negative", "link": 8},
                           *widget("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise")],
                "widgets_values": [2**53 + 1, "randomize", 20, 3.5, "euler", "simple", 1],
            },
            {"id": 6, "type": "VHS_VideoCombine", "widgets_values": {"frame_rate": 16, "format": "video/h264-mp4"}},
            {"id": 10, "type": "KSampler", "mode": 4, "widgets_values": [5, "fixed", 1, 1, "x", "y", 1]},
        ],
        "links": [[1, 9, 0, 2, 0, "CLIP"], [7, 2, 0, 5, 1, "CONDITIONING"], [8, 3, 0, 5, 2, "CONDITIONING"]],
    }  # fmt: skip


@pytest.mark.parametrize("said", [graph(), saved(), {"prompt": json.dumps(graph())}, {"workflow": json.dumps(saved())}])
def test_a_graph_tells_the_same_however_it_is_written(said: dict[str, Any]) -> None:
    found = provenance.of_graph(said, FILE)
    assert (found.prompt, found.negative) == ("a red fox", "blurry")
    assert (found.seed, found.model, found.tool) == (2**53 + 1, "wan2.2_high.safetensors", "ComfyUI")
    assert (found.width, found.height, found.frames, found.fps) == (832, 480, 81, 16.0)
    assert found.seconds == pytest.approx(81 / 16)
    assert {name: found.options[name] for name in ("steps", "cfg", "sampler_name")} == {
        "steps": 20,
        "cfg": 3.5,
        "sampler_name": "euler",
    }
    assert found.sources["prompt"] == FILE


def test_what_is_queued_counts_before_what_the_interface_saves() -> None:
    other = saved() | {"nodes": [{"id": 1, "type": "CLIPTextEncode", "widgets_values": ["a cat"]}]}
    assert (
        provenance.of_graph({"workflow": json.dumps(other), "prompt": json.dumps(graph())}, FILE).prompt == "a red fox"
    )


def test_a_prompt_in_parts_is_told_once_each() -> None:
    said = graph()
    said["2"] = {
        "class_type": "CLIPTextEncodeFlux",
        "inputs": {"clip_l": "a fox", "t5xxl": "a fox", "text_g": "in snow"},
    }
    assert sorted(provenance.of_graph(said, FILE).prompt.splitlines()) == ["a fox", "in snow"]


def test_the_constants_that_are_no_json_in_older_files_do_no_harm() -> None:
    said = graph()
    said["1"]["is_changed"] = [math.nan]
    assert provenance.of_graph({"prompt": json.dumps(said)}, FILE).seed == 2**53 + 1


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_workflows_that_come_with_the_extension_are_understood(path: Path) -> None:
    said = json.loads(path.read_bytes())
    for node in said.values():
        if node.get("_meta", {}).get("title") == "Prompt":
            node["inputs"]["text"] = "a lighthouse"
    found = provenance.of_graph(said, FILE)
    assert found.prompt == "a lighthouse"
    assert found.negative
    assert found.model.endswith(".safetensors")
    assert found.seconds
    assert found.width


@pytest.mark.parametrize(
    "said",
    [None, 5, "text", [], {}, {"prompt": "a dog"}, {"prompt": "{"}, {"prompt": "[" * 100_000}, {"nodes": 5},
     {"prompt": "{" + '"a":{' * 50_000}, {"nodes": [None, 5, {"type": "KSampler"}]},
     {"1": {"class_type": 5, "inputs": {}}}],
)  # fmt: skip
def test_what_is_no_graph_says_nothing(said: Any) -> None:
    assert not provenance.of_graph(said, FILE)


def test_links_in_circles_and_without_end_are_followed_no_further() -> None:
    chain = {
        str(number): {
            "class_type": "ConditioningCombine",
            "inputs": {"conditioning_1": [str(number + 1), 0], "seed": 1},
        }
        for number in range(900)
    }
    chain["900"] = {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["0", 0]}}
    chain["901"] = {"class_type": "KSampler", "inputs": {"positive": ["0", 0], "negative": ["901", 0]}}
    provenance.of_graph(chain, FILE)
    values = {
        str(number): {"class_type": "Reroute", "inputs": {"any": [str((number + 1) % 900), 0]}} for number in range(900)
    }
    assert not provenance.of_graph(values, FILE)


def test_a_graph_of_too_many_nodes_is_not_looked_at() -> None:
    node = {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["1", 0]}}
    assert not provenance.of_graph({str(number): node for number in range(20_000)}, FILE)
    assert not provenance.of_graph({"nodes": [{"id": 1, "type": "KSampler"}] * 20_000}, FILE)


def test_a_graph_whose_links_lead_everywhere_is_given_up() -> None:
    count = 1000
    inputs = ("positive", "negative", "conditioning", "conditioning_1", "conditioning_2")
    knot = {
        str(node): {
            "class_type": "KSampler",
            "inputs": {name: [str((node * step + step) % count), 0] for step, name in enumerate(inputs, 3)}
            | {"seed": 1},
        }
        for node in range(count)
    }
    assert not provenance.of_graph(knot, FILE)


def test_no_graph_of_anything_makes_reading_fail() -> None:
    chance = random.Random(3)
    junk: list[Any] = [
        None,
        True,
        -1,
        10**40,
        1e999,
        math.nan,
        "",
        "\ud800",
        [],
        ["1"],
        ["1", 0],
        ["2", "x"],
        {},
        {"a": []},
    ]
    for said in (graph(), saved()):
        text = json.dumps(said)
        for _ in range(1500):
            changed = json.loads(text)
            for _ in range(chance.randrange(1, 4)):
                spoil(changed, chance, junk)
            found = provenance.of_graph(changed, FILE)
            assert found.model_dump_json()


def spoil(said: Any, chance: random.Random, junk: list[Any]) -> None:
    """Put something else at one place of what was read from JSON."""
    while isinstance(said, dict | list) and said:
        key = chance.choice(list(said)) if isinstance(said, dict) else chance.randrange(len(said))
        if not isinstance(said[key], dict | list) or not said[key] or chance.random() < 0.1:
            said[key] = chance.choice(junk)
            return
        said = said[key]


def test_a_clip_that_comfyui_itself_wrote_tells_how_it_was_made(specs: Path) -> None:
    found = of_file(specs / "comfyui" / "i2v.mp4")
    assert (found.seed, found.frames, found.fps, found.tool) == (7, 12, 12.0, "ComfyUI")
