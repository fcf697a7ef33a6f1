"""The built package: what is in it, that Blender's own tool accepts it, that the same sources give the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import build
import project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tool():
    """The extension tool of the Blender that runs these tests."""
    return build.tool_of_bpy(Path(sys.executable))


@pytest.fixture(scope="session")
def wheels():
    """The wheels, downloaded when the environments were made."""
    return build.fetch_wheels()


@pytest.fixture(scope="session")
def packages(tool, wheels, tmp_path_factory):
    """Every package, built by this Blender's tool."""
    return build.build(tool, wheels, tmp_path_factory.mktemp("built"))


def manifest_in(package: Path) -> dict:
    with zipfile.ZipFile(package) as archive:
        return tomllib.loads(archive.read("blender_manifest.toml").decode())


def test_there_is_one_package_for_all_platforms_and_one_for_each(packages):
    name = f"{project.package().id}-{project.package().version}"
    platforms = [f"{name}-{platform.replace('-', '_')}.zip" for platform in project.package().platforms]
    assert [path.name for path in packages] == [f"{name}.zip", *sorted(platforms)]


def test_the_package_holds_the_sources_the_licence_the_manifest_and_the_wheels_and_nothing_else(packages):
    sources = {
        file.relative_to(ROOT / "addon").as_posix()
        for file in (ROOT / "addon").rglob("*")
        if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in file.relative_to(ROOT).parts)
    }
    wheels = {f"wheels/{name}" for name in build.locked_wheels()}
    with zipfile.ZipFile(packages[0]) as archive:
        assert set(archive.namelist()) == sources | wheels | {"LICENSE", "blender_manifest.toml"}


def test_the_manifest_in_the_package_is_the_project_s_with_the_wheels_added(packages):
    manifest = manifest_in(packages[0])
    wheels = manifest.pop("wheels")
    assert manifest == tomllib.loads(project.MANIFEST.read_text(encoding="utf-8"))
    assert wheels == [f"./wheels/{name}" for name in build.locked_wheels()]


def test_there_is_a_wheel_of_pydantic_core_for_every_platform_and_python():
    locked = [name.removesuffix(".whl").split("-") for name in build.locked_wheels()]
    for platform in project.package().platforms:
        for python in build.PYTHONS:
            tag = f"cp{python.replace('.', '')}"
            fitting = [
                words
                for words in locked
                if words[0] == "pydantic_core"
                and words[2] == words[3] == tag
                and set(words[4].split(".")) & set(build.WHEEL_PLATFORMS[platform])
            ]
            assert len(fitting) == 1, f"{platform}, Python {python}"


def test_a_platform_s_package_has_the_wheels_of_that_platform_only(packages):
    for package in packages[1:]:
        generated = manifest_in(package)["build"]["generated"]
        (platform,) = generated["platforms"]
        with zipfile.ZipFile(package) as archive:
            inside = {name for name in archive.namelist() if name.startswith("wheels/")}
        assert inside == {name.removeprefix("./") for name in generated["wheels"]}
        tags = {tag for name in inside for tag in name.removesuffix(".whl").split("-")[-1].split(".")}
        assert tags <= {"any", *build.WHEEL_PLATFORMS[platform]}
        assert len([name for name in inside if "pydantic_core" in name]) == len(build.PYTHONS)


def test_blenders_tool_refuses_a_manifest_that_is_not_valid(tool, wheels, tmp_path):
    build.stage_package(tmp_path / "stage", wheels)
    manifest = tmp_path / "stage" / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('"Sequencer"', '"No Such Tag"'))
    with pytest.raises(project.Problem, match="No Such Tag"):
        build.call(tool, "validate", str(tmp_path / "stage"), *build._valid_tags(tool))


def test_every_blender_builds_the_same_bytes(packages, package_zip):
    """`package_zip` was built by another Blender's tool, unless this is the first one that is tested."""
    assert packages[0].read_bytes() == package_zip.read_bytes()


def test_two_checkouts_in_different_places_build_the_same_bytes(packages, wheels, tmp_path):
    built = []
    for name, when in (("one", 1_000_000_000), ("another/place", 1_500_000_000)):
        checkout = tmp_path / name
        for part in ("addon", "scripts"):
            shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("LICENSE", "blender_manifest.toml"):
            shutil.copy(ROOT / part, checkout)
        for file in checkout.rglob("*"):
            os.utime(file, (when, when))
        built.append(build_in(checkout, wheels))
        # What running the code leaves behind must not matter, nor must permissions.
        (checkout / "addon" / "__pycache__").mkdir()
        (checkout / "addon" / "__pycache__" / "leftover.cpython-311.pyc").write_bytes(b"x")
        (checkout / "addon" / ".DS_Store").write_bytes(b"x")
        (checkout / "addon" / "__init__.py").chmod(0o755)
        built.append(build_in(checkout, wheels))
    assert built[0] == {path.name: path.read_bytes() for path in packages}
    assert all(each == built[0] for each in built)


def build_in(checkout: Path, wheels: Path) -> dict[str, bytes]:
    """Build in a copy of the project by its own script; returns the content of each package."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, 'scripts'); import build; "
        "build.build(build.tool_of_bpy(Path(sys.executable)), Path(sys.argv[1]), Path('dist'))"
    )
    subprocess.run([sys.executable, "-c", code, str(wheels)], cwd=checkout, check=True)
    return {path.name: path.read_bytes() for path in (checkout / "dist").iterdir()}
