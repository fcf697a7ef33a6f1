"""How bindings are found: by tags in titles, by what inputs are called, by following the links from the samplers.

Names of nodes and inputs are those of ComfyUI 0.33 and of the custom nodes most seen in workflows for video.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from . import workflow
from .workflow import Graph, Place

Found = Iterator[tuple[str, Place]]

# What each tag binds in the node whose title has it: the first of these inputs, else the first of the right type.
_TAGGED: dict[str, tuple[str, ...]] = {
    "prompt": ("text", "prompt", "value", "string", "positive_prompt"),
    "negative": ("text", "negative_prompt", "prompt", "value", "string"),
    "seed": ("seed", "noise_seed", "value"),
    "width": ("width", "value"),
    "height": ("height", "value"),
    "frames": ("length", "num_frames", "frames_number", "video_frames", "frames", "batch_size", "amount", "value"),
    "fps": ("fps", "frame_rate", "value"),
    "image": ("image", "file", "value"),
    "image_last": ("image", "file", "value"),
    "reference": ("image", "file", "value"),
    "video": ("file", "video", "value"),
    "audio": ("audio", "file", "value"),
    "output": (),
}
_NUMBERS = frozenset({"seed", "width", "height", "frames", "fps"})
_TAG = re.compile(r"\[\s*(\w+)\s*\]")

_LENGTHS = ("length", "num_frames", "video_frames", "num_video_frames")
# Where nothing has a length: how many pictures a batch has.
_BATCHES = {"EmptyImage": "batch_size", "EmptyLatentImage": "batch_size", "EmptySD3LatentImage": "batch_size"}
_REPEATS = {"RepeatImageBatch": "amount", "RepeatLatentBatch": "amount"}
_RATES = {"CreateVideo": "fps", "SaveWEBM": "fps", "SaveAnimatedWEBP": "fps", "VHS_VideoCombine": "frame_rate"}
_LOADERS = {
    "LoadImage": ("image", "image"),
    "VHS_LoadImage": ("image", "image"),
    "LoadVideo": ("video", "file"),
    "VHS_LoadVideo": ("video", "video"),
    "VHS_LoadVideoFFmpeg": ("video", "video"),
    "LoadAudio": ("audio", "audio"),
    "VHS_LoadAudioUpload": ("audio", "audio"),
}
_TEXTS = ("text", "prompt", "t5xxl", "clip_l", "text_g", "text_l", "bert", "mt5xl")
_CONDITIONINGS = ("conditioning", "conditioning_1", "conditioning_2", "conditioning_to", "conditioning_from")
_WRITTEN = {"positive_prompt": "prompt", "negative_prompt": "negative"}


def loads_files(kind: str) -> bool:
    """Whether nodes of this class load a file that was uploaded."""
    return kind in _LOADERS or ("Load" in kind and any(word in kind for word in ("Image", "Video", "Audio")))


def _tags(graph: Graph) -> Found:
    for node in graph:
        for tag in _TAG.findall(workflow.title(graph, node).lower()):
            if tag == "output":
                yield tag, Place(node)
            elif tag in _TAGGED and (place := _tagged(graph, node, tag)):
                yield tag, place


def _tagged(graph: Graph, node: str, tag: str) -> Place | None:
    wanted: tuple[type, ...] = (int, float) if tag in _NUMBERS else (str,)
    names = [*_TAGGED[tag], *graph[node]["inputs"]]
    return next(filter(None, (workflow.origin(graph, Place(node, name), wanted) for name in names)), None)


def _sizes(graph: Graph) -> Found:
    """Width, height and length of one node; only where there is none, the size and number of empty pictures."""
    found = list(_sized(graph, lambda node: next((n for n in _LENGTHS if n in graph[node]["inputs"]), None)))
    if not found:
        found = list(_sized(graph, lambda node: _BATCHES.get(workflow.kind(graph, node))))
        found += [
            ("frames", place)
            for node in graph
            if (name := _REPEATS.get(workflow.kind(graph, node)))
            and (place := workflow.origin(graph, Place(node, name), int))
        ]
    yield from found
    for node in graph:  # the sound of LTX-2 is as long as its picture
        if place := workflow.origin(graph, Place(node, "frames_number"), int):
            yield "frames", place


def _sized(graph: Graph, length: Callable[[str], str | None]) -> Found:
    for node in graph:
        name = length(node)
        if name and {"width", "height"} <= graph[node]["inputs"].keys():
            for parameter, input_name in (("width", "width"), ("height", "height"), ("frames", name)):
                if place := workflow.origin(graph, Place(node, input_name), int):
                    yield parameter, place


def _seeds(graph: Graph) -> Found:
    for node in graph:
        for name in ("seed", "noise_seed"):
            if place := workflow.origin(graph, Place(node, name), int):
                yield "seed", place


def rates(graph: Graph) -> Found:
    """Where the frame rate of the clips is written."""
    for node in graph:
        kind = workflow.kind(graph, node)
        name = _RATES.get(kind) or ("frame_rate" if "LTXV" in kind else "")
        if name and (place := workflow.origin(graph, Place(node, name), (int, float))):
            yield "fps", place


def _files(graph: Graph) -> Found:
    pictures: list[tuple[str, Place]] = []
    for node in graph:
        parameter, name = _LOADERS.get(workflow.kind(graph, node), ("", ""))
        place = workflow.origin(graph, Place(node, name), str) if name else None
        if place and parameter == "image":
            pictures.append((_purpose(graph, node), place))
        elif place:
            yield parameter, place
    yield from (each for each in pictures if each[0] in ("image_last", "reference"))
    # One picture to start from: the one that says so, else the first that says nothing.
    starts = [place for purpose, place in pictures if purpose == "image"]
    starts += [place for purpose, place in pictures if not purpose]
    if starts:
        yield "image", starts[0]


def _purpose(graph: Graph, node: str) -> str:
    """What a picture is for, from the names of the inputs that it reaches, the nearest first; empty if none tells."""
    reached = [node]
    for source in reached:
        for place, target in workflow.links(graph):
            if target != source:
                continue
            words = set(place.input.lower().split("_"))
            if words & {"end", "last"} or _guides_the_end(graph, place):
                return "image_last"
            if words & {"ref", "reference"}:
                return "reference"
            if words & {"start", "first", "init"}:
                return "image"
            if place.node not in reached:
                reached.append(place.node)
    return ""


def _guides_the_end(graph: Graph, place: Place) -> bool:
    frame = workflow.value(graph, Place(place.node, "frame_idx"))
    return place.input == "image" and isinstance(frame, int) and frame < 0


def _prompts(graph: Graph) -> Found:
    found = {
        name: [place for node in graph for place in _texts(graph, Place(node, name), name, set())]
        for name in ("positive", "negative")
    }
    for node in graph:
        if "Guider" in workflow.kind(graph, node):
            found["positive"] += _texts(graph, Place(node, "conditioning"), "conditioning", set())
        for name, parameter in _WRITTEN.items():
            if place := workflow.origin(graph, Place(node, name), str):
                yield parameter, place
    for place in found["positive"]:
        yield "prompt", place
    for place in found["negative"]:
        if place not in found["positive"]:
            yield "negative", place


def _texts(graph: Graph, place: Place, role: str, seen: set[str]) -> list[Place]:
    """The texts that a conditioning is made from: those of the nearest encoder on each way back."""
    source = workflow.linked(graph, place)
    if source is None or source in seen:
        return []
    seen.add(source)
    texts = [found for name in _TEXTS if (found := workflow.origin(graph, Place(source, name), str))]
    if texts:
        return texts
    return [each for name in (role, *_CONDITIONINGS) for each in _texts(graph, Place(source, name), role, seen)]


def _any_text(graph: Graph) -> Found:
    """Where no sampler leads to a prompt: the first text that is called one."""
    for name in ("prompt", "text"):
        for node in graph:
            if place := workflow.origin(graph, Place(node, name), str):
                yield "prompt", place
                return


RULES: tuple[Callable[[Graph], Found], ...] = (_tags, _sizes, _seeds, rates, _files, _prompts, _any_text)
"""In this order; what an earlier one has found, a later one leaves alone."""
