"""What Copy Diagnostics leaves out: whatever names the user or opens an account, in whatever form it stands."""

from __future__ import annotations

import getpass
import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import bpy
import pytest

KEY = "k-1:2/3+4=="
USER = "Jörg Müller"
HOST = "ATELIER-7"


@pytest.fixture
def diagnostics(
    installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, fresh_file: None
) -> Iterator[Any]:
    """The module, for a user with an umlaut and a blank on a machine with a name."""
    monkeypatch.setattr(getpass, "getuser", lambda: USER)
    monkeypatch.setattr(platform, "node", lambda: f"{HOST}.lan")
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/people") / USER)
    accounts = installed("blender.accounts")
    accounts.set_key("runway", KEY)
    yield installed("blender.diagnostics")
    accounts.set_key("runway", "")


@pytest.mark.parametrize(
    "text",
    [
        f"/srv/people/{USER}/film/shot.blend",
        json.dumps(f"/srv/people/{USER}/shot.blend"),
        f"file:///srv/people/{quote(USER)}/shot.blend",
        f"by {USER}: done",
        f"by {USER.upper()}",
        "Jo\u0308rg Mu\u0308ller on a Mac",
        f"on {HOST} and {HOST.lower()}.lan",
        f"Authorization: Key {KEY}",
        f"https://x.test/?key={quote(KEY, safe='')}",
        repr({"key": KEY}),
    ],
)
def test_the_users_name_the_machines_and_the_keys_are_not_in_it(text: str, diagnostics: Any) -> None:
    cleaned = diagnostics.clean(text)
    for part in (
        "Jörg",
        "JÖRG",
        "J%C3%B6rg",
        "J\\u00f6rg",
        "Jo\u0308rg",
        "ller",
        HOST,
        HOST.lower(),
        KEY,
        "k-1",
        "2%2F3",
    ):
        assert part not in cleaned, cleaned


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (r"C:\Users\Somebody Else\AppData\x.log", "AppData"),
        (r"C:\\Users\\somebody\\AppData\\x.log", "AppData"),
        (r"C:\Users\SOMEBO~1\x.log", "x.log"),
        ("c:/users/somebody/x.log", "x.log"),
        (r"C:\Documents and Settings\somebody\x.log", "x.log"),
        ("/Users/somebody/Library/x.log", "Library"),
        ("/home/somebody/.config/x.log", ".config"),
        ("/home/somebody", "/home/"),
        ("/home/somebody: no such folder", "no such folder"),
        ("/mnt/c/Users/somebody/x.log", "x.log"),
        ("/run/media/somebody/disk/x.log", "disk"),
        (r"\\somebody-pc\share\x.log", "x.log"),
        ("https://somebody:secret@x.test/v1", "x.test/v1"),
        ("write to somebody@x.test.", "write to"),
        ("https://cdn.test/clip.mp4?sig=somebody&e=1 failed", "cdn.test/clip.mp4"),
        ("Bearer r8_ZqZqZqZqZqZqZqZqZqZqZqZq", "Bearer r8_Z"),
    ],
)
def test_no_other_users_name_and_no_secret_in_an_address_is_in_it(text: str, left: str, diagnostics: Any) -> None:
    cleaned = diagnostics.clean(text)
    assert "somebo" not in cleaned.lower()
    assert "ZqZqZq" not in cleaned
    assert "secret" not in cleaned
    assert left in cleaned


def test_what_helps_stays_in_it(diagnostics: Any) -> None:
    text = 'File "addon/blender/media/answers.py", line 12, in take: HTTP 429 from fal, again in 5 s. 中文 é'
    assert diagnostics.clean(text) == text


def test_a_name_that_is_a_part_of_words_spoils_none(diagnostics: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "end")
    assert diagnostics.clean("Blender ended for end, in /end/x") == "Blender ended for •••, in /•••/x"


def test_logs_and_problems_are_in_what_is_copied_without_them(
    diagnostics: Any, installed: Callable[[str], ModuleType]
) -> None:
    log = installed("blender.places").log_file().with_name("worker.log")
    before = log.read_bytes() if log.exists() else None
    log.write_bytes(b"\xff\xfe broken " + f"/home/{USER}/x {KEY} at {HOST}\n".encode() + b"\x00 the end\n")
    try:
        bpy.ops.sessions.copy_diagnostics()
        text = diagnostics.collect()
    finally:
        log.write_bytes(before) if before is not None else log.unlink()
    assert "the end" in text and "-- worker.log" in text
    for part in (USER, KEY, HOST):
        assert part not in text
