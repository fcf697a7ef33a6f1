"""What services said that they can do is kept whole, or it is as if they had said nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.storage import catalogs
from tests.core.models import FIXED, SERVICE


def test_what_was_put_is_read_as_it_was(tmp_path: Path) -> None:
    catalogs.put(tmp_path, SERVICE)
    assert catalogs.get(tmp_path, "service") == SERVICE


def test_the_same_file_is_the_same_object_and_another_is_not(tmp_path: Path) -> None:
    catalogs.put(tmp_path, SERVICE)
    first = catalogs.get(tmp_path, "service")
    assert catalogs.get(tmp_path, "service") is first
    catalogs.put(tmp_path, replace(SERVICE, models=(FIXED,)))
    assert catalogs.get(tmp_path, "service") == replace(SERVICE, models=(FIXED,))


def test_what_was_never_found_out_is_none(tmp_path: Path) -> None:
    assert catalogs.get(tmp_path / "nowhere", "service") is None


@pytest.mark.parametrize("damage", [b"", b"{}", b"[", b'{"id":"service"}', b"\0" * 100])
def test_a_damaged_file_is_none_and_can_be_replaced(tmp_path: Path, damage: bytes) -> None:
    catalogs.put(tmp_path, SERVICE)
    (tmp_path / "catalogs" / "service.json").write_bytes(damage)
    assert catalogs.get(tmp_path, "service") is None
    catalogs.put(tmp_path, SERVICE)
    assert catalogs.get(tmp_path, "service") == SERVICE


def test_a_file_of_another_service_is_none(tmp_path: Path) -> None:
    catalogs.put(tmp_path, SERVICE)
    (tmp_path / "catalogs" / "service.json").rename(tmp_path / "catalogs" / "other.json")
    assert catalogs.get(tmp_path, "other") is None


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "A", "x\0", ".hidden"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no provider"):
        catalogs.get(tmp_path, name)
    with pytest.raises(ValueError, match="no provider"):
        catalogs.put(tmp_path, replace(SERVICE, id=name))


def test_nothing_is_left_lying_about(tmp_path: Path) -> None:
    for at_once in range(1, 4):
        catalogs.put(tmp_path, replace(SERVICE, at_once=at_once))
    assert [entry.name for entry in (tmp_path / "catalogs").iterdir()] == ["service.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "catalogs").write_bytes(b"")
    with pytest.raises(StorageError):
        catalogs.put(tmp_path, SERVICE)
