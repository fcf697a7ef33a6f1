"""Export Timeline with Takes, Disclosure Report, Export Session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ...core import sessions
from ...core.errors import InputError, NotFoundError, SessionsError, StorageError
from ...core.models import Asset, Session
from ...storage import files as storage_files
from .. import compat, gathering, lookup, pump, runtime, sharing, words
from .reporting import NO_UNDO, Result, reporting
from .sessions import has_sessions, writable

_LOOK_SECONDS = 0.2


def timeline_text(scene: bpy.types.Scene, base: str = "") -> str:
    """The edit of a scene as an .otio file; files in the folder `base` or below relative to it. Raises `SessionsError`.

    Without what is known of the takes it would be another edit: so not while that cannot be read.
    """
    from ...storage import otio  # what writes files is not needed to enable the extension

    runtime.check_writable()
    state = runtime.current()
    return otio.text(gathering.gather(scene), state.project.assets, state.path, base)


def report_text(scene: bpy.types.Scene, form: str) -> str:
    """The disclosure report on a scene: `form` is CSV, JSON or MARKDOWN. Raises `SessionsError`."""
    from ...core import disclosure, disclosure_texts

    runtime.check_writable()
    report = disclosure.report(gathering.gather(scene), runtime.current().project.assets, runtime.now())
    match form:
        case "CSV":
            return disclosure_texts.as_csv(report)
        case "JSON":
            return disclosure_texts.as_json(report)
        case _:
            return disclosure_texts.as_markdown(report)


def target_scene(context: bpy.types.Context, name: str) -> bpy.types.Scene:
    """The scene of this name, without one that of the sequencer. Raises `SessionsError` if it has no strips."""
    scene = bpy.data.scenes.get(name) if name else compat.sequencer_scene(context)
    if scene is None:
        raise NotFoundError("There is no scene “{name}” in this file.", name=name)
    if not _has_strips(scene):
        raise InputError("The sequencer of the scene “{name}” is empty.", "Add a strip first.", name=scene.name)
    return scene


def save(filepath: str, text: str, *, overwrite: bool) -> Path:
    """Write an exported file; returns where. Raises `SessionsError`."""
    from ...storage import exports

    target = _absolute(filepath)
    exports.save(target, text, replace=overwrite)
    return target


def _absolute(path: str) -> Path:
    if not path:
        raise InputError("No file was chosen.", "Give the path of one.")
    found = Path(bpy.path.abspath(path))
    if not found.is_absolute():
        found = Path.cwd() / found
    return found


def _has_strips(scene: bpy.types.Scene | None) -> bool:
    return scene is not None and scene.sequence_editor is not None and len(compat.strips(scene.sequence_editor)) > 0


def _has_timeline(cls: Any, context: bpy.types.Context) -> bool:
    if not writable(cls):
        return False
    if not any(map(_has_strips, bpy.data.scenes)):
        cls.poll_message_set("There is nothing on the timeline yet. Add a strip first")
        return False
    return True


def _beside_blend(name: str) -> str:
    """Where the file browser begins: a file of this name beside the .blend, or where Blender was started."""
    folder = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.cwd()
    return str(folder / name)


def _blend_name() -> str:
    return Path(bpy.data.filepath).stem or words.tr("Untitled")


class _OfScene:
    """Which scene's edit, and into which file."""

    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    scene: StringProperty(
        name="Scene",
        description="Name of the scene; left empty, the one in the sequencer",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    overwrite: BoolProperty(
        name="Overwrite",
        description="Replace a file that is there already. The file browser has asked before",
        default=False,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})


class SESSIONS_OT_export_timeline(_OfScene, bpy.types.Operator):
    """Write the edit as OpenTimelineIO for other editing programs, with all takes of a shot as media of its clip"""

    bl_idname = "sessions.export_timeline"
    bl_label = "Export Timeline with Takes (.otio)"
    bl_options = NO_UNDO

    relative: BoolProperty(
        name="Relative Paths",
        description="Name files beside the exported one, and in folders below it, from there: to move all together",
        default=False,
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default="*.otio", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _has_timeline(cls, context)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.overwrite = True
        self.filepath = self.filepath or _beside_blend(f"{_blend_name()}.otio")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, _context: bpy.types.Context) -> bool:
        return _with_ending(self, ".otio")

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        _with_ending(self, ".otio")
        scene = target_scene(context, self.scene)
        target = _absolute(self.filepath)
        text = timeline_text(scene, str(target.parent) if self.relative else "")
        save(self.filepath, text, overwrite=self.overwrite)
        self.report({"INFO"}, words.tr("Exported {path}").format(path=target))
        return {"FINISHED"}


_ENDINGS = {"CSV": ".csv", "JSON": ".json", "MARKDOWN": ".md"}


class SESSIONS_OT_export_report(_OfScene, bpy.types.Operator):
    """Write down which generated takes the edit uses, where, and what made them, as broadcasters and festivals ask"""

    bl_idname = "sessions.export_report"
    bl_label = "Disclosure Report"
    bl_options = NO_UNDO

    format: EnumProperty(
        name="Format",
        items=(
            ("CSV", "CSV", "A table for spreadsheets"),
            ("JSON", "JSON", "For programs, prompts to the last character"),
            ("MARKDOWN", "Markdown", "For people to read"),
        ),
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default="*.csv;*.json;*.md", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _has_timeline(cls, context)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.overwrite = True
        name = words.tr("{name} disclosure").format(name=_blend_name())
        self.filepath = self.filepath or _beside_blend(name + _ENDINGS[self.format])
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, _context: bpy.types.Context) -> bool:
        return _with_ending(self, _ENDINGS[self.format], tuple(_ENDINGS.values()))

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        _with_ending(self, _ENDINGS[self.format], tuple(_ENDINGS.values()))
        text = report_text(target_scene(context, self.scene), self.format)
        target = save(self.filepath, text, overwrite=self.overwrite)
        self.report({"INFO"}, words.tr("Exported {path}").format(path=target))
        return {"FINISHED"}


def _with_ending(operator: Any, ending: str, known: tuple[str, ...] = ()) -> bool:
    """Give the chosen file its ending, in the place of another that is known. True if that changed its name."""
    path = operator.filepath
    if not path or path.lower().endswith(ending):
        return False
    stem = next((path[: -len(each)] for each in known if path.lower().endswith(each)), path)
    operator.filepath = stem + ending
    return True


class SESSIONS_OT_export_session(bpy.types.Operator):
    """Copy the session's clips into a new folder, with a page and a picture that show them, to send to somebody"""

    bl_idname = "sessions.export_session"
    bl_label = "Export Session"
    bl_options = NO_UNDO

    session_id: StringProperty(
        name="Session",
        description="Id of the session; left empty, the one in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    directory: StringProperty(
        name="Folder", description="Where the session's own folder is made", subtype="DIR_PATH", options={"SKIP_SAVE"}
    )
    folder: StringProperty(
        name="Folder Name",
        description="Name of the session's own folder; left empty, the session's name",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return has_sessions(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        _assets(self.session_id)
        self.from_browser = True
        self.directory = self.directory or _beside_blend("")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        session, assets = _assets(self.session_id)
        self.target = _new_folder(_absolute(self.directory), self.folder or session.name)
        self.order_id = sharing.order(self.target, session.name, assets)
        if getattr(self, "from_browser", False):  # there nobody should have to wait
            manager = context.window_manager
            self.timer = manager.event_timer_add(_LOOK_SECONDS, window=context.window)
            manager.modal_handler_add(self)
            return {"RUNNING_MODAL"}
        pump.run_until(lambda: not sharing.is_waiting(self.order_id))
        return self._end()

    def modal(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        if sharing.is_waiting(self.order_id):
            return {"PASS_THROUGH"}
        self.cancel(context)
        try:
            return self._end()
        except SessionsError as error:
            self.report({"ERROR"}, words.sentence(error.problem))
            return {"CANCELLED"}

    def cancel(self, context: bpy.types.Context) -> None:
        timer = getattr(self, "timer", None)
        if timer is not None:
            context.window_manager.event_timer_remove(timer)
            self.timer = None

    def _end(self) -> Result:
        answer = sharing.answer(self.order_id)
        if answer is None:  # another file was opened meanwhile
            return {"CANCELLED"}
        if answer.problem:
            raise SessionsError.of(answer.problem)
        if answer.missing:
            text = words.tr("Exported {path}, without clips that are missing: {names}")
            self.report({"WARNING"}, text.format(path=self.target, names=", ".join(answer.missing)))
        else:
            self.report({"INFO"}, words.tr("Exported {path}").format(path=self.target))
        return {"FINISHED"}


def _assets(session_id: str) -> tuple[Session, Sequence[Asset]]:
    """The session and its clips that are not in the trash. Raises `SessionsError` if there are none."""
    state = runtime.current()
    session = sessions.get(state.project, session_id) if session_id else state.session
    if session is None:
        raise NotFoundError("No session is active.", "Choose one from the session list.")
    assets = lookup.choices(session.id)
    if not assets:
        raise InputError("The session “{name}” has no clips yet.", "Generate a take first.", name=session.name)
    return session, assets


def _new_folder(parent: Path, name: str) -> Path:
    """Where a folder can be made: of this name, or with a number where there is one already. Raises `StorageError`."""
    from ...storage import contact_sheet

    if not parent.is_dir():
        raise StorageError("There is no folder {folder}.", "Choose one that is there.", folder=str(parent))
    stem = contact_sheet.folder_name(name)
    target, number = parent / stem, 1
    while storage_files.exists(target):
        number += 1
        target = parent / f"{stem} {number}"
    return target


CLASSES = (SESSIONS_OT_export_timeline, SESSIONS_OT_export_report, SESSIONS_OT_export_session)
