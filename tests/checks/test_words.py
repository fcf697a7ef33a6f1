"""Every text that a person sees is there in every language, whole and with the same placeholders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks import wording

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "addon" / "words"
LANGUAGES = ("de", "es", "fr", "ja", "zh_HANS")

ENDINGS = {"。": ".", "．": ".", "？": "?", "！": "!", "：": ":"}


@pytest.fixture(scope="module")
def found() -> wording.Found:
    return wording.find(ROOT / "addon")


def translations(language: str) -> dict[str, str]:
    """A language's file; a text that is in it twice is an error."""

    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"twice in {language}: {[n for n in names if names.count(n) > 1]}"
        return dict(pairs)

    words: dict[str, str] = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"), object_pairs_hook=once)
    return words


def ending(text: str) -> str:
    """The punctuation a text ends with, whatever the script it is written in; empty for none."""
    last = ENDINGS.get(text.rstrip(" )）”»」\u00a0")[-1:], text.rstrip(" )）”»」\u00a0")[-1:])
    return last if last in (".", "…", "?", "!", ":") else ""


def test_every_visible_text_is_written_out_where_it_is_shown(found):
    assert not found.mistakes, "\n".join(found.mistakes)


def test_the_languages_are_those_that_are_promised():
    assert {file.stem for file in WORDS.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_and_no_other(language, found):
    known = translations(language)
    missing = [f"{text!r} of {places[0]}" for text, places in found.texts.items() if text not in known]
    surplus = [repr(text) for text in known if text not in found.texts]
    assert not missing, f"missing in {language}.json:\n" + "\n".join(missing)
    assert not surplus, f"in {language}.json, but nowhere in the code:\n" + "\n".join(surplus)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_in_order_so_that_changes_are_easily_seen(language):
    names = list(translations(language))
    assert names == sorted(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language):
    wrong = {
        english: text
        for english, text in translations(language).items()
        if wording.placeholders(english) != wording.placeholders(text)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_as_its_text(language):
    wrong = {
        english: text
        for english, text in translations(language).items()
        if not text.strip() or text != text.strip() or ending(english) != ending(text)
    }
    assert wrong == {}


def sample(folder: Path, code: str) -> wording.Found:
    """What is found in a source file of this content."""
    (folder / "sample.py").write_text(code, encoding="utf-8")
    return wording.find(folder)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('class SESSIONS_PT_x:\n    """Tooltip"""\n    bl_label = "Label"', {"Tooltip", "Label"}),
        ('class SESSIONS_OT_x:\n    """Not this"""\n    bl_description = "But this"', {"But this"}),
        ('class Other:\n    """Not shown"""', set()),
        ('class G:\n    a: EnumProperty(name="A", items=(("ID", "Item", "What it is"),))', {"A", "Item", "What it is"}),
        ('layout.label(text="Yes" if x else "No")', {"Yes", "No"}),
        ('layout.prop(panel, "name", text="", placeholder="Type")', {"Type"}),
        ('self.report({"INFO"}, "Done")', {"Done"}),
        ('cls.poll_message_set("Not now")', {"Not now"}),
        ('def tr(text: Words) -> str: ...\ntr("Hello").format(a=1)', {"Hello"}),
        ('class E(Exception):\n    def __init__(self, message: Words, count: int): ...\nraise E("Gone", 3)', {"Gone"}),
        ("class E:\n    def __init__(self, message: Words): ...\nclass F(E): ...\nraise F('Gone')", {"Gone"}),
        ("class P:\n    kind: str\n    message: Words\nP(kind='no', message='Gone')", {"Gone"}),
        ('layout.label(text="{}%".format(3), translate=False)', set()),
        ("layout.label(text=name, translate=False)", set()),
        ("def draw(x):\n    label = 'Yes' if x else 'No'\n    layout.label(text=label)", {"Yes", "No"}),
        ("def head(label: Words): layout.label(text=label)\nhead('Heading')", {"Heading"}),
    ],
)
def test_visible_texts_are_found(code, texts, tmp_path):
    found = sample(tmp_path, code)
    assert found.texts.keys() == texts
    assert found.mistakes == []


@pytest.mark.parametrize(
    "code",
    [
        'layout.label(text=f"Take {number}")',
        'layout.label(text=f"Take {number}", translate=False)',
        'layout.label(text="Take", translate=False)',
        "layout.label(text=name)",
        "def draw(label: str): layout.label(text=label)\ndraw('Heading')",
        'layout.label(text="Take " + name)',
        'cls.poll_message_set(f"No {what}")',
        "cls.poll_message_set(str(problem))",
        'def tr(text: Words) -> str: ...\ntr(f"Take {number}")',
        'class SESSIONS_OT_x:\n    """A tooltip with a full stop."""',
        'class SESSIONS_OT_x:\n    bl_label = "A label, and no tooltip"',
        'a: StringProperty(name=f"Name {x}")',
    ],
)
def test_what_cannot_be_translated_is_a_mistake(code, tmp_path):
    assert sample(tmp_path, code).mistakes != []
