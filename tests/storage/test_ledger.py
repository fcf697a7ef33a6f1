"""The ledger is only ever added to, by several at once, and what is in it stays readable."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.core.spending import Entry
from addon.storage.ledger import NAME, Ledger


def entry(take_id: str) -> Entry:
    return Entry(
        kind="sent",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        take_id=take_id,
        project="/film.sessions.json",
        provider="fal",
        amount=1.5,
        currency="USD",
    )


def test_what_was_added_is_read_by_all(tmp_path: Path) -> None:
    one, other = Ledger(tmp_path / NAME), Ledger(tmp_path / NAME)
    assert one.entries() == []
    one.add(entry("a"))
    assert other.entries() == [entry("a")]
    other.add(entry("b"))
    assert one.entries() == other.entries() == [entry("a"), entry("b")]


def test_a_line_cut_off_by_a_crash_spoils_none_of_the_others(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / NAME)
    ledger.add(entry("a"))
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"kind":"sent","at":"2026')
    assert ledger.entries() == [entry("a")]
    ledger.add(entry("b"))
    assert ledger.entries() == [entry("a"), entry("b")]
    assert Ledger(tmp_path / NAME).entries() == [entry("a"), entry("b")]


def test_whoever_wants_only_the_last_of_it_reads_no_more(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / NAME)
    for number in range(100):
        ledger.add(entry(f"take {number:02}"))
    size = (tmp_path / NAME).stat().st_size // 100
    last = Ledger(tmp_path / NAME, most=3 * size + 10)
    assert [each.take_id for each in last.entries()] == ["take 97", "take 98", "take 99"]
    ledger.add(entry("take 100"))
    assert [each.take_id for each in last.entries()][-2:] == ["take 99", "take 100"]
    assert len(Ledger(tmp_path / NAME, most=10**6).entries()) == 101


def test_one_that_was_removed_begins_anew(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / NAME)
    ledger.add(entry("a"))
    assert ledger.entries()
    (tmp_path / NAME).unlink()
    assert ledger.entries() == []
    ledger.add(entry("b"))
    assert ledger.entries() == [entry("b")]


def test_whoever_holds_it_decides_alone(tmp_path: Path) -> None:
    """Twenty want to add one each, as long as there are fewer than five."""
    path = tmp_path / "new" / NAME

    def work(ledger: Ledger, name: str) -> None:
        with ledger.locked():
            if len(ledger.entries()) < 5:
                ledger.add(entry(name))

    shared = Ledger(path)
    threads = [
        threading.Thread(target=work, args=(shared if number % 2 else Ledger(path), str(number)))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(Ledger(path).entries()) == 5


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError), Ledger(tmp_path / "file" / NAME).locked():
        pass
