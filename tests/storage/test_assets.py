"""Clips and the JSON beside them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from addon.core.errors import ProviderError, StorageError
from addon.core.models import Asset, Project
from addon.storage import assets, files, paths, sidecar
from addon.storage.store import Store
from tests.core.builders import asset_of, generated

from .test_processes import ROOT

CLIPS = Path(__file__).parent / "clips"

ADOPT = """
import sys
from pathlib import Path
from addon.core.models import Asset
from addon.storage import assets
part, folder, record = sys.argv[1:]
sys.stdin.readline()
assets.adopt(Path(part), Path(folder), "clip", Asset.model_validate_json(record))
"""


@pytest.fixture
def folder(path: Path) -> Path:
    """The project's assets folder; it is not there yet."""
    return paths.assets_folder(path)


def arrived(folder: Path, clip: str = "plain.mp4") -> Path:
    """A clip just delivered."""
    part = folder.parent / "take.part"
    shutil.copy(CLIPS / clip, part)
    return part


def record(prompt: str = "A lighthouse in a storm") -> Asset:
    """An asset before its file is known."""
    _, session, takes = generated(Project(), prompt)
    return asset_of(session, takes[0]).model_copy(update={"path": "", "sha256": "", "size": 0})


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def test_a_clip_is_adopted_byte_for_byte_with_its_json(folder: Path, path: Path) -> None:
    part = arrived(folder)
    wanted = record()
    asset = assets.adopt(part, folder, "lighthouse_001", wanted)
    data = (CLIPS / "plain.mp4").read_bytes()
    clip = paths.clip_path(asset.path, path)
    assert asset.path == "film.assets/lighthouse_001.mp4"
    assert clip.read_bytes() == data
    assert asset.sha256 == hashlib.sha256(data).hexdigest()
    assert asset.size == len(data)
    assert not part.exists()
    written = json.loads((folder / "lighthouse_001.json").read_text(encoding="utf-8"))
    assert written["asset"]["request"]["prompt"] == wanted.request.prompt
    assert written["asset"]["session_name"] == wanted.session_name
    assert Asset.model_validate(written["asset"]) == asset
    assert names(folder) == ["lighthouse_001.json", "lighthouse_001.mp4"]


@pytest.mark.parametrize(
    ("clip", "ending"), [("plain.mov", ".mov"), ("plain.webm", ".webm"), ("plain.mkv", ".mkv"), ("plain.avi", ".avi")]
)
def test_the_file_ends_as_its_container_says(folder: Path, clip: str, ending: str) -> None:
    assert assets.adopt(arrived(folder, clip), folder, "clip", record()).path == f"film.assets/clip{ending}"


def test_a_clip_never_takes_the_place_of_another_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "clip.mp4").write_text("somebody's")
    (folder / "clip 2.json").write_text("somebody's")
    asset = assets.adopt(arrived(folder), folder, "clip", record())
    assert asset.path == "film.assets/clip 3.mp4"
    assert (folder / "clip.mp4").read_text() == "somebody's"
    assert (folder / "clip 2.json").read_text() == "somebody's"
    assert assets.adopt(arrived(folder, "plain.webm"), folder, "clip", record()).path == "film.assets/clip.webm"


def test_processes_that_adopt_under_one_name_at_the_same_moment_each_keep_their_clip(folder: Path) -> None:
    folder.mkdir()
    clips = ["plain.mp4", "faststart.mp4", "fragmented.mp4", "plain.mp4"]
    running = []
    for number, clip in enumerate(clips):
        part = folder.parent / f"{number}.part"
        shutil.copy(CLIPS / clip, part)
        command = [sys.executable, "-c", ADOPT, str(part), str(folder), record(str(number)).model_dump_json()]
        running.append(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True))
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()
        assert process.returncode == 0
    found = assets.scan(folder)
    assert sorted(asset.sha256 for asset in found) == sorted(
        hashlib.sha256((CLIPS / clip).read_bytes()).hexdigest() for clip in clips
    )
    for asset in found:
        assert assets.sha256(folder.parent / asset.path) == asset.sha256
    assert len(names(folder)) == 8


def test_a_take_that_was_adopted_before_keeps_its_asset(folder: Path) -> None:
    wanted = record()
    first = assets.adopt(arrived(folder), folder, "clip", wanted)
    again = assets.adopt(arrived(folder), folder, "clip", wanted.model_copy(update={"id": "another"}))
    assert again == first
    assert assets.scan(folder) == [first]
    assert names(folder) == ["clip.json", "clip.mp4"]
    assert not (folder.parent / "take.part").exists()


def test_after_a_crash_between_json_and_clip_the_clip_is_adopted(folder: Path) -> None:
    wanted = record()
    first = assets.adopt(arrived(folder), folder, "clip", wanted)
    (folder / "clip.mp4").rename(folder.parent / "take.part")
    assert assets.scan(folder) == []
    again = assets.adopt(folder.parent / "take.part", folder, "clip", wanted)
    assert again == first
    assert names(folder) == ["clip.json", "clip.mp4"]


def test_what_is_no_whole_video_is_not_adopted(folder: Path) -> None:
    part = arrived(folder)
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(ProviderError, match="1 bytes are missing"):
        assets.adopt(part, folder, "clip", record())
    assert part.exists()
    assert names(folder) == []


def test_a_clip_that_never_arrived_is_a_matter_of_files(folder: Path) -> None:
    with pytest.raises(StorageError, match="could not be read"):
        assets.adopt(folder.parent / "take.part", folder, "clip", record())


def test_a_file_in_the_place_of_the_folder_is_left_alone(folder: Path) -> None:
    folder.write_text("mine")
    part = arrived(folder)
    with pytest.raises(StorageError):
        assets.adopt(part, folder, "clip", record())
    assert folder.read_text() == "mine"
    assert part.exists()


def test_a_clip_from_another_drive_is_adopted(folder: Path, drive: object) -> None:
    part = drive.folder / "take.part"  # type: ignore[attr-defined]
    shutil.copy(CLIPS / "plain.mp4", part)
    asset = assets.adopt(part, folder, "clip", record())
    assert assets.sha256(folder / "clip.mp4") == asset.sha256
    assert not part.exists()
    assert names(folder) == ["clip.json", "clip.mp4"]


def test_a_folder_is_listed_again_from_its_json_alone(folder: Path) -> None:
    made = [assets.adopt(arrived(folder), folder, f"clip {name}", record(name)) for name in "abc"]
    (folder / "notes.json").write_text("[1, 2]")
    (folder / "broken.json").write_bytes(b"\0\0\0")
    (folder / "clip c.mp4").unlink()
    assert assets.scan(folder) == made[:2]
    assert assets.scan(folder / "not there") == []


def test_clips_are_found_after_they_or_their_folder_were_renamed(folder: Path) -> None:
    made = assets.adopt(arrived(folder), folder, "clip", record())
    (folder / "clip.mp4").rename(folder / "best.mp4")
    (folder / "clip.json").rename(folder / "best.json")
    folder = folder.rename(folder.with_name("renamed.assets"))
    assert assets.scan(folder) == [made.model_copy(update={"path": "renamed.assets/best.mp4"})]


def test_a_lost_sidecar_is_rebuilt_with_the_clips_it_had(folder: Path, path: Path) -> None:
    made = [assets.adopt(arrived(folder), folder, f"clip {name}", record(name)) for name in "ab"]
    told: list[object] = []
    store = Store(path, told.append)
    assert list(store.project.assets) == made
    assert "2 clips were found again" in str(told[0])
    assert list(sidecar.read(path).project.assets) == made


def test_a_clip_adopted_just_before_a_crash_is_found_with_the_backup(folder: Path, path: Path) -> None:
    store = Store(path)
    store.save(generated(Project(), "One")[0])
    store.save(generated(Project(), "Two")[0])
    made = assets.adopt(arrived(folder), folder, "clip", record())
    path.write_bytes(b"\0" * 100)
    told: list[object] = []
    project = Store(path, told.append).project
    assert project.assets == (made,)
    assert "1 clip was found again" in str(told[0])


def test_half_a_copy_that_a_killed_process_left_is_swept_away_in_time(folder: Path) -> None:
    folder.mkdir()
    old, new = files.temporary_path(folder / "old.mp4"), files.temporary_path(folder / "new.mp4")
    for left in (old, new):
        left.write_bytes(b"half")
    os.utime(old, (1, 1))
    assets.adopt(arrived(folder), folder, "clip", record())
    assert names(folder) == sorted([new.name, "clip.json", "clip.mp4"])


@pytest.mark.skipif(sys.platform == "win32", reason="renames are exclusive there")
def test_on_a_drive_without_links_nothing_is_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> None:
        if self.exists():
            raise FileExistsError(17, "File exists")
        raise PermissionError(1, "Operation not permitted")  # what Linux says on FAT

    monkeypatch.setattr(Path, "hardlink_to", refused)
    source, taken, free = tmp_path / "source", tmp_path / "taken", tmp_path / "free"
    source.write_text("new")
    taken.write_text("old")
    with pytest.raises(FileExistsError):
        files.move_new(source, taken)
    assert (source.read_text(), taken.read_text()) == ("new", "old")
    files.link_or_copy_new(source, free)
    assert (source.read_text(), free.read_text()) == ("new", "new")
    files.move_new(source, tmp_path / "moved")
    assert names(tmp_path) == ["free", "moved", "taken"]
