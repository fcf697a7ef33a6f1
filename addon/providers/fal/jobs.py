"""The name of a job at fal: the path that its status, its result and its cancellation hang on.

Of an endpoint "owner/app/and/more" only owner and app are in it (fal's Inference API, "Model IDs and paths").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...core.errors import Kind, ProviderError
from ...core.models import Take
from .hosts import LABEL

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}"
_ENDPOINT = re.compile(rf"{_PART}(?:/{_PART}){{1,9}}")
_REQUEST = re.compile(r"[A-Za-z0-9_-]{1,100}")
_JOB = re.compile(rf"{_PART}(?:/{_PART}){{1,9}}/requests/[A-Za-z0-9_-]{{1,100}}")
_NAMESPACES = ("workflows", "comfy")


def is_endpoint(name: object) -> bool:
    """Whether `name` can stand in an address."""
    return isinstance(name, str) and _ENDPOINT.fullmatch(name) is not None


def accepted(answer: Any, endpoint: str, queue: str) -> str | None:
    """The job id in the answer to a submission, None if there is none.

    fal asks that its addresses be used as they are; those that lead anywhere but into the queue are not: then the job's
    is derived, as fal's own clients do.
    """
    answer = answer if isinstance(answer, Mapping) else {}
    request, url = answer.get("request_id"), answer.get("status_url")
    if not isinstance(request, str) or not _REQUEST.fullmatch(request):
        return None
    path = url.removeprefix(f"{queue}/") if isinstance(url, str) else ""
    job = path.removesuffix("/status")
    if job != path and job.endswith(f"/requests/{request}") and _JOB.fullmatch(job):
        return job
    parts = endpoint.split("/")
    return "/".join([*parts[: 3 if parts[0] in _NAMESPACES else 2], "requests", request])


def path(take: Take) -> str:
    """The path of a take's job at the queue. Raises `ProviderError` if it cannot be one."""
    if take.job_id is None or not _JOB.fullmatch(take.job_id):
        raise ProviderError(
            "The take names no job that {service} could have.", "Send it again.", Kind.NOT_FOUND, service=LABEL
        )
    return f"/{take.job_id}"


def request(path: str) -> str:
    """The request's own id, of the job at `path`."""
    return path.rpartition("/")[2]


def is_about(answer: Mapping[str, Any], path: str) -> bool:
    """Whether an answer is about the job at `path`, as far as it says about which."""
    return answer.get("request_id") in (None, request(path))
