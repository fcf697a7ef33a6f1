"""Keys lie in one file that nobody else can read, and show up nowhere else."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

import pytest

from addon.core.errors import InputError, StorageError
from addon.storage import files, keys

KEY = "obviously-not-a-real-key"
PRIVATE = 0o666 if os.name == "nt" else 0o600
"""Windows has no such permissions: there the user's folder is the user's alone."""


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return tmp_path / "user"


def test_a_key_is_read_as_it_was_put(user: Path) -> None:
    keys.put(user, "fal", f"  {KEY}\n")
    assert keys.get(user, "fal") == KEY
    assert keys.has(user, "fal")
    assert not keys.has(user, "runway")


def test_other_keys_stay_when_one_is_changed_or_forgotten(user: Path) -> None:
    keys.put(user, "fal", KEY)
    keys.put(user, "runway", "another")
    keys.forget(user, "fal")
    assert (keys.get(user, "fal"), keys.get(user, "runway")) == ("", "another")
    keys.put(user, "runway", "")
    assert keys.get(user, "runway") == ""


def test_forgetting_what_is_not_there_does_nothing(user: Path) -> None:
    keys.forget(user, "fal")
    assert not keys.path(user).exists()


def test_the_environment_wins(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.put(user, "fal", KEY)
    monkeypatch.setenv("SOME_KEY", "of the environment")
    assert keys.get(user, "fal", "SOME_KEY") == "of the environment"
    monkeypatch.setenv("SOME_KEY", " ")
    assert keys.get(user, "fal", "SOME_KEY") == KEY


def test_nobody_else_may_read_the_file_before_or_after_it_has_a_key(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    flush = files.flush

    def looked(descriptor: int) -> None:
        if os.fstat(descriptor).st_size:
            seen.append(os.fstat(descriptor).st_mode & 0o777)
        flush(descriptor)

    monkeypatch.setattr(files, "flush", looked)
    before = os.umask(0)  # nothing but the mode that is asked for keeps others out
    try:
        keys.put(user, "fal", KEY)
    finally:
        os.umask(before)
    assert seen == [PRIVATE]
    assert keys.path(user).stat().st_mode & 0o777 == PRIVATE


def test_a_file_that_others_could_read_is_closed_to_them_with_the_next_change(user: Path) -> None:
    keys.put(user, "fal", KEY)
    keys.path(user).chmod(0o644)
    keys.put(user, "runway", KEY)
    assert keys.path(user).stat().st_mode & 0o777 == PRIVATE


@pytest.mark.parametrize("wrong", ["two words", "line\nbreak", "schlüssel", "\x07bell"])
def test_what_no_key_can_be_is_refused_without_repeating_it(user: Path, wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        keys.put(user, "fal", wrong)
    assert wrong not in str(caught.value.problem)
    assert not keys.has(user, "fal")


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"fal": 5}'])
def test_a_damaged_file_has_no_keys_and_its_content_is_in_no_log(
    user: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    user.mkdir()
    keys.path(user).write_bytes(damaged)
    with caplog.at_level(logging.DEBUG):
        assert keys.get(user, "fal") == ""
        keys.put(user, "fal", KEY)
    assert keys.get(user, "fal") == KEY
    assert KEY not in caplog.text


def test_a_damaged_file_is_kept_aside(user: Path) -> None:
    user.mkdir()
    cut_off = json.dumps({"fal": KEY})[:-3].encode()
    keys.path(user).write_bytes(cut_off)
    keys.put(user, "runway", "another")
    assert (user / "keys.damaged.json").read_bytes() == cut_off


def test_nothing_is_left_lying_about(user: Path) -> None:
    for number in range(5):
        keys.put(user, "fal", f"{KEY}{number}")
    assert sorted(entry.name for entry in user.iterdir()) == ["keys.json"]


def test_two_at_once_lose_none(user: Path) -> None:
    names = [f"service{number}" for number in range(12)]
    threads = [threading.Thread(target=keys.put, args=(user, name, KEY)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(keys.has(user, name) for name in names)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        keys.put(tmp_path / "file" / "user", "fal", KEY)
    assert KEY not in str(caught.value.problem)
