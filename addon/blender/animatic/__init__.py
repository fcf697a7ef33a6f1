"""The picture of the built-in provider: a background Blender draws a moving placeholder of a shot.

`render.py` is run by path in a Blender of its own. `camera`, `scenery`, `picture` and `lettering` are its parts and
import no bpy.
"""
