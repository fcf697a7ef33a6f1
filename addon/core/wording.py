"""Words for people, kept so that they can be translated where they are shown: the template and what it is filled with.

What they say in other languages lies in `addon/words`. tests/checks/test_words.py finds every text that is there to be
translated: what is given for a parameter or field of the type `Words`, and what Blender itself looks up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, Union

from pydantic import BaseModel, ConfigDict, Field

Words: TypeAlias = str
"""English words of the extension's own, written out where they are given: a plain text or a template."""

Value: TypeAlias = Union[str, int, float, "Text"]
"""What fills a placeholder: names, paths and what other programs say stay as they are, a `Text` is translated too."""


class Text(BaseModel):
    """A sentence, or a part of one: an English template as `str.format` has it, and the values of its placeholders.

    Without values the template is the text itself, braces and all.
    """

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    template: Words
    values: dict[str, Value] = Field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self)


def say(template: Words, /, **values: Value) -> Text:
    """The text that `template` and what fills it make."""
    return Text(template=template, values=values)


def N_(text: Words) -> Words:
    """Mark a literal that stands in a table and is translated where it is shown. Returns it as it is."""
    return text


def filled(text: Text, translated: Callable[[str], str] = str) -> str:
    """The text as it is read, in English or as `translated` has it. One that cannot be filled is shown as it is."""
    template = translated(text.template) if text.template else ""
    if not text.values:
        return template
    values = {
        name: filled(value, translated) if isinstance(value, Text) else value for name, value in text.values.items()
    }
    try:
        return template.format_map(values)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return template


def joined(first: Text | None, second: Text | None) -> Text:
    """Two sentences, one after the other; one alone where the other is None or empty."""
    if second is None or not second.template:
        return first or Text(template="")
    if first is None or not first.template:
        return second
    return say("{first} {second}", first=first, second=second)
