"""Files become takes in a real worker: copied byte for byte, once, with what others left about them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from addon.core import requesting, sessions
from addon.core.models import Asset, TakeState
from addon.core.provenance import Clip, Found, of_properties
from addon.storage import assets, paths
from addon.storage.assets import AssetFile
from addon.worker import messages
from addon.worker.errands import Adopt, Adopted, Adoptee, Working

from .blender_side import BlenderSide, clip_of, leftovers, on_disk

CLIPS = Path(__file__).parents[1] / "storage" / "clips"
PARAMETERS = "a fox\nNegative prompt: cats\nSteps: 20, Sampler: Euler a, Seed: 4242, Size: 512x768, Model: dream"
CLIP = Clip(2.0, 64, 36, 24.0)


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    return folder


def begin(side: BlenderSide, *files: Path, session_id: str = "new", strip: Found | None = None) -> None:
    """Order files to be adopted."""
    adoptees = tuple(Adoptee(file=file, clip=CLIP, strip=strip or Found()) for file in files)
    side.client.send(Adopt(path=side.path, order_id="order", session_id=session_id, files=adoptees))


def adopt(side: BlenderSide, *files: Path, session_id: str = "new", strip: Found | None = None) -> Adopted:
    """Adopt files; returns the answer."""
    side.heard.clear()
    begin(side, *files, session_id=session_id, strip=strip)
    side.until(lambda: side.all(Adopted), "Adopted")
    answer: Adopted = side.all(Adopted)[-1]
    return answer


def asset_of(side: BlenderSide, answer: Adopted, number: int = 0) -> Asset:
    found = sessions.find_asset(side.project, answer.files[number].asset_id)
    assert found, answer
    return found


def test_a_file_with_parameters_beside_it_becomes_a_take_and_stays_as_it_was(
    blender: BlenderSide, footage: Path
) -> None:
    clip = Path(shutil.copy(CLIPS / "plain.mp4", footage / "Shot One.MP4"))
    clip.with_suffix(".txt").write_text(PARAMETERS, "utf-8")
    before = (clip.read_bytes(), clip.stat().st_mtime_ns, sorted(footage.iterdir()))
    answer = adopt(blender, clip)
    asset = asset_of(blender, answer)
    assert clip_of(asset, blender.path) == before[0]
    assert (clip.read_bytes(), clip.stat().st_mtime_ns, sorted(footage.iterdir())) == before
    copy = paths.clip_path(asset.path, blender.path)
    assert copy.name == "Fox 01.mp4"
    assert not copy.samefile(clip)
    assert AssetFile.model_validate_json(assets.json_path(copy).read_bytes()).asset.sha256 == asset.sha256
    assert asset.sha256 == assets.sha256(clip)
    assert asset.size == len(before[0])
    request = asset.request
    assert (request.prompt, request.seed, request.model) == ("a fox", 4242, "dream")
    assert (request.width, request.height, request.fps) == (512, 768, 24.0)
    assert requesting.is_adopted(request)
    (session,) = on_disk(blender.path).sessions
    assert (session.id, session.name) == ("new", "Fox")
    assert [(take.state, take.asset_id) for take in session.takes] == [(TakeState.SUCCEEDED, asset.id)]
    assert not blender.all(messages.Trouble)
    assert "“Shot One.txt”" in " ".join(map(str, answer.said))
    assert leftovers(blender.path) == []


def test_a_clip_of_comfyui_tells_its_graph(blender: BlenderSide) -> None:
    asset = asset_of(blender, adopt(blender, CLIPS / "tagged" / "workflow.mp4"))
    assert (asset.request.prompt, asset.request.seed) == ("a red fox; in = snow #1 \\ ü", 123456789012345678)
    assert (asset.request.tool, asset.request.options["steps"]) == ("ComfyUI", 20)


def test_the_same_bytes_are_one_asset_whatever_they_are_called(blender: BlenderSide, footage: Path) -> None:
    first = Path(shutil.copy(CLIPS / "plain.mp4", footage / "one.mp4"))
    second = Path(shutil.copy(CLIPS / "plain.mp4", footage / "two.mp4"))
    asset = asset_of(blender, adopt(blender, first))
    answer = adopt(blender, first, second, session_id="another")
    assert {each.asset_id for each in answer.files} == {asset.id}
    assert "already" in str(answer.said[0])
    assert blender.project.assets == (asset,)
    assert [session.id for session in blender.project.sessions] == ["new"]
    assert len(list(paths.assets_folder(blender.path).glob("*.mp4"))) == 1


def test_several_files_are_takes_of_one_session_by_number(blender: BlenderSide) -> None:
    files = [CLIPS / name for name in ("plain.mp4", "plain.webm", "plain.mov", "plain.avi")]
    answer = adopt(blender, *files)
    assert [asset_of(blender, answer, number).take_number for number in range(4)] == [1, 2, 3, 4]
    assert [paths.clip_path(asset_of(blender, answer, n).path, blender.path).suffix for n in range(4)] == [
        ".mp4",
        ".webm",
        ".mov",
        ".avi",
    ]
    assert len(blender.project.sessions) == 1
    assert [str(each) for each in answer.said] == ["4 files are takes now."]


def test_a_file_that_is_gone_keeps_no_other_from_becoming_a_take(blender: BlenderSide, footage: Path) -> None:
    answer = adopt(blender, footage / "gone.mp4", CLIPS / "plain.mp4")
    assert answer.problem is None
    assert answer.files[0].problem is not None
    assert "gone.mp4" in str(answer.files[0].problem)
    assert asset_of(blender, answer, 1)
    assert adopt(blender, footage / "gone.mp4").problem is not None


def test_what_the_strip_says_counts(blender: BlenderSide) -> None:
    strip = of_properties({"ai_meta_prompt": "a lighthouse", "ai_meta_model": "wan"})
    asset = asset_of(blender, adopt(blender, CLIPS / "plain.mp4", strip=strip))
    assert (asset.request.prompt, asset.request.model) == ("a lighthouse", "wan")
    assert "seed" in asset.request.unknown


def test_a_clip_of_our_own_is_no_second_asset_even_from_the_trash(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    (asset,) = blender.project.assets
    copy = Path(shutil.copy(paths.clip_path(asset.path, blender.path), blender.path.parent / "elsewhere.mp4"))
    from addon.core import marking
    from tests.core.builders import at

    blender.commit(marking.trash(blender.project, [asset.id], at(0)))
    blender.until(lambda: "/trash/" in blender.project.assets[0].path, "in the trash")
    back = asset_of(blender, adopt(blender, copy))
    assert (back.id, back.trashed_at, back.take_id) == (asset.id, None, take_id)
    assert clip_of(back, blender.path) == copy.read_bytes()
    assert "/trash/" not in back.path


def test_an_asset_whose_clip_was_lost_has_it_back(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    (asset,) = blender.project.assets
    clip = paths.clip_path(asset.path, blender.path)
    rescued = clip.rename(blender.path.parent / "rescued.mp4")
    back = asset_of(blender, adopt(blender, rescued))
    assert back.id == asset.id
    assert clip_of(back, blender.path) == rescued.read_bytes()


def test_a_clip_of_another_project_is_copied_with_the_request_that_made_it(blender: BlenderSide, footage: Path) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    (asset,) = blender.project.assets
    clip = paths.clip_path(asset.path, blender.path)
    moved = footage / clip.name
    clip.rename(moved)
    assets.json_path(clip).rename(assets.json_path(moved))
    (blender.path.parent / "second").mkdir()
    other = BlenderSide(blender.path.parent / "second" / "film.sessions.json", blender.service, footage / "log")
    other.open()
    try:
        taken = asset_of(other, adopt(other, moved))
        assert taken.request == asset.request
        assert not requesting.is_adopted(taken.request)
        assert clip_of(taken, other.path) == moved.read_bytes()
        assert assets.json_path(moved).exists()
    finally:
        other.client.close()


def test_a_clip_in_our_own_folder_that_is_not_listed_is_listed_where_it_is(
    blender: BlenderSide, new_blender: object
) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    (asset,) = blender.project.assets
    blender.close()
    for file in blender.path.parent.glob("film.sessions*.json"):
        file.unlink()
    blender.heard.clear()
    blender.start()
    blender.open()
    clip = paths.clip_path(asset.path, blender.path)
    listed = asset_of(blender, adopt(blender, clip))
    assert (listed.id, listed.path) == (asset.id, asset.path)
    assert len(list(clip.parent.glob("*.mp4"))) == 1


def test_a_read_only_original_is_adopted_and_can_be_thrown_away(blender: BlenderSide, footage: Path) -> None:
    clip = Path(shutil.copy(CLIPS / "plain.mp4", footage / "shot.mp4"))
    clip.chmod(0o444)
    footage.chmod(0o555)
    try:
        asset = asset_of(blender, adopt(blender, clip))
    finally:
        footage.chmod(0o755)
    copy = paths.clip_path(asset.path, blender.path)
    assert os.access(copy, os.W_OK)
    assert copy.stat().st_mode & 0o200
    assert clip.stat().st_mode & 0o777 == 0o444


def test_a_stopped_order_leaves_nothing_half(blender: BlenderSide, footage: Path) -> None:
    large = footage / "large.mp4"
    with large.open("wb") as file:
        file.write((CLIPS / "plain.mp4").read_bytes())
        file.truncate(3 << 30)
    begin(blender, large)
    blender.until(lambda: blender.all(Working), "Working")
    assert 0 < blender.all(Working)[0].fraction < 1
    blender.client.send(messages.Abandon(path=blender.path, order_id="order"))
    answer = adopt_after_stop(blender)
    assert [asset.id for asset in blender.project.assets] == [answer.files[0].asset_id]
    assert leftovers(blender.path) == []


def adopt_after_stop(side: BlenderSide) -> Adopted:
    """Another order, by which time the stopped one has gone."""
    adoptee = Adoptee(file=CLIPS / "plain.mp4", clip=CLIP)
    side.client.send(Adopt(path=side.path, order_id="next", session_id="new", files=(adoptee,)))
    side.until(lambda: side.all(Adopted), "Adopted")
    side.until(lambda: not leftovers(side.path), "nothing left")
    (answer,) = side.all(Adopted)
    assert answer.order_id == "next"
    return answer
