"""Generators of others, from their address to the cut: a hosted service that costs money, and a workflow of one's own.

The services are servers of the tests' own on this machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.providers.comfyui import replay
from tests.providers.videos.service import KEY, OpenRouterServer

from .app import EXTENSION, App
from .hands import (
    click,
    fill,
    open_tab,
    press,
    region,
    scroll,
    seen,
    type_text,
    values,
    wait_for,
    wait_until_gone,
)
from .reading import Box
from .working import all_done, generate, save_as, small_takes, states, strips, tall, until

CATALOGUE = Path(__file__).parents[1] / "providers" / "videos" / "catalogue.json"
DRAFT = "m.current().draft"


@pytest.fixture
def comfyui() -> Iterator[replay.Replay]:
    """A ComfyUI at work."""
    with replay.serving(replay.Replay(replay.recording("t2v"))) as server:
        yield server


@pytest.fixture
def service() -> Iterator[OpenRouterServer]:
    """OpenRouter with so many models that a list of them is searched; each costs $1.50 a second."""
    (entry, *_) = json.loads(CATALOGUE.read_text("utf-8"))["data"]
    entry["pricing_skus"] = {"duration_seconds_with_audio": "1.50"}
    models = [entry | {"id": f"acme/mage-{number}", "name": f"Mage {number}"} for number in range(30)]
    plain = {"generate_audio": False, "allowed_passthrough_parameters": [], "supported_frame_images": []}
    server = OpenRouterServer([entry | plain | {"id": "acme/plain", "name": "Plain Heron"}, *models])
    yield server
    server.close()


def test_an_address_and_a_key_are_entered_and_the_answer_is_plain(
    app: App, service: OpenRouterServer, keep: Callable[[str], None]
) -> None:
    app.run("bpy.context.preferences.system.use_online_access = True")
    tall(app)
    open_tab(app)
    choose_provider(app, "openrouter")
    click(app, "Open Preferences", "UI")
    app.still()
    _, left, top, width, height = app._windows()[-1]
    window = Box(left, top, left + width, top + height)
    click(app, "New Sessions and Clips", window)  # folded, the providers are nearer
    scroll(app, window, 12)
    address = wait_for(app, "openrouter.ai", window)
    fill(app, address, "http://127.0.0.1:1/api/v1")
    enter_key(app, address, "sk-or-wrong")
    answers(app, window, address, "cannot be reached")
    fill(app, address, f"{service.base}{service.prefix}")
    answers(app, window, address, "Invalid key")
    enter_key(app, address, KEY)
    answers(app, window, address, "OpenRouter takes the key")
    wait_for(app, "Balance $12.50", window)
    keep("preferences")
    assert not [file for file in app.profile.rglob("*.blend") if KEY.encode() in file.read_bytes()]


def test_a_hosted_model_is_searched_paid_for_after_a_question_and_its_clip_stands_in_the_cut(
    app: App, folder: Path, service: OpenRouterServer, keep: Callable[[str], None]
) -> None:
    with_a_clip(app, folder)
    clip = next((folder / "film.assets").glob("*.mp4")).read_bytes()
    service.instead["/content"] = lambda line: line.answer(clip, Content_Type="video/mp4")
    is_connected(app, service)
    click(app, "Settings", "UI")
    click(app, beside(app, "Provider"))
    click(app, "OpenRouter")
    search_model(app)
    start_from_the_timeline(app)
    keep("provider")
    pay(app, service)
    all_done(app, 2)
    until(lambda: strips(app) == ["Lighthouse in a storm 2"], "its clip stands in the cut", seconds=30)
    (body,) = service.bodies
    assert body["model"] == "acme/mage-7"
    assert [each["frame_type"] for each in body["frame_images"]] == ["first_frame", "last_frame"]


def test_a_workflow_is_imported_its_bindings_are_changed_and_it_makes_a_clip(
    app: App, folder: Path, comfyui: replay.Replay, monkeypatch: pytest.MonkeyPatch, keep: Callable[[str], None]
) -> None:
    with_a_clip(app, folder)
    monkeypatch.setattr(replay, "CLIP", next((folder / "film.assets").glob("*.mp4")).read_bytes())
    app.run(f"bpy.context.preferences.addons[{EXTENSION!r}].preferences.comfyui_address = {comfyui.base!r}")
    (folder / "fox.json").write_text(json.dumps(replay.recording("t2v")["request"]["prompt"]), "utf-8")
    choose_provider(app, "comfyui")
    click(app, "Workflow", "UI")
    click(app, "Import Workflow", "UI")
    app.still()
    click(app, "fox.json")  # beside the file that is open, where the file browser begins
    click(app, "Import Workflow", nth=-1)
    bind(app, "Seed", "Nothing")
    bind(app, "Width", "font_size")
    keep("workflow")
    generate(app, "A red fox in snow")
    all_done(app, 2)
    until(lambda: strips(app) == ["Lighthouse in a storm 2"], "its clip stands in the cut", seconds=30)
    (queued,) = comfyui.queued()
    assert queued["prompt"]["3"]["inputs"]["value"] == "A red fox in snow"
    assert queued["prompt"]["2"]["inputs"]["seed"] == 42  # as it is in the workflow
    assert queued["prompt"]["4"]["inputs"]["font_size"] == 50  # the width of the take, as far as the node takes it


def bind(app: App, parameter: str, wanted: str) -> None:
    """Choose in the panel which input of the workflow something fills."""
    click(app, beside(app, parameter))
    app.still()
    type_text(app, wanted)
    app.still()
    press(app, "RET")
    app.still()


def with_a_clip(app: App, folder: Path) -> None:
    """A saved file with a clip on its timeline."""
    save_as(app, folder / "film.blend")
    tall(app)
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse in a storm")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "the clip is on the timeline", seconds=30)


def choose_provider(app: App, provider_id: str) -> None:
    """Choose a provider, as the list in the settings does."""
    values(app, f"setattr(S, 'provider', {provider_id!r})")
    app.still()


def is_connected(app: App, service: OpenRouterServer) -> None:
    """The service's address and key are known, and what it answered."""
    app.run("bpy.context.preferences.system.use_online_access = True")
    address = f"{service.base}{service.prefix}"
    app.run(f"bpy.context.preferences.addons[{EXTENSION!r}].preferences.openrouter_address = {address!r}")
    app.module("blender.accounts", f"m.set_key('openrouter', {KEY!r})")
    app.run("bpy.ops.sessions.test_connection(provider='openrouter')")


def enter_key(app: App, address: Box, key: str) -> None:
    """Type into the field above the address."""
    fill(app, address.moved(0, -round(22 * app.ui_scale)), key)


def answers(app: App, window: Box, address: Box, said: str) -> None:
    """Press the button below the address; what is answered stands below it."""
    below = window._replace(top=address.bottom)
    click(app, "Test Connection", below)
    wait_for(app, said, below)


def search_model(app: App) -> None:
    """Search a model by its name: only what the chosen one can do is shown."""
    wait_for(app, "Plain Heron", "UI")
    assert not seen(app, "Generate audio", "UI")
    click(app, beside(app, "Model"))
    app.still()
    type_text(app, "Mage 7")
    app.still()
    press(app, "RET")
    wait_for(app, "Generate audio", "UI")


def beside(app: App, label: str) -> Box:
    """The field to the right of a label in the sidebar."""
    line, sidebar = wait_for(app, label, "UI"), region(app, "UI")
    return line._replace(left=sidebar.left + sidebar.width // 2, right=sidebar.right - round(30 * app.ui_scale))


def start_from_the_timeline(app: App) -> None:
    """The frame under the playhead first, and the last one of the selected strip last."""
    click(app, "Text", "UI")  # the mode
    click(app, "First and Last Frame")
    click(app, "First Frame", "UI")
    click(app, "Use Frame at Playhead")
    wait_for(app, "Frame 1 of", "UI")
    click(app, "Lighthouse in a storm", "WINDOW")
    deadline = time.monotonic() + 60
    while not seen(app, "Last Frame of Strip") and time.monotonic() < deadline:
        click(app, "Last Frame", "UI")  # it moves down when the first picture is there
        app.still()
    click(app, "Last Frame of Strip")
    until(lambda: len(inputs(app)) == 2, "both pictures are there")
    assert inputs(app) == ["first_frame", "last_frame"]


def inputs(app: App) -> list[str]:
    found: list[str] = app.module("blender.runtime", f"[each.role.value for each in {DRAFT}.inputs]")
    return found


def pay(app: App, service: OpenRouterServer) -> None:
    """The price stands on the button; above $5 there is a question, and who cancels sends nothing."""
    for answer in ("Cancel", "Generate"):
        click(app, "Generate ($6.00)", "UI")
        question = wait_for(app, "This costs about $6.00")
        around = Box(question.left - 200, question.top - 60, question.right + 200, question.bottom + 120)
        click(app, answer, around)
        wait_until_gone(app, "This costs about")
        assert len(states(app)) == (1 if answer == "Cancel" else 2)
        assert service.bodies == [] or answer == "Generate"
