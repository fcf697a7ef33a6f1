"""Models that can do more and less than others, to test with."""

from __future__ import annotations

from dataclasses import replace

from addon.core.capabilities import Capabilities, Choices, Format, Media, Model, Option, OptionKind, Rate, Slot, Span
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

BY_MODE = replace(
    FIXED,
    id="by-mode",
    label="By Mode",
    modes=frozenset({Mode.TEXT, Mode.FIRST_FRAME, Mode.VIDEO}),
    options=(
        Option("use", "Use", OptionKind.CHOICE, "style", choices=("style", "edit"), modes=frozenset({Mode.TEXT})),
    ),
    formats=(
        Format(frozenset({Mode.TEXT}), {"use": "edit"}, duration=Choices((2.0,)), sizes=((640, 360),)),
        Format(frozenset({Mode.TEXT}), duration=Choices((4.0, 6.0)), sizes=((1280, 720), (720, 1280))),
        Format(frozenset({Mode.VIDEO})),
    ),
    rates=(Rate(0.5),),
)
"""Makes other sizes and lengths in one mode, decides both in another, and an option changes them too."""

COUNTING = replace(FREE_SIZE, id="counting", label="Counting", duration=None, frames=Span(9, 121, 4), fps=Span(1, 60))
"""Counts frames."""

SERVICE = Capabilities(
    id="service",
    label="Service",
    needs_network=True,
    free=False,
    at_once=4,
    models=(FIXED, FREE_SIZE, UPSCALER, BY_MODE, COUNTING),
)
