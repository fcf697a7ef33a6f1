"""`blender FILE.blend --command sessions …`: what scripts and render farms need, without a window.

Blender opens the file before it runs the command and ends with the command's exit code. It prints things of its own on
standard output, too, so an answer in JSON is one line, the last. What went wrong is told on standard error.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..core import sessions
from ..core.errors import InputError, NotFoundError, SessionsError
from ..core.models import Asset, Project, Session, Take, TakeState
from ..storage import paths
from . import compat, files, runtime, words
from .slots import usage

if TYPE_CHECKING:
    import argparse

log = logging.getLogger(__name__)

NAME = "sessions"
DONE, FAILED, MISUSED = 0, 1, 2
"""Exit codes: all that was asked for is done; something of it is not; the command was not understood."""

_FORMATS = {".csv": "CSV", ".json": "JSON", ".md": "MARKDOWN"}
_ROLES = {"first_frame": "image", "last_frame": "image", "reference": "image", "video": "video", "audio": "audio"}

_handle: Any = None


def attach() -> None:
    """Let Blender know the command."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, run)


def detach() -> None:
    """No longer."""
    global _handle
    if _handle is not None:
        bpy.utils.unregister_cli_command(_handle)
    _handle = None


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code. Nothing is raised."""
    try:
        given = _parser().parse_args(list(arguments))
    except SystemExit as done:  # which is how argparse ends, after --help too
        return done.code if isinstance(done.code, int) else MISUSED
    try:
        if not bpy.data.filepath:
            raise InputError("No .blend is open.", "Give its path before --command.")
        files.ensure_open()
        runtime.check_writable()
        with _window(bpy.context):
            code: int = given.do(given)
        return code
    except SessionsError as error:
        _complain(words.sentence(error.problem))
    except RuntimeError as error:  # what an operator reported
        _complain(str(error).strip().removeprefix("Error: "))
    except Exception:
        log.exception("the command %s failed", list(arguments))
        _complain("Something went wrong in the extension. Its log says what.")
    finally:
        if runtime.is_enabled():
            files.flush()
    return FAILED


def _window(context: bpy.types.Context) -> AbstractContextManager[Any]:
    """Blender runs a command in no window, but undo and the sequencer's operators want one: the file's first."""
    windows = context.window_manager.windows
    if context.window is not None or not len(windows):
        return nullcontext()
    return context.temp_override(window=windows[0], screen=windows[0].screen)


# -- What can be asked for --------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    import argparse  # not needed to enable the extension, which should be quick

    parser = argparse.ArgumentParser(
        prog=f"blender FILE.blend --command {NAME}",
        description="Work with the sessions of a .blend without a window.",
        epilog="Exit codes: 0 done, 1 something failed, 2 wrong arguments. Online access, addresses and keys are those "
        "of Blender's preferences, or the keys' environment variables.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_list(actions)
    _add_generate(actions)
    _add_export(actions)
    _add_report(actions)
    return parser


def _add_list(actions: Any) -> None:
    action = actions.add_parser("list", help="list sessions, takes, and where they play in the edit")
    action.add_argument("--session", metavar="NAME", help="only this session, by name or id")
    action.add_argument("--json", action="store_true", help="print JSON, on one line")
    action.set_defaults(do=_list)


def _add_generate(actions: Any) -> None:
    action = actions.add_parser(
        "generate",
        help="generate takes, and wait for their clips",
        description="Generate takes, and wait for their clips. They come into a new session, unless --session names "
        "another; what is not given is as it was last in the panel. The .blend is left alone unless there is --insert.",
    )
    action.add_argument("prompt", help="what is to be seen")
    action.add_argument("--session", metavar="NAME", help="add the takes to this session, by name or id")
    action.add_argument("--name", help="name of the new session; otherwise it is made from the prompt")
    action.add_argument("--provider", metavar="ID", help="such as animatic")
    action.add_argument("--model", metavar="ID")
    action.add_argument("--count", type=_number, metavar="N", help="how many takes")
    action.add_argument("--seed", type=int, metavar="N", help="otherwise each take gets a new one")
    action.add_argument("--duration", type=float, metavar="SECONDS")
    action.add_argument("--width", type=_number, metavar="PIXELS")
    action.add_argument("--height", type=_number, metavar="PIXELS")
    action.add_argument("--fps", type=float, metavar="RATE", help="frames per second")
    for role in _ROLES:
        action.add_argument(
            f"--{role.replace('_', '-')}", action="append", default=[], metavar="FILE", help="a file to start from"
        )
    action.add_argument("--insert", action="store_true", help="put the first clip on the timeline, and save the .blend")
    action.add_argument("--scene", metavar="NAME", help="the scene whose format and timeline count")
    action.add_argument("--frame", type=int, metavar="N", help="where to insert; otherwise at the playhead")
    action.add_argument("--json", action="store_true", help="print JSON, on one line")
    action.set_defaults(do=_generate)


def _add_export(actions: Any) -> None:
    action = actions.add_parser(
        "export",
        help="export the edit as OpenTimelineIO, or a session as a folder",
        description="Export the edit of a scene as OpenTimelineIO with all takes (TARGET is the .otio file), or with "
        "--session a session as a folder with a contact sheet (TARGET is the folder, which is made).",
    )
    action.add_argument("target", metavar="TARGET", type=Path)
    which = action.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="NAME", help="the session to export, by name or id")
    which.add_argument("--scene", metavar="NAME", help="the scene to export; otherwise the one that is edited")
    action.add_argument("--relative", action="store_true", help="name files beside the .otio, and below, from there")
    action.add_argument("--force", action="store_true", help="replace an .otio that is there already")
    action.add_argument("--json", action="store_true", help="print JSON, on one line")
    action.set_defaults(do=_export)


def _add_report(actions: Any) -> None:
    action = actions.add_parser(
        "report",
        help="tell which generated takes the edit uses: the disclosure report",
        description="Tell which generated takes a scene uses, where, and what made them: written to TARGET, or printed",
    )
    action.add_argument("target", metavar="TARGET", nargs="?", type=Path)
    action.add_argument("--scene", metavar="NAME", help="otherwise the one that is edited")
    action.add_argument(
        "--format",
        choices=[form.lower() for form in _FORMATS.values()],
        help="otherwise as TARGET's ending says, else markdown",
    )
    action.add_argument("--force", action="store_true", help="replace a TARGET that is there already")
    action.add_argument("--json", action="store_true", help="the same as --format json")
    action.set_defaults(do=_report)


def _number(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


# -- Doing it ---------------------------------------------------------------------------------------------------------


def _list(given: argparse.Namespace) -> int:
    project = runtime.current().project
    usage.changed()
    usage.look()
    chosen = [_session(project, given.session)] if given.session else sessions.listed(project)
    if given.json:
        _say_json({"file": bpy.data.filepath, "sessions": [_session_facts(project, each) for each in chosen]})
        return DONE
    for session in chosen:
        _say(f"{session.name}  ({session.id})")
        for take in session.takes:
            _say("  " + _take_line(project, take))
    if not chosen:
        _say("There are no sessions in this file.")
    return DONE


def _generate(given: argparse.Namespace) -> int:
    ours: Any = bpy.ops
    project = runtime.current().project
    before = {take.id for take in _takes(project)}
    scene = _scene(given.scene)
    if given.session:
        ours.sessions.switch(session_id=_session(project, given.session).id)
    else:
        ours.sessions.new(name=given.name or "")
    for role, media in _ROLES.items():
        for file in getattr(given, role):
            ours.sessions.input_from_file(filepath=str(Path(file).absolute()), role=role, media=media)
    wanted = ("prompt", "provider", "model", "count", "seed", "duration", "width", "height", "fps")
    settings = {name: getattr(given, name) for name in wanted if getattr(given, name) is not None}
    if given.insert:
        changes = {"fill": False}  # what happens to be selected in the file is not what is meant
        runtime.commit(sessions.edit_draft(runtime.current().project, changes, runtime.now()))
    problem = ""
    playhead = scene.frame_current
    scene.frame_set(playhead if given.frame is None else given.frame)
    try:
        with bpy.context.temp_override(**compat.sequencer_override(scene)):
            ours.sessions.generate("EXEC_DEFAULT", insert=given.insert, **settings)
    except RuntimeError as error:  # takes that failed have been counted all the same
        problem = str(error).strip().removeprefix("Error: ")
    scene.frame_set(playhead)
    project = runtime.current().project
    made = [take for take in _takes(project) if take.id not in before]
    if problem:
        _complain(problem)
    if given.insert and made:
        bpy.ops.wm.save_mainfile()
    if given.json:
        _say_json({"file": bpy.data.filepath, "takes": [_take_facts(project, take) for take in made]})
    else:
        for take in made:
            _say(_take_line(project, take))
    worked = bool(made) and not problem and all(take.state is TakeState.SUCCEEDED for take in made)
    return DONE if worked else FAILED


def _export(given: argparse.Namespace) -> int:
    target = given.target.absolute()
    ours: Any = bpy.ops
    if given.session:
        session = _session(runtime.current().project, given.session)
        if target.exists():
            raise InputError("There is already a “{name}” in “{folder}”.", name=target.name, folder=str(target.parent))
        ours.sessions.export_session(session_id=session.id, directory=str(target.parent), folder=target.name)
    else:
        ours.sessions.export_timeline(
            filepath=str(target), scene=given.scene or "", relative=given.relative, overwrite=given.force
        )
        target = target if target.suffix.lower() == ".otio" else target.with_name(f"{target.name}.otio")
    if given.json:
        _say_json({"file": bpy.data.filepath, "exported": str(target)})
    else:
        _say(str(target))
    return DONE


def _report(given: argparse.Namespace) -> int:
    from .operators import exports

    form = "JSON" if given.json else (given.format or "").upper()
    form = form or (_FORMATS.get(given.target.suffix.lower()) if given.target else None) or "MARKDOWN"
    text = exports.report_text(exports.target_scene(bpy.context, given.scene or ""), form)
    if given.target:
        _say(str(exports.save(str(given.target.absolute()), text, overwrite=given.force)))
    elif form == "JSON":
        _say_json(json.loads(text))
    else:
        _say(text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n"))
    return DONE


def _scene(name: str | None) -> bpy.types.Scene:
    """The scene of this name, without one that is edited. Raises `NotFoundError`."""
    found = bpy.data.scenes.get(name) if name else compat.sequencer_scene(bpy.context)
    if found is None:
        raise NotFoundError("There is no scene “{name}” in this file.", name=name or "")
    return found


def _session(project: Project, wanted: str) -> Session:
    """The session with this id, else the one with this name. Raises `SessionsError`."""
    found = [each for each in project.sessions if each.id == wanted]
    found = found or [each for each in project.sessions if each.name == wanted]
    if not found:
        raise NotFoundError("There is no session “{name}” in this file.", name=wanted)
    if len(found) > 1:
        raise InputError("There are several sessions “{name}”.", "Give the id of one.", name=wanted)
    return found[0]


def _takes(project: Project) -> Iterator[Take]:
    return (take for session in project.sessions for take in session.takes)


# -- Telling it -------------------------------------------------------------------------------------------------------


def _session_facts(project: Project, session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.name,
        "created_at": session.created_at.isoformat(),
        "last_generated_at": session.last_generated_at.isoformat(),
        "takes": [_take_facts(project, take) for take in session.takes],
    }


def _take_facts(project: Project, take: Take) -> dict[str, Any]:
    asset = _asset(project, take)
    uses = usage.of_asset(asset.id) if asset else []
    return {
        "id": take.id,
        "number": take.number,
        "state": take.state,
        "problem": words.sentence(take.problem) if take.problem else None,
        "created_at": take.created_at.isoformat(),
        "request": take.request.model_dump(mode="json"),
        "cost": take.cost.model_dump(mode="json") if take.cost else None,
        "asset": {
            "id": asset.id,
            "file": str(paths.clip_path(asset.path, runtime.current().path)),
            "sha256": asset.sha256,
            "mark": asset.mark,
            "note": asset.note,
        }
        if asset
        else None,
        "uses": [
            {"scene": use.scene, "strip": use.strip, "channel": use.channel, "start": use.start, "end": use.end}
            for use in uses
        ],
    }


def _take_line(project: Project, take: Take) -> str:
    asset = _asset(project, take)
    what = str(paths.clip_path(asset.path, runtime.current().path)) if asset else ""
    if take.problem:
        what = words.sentence(take.problem)
    used = len(usage.of_asset(asset.id)) if asset else 0
    mark = f"  {asset.mark}" if asset and asset.mark else ""
    return f"{take.number}  {take.state}{mark}{f'  used {used}' if used else ''}  {what}".rstrip()


def _asset(project: Project, take: Take) -> Asset | None:
    return sessions.find_asset(project, take.asset_id) if take.asset_id else None


def _say_json(value: object) -> None:
    _say(json.dumps(value))


def _say(text: str) -> None:
    _print(text, sys.stdout)


def _complain(text: str) -> None:
    _print(text, sys.stderr)


def _print(text: str, stream: Any) -> None:
    """Print what a console can show of a text; not all have every character."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
