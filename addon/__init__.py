"""Generative Sessions: generative video takes, kept together by shot, inside Blender's Video Sequencer.

Importable without Blender: the worker process and the tests use the folders that need no bpy.
"""


def register() -> None:
    """Add the extension's classes, menus, properties, handlers and timer to Blender."""
    from .blender import registration

    registration.register()


def unregister() -> None:
    """Take everything that `register` added out again, in reverse order."""
    from .blender import registration

    registration.unregister()
