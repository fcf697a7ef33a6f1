"""What is compared, which no test leaves to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def state(installed: Any) -> Iterator[Any]:
    module = installed("blender.comparing.state")
    yield module
    module.leave()
