"""Models that can do more and less than others, to test with."""

from __future__ import annotations

from addon.core.capabilities import Capabilities, Choices, Media, Model, Option, OptionKind, Rate, Slot, Span
from addon.core.models import Mode, Role

ANY = Span(minimum=64, maximum=4096, step=2)

FIXED = Model(
    id="fixed",
    label="Fixed",
    modes=frozenset({Mode.TEXT, Mode.FIRST_FRAME, Mode.FIRST_LAST, Mode.REFERENCES}),
    prompt_length=1000,
    duration=Choices((4.0, 6.0, 8.0)),
    width=ANY,
    height=ANY,
    fps=None,
    seed=None,
    sizes=((1280, 720), (720, 1280), (1920, 1080), (848, 480), (960, 960)),
    slots={Mode.REFERENCES: (Slot(Role.REFERENCE, least=1, most=2), Slot(Role.AUDIO, Media.AUDIO, least=0))},
    options=(
        Option("audio", "Audio", OptionKind.SWITCH, default=True),
        Option("quality", "Quality", OptionKind.CHOICE, default="high", choices=("low", "high")),
        Option("steps", "Steps", OptionKind.WHOLE, span=Span(minimum=1, maximum=50, step=1)),
        Option("scale", "Scale", OptionKind.NUMBER, span=Span(minimum=0, maximum=10)),
        Option("style", "Style", OptionKind.TEXT, required=True, modes=frozenset({Mode.REFERENCES})),
    ),
    rates=(Rate(0.5, when={"quality": "high"}), Rate(0.25)),
)
"""Makes certain sizes and lengths, decides frame rate and seed by itself, has settings."""

FREE_SIZE = Model(
    id="free-size",
    label="Free Size",
    modes=frozenset({Mode.TEXT, Mode.FIRST_FRAME}),
    prompt_length=100,
    duration=Span(minimum=1, maximum=10),
    width=Span(minimum=64, maximum=1920, step=16),
    height=Span(minimum=64, maximum=1080, step=16),
    fps=Choices((16.0, 24.0, 30.0)),
    seed=Span(minimum=0, maximum=1000, step=1),
)
"""Makes any size and length, at three frame rates."""

UPSCALER = Model(
    id="upscaler",
    label="Upscaler",
    modes=frozenset({Mode.VIDEO}),
    prompt_length=0,
    duration=Span(minimum=0, maximum=60),
    width=ANY,
    height=ANY,
    fps=None,
    seed=None,
    prompt=False,
)
"""Wants a video and no words."""

SERVICE = Capabilities(
    id="service", label="Service", needs_network=True, free=False, at_once=4, models=(FIXED, FREE_SIZE, UPSCALER)
)
