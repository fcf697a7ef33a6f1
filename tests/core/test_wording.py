"""Texts are kept as templates with their values, so that they can be shown in any language."""

from __future__ import annotations

from addon.core.errors import InputError, Kind, Problem, StorageError
from addon.core.wording import Text, filled, joined, say

GERMAN = {
    "“{name}” could not be read: {why}.": "„{name}“ konnte nicht gelesen werden: {why}.",
    "access was denied": "der Zugriff wurde verweigert",
    "The clip is gone.": "Der Clip ist weg.",
    "{first} {second}": "{first} {second}",
    "Try again.": "Erneut versuchen.",
    "Delete": "Löschen",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


def test_a_text_is_translated_before_it_is_filled_and_so_are_texts_within_it() -> None:
    text = say("“{name}” could not be read: {why}.", name="film", why=say("access was denied"))
    assert str(text) == "“film” could not be read: access was denied."
    assert filled(text, german) == "„film“ konnte nicht gelesen werden: der Zugriff wurde verweigert."


def test_a_name_is_never_translated_even_if_it_is_a_known_word() -> None:
    assert "„Delete“" in filled(say("“{name}” could not be read: {why}.", name="Delete", why="{0}"), german)


def test_a_text_without_values_keeps_its_braces() -> None:
    assert str(say("A {red} fox {}")) == "A {red} fox {}"
    assert str(Problem(kind=Kind.SERVICE, message="The service said {“code”: 7}.")) == "The service said {“code”: 7}."


def test_a_template_that_its_values_do_not_fit_is_shown_as_it_is() -> None:
    assert str(say("{name} of {other}", name="x")) == "{name} of {other}"
    assert str(say("{name:,}", name="x")) == "{name:,}"
    assert str(say("{name.a.b} {", name="x")) == "{name.a.b} {"


def test_braces_in_a_value_are_part_of_the_value() -> None:
    assert str(say("“{name}”", name="{a} {}")) == "“{a} {}”"


def test_of_two_sentences_an_empty_one_leaves_the_other_alone() -> None:
    one, none = say("The clip is gone."), Text(template="")
    assert joined(one, None) == joined(None, one) == joined(one, none) == joined(none, one) == one
    assert str(joined(one, say("Try again."))) == "The clip is gone. Try again."


def test_an_error_says_its_filled_text_and_carries_the_template() -> None:
    error = InputError("Take {number} has already ended.", "Choose one of {count:,}.", number=3, count=1200)
    assert str(error) == "Take 3 has already ended. Choose one of 1,200."
    assert error.problem.message == "Take {number} has already ended."
    assert error.problem.values == {"number": 3, "count": 1200}
    assert error.problem.kind is Kind.INPUT


def test_a_problem_can_be_raised_again_as_it_is() -> None:
    problem = InputError("{why}", "", Kind.FILE, why=say("“{name}”", name="film")).problem
    assert StorageError.of(problem).problem == problem


def test_a_problem_comes_back_whole_from_json() -> None:
    problem = InputError("{count:,} of {size:g}: {why}", count=3, size=1.5, why=say("“{name}”", name="1")).problem
    again = Problem.model_validate_json(problem.model_dump_json())
    assert again == problem
    assert str(again) == "3 of 1.5: “1”"


def test_a_problem_of_before_there_were_values_reads_as_it_was_written() -> None:
    old = Problem.model_validate_json('{"kind": "refused", "message": "No {x}.", "remedy": "Change it."}')
    assert str(old) == "No {x}. Change it."
