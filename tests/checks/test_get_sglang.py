"""The server of tests/real is set up once, in one way, and says what is missing where it cannot be."""

from __future__ import annotations

import re
import shutil
import sys
from collections import namedtuple

import pytest

import get_sglang
from project import Problem


@pytest.fixture
def place(tmp_path):
    """A server that was set up to the end, as far as its stamp tells."""
    made = tmp_path / "0"
    made.mkdir()
    (made / "stamp").write_text(get_sglang.recipe(made))
    return made


def test_what_is_set_up_is_used_again(place, monkeypatch):
    monkeypatch.setattr(get_sglang, "make", lambda *_: pytest.fail("it was made anew"))
    assert get_sglang.get(place.parent) == place


@pytest.mark.parametrize("part", ["MODEL", "TORCHVISION"])
def test_it_is_set_up_anew_when_what_it_is_made_of_changes(part, place, tmp_path, monkeypatch):
    (tmp_path / "changed.py").write_text("another")
    monkeypatch.setattr(get_sglang, part, tmp_path / "changed.py")
    assert not get_sglang.is_ready(place)


def test_it_lies_outside_the_project(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert get_sglang.default_cache().is_relative_to(tmp_path)


def test_without_room_on_the_disk_nothing_is_begun(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(get_sglang, "is_ready", lambda _: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(get_sglang.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(get_sglang.environments, "interpreters", lambda: {(3, 11): ("python3.11",)})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 30))
    with pytest.raises(Problem, match=r"needs 5 GB free in .*make room"):
        get_sglang.get(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_machine_that_it_is_not_made_for_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(get_sglang.platform, "machine", lambda: "aarch64")
    with pytest.raises(Problem, match="Linux with x86-64"):
        get_sglang.get(tmp_path / "cache")


def test_a_step_that_fails_says_its_last_words_and_where_all_of_them_are(tmp_path):
    with pytest.raises(Problem) as failed:
        get_sglang.step("bread", [sys.executable, "-c", "print('no flour'); raise SystemExit(3)"], tmp_path / "log")
    assert str(failed.value) == f"SGLang-Diffusion lacks bread (all it said is in {tmp_path / 'log'}):\nno flour"


def test_all_that_is_installed_is_pinned_by_hash_and_nothing_of_it_brings_cuda():
    for file in get_sglang.requirements():
        lines = [line for line in file.read_text().splitlines() if line and not line.strip().startswith("#")]
        names = [line for line in lines if not line.startswith(" ")]
        assert all(re.match(r"[a-z0-9-]+==[^ ]+ .*\\$", name) for name in names), names
        assert sum("--hash=sha256:" in line for line in lines) >= len(names)
        assert not [name for name in names if name.startswith(("nvidia", "cuda"))]
