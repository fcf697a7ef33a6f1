"""What the preferences say, as the worker uses it; and asking a service whether it is there."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from addon.core.errors import Kind
from addon.core.models import Input, Role, TakeState
from addon.providers import catalog
from addon.providers.http import Account
from addon.storage import catalogs, keys
from addon.worker import client, messages
from addon.worker.registry import Registry
from addon.worker.settings import Settings

from .blender_side import SECONDS, BlenderSide, on_disk, take_on_disk
from .fake_service import FakeProvider, FolderService, capabilities


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The folder of what is the user's."""
    return tmp_path / "user"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for facts in catalog.PROVIDERS.values():
        if facts.variable:
            monkeypatch.delenv(facts.variable, raising=False)


def test_before_blender_has_said_anything_nothing_is_reached() -> None:
    access = Settings().access("fal")
    assert not access.online()
    assert access.account() == Account("https://queue.fal.run", "")


def test_a_change_counts_at_once(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    access = settings.access("fal")
    settings.configure(messages.Configure(online=True, folder=user, accounts={"fal": " http://127.0.0.1:1/ "}))
    assert access.online()
    assert access.account() == Account("http://127.0.0.1:1", "")
    keys.put(user, "fal", "not-a-real-key")
    assert access.account().key == "not-a-real-key"
    monkeypatch.setenv("FAL_KEY", "not-real-either")
    assert access.account().key == "not-real-either"
    settings.configure(messages.Configure(folder=user))
    assert access.account().base == "https://queue.fal.run"
    assert not access.online()
    assert not access.fixed()
    settings.configure(messages.Configure(folder=user, online_fixed=True))
    assert access.fixed()


def test_what_was_found_out_is_what_a_provider_can_do(user: Path) -> None:
    settings = Settings()
    settings.configure(messages.Configure(folder=user))
    shipped = settings.capabilities("openrouter")
    assert shipped is not None
    assert settings.known("openrouter") is None
    catalogs.put(user, replace(shipped, read_on="2030-01-01"))
    found = settings.capabilities("openrouter")
    assert found is not None
    assert found.read_on == "2030-01-01"
    assert settings.known("../evil") is settings.capabilities("../evil") is None


def test_what_an_inquiry_finds_is_known_to_the_next_worker(
    blender: BlenderSide, service: FolderService, user: Path
) -> None:
    blender.configure(user)
    blender.client.send(messages.Inquire(provider="paid"))
    blender.until(lambda: blender.all(messages.Inquired), "an answer")
    (answer,) = blender.all(messages.Inquired)
    assert (answer.provider, str(answer.said), answer.problem) == ("paid", "The service is there.", None)
    assert answer.balance.amount == 12.5
    assert catalogs.get(user, "paid") == next(each for each in capabilities() if each.id == "paid")


def test_a_service_that_is_away_is_one_clear_sentence(blender: BlenderSide, service: FolderService, user: Path) -> None:
    (service.folder / "away").touch()
    blender.configure(user)
    blender.client.send(messages.Inquire(provider="paid"))
    blender.until(lambda: blender.all(messages.Inquired), "an answer")
    (answer,) = blender.all(messages.Inquired)
    assert answer.problem.kind is Kind.NETWORK
    assert answer.said is None
    assert catalogs.get(user, "paid") is None


def test_a_provider_that_is_none_is_answered_too(blender: BlenderSide, user: Path) -> None:
    blender.configure(user)
    blender.client.send(messages.Inquire(provider="nobody"))
    blender.until(lambda: blender.all(messages.Inquired), "an answer")
    assert blender.all(messages.Inquired)[0].problem is not None


def test_a_slow_answer_holds_up_nothing(blender: BlenderSide, service: FolderService, user: Path) -> None:
    (service.folder / "slow").touch()
    blender.configure(user)
    blender.client.send(messages.Inquire(provider="paid"))
    blender.client.send(messages.Inquire(provider="paid"))
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    assert not blender.all(messages.Inquired)
    (service.folder / "slow").unlink()
    blender.until(lambda: blender.all(messages.Inquired), "an answer")
    blender.close()
    assert len(blender.all(messages.Inquired)) == 1


def test_a_provider_is_made_anew_when_it_can_do_other_things(tmp_path: Path) -> None:
    known = {each.id: each for each in capabilities()}
    providers = Registry(known.get, lambda name: FakeProvider(name, tmp_path), known.get)
    first = providers.get("paid")
    assert providers.get("paid") is first
    known["paid"] = replace(known["paid"], at_once=1)
    assert providers.get("paid") is not first
    assert providers.capabilities("paid") is known["paid"]


def test_the_worker_itself_keeps_to_what_the_preferences_say(user: Path, tmp_path: Path) -> None:
    """The real program with the real providers: offline it reaches this machine alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody_there = f"http://127.0.0.1:{free.getsockname()[1]}"
    keys.put(user, "openrouter", "not-a-real-key")
    worker = client.start(tmp_path / "log", [sys.executable])
    heard: dict[str, messages.Inquired] = {}

    def hear(message: messages.FromWorker) -> None:
        assert isinstance(message, messages.Inquired), message
        heard[message.provider] = message

    try:
        worker.send(messages.Configure(folder=user, accounts={"videos": nobody_there}))
        for provider in ("animatic", "videos", "openrouter"):
            worker.send(messages.Inquire(provider=provider))
        assert worker.wait_for(lambda: len(heard) == 3, hear, SECONDS), heard
    finally:
        worker.close()
    assert heard["animatic"].said is not None
    assert heard["animatic"].problem is None
    kinds = [found.kind for name in ("videos", "openrouter") if (found := heard[name].problem)]
    assert kinds == [Kind.NETWORK, Kind.OFFLINE]
    assert "not-a-real-key" not in (tmp_path / "log" / "worker.log").read_text(encoding="utf-8")


def picture(folder: Path, content: bytes = b"a picture") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "fox.png"
    file.write_bytes(content)
    return file


def test_what_a_take_starts_from_is_known_by_its_hash(blender: BlenderSide, sidecar: Path, tmp_path: Path) -> None:
    file = picture(tmp_path / "pictures")
    (take_id,) = blender.generate({}, inputs=(Input(role=Role.FIRST_FRAME, path=str(file)),))
    blender.until_ended(take_id)
    sha256 = hashlib.sha256(b"a picture").hexdigest()
    assert [each.sha256 for each in take_on_disk(sidecar, take_id).request.inputs] == [sha256]
    (asset,) = on_disk(sidecar).assets
    beside = (sidecar.parent / asset.path).with_suffix(".json")
    (entry,) = json.loads(beside.read_text(encoding="utf-8"))["asset"]["request"]["inputs"]
    assert (entry["sha256"], entry["path"]) == (sha256, str(file))


def test_an_input_that_changed_since_the_click_is_not_sent(
    blender: BlenderSide, service: FolderService, tmp_path: Path
) -> None:
    file = picture(tmp_path / "pictures", b"another picture")
    sha256 = hashlib.sha256(b"a picture").hexdigest()
    (take_id,) = blender.generate({}, inputs=(Input(role=Role.FIRST_FRAME, path=str(file), sha256=sha256),))
    blender.until_ended(take_id)
    take = blender.take(take_id)
    assert take.state is TakeState.FAILED
    assert take.problem is not None
    assert str(take.problem.what) == "The input “fox.png” has changed since the take was asked for."
    assert service.submissions(take_id) == 0


def test_an_input_that_is_gone_is_told(blender: BlenderSide, service: FolderService, tmp_path: Path) -> None:
    gone = tmp_path / "gone.png"
    (take_id,) = blender.generate({}, inputs=(Input(role=Role.FIRST_FRAME, path=str(gone)),))
    blender.until_ended(take_id)
    problem = blender.take(take_id).problem
    assert problem is not None
    assert "gone.png" in str(problem)
    assert service.submissions(take_id) == 0
