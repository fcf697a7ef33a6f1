"""The form of the next request, in real Blender: what the chosen model can do, what it costs, and what opens it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import Drawn, drawn
from .working import generate

KEY = "key_" + "f" * 128


@pytest.fixture
def panel(saved_file: Path) -> Any:
    """The panel's properties of a file that is saved."""
    return bpy.context.window_manager.generative_sessions


@pytest.fixture
def runtime(installed: Callable[[str], ModuleType], panel: Any) -> Any:
    """The extension's state."""
    return installed("blender.runtime")


@pytest.fixture
def accounts(installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, panel: Any) -> Any:
    """What Blender knows of the providers: nobody has keys before the test, nor after it."""
    found = installed("blender.accounts")
    for facts in found.catalog.PROVIDERS.values():
        if facts.variable:
            monkeypatch.delenv(facts.variable, raising=False)
    yield found
    for name in found.catalog.PROVIDERS:
        found.set_key(name, "")
    found.forget()


def shown(panel: Any) -> list[str]:
    """Names of the options in the form."""
    calls = drawn(bpy.types.SESSIONS_PT_settings).calls
    return [call["text"] for name, call in calls if name == "prop" and call["data"].name.isdecimal() and call["text"]]


def test_only_what_the_chosen_model_can_do_is_shown(panel: Any, accounts: Any) -> None:
    assert shown(panel) == []
    panel.provider = "runway"
    panel.model = "veo3.1"
    assert "Audio" in shown(panel)
    panel.model = "gen4.5"
    assert "Audio" not in shown(panel)


def test_an_option_is_kept_in_the_draft_and_read_from_there(panel: Any, accounts: Any, runtime: Any) -> None:
    panel.provider = "runway"
    panel.model = "veo3.1"
    names = shown(panel)
    audio = panel.options[names.index("Audio")]
    assert audio.switch is True  # as the model has it
    audio.switch = False
    assert runtime.current().draft.options == {"audio": False}
    assert panel.options[names.index("Audio")].switch is False


def test_changing_the_model_keeps_what_fits_and_says_what_did_not(panel: Any, accounts: Any, runtime: Any) -> None:
    panel.duration = 5.0
    panel.provider = "runway"
    panel.model = "veo3.1"
    assert panel.duration == pytest.approx(6.0) or panel.duration == pytest.approx(4.0)
    assert any("makes no clip of 5 s" in text for text in drawn(bpy.types.SESSIONS_PT_settings).texts)
    panel.prompt = "A red fox"
    panel.model = "gen4.5"
    assert runtime.current().draft.prompt == "A red fox"


def fields(panel_type: Any) -> list[str]:
    """Names of the fields that a panel shows."""
    return [call["property"] for name, call in drawn(panel_type).calls if name == "prop"]


def said(panel_type: Any) -> str:
    """All that a panel says, in one line."""
    return " ".join(drawn(panel_type).texts)


def test_a_size_that_a_mode_lacks_is_not_offered_in_it(panel: Any, accounts: Any) -> None:
    panel.provider = "runway"
    panel.model = "gen4.5"
    panel.match_scene = False
    panel.mode = "first_frame"
    panel.size = "1584x672"
    panel.mode = "text"
    assert panel.size in ("1280x720", "720x1280")
    with pytest.raises(TypeError):
        panel.size = "1584x672"
    assert "makes no pictures of 1584 × 672" in said(bpy.types.SESSIONS_PT_settings)


def test_what_the_service_decides_has_no_field_and_is_said(panel: Any, accounts: Any) -> None:
    panel.provider = "runway"
    panel.model = "aleph2"
    assert "duration" not in fields(bpy.types.SESSIONS_PT_generate)
    assert "Aleph 2 decides how long the clip is" in said(bpy.types.SESSIONS_PT_generate)
    shown_fields = fields(bpy.types.SESSIONS_PT_settings)
    assert not {"match_scene", "size", "width", "height", "fps"} & set(shown_fields)
    assert "Aleph 2 decides the size of the picture" in said(bpy.types.SESSIONS_PT_settings)
    panel.model = "gen4.5"
    assert "duration" in fields(bpy.types.SESSIONS_PT_generate)
    assert "match_scene" in fields(bpy.types.SESSIONS_PT_settings)


def test_the_size_that_is_shown_is_the_one_that_is_sent(panel: Any, accounts: Any, runtime: Any) -> None:
    panel.provider = "runway"
    panel.model = "kling3.0_4k"
    panel.match_scene = False
    draft = runtime.current().draft
    assert panel.size == f"{draft.width}x{draft.height}" == "3840x2160"


def test_a_setting_that_leaves_the_length_to_the_service_takes_the_field_away(
    panel: Any, accounts: Any, installed: Callable[[str], ModuleType]
) -> None:
    panel.provider = "runway"
    panel.model = "gemini_omni_flash_1.1"
    panel.mode = "video"
    assert "duration" in fields(bpy.types.SESSIONS_PT_generate)
    form = installed("blender.form")
    (use,) = (option for option in form.chosen().options if option.id == "mode")
    panel.options[form.chosen().options.index(use)].choice = "edit"
    assert "duration" not in fields(bpy.types.SESSIONS_PT_generate)


def test_a_mode_shows_a_place_for_each_file_that_it_takes(panel: Any, accounts: Any) -> None:
    def menus() -> list[str]:
        return [call["menu"] for name, call in drawn(bpy.types.SESSIONS_PT_generate).calls if name == "menu"]

    panel.provider = "runway"
    panel.model = "veo3.1"
    assert menus() == []
    panel.mode = "first_last"
    assert menus() == ["SESSIONS_MT_take_first_frame", "SESSIONS_MT_take_last_frame"]


def test_the_price_stands_on_the_button_before_it_is_pressed(panel: Any, accounts: Any) -> None:
    def button() -> str:
        calls = drawn(bpy.types.SESSIONS_PT_generate).calls
        return next(
            str(call["text"]) for name, call in calls if name == "operator" and call["operator"] == "sessions.generate"
        )

    assert button() == "Generate"
    panel.provider = "runway"
    panel.model = "gen4.5"
    panel.duration = 5.0
    assert button() == "Generate (60 credits)"
    panel.count = 2
    assert button() == "Generate (120 credits)"


def test_in_a_narrow_sidebar_the_price_stands_below_the_button_where_it_is_not_cut(panel: Any, accounts: Any) -> None:
    panel.provider = "runway"
    panel.model = "gen4.5"
    panel.duration = 5.0
    context = SimpleNamespace(
        region=SimpleNamespace(width=200),
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
        window_manager=bpy.context.window_manager,
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
    )
    stand_in = Drawn()
    bpy.types.SESSIONS_PT_generate.draw(stand_in, context)
    assert "Generate" in stand_in.layout.texts
    assert "60 credits" in stand_in.layout.texts


def test_without_a_key_nothing_is_sent_and_the_way_out_stands_below_the_button(
    panel: Any, accounts: Any, runtime: Any
) -> None:
    panel.provider = "runway"
    layout = drawn(bpy.types.SESSIONS_PT_generate)
    assert "preferences.addon_show" in layout.operators
    assert "Runway needs a key." in layout.texts
    with pytest.raises(RuntimeError, match="Runway needs a key"):
        bpy.ops.sessions.generate(prompt="A red fox")
    assert runtime.current().session is None


def test_with_online_access_off_a_service_is_not_reached_and_this_machine_is(
    panel: Any, accounts: Any, runtime: Any
) -> None:
    assert not bpy.app.online_access  # as in a Blender that starts from nothing
    accounts.set_key("runway", KEY)
    panel.provider = "runway"
    assert accounts.refusal("runway").kind == "offline"
    assert accounts.refusal("comfyui") is None
    with pytest.raises(RuntimeError, match="online access is off"):
        bpy.ops.sessions.generate(prompt="A red fox")


def test_a_key_lies_in_a_file_that_only_its_owner_can_read_and_nowhere_else(
    panel: Any, accounts: Any, installed: Callable[[str], ModuleType], saved_file: Path
) -> None:
    preferences = installed("blender.settings").stored()
    preferences.runway_key = KEY
    assert preferences.runway_key == accounts.MASK
    folder = installed("blender.places").user_folder("")
    assert KEY in (folder / "keys.json").read_text()
    if os.name == "posix":
        assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    bpy.ops.wm.save_mainfile()
    assert KEY.encode() not in saved_file.read_bytes()
    preferences.runway_key = accounts.MASK  # a field that was only clicked on
    assert accounts.has_key("runway")
    preferences.runway_key = ""
    assert not accounts.has_key("runway")


def test_diagnostics_hold_no_key_and_no_users_name(
    panel: Any, accounts: Any, installed: Callable[[str], ModuleType], runtime: Any
) -> None:
    diagnostics = installed("blender.diagnostics")
    accounts.set_key("runway", KEY)
    problem = installed("core.errors").Problem(kind="file", message=f"{Path.home()} and {KEY} went wrong.")
    runtime.current().trouble = problem
    text = diagnostics.collect()
    assert KEY not in text and str(Path.home()) not in text
    assert "went wrong" in text and "Generative Sessions 0" in text and "runway: usual address, key" in text


def test_a_take_says_what_it_cost_and_the_sums_stand_below_the_list(
    panel: Any, accounts: Any, runtime: Any, installed: Callable[[str], ModuleType]
) -> None:
    bpy.ops.sessions.generate(prompt="A red fox", duration=0.5, width=64, height=64, insert=False)
    models, sessions = installed("core.models"), installed("core.sessions")
    session = runtime.current().session
    cost = models.Cost(amount=1.25, currency="USD")
    take = session.takes[0].model_copy(update={"cost": cost})
    changed = session.model_copy(update={"takes": (take,)})
    runtime.show(sessions.with_session(runtime.current().project, changed))
    text = " ".join(drawn(bpy.types.SESSIONS_PT_takes).texts)
    assert "Cost $1.25" in text and "This session $1.25, all sessions $1.25" in text


def test_what_is_there_says_what_it_is_for_where_there_are_several_places(
    panel: Any, accounts: Any, runtime: Any, installed: Callable[[str], ModuleType]
) -> None:
    models, sessions = installed("core.models"), installed("core.sessions")
    picture = models.Input(role=models.Role.LAST_FRAME, path="//end.png", origin="Frame 24 of Storm")
    panel.provider = "runway"
    panel.model = "veo3.1"
    panel.mode = "first_last"
    runtime.commit(sessions.edit_draft(runtime.current().project, {"inputs": (picture,)}, runtime.now()))
    assert "Last Frame: Frame 24 of Storm" in drawn(bpy.types.SESSIONS_PT_generate).texts


def test_a_long_name_of_an_option_stands_above_its_field(panel: Any, accounts: Any, runtime: Any) -> None:
    panel.provider = "openrouter"
    calls = [(name, call.get("text")) for name, call in drawn(bpy.types.SESSIONS_PT_settings).calls]
    assert ("label", "Person generation") in calls
    assert ("label", "Negative prompt") not in calls and ("prop", "Negative prompt") in calls


def test_what_keeps_a_model_from_being_used_comes_with_the_way_to_the_preferences(panel: Any, accounts: Any) -> None:
    panel.provider = "videos"  # which nobody has asked yet
    assert "preferences.addon_show" in drawn(bpy.types.SESSIONS_PT_settings).operators


def test_a_session_whose_model_is_gone_is_shown_as_it_was_and_says_so(
    panel: Any, accounts: Any, runtime: Any, saved_file: Path, flush: Callable[[], None]
) -> None:
    generate("A red fox")
    flush()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    sidecar = saved_file.with_suffix(".sessions.json")
    written = json.loads(sidecar.read_text())
    (session,) = written["sessions"]
    for each in (session["draft"], session["takes"][0]["request"], written["assets"][0]["request"]):
        each |= {"provider": "runway", "model": "gen3a_turbo", "options": {"zoom": {"by": [1]}}}
    sidecar.write_text(json.dumps(written))
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    (take,) = runtime.current().session.takes
    assert (take.state, take.request.model, take.request.options) == ("succeeded", "gen3a_turbo", {"zoom": {"by": [1]}})
    assert "A red fox" in drawn(bpy.types.SESSIONS_PT_takes).texts
    drawn(bpy.types.SESSIONS_PT_assets)
    accounts.set_key("runway", KEY)
    drawn(bpy.types.SESSIONS_PT_settings)
    said = " ".join(drawn(bpy.types.SESSIONS_PT_generate).texts)
    assert "Runway has no model “gen3a_turbo” any more. Choose another one in the settings" in said
    assert bpy.ops.sessions.add_to_timeline(asset_id=take.asset_id) == {"FINISHED"}
    panel.model = "gen4.5"
    assert runtime.current().draft.model == "gen4.5"


def test_drawing_reads_no_providers_file_when_a_session_is_opened_or_an_answer_came(
    panel: Any, accounts: Any, runtime: Any, installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw() -> list[str]:
        read.clear()
        drawn(bpy.types.SESSIONS_PT_generate)
        drawn(bpy.types.SESSIONS_PT_settings)
        return read

    read: list[str] = []
    catalog, find = installed("providers.catalog"), installed("providers.catalog").find
    monkeypatch.setattr(catalog, "find", lambda name, *rest: (read.append(name), find(name, *rest))[1])
    panel.provider = "runway"
    accounts.forget()
    assert draw() == ["runway"]  # as it would be
    accounts.forget()
    installed("blender.form").prepare()
    assert draw() == []
    accounts.answered(installed("worker.messages").Inquired(provider="runway"))
    assert draw() == []
