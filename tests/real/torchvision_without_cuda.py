"""Lets PyPI's torchvision be imported beside a PyTorch for the CPU. Loaded at the start of Python by a `.pth` file.

Its operators are compiled for CUDA and do not load here, and it fails as it describes two of them to PyTorch that are
not there. Declared beforehand, they can be described; nothing in these tests calls them.
"""

import sys
from importlib.abc import MetaPathFinder

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


class _Beforehand(MetaPathFinder):
    """Finds nothing, but is asked before torchvision is found by others."""

    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            self.declared = torch.library.Library("torchvision", "DEF")
            for operator in OPERATORS:
                self.declared.define(operator + SIGNATURE)
            sys.modules[__name__].kept = self  # declarations last as long as their library


sys.meta_path.insert(0, _Beforehand())
