"""The text that Stable Diffusion web UI puts into its pictures, and many tools after it.

the prompt, in any number of lines
Negative prompt: what is not to be seen
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x768, Model: name, Lora hashes: "a: 1, b: 2"
"""

from __future__ import annotations

import re
from itertools import islice

from . import values
from .found import Found, Source
from .plain import of_mapping

_SETTINGS = re.compile(r"^[ \t]*Steps:[ \t]*\d", re.MULTILINE)
_NEGATIVE = re.compile(r"^[ \t]*Negative prompt:", re.MULTILINE)
_PAIR = re.compile(r'([A-Za-z][\w /-]{0,40}):[ \t]*("(?:[^"\\]|\\.){0,1000}"|[^,\n]{0,1000})(?:,|\n|$)')
_TELLING = frozenset({"Sampler", "Seed", "CFG scale", "Size", "Model"})
_LONGEST_SETTINGS = 10_000
_PAIRS = 200
_TOOL = re.compile(r"[A-Za-z]{3,}")


def of_parameters(text: str, source: Source) -> Found:
    """What such a text says. Empty if it is none: it must have steps and at least one more of the usual settings."""
    text = text[: 3 * values.LONGEST_TEXT].replace("\r\n", "\n")
    lines = list(_SETTINGS.finditer(text))
    if not lines:
        return Found()
    last = lines[-1]
    told = text[last.start() : last.start() + _LONGEST_SETTINGS]
    settings = {match[1].strip(): _unquoted(match[2]) for match in islice(_PAIR.finditer(told), _PAIRS)}
    if not _TELLING & settings.keys():
        return Found()
    prompt, negative = text[: last.start()], ""
    split = _NEGATIVE.search(prompt)
    if split:
        prompt, negative = prompt[: split.start()], prompt[split.end() :]
    version = settings.get("Version", "")
    if _TOOL.match(version):
        settings["tool"] = version
    return of_mapping({"prompt": prompt, "negative prompt": negative, **settings}, source)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
