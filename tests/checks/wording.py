"""Finds every text of the extension's own that a person can see, by reading the code as Python reads it.

Three things make a text visible: a parameter or field of the type `Words` that it is given for, a place where Blender
looks it up (labels, tooltips, names, enum items), and a function of Blender's that shows it. There it has to be written
out: what is put together from pieces cannot be translated.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# What Blender reads from a class, and takes by name in a call.
CLASS_TEXTS = frozenset({"bl_label", "bl_description", "bl_category"})
# The docstring of these is their tooltip.
DOCSTRING_SHOWN = re.compile(r"[A-Z]+_(OT|MT|PT)_")
PROPERTY = re.compile(r"(Bool|Int|Float|String|Enum|Pointer|Collection)(Vector)?Property$")
SHOWN_BY_KEYWORD = frozenset({"text", "placeholder", "heading", "title", "confirm_text", "message"})
# Methods whose arguments are shown, by position.
SHOWN_BY_POSITION = {"poll_message_set": 0, "report": 1, "status_text_set": 0}

_PLACEHOLDER = re.compile(r"{[^{}]*}")


class Found(NamedTuple):
    """The texts with the places where they stand, and the places that show what cannot be translated."""

    texts: dict[str, list[str]]
    mistakes: list[str]


class _Shown(NamedTuple):
    """Which arguments of a callable are `Words`."""

    positions: frozenset[int]
    keywords: frozenset[str]


def find(root: Path) -> Found:
    """Every visible text in the sources below `root`."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(root.rglob("*.py"))}
    for tree in trees.values():
        _spell_out(tree)
    words = _takers_of_words(trees.values())
    found = Found({}, [])
    for file, tree in trees.items():
        for node, problem in _visible(tree, words):
            place = f"{file.relative_to(root).as_posix()}:{node.lineno}"
            text = node.value if isinstance(node, ast.Constant) else None
            if problem:
                found.mistakes.append(f"{place}: {problem}")
            elif isinstance(text, str) and is_translatable(text):
                found.texts.setdefault(text, []).append(place)
    return found


def is_translatable(text: str) -> bool:
    """Whether there is anything to translate: letters, or placeholders whose order and distance may differ."""
    return any(map(str.isalpha, _PLACEHOLDER.sub("", text))) or len(placeholders(text)) > 1


def placeholders(text: str) -> list[str]:
    """The placeholders of a template with their formats, sorted."""
    return sorted(f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


def _spell_out(tree: ast.Module) -> None:
    """Put in the place of a function's local name what it stands for, where that is written out in the function.

    An argument of the type `Words` is written out by whoever calls.
    """
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            known: dict[str, list[ast.expr]] = {each.arg: [] for each in arguments}
            known |= {each.arg: [_nothing(each)] for each in arguments if _is_words(each.annotation)}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    known.setdefault(node.targets[0].id, []).append(node.value)
            once = {name: values[0] for name, values in known.items() if len(values) == 1}
            _SpellOut({name: _choice(value) for name, value in once.items() if _is_written_out(value)}).visit(function)


def _nothing(at: ast.arg | ast.stmt) -> ast.expr:
    return ast.copy_location(ast.Constant(""), at)


def _choice(value: ast.expr) -> ast.expr:
    """One text or the other, without the question between them."""
    if isinstance(value, ast.IfExp):
        return ast.IfExp(ast.Constant(True), _choice(value.body), _choice(value.orelse))
    return value


class _SpellOut(ast.NodeTransformer):
    def __init__(self, known: dict[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def _visible(tree: ast.Module, words: dict[str, _Shown]) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, words)


def _of_class(node: ast.ClassDef) -> Iterator[tuple[ast.expr, str]]:
    own = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for name in CLASS_TEXTS & own.keys():
        yield from _literals(own[name], name)
    first = node.body[0]
    if DOCSTRING_SHOWN.match(node.name) and "bl_description" not in own:
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            yield first.value, _wrong_docstring(str(first.value.value))
        else:
            yield _nothing(node), f"{node.name} has no tooltip"


def _wrong_docstring(text: str) -> str:
    if "\n" in text:
        return "a tooltip of more than one line: give bl_description"
    return "a tooltip with a full stop" if text.endswith(".") else ""


def _of_call(call: ast.Call, words: dict[str, _Shown]) -> Iterator[tuple[ast.expr, str]]:
    name = _last_name(call.func)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if PROPERTY.match(name):
        for key in {"name", "description"} & keywords.keys():
            yield from _literals(keywords[key], key)
        yield from _of_items(keywords.get("items"))
        return
    shown = words.get(name, _Shown(frozenset(), frozenset()))
    given = [call.args[position] for position in shown.positions if position < len(call.args)]
    given += [keywords[key] for key in shown.keywords & keywords.keys()]
    for value in given:
        # Of these there are many, and some of them take other things: what is written out is text.
        if name not in (*SHOWN_BY_POSITION, "__init__") or isinstance(value, ast.Constant):
            yield from _literals(value, name)
    if isinstance(call.func, ast.Attribute):
        yield from _of_method(name, call, keywords)


def _of_method(name: str, call: ast.Call, keywords: dict[str, ast.expr]) -> Iterator[tuple[ast.expr, str]]:
    """A call of one of Blender's functions, which all are methods."""
    position = SHOWN_BY_POSITION.get(name)
    if position is not None and position < len(call.args):
        yield from _literals(call.args[position], name)
    if _is_false(keywords.get("translate")):
        if "text" in keywords and any(map(is_translatable, _written_parts(keywords["text"]))):
            yield keywords["text"], f"text is shown untranslated: {ast.unparse(keywords['text'])[:80]}"
        return
    for key in SHOWN_BY_KEYWORD & keywords.keys():
        yield from _literals(keywords[key], key)
    if "text" in keywords and not _is_written_out(keywords["text"]):
        yield keywords["text"], "text needs translate=False where it is put together: translated already, or never"


def _literals(value: ast.expr, what: str) -> Iterator[tuple[ast.expr, str]]:
    """The texts an expression can be, each written out; a problem for one that is put together."""
    if isinstance(value, ast.IfExp):
        yield from _literals(value.body, what)
        yield from _literals(value.orelse, what)
    elif isinstance(value, ast.BoolOp):
        for part in value.values:
            yield from _literals(part, what)
    elif isinstance(value, ast.Constant):
        yield value, ""
    elif isinstance(value, ast.JoinedStr | ast.BinOp) or (
        isinstance(value, ast.Call) and _last_name(value.func) == "str"
    ):
        yield value, f"{what} is put together, so it cannot be translated: {ast.unparse(value)[:80]}"


def _written_parts(value: ast.expr) -> list[str]:
    """What is written out in an expression that is no call: its words are the extension's own."""
    if isinstance(value, ast.Call | ast.Subscript | ast.FormattedValue):
        return []
    own = [value.value] if isinstance(value, ast.Constant) and isinstance(value.value, str) else []
    return own + [
        part for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr) for part in _written_parts(child)
    ]


def _is_written_out(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _is_written_out(value.body) and _is_written_out(value.orelse)
    return isinstance(value, ast.Constant)


def _of_items(items: ast.expr | None) -> Iterator[tuple[ast.expr, str]]:
    """Label and description of each enum item."""
    if isinstance(items, ast.Tuple | ast.List):
        for item in items.elts:
            if isinstance(item, ast.Tuple):
                for text in item.elts[1:3]:
                    yield from _literals(text, "an enum item")


def _takers_of_words(trees: Iterable[ast.Module]) -> dict[str, _Shown]:
    """Every function and class by its name, with the arguments that are of the type `Words`.

    Two of the same name are taken together: what is text in one is not in the other.
    """
    found: dict[str, _Shown] = {}
    bases: dict[str, list[str]] = {}
    for tree in trees:
        methods = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for inner in node.body}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                _add(found, node.name, _of_function(node, is_method=id(node) in methods))
            elif isinstance(node, ast.ClassDef):
                made = next(
                    (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None
                )
                fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                if made or fields:
                    _add(found, node.name, _of_function(made, is_method=True) if made else _of_fields(fields))
                else:
                    bases[node.name] = [_last_name(base) for base in node.bases]
    for name in bases:
        for ancestor in _ancestors(name, bases):
            if ancestor in found and found[ancestor].keywords:
                _add(found, name, found[ancestor])
    return {name: shown for name, shown in found.items() if shown.keywords or shown.positions}


def _ancestors(name: str, bases: dict[str, list[str]], below: frozenset[str] = frozenset()) -> Iterator[str]:
    """What a class is made from; one of another module may be called as it is itself."""
    for base in bases.get(name, []):
        yield base
        if base not in below | {name}:
            yield from _ancestors(base, bases, below | {name})


def _add(found: dict[str, _Shown], name: str, shown: _Shown) -> None:
    before = found.get(name, _Shown(frozenset(), frozenset()))
    found[name] = _Shown(before.positions | shown.positions, before.keywords | shown.keywords)


def _of_function(function: ast.FunctionDef, *, is_method: bool) -> _Shown:
    arguments = [*function.args.posonlyargs, *function.args.args]
    if is_method and not any(_last_name(each) == "staticmethod" for each in function.decorator_list):
        arguments = arguments[1:]
    positions = frozenset(place for place, each in enumerate(arguments) if _is_words(each.annotation))
    named = [*arguments, *function.args.kwonlyargs]
    return _Shown(positions, frozenset(each.arg for each in named if _is_words(each.annotation)))


def _of_fields(fields: list[ast.AnnAssign]) -> _Shown:
    words = {place: field for place, field in enumerate(fields) if _is_words(field.annotation)}
    return _Shown(frozenset(words), frozenset(ast.unparse(field.target) for field in words.values()))


def _is_words(annotation: ast.expr | None) -> bool:
    return annotation is not None and re.search(r"\bWords\b", ast.unparse(annotation)) is not None


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
