"""On another ComfyUI than the one it needs, the pack says which feature is missing."""

import ast
import asyncio
import importlib.util
import re
import sys

import pytest
from conftest import ROOT

DRIFTS = {
    "comfy.patcher_extension.WrappersMP.PREDICT_NOISE": "comfy.patcher_extension WrappersMP",
    "comfy.samplers.KSAMPLER": "comfy.samplers",
    "comfy.model_management.is_oom": "comfy.model_management",
    "comfy_api.latest.Input.Video": "comfy_api.latest Input",
    "folder_paths.is_within_directory": "folder_paths",
}


def load_anew(name):
    """The pack as the host loads it, beside the one that is loaded already."""
    location = {"submodule_search_locations": [str(ROOT)]}
    spec = importlib.util.spec_from_file_location(name, ROOT / "__init__.py", **location)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        return asyncio.run(module.comfy_entrypoint())
    finally:
        for loaded in [key for key in sys.modules if key.partition(".")[0] == name]:
            del sys.modules[loaded]


def test_nothing_is_missing_here(pack):
    assert pack.nodes.host.needs.missing() == []
    assert load_anew("zoomstack_again") is not None


@pytest.mark.parametrize("feature", DRIFTS)
def test_a_feature_that_is_gone_is_named_with_the_comfyui_that_has_it(pack, monkeypatch, feature):
    module, *inner = DRIFTS[feature].split()
    owner = importlib.import_module(module)
    for part in inner:
        owner = getattr(owner, part)
    monkeypatch.delattr(owner, feature.rpartition(".")[2])
    with pytest.raises(ImportError) as caught:
        load_anew("zoomstack_drifted")
    words = rf"ZoomStack needs ComfyUI 0.30.0 or newer: this one \(.*\) has no {re.escape(feature)}"
    assert re.match(words + r"\. Update ComfyUI", str(caught.value))


def test_a_module_that_is_gone_is_named(pack, monkeypatch):
    needs = pack.nodes.host.needs
    monkeypatch.setattr(
        needs, "MODULES", (*needs.MODULES, "comfy_extras.nodes_gone", "gone.for_ever")
    )
    assert needs.missing() == ["comfy_extras.nodes_gone", "gone.for_ever"]


def test_the_list_names_the_version_of_pyproject(pack):
    asked = re.search(r'requires-comfyui = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert pack.nodes.host.needs.NEEDED == asked[1]


def test_every_import_of_the_host_is_on_the_list(pack):
    needs = pack.nodes.host.needs
    listed = {(module, name.split(".")[0]) for module, names in needs.FEATURES
              for name in names.split()}  # fmt: skip
    modules = {module for module, _ in listed} | set(needs.MODULES)
    # trial.py asks for more, and only the benchmark imports it.
    for path in set((ROOT / "nodes").rglob("*.py")) - {ROOT / "nodes" / "trial.py"}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and is_host(node.module):
                for alias in node.names:
                    known = (node.module, alias.name) in listed or node.module in needs.MODULES
                    assert known or only_for_types(path, node), f"{path.name}: {alias.name}"
            if isinstance(node, ast.Import):
                for alias in filter(lambda alias: is_host(alias.name), node.names):
                    assert alias.name in modules, f"{path.name}: {alias.name}"


def is_host(module):
    return module.partition(".")[0] in (
        "comfy",
        "comfy_api",
        "comfy_extras",
        "folder_paths",
        "nodes",
    )


def only_for_types(path, node):
    """Whether the import stands under ``if TYPE_CHECKING``."""
    for parent in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(parent, ast.If) and getattr(parent.test, "id", "") == "TYPE_CHECKING":
            if any(one.lineno == node.lineno for one in ast.walk(parent) if hasattr(one, "lineno")):
                return True
    return False
