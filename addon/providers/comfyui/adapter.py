"""ComfyUI, on this machine or in its network: takes are workflows in its queue. Free, no account, no key.

A take's job is called by the take's own id, so that it is found again whatever happened when it was sent. Older servers
choose an id themselves; there the take is found by a mark that its job carries.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from ...core.capabilities import Capabilities, Model
from ...core.errors import InputError, Kind, Problem, ProviderError
from ...core.models import Request, Role, Take
from ...core.provider import Inquiry, JobState, JobStatus
from ...core.wording import Text, say
from .. import http
from ..http import plain
from . import catalogue, graph, library, outputs, refusals, workflow
from .binding import Parameter
from .library import Workflow
from .progress import Progress, Watch
from .server import Ended, Server, mapping

_LISTENING_SECONDS = 0.5
_POLL_SECONDS = 1.5
_ENDING_SECONDS = 0.1
_CHECK_SECONDS = 10.0


class ComfyUI:
    """Queues workflows; see `core.provider` for what the methods promise."""

    def __init__(self, access: http.Access, folder: Path | None, known: Capabilities | None = None) -> None:
        """`folder` holds the user's workflows, `known` is what an earlier `inquire` found out."""
        self._server = Server(access)
        self._folder = folder
        self._known = known
        self._watch = Watch(access, uuid4().hex)
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._cancelled: set[str] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What the workflows can do that lie in the folder now."""
        return catalogue.capabilities(self._known, self._folder)

    def validate(self, request: Request) -> None:
        """Raise `InputError` if the workflow or an input file is not there."""
        self._workflow(request)
        for each in request.inputs:
            if not Path(each.path).is_file():
                raise InputError("The input {path} does not exist.", "Choose another file.", path=each.path)

    def submit(self, take: Take) -> str:
        """Upload the inputs and queue the workflow. Raises `UncertainSubmission`, `ProviderError`, `InputError`."""
        flow = self._workflow(take.request)
        nodes = self._server.nodes(workflow.kinds(flow.graph))
        files: dict[Role, list[str]] = {}
        for each in take.request.inputs:
            files.setdefault(each.role, []).append(self._server.upload(each))
        made = graph.fill(flow, take.request, files, nodes)
        job_id = _canonical(take.id)
        if self._server.ended(job_id):  # it was sent once before, and what became of that is not what is asked
            job_id = str(uuid4())
        self._watch.open(now=True)
        told = self._server.enqueue(made, job_id, self._watch.client, take.id)
        self._watch.expect(told, made)
        return told

    def find(self, take: Take) -> str | None:
        """The take's job, in the history, the queue or the list of jobs, whoever chose its id."""
        job_id = _canonical(take.id)
        if self._server.ended(job_id):
            return job_id
        queue = self._server.queue()
        for each in (*queue.running, *queue.pending):
            if each.job_id == job_id or each.take_id == take.id:
                return each.job_id
        if self._server.has_job(job_id):
            return job_id
        return next((each.job_id for each in self._server.recent() if each.take_id == take.id), None)

    def poll(self, take: Take) -> JobStatus:
        """How the job is: what was told while it runs, and what the history says of its end."""
        job_id = _job_id(take)
        self._watch.open()
        told = self._watch.of(job_id)
        now = time.monotonic()
        if told and not told.ended and now - self._asked.get(job_id, now) < _CHECK_SECONDS:
            self._asked.setdefault(job_id, now)
            return _running(told)
        self._asked[job_id] = now
        status = self._status(job_id, take, told)
        if status.state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
            self._watch.forget(job_id)
            self._asked.pop(job_id, None)
        return status

    def cancel(self, take: Take) -> None:
        """Take the job out of the queue, or stop it: that happens between two nodes or two steps."""
        job_id = _job_id(take)
        self._server.stop(job_id)
        with self._lock:
            self._cancelled.add(job_id)

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Write the clip of a job that has ended to `target`."""
        ended = self._server.ended(_job_id(take))
        clip = outputs.clip(ended.outputs, self._wanted(take)) if ended else None
        if clip is None:
            raise ProviderError(
                "ComfyUI does not know this take any more, so its clip is not found.",
                "Look into ComfyUI's output folder, or generate again.",
                Kind.NOT_FOUND,
            )
        self._server.service.fetch("/view", target, report, params=clip.query)

    def inquire(self) -> Inquiry:
        """Ask for the version, for the nodes of every workflow, and whether their model files are there."""
        stats = self._server.stats()
        flows = catalogue.workflows(self._folder)
        nodes = self._server.nodes({kind for flow in flows for kind in workflow.kinds(flow.graph)})
        files = {folder: self._server.models(folder) for folder in catalogue.folders(flows)}
        upload = self._server.largest_upload()
        models = tuple(
            catalogue.model(flow, nodes, upload=upload, problem=catalogue.lack(flow, nodes, files), files=files)
            for flow in flows
        )
        self._known = catalogue.described(models)
        return Inquiry(self.capabilities, _said(stats, models))

    def close(self) -> None:
        """Listen no more. The jobs go on."""
        self._watch.close()

    def _status(self, job_id: str, take: Take, told: Progress | None) -> JobStatus:
        """How a job is, from the history and the queue."""
        if ended := self._server.ended(job_id):
            return self._end(ended, take)
        queue = self._server.queue()
        if any(each.job_id == job_id for each in queue.running):
            if told and not told.ended:
                return _running(told)
            return JobStatus(JobState.RUNNING, text="Running", poll_after=_ENDING_SECONDS if told else _POLL_SECONDS)
        before = next((place for place, each in enumerate(queue.pending) if each.job_id == job_id), None)
        if before is not None:
            return _waiting(before + len(queue.running))
        if ended := self._server.ended(job_id):  # between the two questions
            return self._end(ended, take)
        if job_id in self._cancelled:  # one that had not begun leaves nothing behind
            return JobStatus(JobState.CANCELLED)
        raise ProviderError(
            "ComfyUI does not know this take any more: it was taken out of the queue there, or ComfyUI was restarted.",
            "Generate again.",
            Kind.NOT_FOUND,
        )

    def _end(self, ended: Ended, take: Take) -> JobStatus:
        """What became of a job."""
        if "execution_interrupted" in ended.told:
            return JobStatus(JobState.CANCELLED)
        if "execution_error" in ended.told or ended.failed:
            return JobStatus(
                JobState.FAILED, problem=refusals.failed(ended.told.get("execution_error", {}), ended.graph)
            )
        if outputs.clip(ended.outputs, self._wanted(take)):
            return JobStatus(JobState.SUCCEEDED, 1.0)
        return JobStatus(JobState.FAILED, problem=_no_clip(outputs.files(ended.outputs)))

    def _wanted(self, take: Take) -> frozenset[str]:
        """The nodes whose results the user wants; empty if any will do, or if the workflow is not there any more."""
        try:
            flow = self._workflow(take.request)
        except InputError:
            return frozenset()
        return frozenset(place.node for place in flow.bindings.get(Parameter.OUTPUT, ()))

    def _workflow(self, request: Request) -> Workflow:
        file = library.files(self._folder).get(request.model)
        if file is None:
            raise InputError(
                "The workflow “{workflow}” is not there any more.",
                "Import it again, or choose another one.",
                workflow=request.model,
            )
        return library.load(file)


def _canonical(take_id: str) -> str:
    """A take's id as ComfyUI wants it: a UUID in lower case, with hyphens."""
    return str(UUID(take_id))


def _job_id(take: Take) -> str:
    if take.job_id is None:
        raise ValueError(f"take {take.id} has no job yet")
    return take.job_id


def _running(told: Progress) -> JobStatus:
    if not told.title:
        return JobStatus(JobState.RUNNING, told.fraction, "Running", poll_after=_LISTENING_SECONDS)
    return JobStatus(
        JobState.RUNNING,
        told.fraction,
        text="Running “{node}”",
        poll_after=_LISTENING_SECONDS,
        values={"node": plain(told.title, 80)},
    )


def _waiting(before: int) -> JobStatus:
    if not before:
        return JobStatus(JobState.QUEUED, text="Waiting in ComfyUI's queue", poll_after=_LISTENING_SECONDS)
    return JobStatus(
        JobState.QUEUED,
        text="Waiting in ComfyUI's queue, {count} before it",
        poll_after=_POLL_SECONDS,
        values={"count": before},
    )


def _no_clip(files: list[str]) -> Problem:
    if not files:
        return Problem(
            kind=Kind.SERVICE,
            message="The workflow ran, but saved nothing.",
            remedy="Add a Save Video node in ComfyUI, then export and import it again.",
        )
    return Problem(
        kind=Kind.SERVICE,
        message="The workflow ran, but made no video: {file}.",
        remedy="Save its pictures with a Save Video node, then export and import it again.",
        values={"file": plain(files[-1], 80)},
    )


def _said(stats: dict[str, Any], models: tuple[Model, ...]) -> Text:
    devices = stats.get("devices")
    device = mapping(devices[0]).get("name") if isinstance(devices, list) and devices else None
    return say(
        "ComfyUI {version} is there, on {device}. {ready} of {count} workflows can be used.",
        version=plain(str(mapping(stats.get("system")).get("comfyui_version") or "?"), 40),
        device=plain(str(device or "?"), 80),
        ready=sum(each.problem is None for each in models),
        count=len(models),
    )
