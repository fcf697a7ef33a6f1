"""Endpoints as a catalogue has them: what each of them takes is of another shape. Written for these tests."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def text(**more: Any) -> Schema:
    return {"type": "string", **more}


def one_of(*values: Any, **more: Any) -> Schema:
    return {"enum": list(values), "type": "string" if isinstance(values[0], str) else "integer", **more}


def maybe(schema: Schema, **more: Any) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], **more}


def whole(least: float | None = None, most: float | None = None, **more: Any) -> Schema:
    bounds = {"minimum": least, "maximum": most}
    return {"type": "integer", **{name: value for name, value in bounds.items() if value is not None}, **more}


def document(endpoint: str, properties: Schema, required: list[str], **schemas: Any) -> Schema:
    """An OpenAPI document of one endpoint, with the paths of its queue beside it."""
    name = "TheInput"
    own = {"type": "object", "title": name, "properties": properties, "required": required}
    status = {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}}
    return {
        "openapi": "3.0.4",
        "info": {"title": "Queue OpenAPI", "version": "1.0.0"},
        "components": {"schemas": {name: own, **schemas}},
        "paths": {
            f"/{endpoint}/requests/{{request_id}}/status": status,
            f"/{endpoint}": {
                "post": {
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
                    }
                }
            },
        },
    }


URL = text(format="uri")
PICTURE_SIZE = {
    "type": "object",
    "properties": {"width": whole(256, 2048, default=512), "height": whole(256, 2048, default=512)},
    "required": ["width", "height"],
}
_SHAPES: dict[str, tuple[str, Schema, list[str], Schema]] = {
    # seconds as words with a unit, a resolution and an aspect, as text
    "lab/alpha": (
        "text-to-video",
        {
            "prompt": text(maxLength=800),
            "aspect_ratio": one_of("16:9", "9:16", default="16:9"),
            "duration": one_of("4s", "6s", "8s", default="8s"),
            "resolution": one_of("720p", "1080p", "4k", default="720p"),
            "negative_prompt": maybe(text(), title="Negative Prompt"),
            "generate_audio": {"type": "boolean", "default": True},
            "seed": maybe(whole()),
        },
        ["prompt"],
        {},
    ),
    # a first frame that must be there, a last one that may be
    "lab/alpha/image-to-video": (
        "image-to-video",
        {
            "prompt": text(),
            "image_url": URL,
            "tail_image_url": maybe(URL),
            "duration": one_of("5", "10", default="5"),
            "cfg_scale": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5},
        },
        ["prompt", "image_url"],
        {},
    ),
    # both frames must be there; shapes by reference, through allOf
    "lab/alpha/first-last": (
        "image-to-video",
        {
            "prompt": text(),
            "first_frame_url": URL,
            "last_frame_url": URL,
            "aspect_ratio": {"allOf": [{"$ref": "#/components/schemas/Aspect"}], "default": "auto"},
            "duration": {"$ref": "#/components/schemas/Duration"},
        },
        ["prompt", "first_frame_url", "last_frame_url"],
        {
            "Aspect": one_of("auto", "16:9", "9:16", "1:1", "21:9"),
            "Duration": one_of("auto", "4", "5", "15", default="auto"),
        },
    ),
    # frames and frames per second instead of seconds
    "lab/beta": (
        "text-to-video",
        {
            "prompt": text(),
            "num_frames": whole(17, 161, default=81),
            "frames_per_second": maybe(whole(4, 60), default=16),
            "resolution": one_of("480p", "580p", "720p"),
            "aspect_ratio": one_of("16:9", "9:16", "1:1"),
            "seed": whole(0, 4294967295),
            "shift": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10, "default": 5},
            "acceleration": one_of("none", "regular", default="regular"),
            "loras": {"type": "array", "items": {"$ref": "#/components/schemas/Weight"}, "default": []},
        },
        ["prompt"],
        {"Weight": {"type": "object", "properties": {"path": text()}, "required": ["path"]}},
    ),
    # several references, and seconds as a whole number
    "lab/gamma/reference-to-video": (
        "image-to-video",
        {
            "prompt": text(),
            "reference_image_urls": {"type": "array", "items": URL, "minItems": 1, "maxItems": 7},
            "duration": whole(2, 12, default=5),
            "aspect_ratio": one_of("16:9", "9:16", "1:1"),
            "movement_amplitude": one_of("auto", "small", "large", default="auto"),
        },
        ["prompt", "reference_image_urls"],
        {},
    ),
    # a video that is changed, with references beside it; how strongly is asked for
    "lab/delta/edit": (
        "video-to-video",
        {
            "prompt": text(),
            "video_url": URL,
            "image_urls": maybe({"type": "array", "items": URL, "maxItems": 3}),
            "strength": {"type": "number", "minimum": 0.1, "maximum": 1},
            "keep_audio": {"type": "boolean"},
        },
        ["prompt", "video_url", "strength", "keep_audio"],
        {},
    ),
    # a video that goes on
    "lab/delta/extend-video": (
        "video-to-video",
        {"prompt": text(), "video_url": URL, "duration": text(default="7s"), "resolution": text(default="720p")},
        ["prompt", "video_url"],
        {},
    ),
    # no prompt at all: numbers as choices
    "lab/epsilon/upscale": (
        "video-to-video",
        {
            "video_url": URL,
            "upscale_factor": one_of(2, 4, default=2),
            "target_fps": {"type": "integer", "enum": [24, 30, 60]},
            "H264_output": {"type": "boolean", "default": False},
            "sync_mode": {"type": "boolean", "default": False},
        },
        ["video_url", "target_fps"],
        {},
    ),
    # a size in words, or as an object
    "lab/zeta": (
        "text-to-video",
        {
            "prompt": text(),
            "video_size": {
                "anyOf": [{"$ref": "#/components/schemas/Size"}, one_of("square_hd", "landscape_16_9")],
                "default": "landscape_16_9",
            },
            "num_frames": whole(9, 241, default=120, multipleOf=8),
            "fps": {"type": "number", "minimum": 1, "maximum": 60, "default": 24},
        },
        ["prompt"],
        {"Size": PICTURE_SIZE},
    ),
    # width and height in steps; JSON Schema as OpenAPI 3.1 has it
    "lab/eta": (
        "text-to-video",
        {
            "prompt": {"type": ["string", "null"]},
            "width": whole(256, 1536, multipleOf=32, default=768),
            "height": whole(256, 1536, multipleOf=32, default=512),
            "duration": {"type": ["number", "null"], "minimum": 1, "maximum": 20, "default": 4.5},
            "mode": {"const": "fast", "type": "string"},
            "steps": {"oneOf": [whole(1, 50), {"type": "null"}], "default": 30},
        },
        ["prompt", "mode"],
        {},
    ),
    # a picture that may be there or not; sizes as pixels
    "lab/theta": (
        "text-to-video",
        {
            "prompt": text(),
            "image_url": maybe(URL),
            "size": one_of("1280*720", "720*1280", "1920*1080"),
            "duration": {"anyOf": [one_of("auto"), whole(3, 15)], "default": "auto"},
            "style": text(),
        },
        ["prompt", "style"],
        {},
    ),
    # a face that speaks: a picture and a sound
    "lab/iota/talk": (
        "image-to-video",
        {"image_url": URL, "audio_url": URL, "prompt": text(default=""), "resolution": one_of("480p", "720p")},
        ["image_url", "audio_url"],
        {},
    ),
    # a person from a picture, moved as in a video
    "lab/iota/move": (
        "video-to-video",
        {"video_url": URL, "image_url": URL, "orientation": one_of("landscape", "portrait")},
        ["video_url", "image_url"],
        {},
    ),
    # what nobody can be asked for
    "lab/kappa": (
        "text-to-video",
        {"prompt": text(), "scenes": {"type": "array", "items": {"$ref": "#/components/schemas/Scene"}}},
        ["prompt", "scenes"],
        {"Scene": {"type": "object", "properties": {"text": text()}}},
    ),
}

DOCUMENTS = {name: document(name, shape[1], shape[2], **shape[3]) for name, shape in _SHAPES.items()}
CATEGORIES = {name: shape[0] for name, shape in _SHAPES.items()}


def input_of(endpoint: str) -> Schema:
    """What the endpoint takes."""
    schema: Schema = DOCUMENTS[endpoint]["components"]["schemas"]["TheInput"]
    return schema


def complete(endpoint: str) -> Schema:
    """The same with all that it refers to, as a validator wants it."""
    return {**DOCUMENTS[endpoint], **input_of(endpoint)}
