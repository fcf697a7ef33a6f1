"""What a script can give to Generate: a mode, settings of the model, and files to start from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from .working import generate

NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture
def runtime(installed: Callable[[str], ModuleType], saved_file: Path) -> Any:
    """The extension's state."""
    return installed("blender.runtime")


@pytest.fixture
def workflow(installed: Callable[[str], ModuleType], saved_file: Path) -> Iterator[dict[str, Any]]:
    """A workflow that ships, on a ComfyUI that is not there: takes of it are refused after they were made."""
    preferences = installed("blender.settings").stored()
    before = preferences.comfyui_address
    preferences.comfyui_address = NOWHERE
    yield {"provider": "comfyui", "model": "wan2.2-5b-text", "width": 640, "height": 352, "fps": 24.0, "duration": 1.0}
    preferences.comfyui_address = before


@pytest.fixture
def order(
    installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, runtime: Any, settled: Callable[..., None]
) -> Iterator[Callable[..., None]]:
    """Generate without waiting for the end: that a server is not there is told after half a minute."""
    with monkeypatch.context() as patched:
        patched.setattr(installed("blender.pump"), "run_until", lambda _done: None)
        yield generate
    for take in runtime.current().session.takes:
        if bpy.ops.sessions.cancel.poll():
            bpy.ops.sessions.cancel(take_id=take.id)
    settled()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture, outside of the project's folder."""
    image = bpy.data.images.new("start", 64, 36)
    file = tmp_path / "start.png"
    image.filepath_raw, image.file_format = str(file), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return file


def test_settings_are_given_by_name_with_their_values_as_text(runtime: Any, workflow: dict[str, Any]) -> None:
    options = [
        {"name": "8.steps", "value": "30"},
        {"name": "negative", "value": "fog"},
        {"name": "8.cfg", "value": "4.5"},
    ]
    with pytest.raises(RuntimeError, match="cannot be reached"):
        generate("A red fox", options=options, **workflow)
    (take,) = runtime.current().session.takes
    found = {option["name"]: take.request.options[option["name"]] for option in options}
    assert found == {"8.steps": 30, "negative": "fog", "8.cfg": 4.5}
    assert take.request.options["8.scheduler"], "the others stay as the model has them"


def test_a_provider_that_is_given_without_a_model_makes_it_with_its_first_one_that_can(
    runtime: Any, workflow: dict[str, Any], installed: Callable[[str], ModuleType], order: Callable[..., None]
) -> None:
    installed("blender.form").choose(provider="runway", model="veo3.1")
    del workflow["model"]
    order("A red fox", **workflow)
    assert runtime.current().session.takes[-1].request.model == "ltxv-2b-text"
    order("A red fox", **{**workflow, "model": "wan2.2-5b-text"})
    order("A red fox", **workflow)
    assert runtime.current().session.takes[-1].request.model == "wan2.2-5b-text", "as the panel has it"


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"name": "audio", "value": "true"}, r"has no setting “audio” here.*Choose one of: .*8\.steps"),
        ({"name": "8.steps", "value": "many"}, "cannot be “many”"),
        ({"name": "8.steps", "value": "2.5"}, "cannot be “2.5”"),
        ({"name": "", "value": ""}, "has no setting “”"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_nothing_is_changed(
    runtime: Any, workflow: dict[str, Any], option: dict[str, str], told: str
) -> None:
    before = runtime.current().project
    with pytest.raises(RuntimeError, match=told):
        generate("A red fox", options=[option], **workflow)
    assert runtime.current().project is before


def test_a_file_is_given_by_its_role_and_the_project_keeps_a_copy(
    runtime: Any, saved_file: Path, picture: Path
) -> None:
    generate("A red fox", mode="first_frame", inputs=[{"role": "first_frame", "name": str(picture)}])
    (take,) = runtime.current().session.takes
    (entry,) = take.request.inputs
    assert (take.state, take.request.mode, entry.role) == ("succeeded", "first_frame", "first_frame")
    assert Path(entry.path) != picture and Path(entry.path).read_bytes() == picture.read_bytes()
    assert len(entry.sha256) == 64
    generate("A red fox")
    assert runtime.current().session.takes[0].request.inputs == take.request.inputs, "it stays in the panel"


def test_a_path_beside_the_blend_may_be_given_as_blender_writes_it(
    runtime: Any, saved_file: Path, picture: Path
) -> None:
    beside = saved_file.with_name("beside.png")
    shutil.copy(picture, beside)
    generate("A red fox", inputs=[{"role": "first_frame", "name": "//beside.png"}])
    assert runtime.current().session.takes[0].request.mode == "first_frame"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"inputs": [{"role": "first_frame", "name": "//gone.png"}]}, r"gone\.png is not there"),
        ({"inputs": [{"role": "first_frame", "name": ""}]}, "is not there"),
        ({"mode": "extend"}, "cannot make this: Extend"),
        ({"mode": "first_frame"}, "needs more than it has for this: first frame"),
        ({"mode": "first_frame", "inputs": []}, "needs more than it has for this: first frame"),
    ],
)
def test_a_mode_or_file_that_cannot_be_is_refused_and_nothing_is_changed(
    runtime: Any, changes: dict[str, Any], told: str
) -> None:
    before = runtime.current().project
    with pytest.raises(RuntimeError, match=told):
        generate("A red fox", **changes)
    assert runtime.current().project is before


def test_a_file_for_what_the_mode_does_not_take_is_refused(runtime: Any, picture: Path) -> None:
    before = runtime.current().project
    with pytest.raises(RuntimeError, match="takes no video here"):
        generate("A red fox", mode="text", inputs=[{"role": "video", "name": str(picture)}])
    assert runtime.current().project is before


def test_a_file_that_cannot_be_read_leaves_the_draft_as_it_was(runtime: Any, tmp_path: Path, saved_file: Path) -> None:
    file = tmp_path / "broken.png"
    file.write_bytes(b"no picture")
    before = runtime.current().draft
    with pytest.raises(RuntimeError, match=r"broken\.png"):
        generate("A red fox", inputs=[{"role": "first_frame", "name": str(file)}])
    assert runtime.current().draft == before
    assert runtime.current().session is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "sideways"},
        {"inputs": [{"name": "a.png", "role": "title"}]},
        {"options": [{"name": "audio", "value": True}]},
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_by_blender_with_what_it_may_be(
    runtime: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=r"'first_frame'|expected a string"):
        generate("A red fox", **wrong)


def test_files_are_not_waited_for_behind_the_button(runtime: Any) -> None:
    told: list[str] = []
    button = SimpleNamespace(  # without a window Blender never calls `invoke`
        bl_idname="SESSIONS_OT_generate",
        properties=SimpleNamespace(is_property_set=lambda name: name == "inputs"),
        report=lambda _kind, text: told.append(text),
        _given=dict,
    )
    assert bpy.types.SESSIONS_OT_generate.invoke(button, bpy.context, None) == {"CANCELLED"}
    assert "EXEC_DEFAULT" in told[0]


def test_what_can_be_given_is_told_where_blender_tells_of_it() -> None:
    properties = bpy.ops.sessions.generate.get_rna_type().properties
    for name in ("mode", "options", "inputs"):
        assert properties[name].description
    assert [item.identifier for item in properties["mode"].enum_items][:2] == ["text", "first_frame"]
    roles = properties["inputs"].fixed_type.properties["role"].enum_items
    assert {"first_frame", "last_frame", "reference", "video", "audio"} == set(roles.keys())
