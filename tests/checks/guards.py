"""Rules of the code base that no linter knows, each a function from a folder of sources to the places that break it.

Every place reads "file:line: what is wrong", so that a failing check says where to look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

# Modules that wait for the network, or that run Python threads, which Blender documents as unsupported.
BLOCKING_MODULES = frozenset(
    {
        "_thread",
        "asyncio",
        "concurrent",
        "ftplib",
        "http",
        "multiprocessing",
        "queue",
        "requests",
        "select",
        "selectors",
    }
    | {"smtplib", "socket", "socketserver", "ssl", "threading", "urllib", "urllib3"}
)
HARMLESS_MODULES = ("urllib.parse", "http.HTTPStatus")

BLOCKING_FUNCTIONS = frozenset(
    {"input", "os.system", "os.popen", "os.wait", "os.waitpid", "time.sleep"}
    | {f"subprocess.{name}" for name in ("call", "check_call", "check_output", "getoutput", "getstatusoutput", "run")}
)
# Methods of processes, pipes, events and futures; `.join` only as a process has it (see `_joins_a_process`).
BLOCKING_METHODS = frozenset({"acquire", "communicate", "result", "wait", "wait_for"})


def blocking_calls(blender: Path, allowed: Iterable[str] = (), own_process: Iterable[str] = ()) -> list[str]:
    """Places in the code inside Blender that would hold its main thread.

    Args:
        blender: the folder `addon/blender`.
        allowed: functions that may wait, as "folder/file.py:Class.function". Whoever calls one of them waits as well,
            so its callers have to be on the list too. One that no longer waits is reported.
        own_process: scripts that run in a Blender of their own, as "folder/file.py"; importing one is reported.
    """
    allowed = frozenset(allowed)
    found: list[str] = []
    excused: set[str] = set()
    scripts = {f"{Path(script).parent.name or blender.name}.{Path(script).stem}" for script in own_process}
    for file in _sources(blender):
        if file.relative_to(blender).as_posix() in own_process:
            continue
        tree = _parse(file)
        found += [
            f"{file}: imports {name}, which is a script for a Blender of its own"
            for name in _imported_names(tree, package=file.parent.name).values()
            if any(name.endswith(script) or f"{script}." in name for script in scripts)
        ]
        names = _imported_names(tree) | _functions_of(tree, file.stem)
        waiting = {f"{Path(place.split(':')[0]).stem}.{place.rpartition(':')[2]}" for place in allowed}
        for node, owner in _with_owners(tree):
            what = _blocks(node, names, waiting)
            if what is None:
                continue
            place = f"{file.relative_to(blender).as_posix()}:{owner}"
            if place in allowed:
                excused.add(place)
            else:
                found.append(f"{_place(file, node)}: {what} in {owner or 'the module'} holds Blender's main thread")
    found += [f"{place}: is allowed to wait but does not; take it off the list" for place in allowed - excused]
    return found


def _blocks(node: ast.AST, names: dict[str, str], waiting: Set[str]) -> str | None:
    """What of this node waits, in words, or None. `waiting`: the project's own functions that do, "module.function"."""
    for module in _imports(node):
        if module.split(".")[0] in BLOCKING_MODULES and not module.startswith(HARMLESS_MODULES):
            return f"import of {module}"
    if not isinstance(node, ast.Call):
        return None
    called = _qualified(node.func, names)
    if called in BLOCKING_FUNCTIONS or ".".join(called.split(".")[-2:]) in waiting:
        return f"{called}()"
    if isinstance(node.func, ast.Attribute):
        method = node.func.attr
        if method in BLOCKING_METHODS or (method == "join" and _joins_a_process(node)):
            return f".{method}()"
    return None


def _joins_a_process(call: ast.Call) -> bool:
    """Whether a `.join` is the one that waits: a string's takes one iterable, a process's nothing or seconds."""
    if not call.args:
        return True
    first = call.args[0]
    return isinstance(first, ast.Constant) and isinstance(first.value, int | float | None)


def version_branches(addon: Path) -> list[str]:
    """Uses of Blender's version outside `addon/blender/compat.py`."""
    versions = {"bpy.app.version", "bpy.app.version_string", "bpy.app.version_file"}
    found = []
    for file in _sources(addon):
        if file == addon / "blender" / "compat.py":
            continue
        tree = _parse(file)
        names = _imported_names(tree)
        for node in ast.walk(tree):
            used = {_qualified(node, names)} if isinstance(node, ast.Attribute) else set(_imports(node))
            if used & versions:
                found.append(f"{_place(file, node)}: Blender's version is asked only in blender/compat.py")
    return found


def absolute_self_imports(addon: Path) -> list[str]:
    """Imports of the extension by an absolute name; once installed it has another one, `bl_ext.<repository>.<id>`."""
    found = []
    for file in _sources(addon):
        for node in ast.walk(_parse(file)):
            for module in _imports(node):
                if module.split(".")[0] in {"addon", "bl_ext", "generative_sessions"}:
                    found.append(f"{_place(file, node)}: import {module} relatively")
    return found


def source_imports(tests: Path) -> list[str]:
    """Tests of the installed package that import the sources instead."""
    found = []
    for file in _sources(tests):
        for node in ast.walk(_parse(file)):
            for module in _imports(node):
                if module.split(".")[0] == "addon":
                    found.append(
                        f"{_place(file, node)}: take {module} from the installed package (fixture `installed`)"
                    )
    return found


_MACHINE_PATH = re.compile(r"(?<![\w.}/-])(?:/(?:home|root|tmp|work|Users|var/tmp|opt|mnt)/\w|[A-Za-z]:\\\\?\w)")


def machine_paths(files: Iterable[Path]) -> list[str]:
    """Absolute paths that exist on one machine only."""
    found = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if match := _MACHINE_PATH.search(line):
                found.append(f"{file}:{number}: {match[0]}… is a path of one machine")
    return found


def _sources(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*.py")) if "__pycache__" not in file.parts)


def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def _place(file: Path, node: ast.AST) -> str:
    return f"{file}:{getattr(node, 'lineno', 1)}"


def _imports(node: ast.AST) -> list[str]:
    """The absolute names that an import statement brings in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _imported_names(tree: ast.Module, package: str = "") -> dict[str, str]:
    """What each imported name stands for: `from time import sleep as nap` gives {"nap": "time.sleep"}.

    With `package`, the name of the folder the module is in, `from . import pump` gives {"pump": "blender.pump"}.
    """
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            here = package if node.level == 1 else ""
            for alias in node.names:
                names[alias.asname or alias.name] = ".".join(filter(None, (here, node.module, alias.name)))
    return names


def _functions_of(tree: ast.Module, module: str) -> dict[str, str]:
    """The module's own functions, each with its dotted name: {"flush": "files.flush"}."""
    return {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}


def _qualified(node: ast.AST, names: dict[str, str]) -> str:
    """The dotted name an expression spells, imports resolved: "time.sleep"; "" where it spells none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def _with_owners(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every node with the qualified name of the function or class it stands in ("" for the module itself)."""

    def walk(node: ast.AST, owner: str) -> Iterator[tuple[ast.AST, str]]:
        for child in ast.iter_child_nodes(node):
            yield child, owner
            inner = owner
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{owner}.{child.name}" if owner else child.name
            yield from walk(child, inner)

    return walk(tree, "")
