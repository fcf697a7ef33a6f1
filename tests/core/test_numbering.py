"""Sessions named by number."""

from __future__ import annotations

import pytest

from addon.core import numbering, sessions
from addon.core.errors import InputError
from addon.core.models import Project
from tests.core.builders import at, request


@pytest.mark.parametrize(
    ("pattern", "taken", "name"),
    [
        ("Shot ###", [], "Shot 001"),
        ("Shot ###", ["Shot 001", "Shot 002"], "Shot 003"),
        ("Shot ###", ["Shot 001", "Shot 007", "Lighthouse"], "Shot 008"),
        ("Shot ###", ["shot 12", "Shot 0003"], "Shot 013"),
        ("Shot ###", ["Shot 004 2", "My Shot 009", "Shot 10b"], "Shot 001"),
        ("Shot ###", ["Shot 999"], "Shot 1000"),
        ("Shot ###", ["Shot 1000"], "Shot 1001"),
        ("sh###0", [], "sh0010"),
        ("sh###0", ["sh0010", "sh0020"], "sh0030"),
        ("sh###0", ["sh0010", "sh0015", "sh0020", "sh0025"], "sh0030"),
        ("#", ["1", "2"], "3"),
        ("##_Scene", ["01_scene"], "02_Scene"),
        ("Szene (##) [a+b]", ["Szene (01) [a+b]"], "Szene (02) [a+b]"),
        ("第##景", ["第01景"], "第02景"),
        ("Caf\u00e9 ##", ["Cafe\u0301 04"], "Caf\u00e9 05"),
        ("  Shot   ## ", ["Shot 01"], "Shot 02"),
        ("Shot ###", ["Shot " + "9" * 40], "Shot 001"),
    ],
)
def test_the_next_number_follows_the_highest_one_there_is(pattern: str, taken: list[str], name: str) -> None:
    assert numbering.next_name(pattern, taken) == name
    assert name not in taken


@pytest.mark.parametrize("pattern", ["", "Shot", "## of ##", "#" * 10, "#" + "a" * 40, "Shot\n##", "Shot \u200b##"])
def test_a_pattern_that_makes_no_names_is_refused_with_a_remedy(pattern: str) -> None:
    for use in (numbering.check, numbering.next_name, numbering.examples):
        with pytest.raises(InputError) as caught:
            use(pattern)
        assert caught.value.problem.remedy


def test_examples_show_how_a_pattern_counts() -> None:
    assert numbering.examples("sh###0") == ("sh0010", "sh0020", "sh0030")


def test_new_sessions_are_numbered_where_a_pattern_is_given() -> None:
    project = Project()
    for seconds in range(3):
        project = sessions.start_draft(project, at(10 * seconds))
        project, *_ = sessions.generate(project, [request("A fox")], at(10 * seconds + 1), pattern="Shot ###")
    assert [session.name for session in project.sessions] == ["Shot 001", "Shot 002", "Shot 003"]


def test_a_typed_name_goes_before_the_pattern() -> None:
    project = sessions.start_draft(Project(), at(0), name="Opening")
    project, *_ = sessions.generate(project, [request("A fox")], at(1), pattern="Shot ###")
    assert [session.name for session in project.sessions] == ["Opening"]


def test_generating_again_in_a_session_keeps_its_name_whatever_the_pattern() -> None:
    project, *_ = sessions.generate(Project(), [request("A fox")], at(0), pattern="Shot ###")
    project, *_ = sessions.generate(project, [request("A fox")], at(1), pattern="sh###0")
    assert [session.name for session in project.sessions] == ["Shot 001"]


def test_the_provider_of_an_old_session_is_the_one_of_its_last_take() -> None:
    project, session, _ = sessions.generate(Project(), [request(provider="one")], at(0))
    assert provider(project) == "one"
    project, *_ = sessions.generate(project, [request(provider="two")], at(1))
    assert provider(project) == "two"
    chosen = sessions.edit_draft(project, {"provider": "three"}, at(2))
    assert provider(chosen) == "three"
    assert provider(sessions.start_draft(project, at(3))) == ""
    assert provider(Project()) == ""
    assert provider(sessions.switch(sessions.start_draft(project, at(3)), session.id, at(4))) == "two"


def provider(project: Project) -> str:
    return sessions.provider(sessions.draft(project), sessions.active(project))
