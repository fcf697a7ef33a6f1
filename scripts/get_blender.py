"""Set up a real Blender with a window system beside it: `python3 scripts/get_blender.py 4.3 [5.2 …] [--cache DIR]`.

For Debian, as root. Debian has one Blender per release, so each is installed into a Debian of its own (debootstrap) in
a cache outside the project; the machine itself gets no package but debootstrap. The last lines are the paths of the
programs, one per version. What is set up already is only looked at.

Beside `blender` lie `Xvfb`, `openbox` and `import` (ImageMagick's screenshots) of the same Debian. Each is a small
script that becomes the program: same process id, environment, arguments, `/tmp`, `/dev` and `/proc`; any other path
means one inside that Debian.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from environments import blender_version
from project import Problem, run_script

PROGRAMS = {"blender": "/usr/bin/blender", "Xvfb": "/usr/bin/Xvfb", "openbox": "/usr/bin/openbox"}
PROGRAMS["import"] = "/usr/bin/import"

# Software rendering, a screen, a window manager, and the Python modules that Blender's own scripts import.
PACKAGES = (
    "blender",
    "libgl1-mesa-dri",
    "libegl1",
    "xvfb",
    "xauth",
    "openbox",
    "imagemagick",
    "fonts-dejavu-core",
    "python3-numpy",
    "python3-requests",
)


class Source(NamedTuple):
    """Where a Blender comes from: Debian's release, and what it needs besides `PACKAGES`."""

    suite: str
    packages: tuple[str, ...] = ()


SOURCES = {"4.3": Source("trixie"), "5.2": Source("sid", ("python3-cattr",))}

DEFAULT_MIRROR = "http://deb.debian.org/debian"
TOOLS = ("debootstrap", "debian-archive-keyring")  # a release newer than the machine's is signed by newer keys
STEP_SECONDS = 20 * 60


def default_cache() -> Path:
    """The folder that keeps the Blenders: outside the project, where the system keeps caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "generative-sessions", "blenders")


def cached(cache: Path) -> list[Path]:
    """The Blenders set up in `cache`, oldest version first."""
    ready = [version for version in SOURCES if is_ready(cache / version)]
    return [cache / version / "bin" / "blender" for version in ready]


def is_ready(place: Path) -> bool:
    """Whether the Blender in this folder was set up to the end, there and in the present way."""
    stamp = place / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == recipe(place)


def recipe(place: Path) -> str:
    """What the Blender in this folder is made of, as one line that changes with any of it."""
    parts = [*SOURCES[place.name], *PACKAGES, inside_script(place / "root"), *wrappers(place).values()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def inside_script(root: Path) -> str:
    """The script that runs a program inside `root`, to be started in a mount namespace of its own."""
    return f"""#!/bin/sh
# Becomes the program that its arguments name, inside {root.name}. The mounts are this process's own.
set -e
root={shlex.quote(str(root))}
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount --bind /tmp "$root/tmp"
exec chroot "$root" /bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@"
"""


def wrappers(place: Path) -> dict[str, str]:
    """What the programs in `bin` hold. They exec all the way down, so a signal to their process reaches the program."""
    inside = shlex.quote(str(place / "inside"))
    return {name: f'#!/bin/sh\nexec unshare --mount {inside} {program} "$@"\n' for name, program in PROGRAMS.items()}


def mirrors(targets: str, codename: str) -> list[str]:
    """Where to get Debian from: the mirror this machine uses, then Debian's own.

    Args:
        targets: the machine's apt sources, a line `URL RELEASE` each.
        codename: the machine's Debian release. A source that has it and its updates is a whole mirror.
    """
    releases: dict[str, set[str]] = {}
    for line in targets.splitlines():
        address, _, release = line.partition(" ")
        if address.startswith(("http://", "https://")):
            releases.setdefault(address.rstrip("/"), set()).add(release)
    whole = [address for address, names in releases.items() if {codename, f"{codename}-updates"} <= names]
    return list(dict.fromkeys([*whole, DEFAULT_MIRROR]))


def get(version: str, cache: Path) -> Path:
    """Set the Blender of this version up in `cache`, unless it is, and return the path of its program.

    Raises:
        Problem: it could not be; the text says why and what to do.
    """
    place = cache / version
    blender = place / "bin" / "blender"
    if is_ready(place):
        return blender
    check_machine()
    cache.mkdir(parents=True, exist_ok=True)
    with only_one(cache / f"{version}.lock"):
        if not is_ready(place):  # another process may have made it while this one waited
            make(version, place, cache / f"{version}.log")
    return blender


def make(version: str, place: Path, log: Path) -> None:
    """Make `place` anew: a Debian with Blender in it, the scripts that start it, and last the stamp."""
    began = time.monotonic()
    source = SOURCES[version]
    root = place / "root"
    print(f"Setting up Blender {version} from Debian {source.suite} in {place} …", flush=True)
    log.unlink(missing_ok=True)
    remove(place)
    root.mkdir(parents=True)
    install_tools(log)
    bootstrap(source.suite, root, log)
    # Nothing in there is worth waiting for the disk: what a crash spoils is made anew.
    (root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    executable(root / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")  # no service is started in there
    executable(place / "inside", inside_script(root))
    (place / "bin").mkdir()
    for name, text in wrappers(place).items():
        executable(place / "bin" / name, text)
    install = [
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        "-o",
        "Acquire::Retries=3",
        *PACKAGES,
        *source.packages,
    ]
    step(["unshare", "--mount", str(place / "inside"), *install], f"Blender {version} could not be installed", log)
    step(["chroot", str(root), "apt-get", "clean"], "The downloaded packages could not be removed", log)
    check_version(version, place / "bin" / "blender")
    (place / "stamp").write_text(recipe(place), encoding="utf-8")
    print(f"Blender {version} is set up; it took {time.monotonic() - began:.0f} s", flush=True)


def check_machine() -> None:
    """Raise a Problem where this machine is none on which this can work."""
    try:
        system = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        system = ""
    if sys.platform != "linux" or not re.search(r"^ID(_LIKE)?=.*\bdebian\b", system, re.MULTILINE):
        raise Problem("This sets Blender up on Debian only. Install Blender and give its path by --blender")
    if os.geteuid() != 0:
        raise Problem(
            "Setting Blender up needs root: run this as root, or install Blender and give its path by --blender"
        )


def install_tools(log: Path) -> None:
    """Install what makes a Debian, unless it is there."""
    if shutil.which("debootstrap") is None:
        step(["apt-get", "update"], "The lists of packages could not be fetched", log)
        install = ["apt-get", "install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", *TOOLS]
        step(install, "debootstrap could not be installed", log)


def bootstrap(suite: str, root: Path, log: Path) -> None:
    """Make a minimal Debian in `root`, from the first mirror that has it."""
    targets = output("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Identifier: Packages")
    codename = output("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
    *others, last = mirrors(targets, codename)
    command = ["unshare", "--mount", "debootstrap", "--variant=minbase", "--force-check-gpg", suite, str(root)]
    for mirror in others:
        try:
            return step([*command, mirror], f"Debian {suite} could not be set up", log)
        except Problem as problem:
            print(f"{problem}\nTrying {last} …", file=sys.stderr, flush=True)
    return step([*command, last], f"Debian {suite} could not be set up", log)


def check_version(version: str, blender: Path) -> None:
    """Raise a Problem if `blender` does not start, or is of another version: Debian's releases move on."""
    found = blender_version(blender)
    if found != version:
        raise Problem(
            f"Debian {SOURCES[version].suite} has Blender {found} now, not {version}. "
            f"Install Blender {version} yourself and give its path by --blender"
        )


def step(command: Sequence[str], failure: str, log: Path) -> None:
    """Run one command to the end, its output in `log`; a Problem with its last words if it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"} | proxy()
    with log.open("a", encoding="utf-8") as written:
        start = written.tell()
        try:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=STEP_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
            written.write(f"It took longer than {STEP_SECONDS} seconds\n")
    if code != 0:
        words = log.read_bytes()[start:].decode("utf-8", errors="replace").strip().splitlines()
        raise Problem("\n".join([f"{failure} (all it said is in {log}):", *words[-5:]]))


def proxy() -> dict[str, str]:
    """The proxy that apt is set to use here, for the programs that are told by the environment."""
    address = output("apt-config", "dump", "--format", "%v", "Acquire::http::Proxy")
    return {"http_proxy": address} if address and "http_proxy" not in os.environ else {}


def output(*command: str) -> str:
    """What a command prints; nothing where it fails."""
    return subprocess.run(command, capture_output=True, text=True).stdout


def executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def remove(place: Path) -> None:
    """Remove a folder, but nothing that is mounted in it."""
    if place.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", str(place)], check=True)


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Wait until no other process holds this lock, and hold it. The system lets go of it when a process dies."""
    import fcntl

    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up real Blenders (Debian, as root).")
    parser.add_argument("versions", nargs="+", metavar="VERSION", choices=SOURCES, help=", ".join(SOURCES))
    parser.add_argument(
        "--cache", type=Path, default=default_cache(), help="folder that keeps them (default: %(default)s)"
    )
    options = parser.parse_args()
    for path in [get(version, options.cache.resolve()) for version in options.versions]:
        print(path)
    return 0


if __name__ == "__main__":
    run_script(main)
