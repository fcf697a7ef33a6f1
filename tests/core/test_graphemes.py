"""Text is taken apart where people see one character end and the next begin."""

from __future__ import annotations

import random

import pytest

from addon.core import graphemes

ONE_CHARACTER = {
    "a letter with marks": "e\u0323\u0301",
    "a family": "👨‍👩‍👧‍👦",
    "a skin tone": "👋🏽",
    "a couple with skin tones": "👩🏻‍❤️‍💋‍👨🏿",
    "a flag": "🇩🇪",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a pirate flag": "🏴‍☠️",
    "a keycap": "1️⃣",
    "a heart with a variation selector": "❤️",
    "a Hangul syllable of letters": "\u1112\u1161\u11ab",
    "a Hangul syllable with a final letter": "가\u11a8",
    "a Devanagari conjunct": "क्षि",
    "a Bengali conjunct": "ন্তু",
    "a Tamil vowel sign": "நி",
    "a Thai vowel and tone": "ที่",
    "a Thai sara am": "กำ",
    "a Hebrew letter with points": "שָּׁ",
    "an Arabic letter with vowels": "بَّ",
    "a half-width voiced kana": "ｶﾞ",
    "a line end of two": "\r\n",
    "an emoji of a later Unicode": "\U0001fae9",
}
SEVERAL = {
    "two flags": ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
    "half a flag after one": ("🇩🇪🇫", ["🇩🇪", "🇫"]),
    "a flag and a joiner": ("🇩\u200d🙂", ["🇩\u200d", "🙂"]),
    "letters after a joiner": ("a\u200db", ["a\u200d", "b"]),
    "a mark after a line end": ("\n\u0301", ["\n", "\u0301"]),
    "syllables": ("한국", ["한", "국"]),
    "kanji": ("嵐の", ["嵐", "の"]),
    "Hindi": ("हिन्दी", ["हि", "न्दी"]),
    "a non-joiner after a virama": ("क्\u200cष", ["क्\u200c", "ष"]),
    "nothing": ("", []),
}
PIECES = [
    "a",
    " ",
    "e\u0301",
    "\u0301",
    "\u200d",
    "\u200c",
    "\ufe0f",
    "\n",
    "\u202e",
    "\ud800",
    "\u200b",
    *ONE_CHARACTER.values(),
]


@pytest.mark.parametrize("text", ONE_CHARACTER.values(), ids=ONE_CHARACTER)
def test_what_people_see_as_one_character_is_one_cluster(text: str) -> None:
    assert list(graphemes.clusters(f"x{text}x")) == ["x", text, "x"]


@pytest.mark.parametrize(("text", "expected"), SEVERAL.values(), ids=SEVERAL)
def test_several_characters_are_taken_apart(text: str, expected: list[str]) -> None:
    assert list(graphemes.clusters(text)) == expected


def test_clusters_together_are_the_text() -> None:
    for text in random_texts():
        assert "".join(graphemes.clusters(text)) == text


def test_a_clip_is_whole_clusters_within_its_limit() -> None:
    assert graphemes.clip("👨‍👩‍👧‍👦👋🏽", 8) == "👨‍👩‍👧‍👦"
    assert graphemes.clip("👨‍👩‍👧‍👦👋🏽", 6) == ""
    assert graphemes.clip("éa", 2, lambda text: len(text.encode())) == "é"


def test_bidirectional_and_zero_width_controls_are_gone() -> None:
    assert graphemes.visible("a\u202eb\u2066c\u2069\u200b\ufeff\u00add") == "abcd"


def test_joiners_stay_only_where_they_join() -> None:
    assert graphemes.visible("می\u200cخواهم\u200c \u200dx") == "می\u200cخواهم x"


def test_letters_and_marks_become_one_code_point() -> None:
    assert graphemes.visible("e\u0301") == "é"


def test_marks_with_nothing_to_stand_on_are_gone() -> None:
    assert graphemes.visible("\u0301 \ufe0f a \u0301b") == "a b"


def test_hidden_tags_outside_flags_are_gone() -> None:
    assert graphemes.visible("a\U000e0068\U000e0069") == "a"


def test_blanks_of_all_kinds_are_one_space() -> None:
    assert graphemes.visible("\t a\u00a0\u3000\x00\u2028\u3164b\r\n") == "a b"


def test_a_tower_of_marks_is_left_out_whole() -> None:
    assert graphemes.visible("a" + "\u0301\u0302" * 500 + "b") == "b"


def test_visible_text_stays_as_it_is() -> None:
    for text in random_texts():
        once = graphemes.visible(text)
        assert graphemes.visible(once) == once
        once.encode()  # no lone surrogate is left


def random_texts() -> list[str]:
    choose = random.Random(7)
    return ["".join(choose.choices(PIECES, k=choose.randint(1, 12))) for _ in range(1500)]
