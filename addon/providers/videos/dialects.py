"""What is different from one kind of `/v1/videos` server to the next, a record for each.

Read in the servers' sources: SGLang 0.5.23 (multimodal_gen/runtime/entrypoints/openai), vLLM-Omni 0.30.0
(entrypoints/openai), LiteLLM 1.109.1 (proxy/video_endpoints); OpenRouter in its own OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ...core.capabilities import Cancelling, Model
from ...core.models import Request, Role
from . import bodies

Body = dict[str, JsonValue]


@dataclass(frozen=True)
class Dialect:
    """One kind of server.

    `free`: a take costs nothing, so it may be sent again. `body` makes the fields of a request. `uploads`: the form
    field for a file of each role; what is not in it travels inside of the body. `always_form`: takes no JSON.
    `cancelling`: STOPS where DELETE ends a job; elsewhere it would only lose the clip, and is never sent.
    `poll_seconds`: between two polls.
    """

    id: str
    label: str
    free: bool
    body: Callable[[Request, Model], Body]
    uploads: Mapping[Role, str] = field(default_factory=dict)
    always_form: bool = False
    cancelling: Cancelling = Cancelling.NEVER
    poll_seconds: float = 1.0


SGLANG = Dialect(
    id="sglang",
    label="SGLang-Diffusion",
    free=True,
    body=bodies.counted_in_frames,
    uploads={Role.FIRST_FRAME: "input_reference", Role.VIDEO: "video_reference"},
)

VLLM_OMNI = Dialect(
    id="vllm_omni",
    label="vLLM-Omni",
    free=True,
    body=bodies.counted_in_frames,
    uploads={Role.FIRST_FRAME: "input_reference"},
    always_form=True,
    cancelling=Cancelling.STOPS,
)

# Also for servers of a kind that nobody knows: it asks for nothing beyond what OpenAI's own API had.
LITELLM = Dialect(
    id="litellm",
    label="LiteLLM",
    free=False,
    body=bodies.counted_in_seconds,
    uploads={Role.FIRST_FRAME: "input_reference"},
    poll_seconds=5.0,
)

OPENROUTER = Dialect(
    id="openrouter",
    label="OpenRouter",
    free=False,
    body=bodies.for_openrouter,
    poll_seconds=10.0,
)

_ALL = {dialect.id: dialect for dialect in (SGLANG, VLLM_OMNI, LITELLM, OPENROUTER)}


def of(model: Model | None) -> Dialect:
    """How the server of a model is spoken to; the most careful one if the model is gone."""
    return _ALL.get(str(model.wire.get("dialect")) if model else "", LITELLM)
