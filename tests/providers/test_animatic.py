"""What Animatic says without drawing anything; tests/blender/test_animatic_provider.py has it draw."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from addon.core import requesting
from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Draft, Input, Request, Role
from addon.core.requesting import SceneFormat
from addon.providers.animatic import CAPABILITIES, Animatic

SCENE = SceneFormat(1280, 720, 24.0)


def request(*paths: Path) -> Request:
    inputs = tuple(Input(role=Role.FIRST_FRAME, path=str(path)) for path in paths)
    return requesting.requests(Draft(prompt="A fox", inputs=inputs), CAPABILITIES, SCENE)[0]


def test_it_is_ready_where_there_is_a_blender(tmp_path: Path) -> None:
    found = Animatic([sys.executable], tmp_path).inquire()
    assert found.capabilities is CAPABILITIES
    assert "costs nothing" in str(found.said)
    assert found.balance is None


def test_it_says_when_its_blender_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ProviderError) as caught:
        Animatic([str(tmp_path / "blender")], tmp_path).inquire()
    assert caught.value.problem.kind is Kind.FILE
    assert str(caught.value.problem.advice) == "Restart Blender."


def test_an_image_that_is_not_there_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "fox.png"
    with pytest.raises(InputError, match=r"fox\.png"):
        Animatic([sys.executable], tmp_path).validate(request(picture))
    picture.write_bytes(b"a picture")
    Animatic([sys.executable], tmp_path).validate(request(picture))


def test_both_images_of_a_gap_have_to_be_there(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.png", tmp_path / "gone.png"
    there.write_bytes(b"a picture")
    made = [Input(role=role, path=str(there)) for role in (Role.FIRST_FRAME, Role.LAST_FRAME)]
    asked = requesting.requests(Draft(prompt="A fox", inputs=tuple(made)), CAPABILITIES, SCENE)[0]
    provider = Animatic([sys.executable], tmp_path)
    provider.validate(asked)
    with pytest.raises(InputError, match="names none"):
        provider.validate(asked.model_copy(update={"inputs": asked.inputs[:1]}))
    last = asked.inputs[1].model_copy(update={"path": str(gone)})
    with pytest.raises(InputError, match=r"gone\.png does not exist"):
        provider.validate(asked.model_copy(update={"inputs": (asked.inputs[0], last)}))


def test_it_takes_one_image() -> None:
    with pytest.raises(InputError, match="2 of at most 1"):
        request(Path("/one.png"), Path("/two.png"))
