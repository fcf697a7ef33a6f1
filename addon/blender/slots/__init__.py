"""A slot is one place in the edit where one of a session's takes plays.

`marks`: what strips carry to be known. `placeholders`: what stands there until a clip comes. `swapping`: another clip
in its place, with all that an editor did to the strip. `usage`: which takes play where.
"""
