"""fal: any video endpoint of its catalogue, behind one queue."""

from .adapter import Fal
from .catalogue import capabilities

__all__ = ["Fal", "capabilities"]
