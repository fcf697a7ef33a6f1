"""The providers that there are, each loaded when it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from addon.core.capabilities import Capabilities
from addon.core.errors import NotFoundError
from addon.providers import catalog
from addon.providers.http import Access, Account

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def context(tmp_path: Path) -> catalog.Context:
    access = Access(lambda: Account("http://127.0.0.1:9"), lambda: False)
    return catalog.Context(("blender",), tmp_path, lambda _: access, lambda: tmp_path)


def test_the_one_that_needs_nothing_is_the_default() -> None:
    first = next(iter(catalog.PROVIDERS.values()))
    assert (first.id, first.needs_key, first.base) == ("animatic", False, "")


@pytest.mark.parametrize("provider_id", catalog.PROVIDERS)
def test_each_can_do_something_and_works_as_it_says(provider_id: str, context: catalog.Context) -> None:
    facts = catalog.PROVIDERS[provider_id]
    found = catalog.find(provider_id)
    assert found is not None
    assert found.id == facts.id == provider_id
    assert len({model.id for model in found.models}) == len(found.models)
    assert not facts.base or facts.base.startswith(("https://", "http://127.0.0.1:"))
    assert bool(facts.keys) or not facts.needs_key
    assert facts.leaves.endswith(".")
    assert facts.costs.endswith(".")
    provider = catalog.make(provider_id, context)
    assert provider.capabilities.id == provider_id
    provider.close()


def test_what_needs_the_network_leaves_by_https_unless_it_is_on_this_machine() -> None:
    for each in catalog.capabilities():
        if each.needs_network:
            assert catalog.PROVIDERS[each.id].base.startswith("https://")


def test_the_same_is_the_same_object_until_an_inquiry_finds_more() -> None:
    first = catalog.find("openrouter")
    assert first is not None
    assert catalog.find("openrouter") is first
    known = replace(first, read_on="2030-01-01")
    assert catalog.find("openrouter", known) == known
    found: dict[str, Capabilities] = {each.id: each for each in catalog.capabilities({"openrouter": known})}
    assert list(found) == list(catalog.PROVIDERS)
    assert found["openrouter"].read_on == "2030-01-01"


def test_a_workflow_that_is_added_is_a_model_at_once(tmp_path: Path) -> None:
    before = catalog.find("comfyui", None, tmp_path)
    assert before is not None
    assert catalog.find("comfyui", None, tmp_path) is before
    catalog.workflows(tmp_path).mkdir()
    graph = {"1": {"class_type": "SaveVideo", "inputs": {"filename_prefix": "fox"}, "_meta": {"title": "Save"}}}
    (catalog.workflows(tmp_path) / "mine.json").write_text(json.dumps(graph), encoding="utf-8")
    after = catalog.find("comfyui", None, tmp_path)
    assert after is not None
    assert "mine" in {model.id for model in after.models} - {model.id for model in before.models}


def test_one_that_does_not_exist_is_one_clear_sentence(context: catalog.Context) -> None:
    assert catalog.find("nobody") is None
    with pytest.raises(NotFoundError, match="no provider “nobody”"):
        catalog.make("nobody", context)


def test_naming_them_all_loads_none_of_them() -> None:
    """So that enabling the extension waits neither for adapters nor for `requests`."""
    program = (
        "import sys; from addon.providers import catalog; assert len(catalog.PROVIDERS) > 1; "
        "loaded = [name for name in sys.modules if name.startswith('addon.providers.')]; "
        "assert loaded == ['addon.providers.catalog'], loaded; assert 'requests' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
