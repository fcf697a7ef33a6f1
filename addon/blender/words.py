"""Texts in the language that Blender is set to. The languages lie in `addon/words`, one file each."""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from ..core.errors import Problem
from ..core.wording import N_, Text, Words, filled

__all__ = ["CONTEXT", "N_", "problem", "register", "sentence", "text", "tr", "unregister"]

_FOLDER = Path(__file__).resolve().parents[1] / "words"
_PACKAGE = __package__.rpartition(".")[0]
CONTEXT = "Generative Sessions"
"""The translation context of our own. Elsewhere Blender's own words come before ours: "Prompt" is a console's there."""

# Blender looks operators' labels up in "Operator", everything else in "*" unless it is told a context.
_CONTEXTS = ("*", "Operator", CONTEXT)


def tr(text: Words) -> str:
    """`text`, a literal of the extension's, in the interface's language. Unknown words come back as they are.

    A text with values is translated first and filled then: `tr("Take {number}").format(number=…)`. What is drawn of it
    gets `translate=False`.
    """
    return bpy.app.translations.pgettext_iface(text, CONTEXT)


def text(words: Text) -> str:
    """A template with its values in the interface's language."""
    return filled(words, tr)


def problem(problem: Problem) -> tuple[str, str]:
    """What happened, and what to do (may be empty), in the interface's language."""
    return text(problem.what), text(problem.advice)


def sentence(problem: Problem) -> str:
    """What happened and what to do as one text, for reports and tooltips."""
    return text(problem.whole)


def register() -> None:
    """Tell Blender all languages: it looks up only the one it is set to, and that can change at any time."""
    bpy.app.translations.register(_PACKAGE, {path.stem: _messages(path) for path in _FOLDER.glob("*.json")})


def unregister() -> None:
    """Take the languages out again."""
    bpy.app.translations.unregister(_PACKAGE)


def _messages(path: Path) -> dict[tuple[str, str], str]:
    translations: dict[str, str] = json.loads(path.read_bytes())
    return {(context, english): words for english, words in translations.items() for context in _CONTEXTS}
