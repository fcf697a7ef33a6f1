"""The workflows of ComfyUI in the panel, in real Blender: what fills one's own, and what the ready-made ones need."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .layouts import drawn


@pytest.fixture
def panel(saved_file: Path) -> Any:
    """The panel's properties of a file that is saved."""
    return bpy.context.window_manager.generative_sessions


@pytest.fixture
def accounts(installed: Callable[[str], ModuleType], panel: Any) -> Iterator[Any]:
    """What Blender knows of the providers: nothing that a test found out is left after it."""
    found = installed("blender.accounts")
    yield found
    found.forget()


def test_a_workflow_is_imported_chosen_and_its_bindings_can_be_changed(
    panel: Any, accounts: Any, tmp_path: Path, installed: Callable[[str], ModuleType]
) -> None:
    graph = {
        "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}, "_meta": {"title": "Words [prompt]"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}, "_meta": {"title": "Others"}},
        "3": {"class_type": "SaveVideo", "inputs": {"video": ["1", 0]}, "_meta": {"title": "Save"}},
    }
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(graph))
    bpy.ops.sessions.import_workflow(filepath=str(file))
    assert (panel.provider, panel.model) == ("comfyui", "mine")
    assert "Words [prompt]: text" in drawn(bpy.types.SESSIONS_PT_workflow).texts
    bpy.ops.sessions.bind_parameter(parameter="prompt", place="2\ntext")
    assert "Others: text" in drawn(bpy.types.SESSIONS_PT_workflow).texts
    forget(installed("blender.workflows").chosen())


def test_each_input_that_a_parameter_fills_has_its_own_row_and_can_be_changed_added_and_taken_off(
    panel: Any, accounts: Any, tmp_path: Path, installed: Callable[[str], ModuleType]
) -> None:
    titles = {"1": "One [reference]", "2": "Two [reference]", "3": "Three"}
    graph: dict[str, Any] = {
        each: {"class_type": "LoadImage", "inputs": {"image": f"{each}.png"}, "_meta": {"title": title}}
        for each, title in titles.items()
    }
    images = {f"images{each}": [each, 0] for each in titles}
    graph["4"] = {"class_type": "SaveVideo", "inputs": images, "_meta": {"title": "Save"}}
    file = tmp_path / "pictures.json"
    file.write_text(json.dumps(graph))
    bpy.ops.sessions.import_workflow(filepath=str(file))

    def rows() -> list[str]:
        """The references, and a plus where one more can be added."""
        calls = drawn(bpy.types.SESSIONS_PT_workflow).calls
        names = [call["text"] for name, call in calls if name == "label" and call["text"]]
        found: dict[str, list[str]] = {name: [] for name in names}
        label = ""
        for name, call in calls:
            if name == "label":
                label = call["text"] or label
            elif name == "operator" and label:
                found[label].append("+" if call.get("icon") == "ADD" else call["text"])
        return found["Reference"]

    assert rows() == ["One [reference]: image", "Two [reference]: image", "+"]
    bpy.ops.sessions.bind_parameter(parameter="reference", index=1, place="3\nimage")
    assert rows() == ["One [reference]: image", "Three: image", "+"]
    bpy.ops.sessions.bind_parameter(parameter="reference", index=2, place="2\nimage")
    assert rows() == ["One [reference]: image", "Three: image", "Two [reference]: image"]
    bpy.ops.sessions.bind_parameter(parameter="reference", index=0, place="none")
    assert rows() == ["Three: image", "Two [reference]: image", "+"]
    chosen = installed("blender.workflows").chosen()
    stored = json.loads(chosen.with_name("pictures.bindings.json").read_text("utf-8"))
    assert stored["reference"] == [["3", "image"], ["2", "image"]]
    bpy.ops.sessions.bind_parameter(parameter="reference", index=0, place="none")
    bpy.ops.sessions.bind_parameter(parameter="reference", index=0, place="none")
    assert rows() == ["Nothing"]
    forget(chosen)


def forget(workflow: Path) -> None:
    """Leave nothing of an imported workflow behind."""
    for left in workflow.parent.glob(f"{workflow.stem}*"):
        left.unlink()


def test_a_ready_made_workflow_says_which_model_files_it_needs_and_whether_the_server_has_them(
    panel: Any, accounts: Any, installed: Callable[[str], ModuleType]
) -> None:
    panel.provider, panel.model = "comfyui", "wan2.2-5b-text"

    def shown() -> tuple[str, list[str]]:
        calls = [call for name, call in drawn(bpy.types.SESSIONS_PT_workflow).calls if name == "label"]
        return "".join(call["text"] for call in calls), [call["icon"] for call in calls if "models/" in call["text"]]

    text, icons = shown()
    assert "models/vae/wan2.2_vae.safetensors" in text
    assert (icons, "Test Connection" in text) == (["QUESTION"] * 3, True)
    catalogue, nodes = installed("providers.comfyui.catalogue"), installed("providers.comfyui.nodes")
    flows = catalogue.workflows(None)
    there = {"vae": ("wan2.2_vae.safetensors",)}
    asked = catalogue.described(tuple(catalogue.model(flow, nodes.NONE, files=there) for flow in flows))
    accounts._known["comfyui"] = asked
    text, icons = shown()
    assert (icons, "Test Connection" in text) == (["ERROR", "ERROR", "CHECKMARK"], False)


def test_a_file_that_is_no_workflow_in_the_api_format_is_refused_with_the_way_out(
    panel: Any, accounts: Any, tmp_path: Path
) -> None:
    file = tmp_path / "interface.json"
    file.write_text('{"nodes": [], "links": []}')
    with pytest.raises(RuntimeError, match=r"Export \(API\)"):
        bpy.ops.sessions.import_workflow(filepath=str(file))
