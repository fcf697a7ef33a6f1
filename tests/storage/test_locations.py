"""Paths of all systems as URLs."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from addon.storage.locations import url


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/clips/Fox 01.mp4", "file:///clips/Fox%2001.mp4"),
        ("/clips/50% #1?.mp4", "file:///clips/50%25%20%231%3F.mp4"),
        ("/films/Füchse/狐.mp4", "file:///films/F%C3%BCchse/%E7%8B%90.mp4"),
        ("/clips/a\\b.mp4", "file:///clips/a%5Cb.mp4"),
        ("/clips/\udcff.mp4", "file:///clips/%FF.mp4"),
        ("C:\\My Films\\Füchse.mp4", "file:///C:/My%20Films/F%C3%BCchse.mp4"),
        ("d:/clips/a.mp4", "file:///d:/clips/a.mp4"),
        ("\\\\server\\share\\My Clips\\a.mp4", "file://server/share/My%20Clips/a.mp4"),
    ],
)
def test_a_path_of_any_system_is_a_url_of_its_bytes(path: str, made: str) -> None:
    assert url(path) == made


@pytest.mark.parametrize(
    ("path", "base", "made"),
    [
        ("/films/film.assets/Fox 01.mp4", "/films", "film.assets/Fox%2001.mp4"),
        ("/films/a:b.mp4", "/films", "a%3Ab.mp4"),
        ("/other/a.mp4", "/films", "file:///other/a.mp4"),
        ("/films2/a.mp4", "/films", "file:///films2/a.mp4"),
        ("C:\\Films\\a b.mp4", "c:\\films", "a%20b.mp4"),
        ("D:\\Films\\a.mp4", "C:\\Films", "file:///D:/Films/a.mp4"),
        ("C:\\Films\\a.mp4", "/Films", "file:///C:/Films/a.mp4"),
    ],
)
def test_what_lies_in_the_base_folder_is_named_from_there(path: str, base: str, made: str) -> None:
    assert url(path, base) == made


@pytest.mark.skipif(os.name == "nt", reason="the test's names are not allowed there")
@pytest.mark.parametrize("name", ["Fox 01.mp4", "50%20 #?&=+.mp4", "狐 👩‍👩‍👧.mp4", "a\\b:c*.mp4", "line\nbreak.mp4"])
def test_the_url_of_a_file_leads_back_to_it(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.touch()
    assert Path(url2pathname(urlsplit(url(str(file))).path)).samefile(file)
