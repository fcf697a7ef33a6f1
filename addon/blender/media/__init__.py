"""Makes the files that requests start from, in a background Blender of its own: `run.py` is the script.

These modules know each other and `compat` by relative imports, but nothing else of the extension is loaded there.
"""
