"""How a caption breaks into lines, and in which order and form its letters are drawn."""

from __future__ import annotations

import unicodedata

import pytest

from addon.blender.animatic import order, wording


def ten(text: str) -> bool:
    """As if ten columns fitted, and East Asian characters took two."""
    return (
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text) <= 10
    )


def test_lines_break_at_spaces():
    assert wording.wrap("A lone red boat", ten, 3) == ["A lone red", "boat"]


def test_a_script_without_spaces_breaks_between_characters():
    assert wording.wrap("嵐の中の灯台と船", ten, 3) == ["嵐の中の灯", "台と船"]


def test_a_line_does_not_begin_with_a_full_stop():
    lines = wording.wrap("嵐の中の灯。台と船", ten, 3)
    assert not any(line.startswith("。") for line in lines)
    assert "".join(lines) == "嵐の中の灯。台と船"


def test_a_word_longer_than_a_line_is_broken():
    assert wording.wrap("abcdefghijklmno pq", ten, 3) == ["abcdefghij", "klmno pq"]


def test_what_does_not_fit_becomes_an_ellipsis_within_the_line():
    lines = wording.wrap("one two three four five six seven", ten, 2)
    assert lines == ["one two", "three fou…"]
    assert all(ten(line) for line in lines)


def test_nothing_is_added_to_what_fits():
    assert "…" not in "".join(wording.wrap("one two three", ten, 2))


def test_an_accent_stays_on_its_letter():
    word = "e\u0301" * 25
    assert all(not line.startswith("\u0301") for line in wording.wrap(word, ten, 9))


def test_a_joined_emoji_is_not_torn():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert wording.wrap(family + " ab", lambda text: len(text) <= 6, 3) == [family, "ab"]


def test_line_breaks_and_control_characters_are_spaces():
    assert wording.wrap("a\nb\tc\x00d\r\n", ten, 3) == ["a b c d"]


def test_an_empty_prompt_has_no_lines():
    assert wording.wrap(" \n ", ten, 3) == []


def test_a_megabyte_becomes_the_lines_that_fit():
    lines = wording.wrap("word " * 200_000, ten, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0, "0:00.0"), (1.39, "0:01.3"), (59.99, "0:59.9"), (61.2, "1:01.2"), (0.3, "0:00.3")]
)
def test_the_running_time_counts_tenths(seconds: float, shown: str):
    assert wording.running_time(seconds) == shown


def test_latin_text_stays_as_it_is():
    assert order.visual("A café — “ça va” (3:45)") == "A café — “ça va” (3:45)"


def test_hebrew_is_turned_around_and_its_brackets_with_it():
    assert order.visual("אבג (דה)") == "(הד) גבא"


def test_a_number_within_hebrew_keeps_its_direction():
    assert order.visual("אב 3:45 גד") == "דג 3:45 בא"


def test_an_english_phrase_within_hebrew_keeps_its_direction():
    assert order.visual("אב slow pan גד") == "דג slow pan בא"


def test_hebrew_within_english_is_turned_in_place():
    assert order.visual("see אבג now") == "see גבא now"


def test_arabic_letters_join():
    # beh at the start, in the middle and at the end of a word; from the left it is drawn end first
    assert order.visual("ببب") == "\ufe90\ufe92\ufe91"


def test_arabic_letters_that_do_not_join_on_stand_alone():
    assert order.visual("دار") == "\ufead\ufe8d\ufea9"


def test_lam_and_alef_become_one():
    assert order.visual("لا") == "\ufefb"


def test_marks_stay_with_their_arabic_letter():
    drawn = order.visual("بَ")
    assert drawn.startswith("\ufe8f")
    assert drawn.endswith("\u064e")


def test_a_hindi_vowel_sign_is_put_before_its_consonants():
    assert order.visual("कि") == "िक"
    assert order.visual("स्थि") == "िस्थ"


def test_a_tamil_vowel_sign_in_two_parts_goes_around_its_consonant():
    assert order.visual("கொ") == "\u0bc6க\u0bbe"


def test_right_to_left_is_known_by_the_first_letter():
    assert order.is_right_to_left("3 אבג abc")
    assert not order.is_right_to_left("abc אבג")
    assert not order.is_right_to_left("123")
