"""A layout that writes down what a panel draws, and refuses what Blender's own layout does not know.

No panel is drawn in a background Blender. The functions and parameters that `UILayout` has are asked of the Blender at
hand, so that a panel that passes here uses nothing that this version lacks.
"""

from __future__ import annotations

from typing import Any

import bpy

_ALWAYS = {"context_pointer_set", "introspect"}


class _Properties:
    """What `layout.operator` returns: takes the properties of that operator, and no others."""

    def __init__(self, idname: str) -> None:
        module, name = idname.split(".")
        self.__dict__["_known"] = set(getattr(getattr(bpy.ops, module), name).get_rna_type().properties.keys())
        self.__dict__["given"] = {}

    def __setattr__(self, name: str, value: object) -> None:
        assert name in self._known, f"the operator has no property {name}"
        self.given[name] = value


class RecordingLayout:
    """Stands in for a `UILayout`; `calls` holds every call of it and its children, as (function, arguments)."""

    def __init__(self, calls: list[tuple[str, dict[str, Any]]] | None = None) -> None:
        self.__dict__["calls"] = [] if calls is None else calls

    @property
    def texts(self) -> list[str]:
        """Every text that was drawn."""
        return [str(arguments["text"]) for _, arguments in self.calls if arguments.get("text")]

    @property
    def operators(self) -> list[str]:
        """The bl_idname of every button."""
        return [arguments["operator"] for function, arguments in self.calls if function == "operator"]

    def __setattr__(self, name: str, value: object) -> None:
        assert name in bpy.types.UILayout.bl_rna.properties, f"a layout has no {name}"

    def __getattr__(self, name: str) -> Any:
        function = bpy.types.UILayout.bl_rna.functions.get(name)
        assert function or name in _ALWAYS, f"a layout has no {name}()"
        names = [p.identifier for p in function.parameters if not p.is_output] if function else ["name", "data"]

        def call(*values: Any, **arguments: Any) -> Any:
            given = {**dict(zip(names, values, strict=False)), **arguments}
            unknown = given.keys() - set(names)
            assert not unknown, f"{name}() does not know {unknown}"
            self._check(name, given)
            self.calls.append((name, given))
            if name == "operator":
                return _Properties(given["operator"])
            child = RecordingLayout(self.calls)
            return (child, child) if name == "panel" else child  # a panel's header, and its body

        return call

    @staticmethod
    def _check(name: str, given: dict[str, Any]) -> None:
        if "icon" in given:
            icons = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
            assert given["icon"] in icons, f"there is no icon {given['icon']}"
        if name in ("prop", "template_list"):
            owner, key = (given["data"], "property") if name == "prop" else (given["dataptr"], "propname")
            assert hasattr(owner, given[key]), f"there is no property {given[key]}"
        if name == "menu":
            assert hasattr(bpy.types, given["menu"]), f"there is no menu {given['menu']}"
        if name == "popover":
            assert hasattr(bpy.types, given["panel"]), f"there is no panel {given['panel']}"


class Drawn:
    """Stands in for a panel, menu or dialog while its `draw` runs."""

    def __init__(self, owner: Any = None) -> None:
        self.layout = RecordingLayout()
        self._owner = owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._owner, name)


def drawn(cls: Any, owner: Any = None) -> RecordingLayout:
    """What `cls.draw` draws now; nothing if its `poll` refuses."""
    stand_in = Drawn(cls if owner is None else owner)
    if not hasattr(cls, "poll") or owner is not None or cls.poll(bpy.context):
        cls.draw(stand_in, bpy.context)
    return stand_in.layout
