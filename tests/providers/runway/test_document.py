"""The adapter against a server that was made from Runway's own OpenAPI document and knows nothing of ours."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Mode, Request
from addon.core.provider import JobState
from addon.providers import runway
from addon.providers.http import Access, Account
from addon.providers.runway import forms

from . import samples
from .catalogue import Catalogue
from .samples import CASES, request, take
from .service import KEY

EXAMPLE = "17f20503-6c24-4c16-946b-35dbbce2af2f"
"""The task of the document's examples, which its answers are about."""


def known(catalogue: Catalogue, folder: Path) -> Iterator[tuple[Request, str, dict[str, Any]]]:
    """All that can be asked for of models that the document has: the request, its path and its body."""
    for model, mode in CASES:
        for wanted in samples.variants(model, mode, folder):
            path = forms.form(wanted, model).path
            if not catalogue.knows(path, model.id):
                continue
            with contextlib.suppress(InputError):  # a size that this mode lacks
                yield wanted, path, forms.body(wanted, model, lambda each: f"runway://{'0' * 20}")


@pytest.fixture
def provider(mock: str) -> runway.Runway:
    return runway.Runway(Access(lambda: Account(mock, KEY), lambda: False), runway.capabilities())


def test_the_document_takes_every_request_that_it_is_not_too_old_for(provider, specs, tmp_path):
    catalogue = Catalogue(specs)
    taken = set()
    for wanted, path, body in known(catalogue, samples.files(tmp_path)):
        if not catalogue.newer(path, body):
            assert uuid.UUID(provider.submit(take(wanted)))
            taken.add(wanted.model)
    assert taken >= {"gen4.5", "gen4_turbo", "aleph2", "gemini_omni_flash", "magnific_video_upscaler_creative"}


def test_the_document_takes_all_bodies_without_what_is_newer(mock, specs):
    catalogue = Catalogue(specs)
    headers = {"Authorization": f"Bearer {KEY}", "X-Runway-Version": "2024-11-06"}
    taken = set()
    with requests.Session() as session:
        for wanted, path, body in known(catalogue, Path("/nowhere")):
            older = {name: value for name, value in body.items() if name not in catalogue.newer(path, body)}
            answer = session.post(mock + path, json=older, headers=headers, timeout=30)
            assert answer.status_code == 200, f"{older}: {answer.text[:1000]}"
            taken.add(path + wanted.model)
    assert len(taken) == 29  # 10 models from text, 11 from an image, 7 from a video, 1 to make it larger


def test_the_document_refuses_what_lacks_something(provider):
    with pytest.raises(ProviderError) as caught:
        provider.submit(take(request(samples.model("gen4_turbo"), Mode.FIRST_FRAME, inputs=())))
    assert caught.value.problem.kind is Kind.INPUT


def test_a_task_of_the_document_is_understood(provider):
    status = provider.poll(take(request(samples.model("gen4.5")), EXAMPLE))
    assert status.state in JobState
    assert status.cost is not None
    assert status.cost.currency == "credits"


def test_a_task_of_the_document_is_cancelled(provider):
    sent = take(request(samples.model("gen4.5")), EXAMPLE)
    assert provider.poll(sent).state is JobState.QUEUED
    provider.cancel(sent)


def test_an_account_of_the_document_is_understood(provider):
    found = provider.inquire()
    assert found.balance is not None
    assert found.balance.amount >= 0
