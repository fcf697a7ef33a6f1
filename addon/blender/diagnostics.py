"""What somebody who helps needs to know: versions, settings and the last of the logs, with nobody's secrets in it."""

from __future__ import annotations

import getpass
import os
import platform
import re
import sys
from pathlib import Path

import bpy

from ..providers import catalog
from . import accounts, compat, places, runtime, settings, workers

_LINES = 60
_BYTES = 40_000
_WORDS = re.compile(r"[A-Za-z0-9_\-]{24,}")  # keys and ids


def collect() -> str:
    """The text for the clipboard, in English whatever the interface is set to: it is for whoever reads reports."""
    lines = [
        f"Blender {compat.VERSION}, {platform.platform()}, Python {platform.python_version()}",
        f"Generative Sessions {_version()}, worker {'runs' if workers.is_running() else 'does not run'}",
        f"online access: {bpy.app.online_access}, language: {bpy.app.translations.locale}",
    ]
    said = settings.get()
    lines.append(f"default provider: {said.provider}, daily limit: {dict(said.daily_limit)}")
    for name, facts in catalog.PROVIDERS.items():
        usual = said.addresses.get(name, "") in ("", facts.base)
        key = "no key" if not accounts.has_key(name) else "key"
        lines.append(f"  {name}: {'usual address' if usual else 'own address'}, {key}, {_answer(name)}")
    if runtime.is_enabled():
        state = runtime.current()
        counts = f"{len(state.project.sessions)} sessions, {len(state.project.assets)} assets"
        lines.append(f"{counts}, {len(state.progress)} takes running")
        lines += [f"problem: {each}" for each in (state.blocked, state.unsaved, state.trouble) if each]
    for log in (places.log_file(), places.log_file().with_name("worker.log")):
        lines += ["", f"-- {log.name}", *_last_lines(log)]
    return clean("\n".join(lines))


def clean(text: str) -> str:
    """`text` without what names the user or opens an account."""
    for secret in _secrets():
        text = text.replace(secret, "•••")
    return _WORDS.sub(lambda found: found[0][:4] + "…", text)


def _secrets() -> list[str]:
    """What must not be in it, the longest first."""
    home = str(Path.home())
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = ""
    found = {home, home.replace("\\", "/"), user, os.environ.get("COMPUTERNAME", ""), platform.node()}
    return sorted((each for each in found if len(each) > 2), key=len, reverse=True)


def _answer(provider_id: str) -> str:
    found = accounts.answer(provider_id)
    if found is None:
        return "not asked"
    return str(found.problem or found.said or "being asked")


def _version() -> str:
    module = sys.modules.get(places.PACKAGE)
    manifest = Path(str(module.__file__)).with_name("blender_manifest.toml") if module else Path()
    found = re.search(r'^version = "(.+)"', manifest.read_text("utf-8"), re.MULTILINE) if manifest.is_file() else None
    return found[1] if found else "unknown"


def _last_lines(log: Path) -> list[str]:
    try:
        data = log.read_bytes()[-_BYTES:]
    except OSError:
        return ["(none)"]
    return data.decode("utf-8", errors="replace").splitlines()[-_LINES:]
