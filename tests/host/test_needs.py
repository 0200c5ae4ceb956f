"""On another ComfyUI than the one it needs, the pack says which feature is missing."""

import ast
import asyncio
import importlib.util
import re
import sys
import types

import pytest
import torch
from checkout import ROOT
from host_kit import part
from tiny_models import toy_model
from tiny_vae import mosaic_vae

DRIFTS = {
    "comfy.patcher_extension.WrappersMP.PREDICT_NOISE": "comfy.patcher_extension WrappersMP",
    "comfy.samplers.KSAMPLER": "comfy.samplers",
    "comfy.model_management.is_oom": "comfy.model_management",
    "comfy_api.latest.Input.Video": "comfy_api.latest Input",
    "comfy.model_base.BaseModel.process_latent_in": "comfy.model_base BaseModel",
    "comfy.model_patcher.ModelPatcher.clone": "comfy.model_patcher ModelPatcher",
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
    for name in inner:
        owner = getattr(owner, name)
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


# The names that the nodes give to what the host hands them, and what that is.
HANDED = {
    "guider": ("guider",),
    "clone": ("MODEL", "ModelPatcher"),
    "patcher": ("MODEL", "ModelPatcher"),
    "model": ("MODEL", "ModelPatcher", "network", "BaseModel"),
    "network": ("network", "BaseModel"),
    "sampler": ("sampler",),
    "vae": ("VAE", "decoder", "small VAE"),
    "mixing": ("EPS",),
    "latent_format": ("LatentFormat",),
}
# Of torch's own Module, of the sampler that a model is wrapped in, and of a copy of the VAE.
NOT_THE_HOSTS = {"state_dict", "parameters", "requires_grad_", "inner_model"}


def test_every_part_of_what_the_host_hands_over_is_on_the_list(pack):
    needs = pack.nodes.host.needs
    parts = {kind: set(names.split()) for kind, names in needs.HELD.items()}
    for _, names in needs.FEATURES:
        for owner, _, last in (name.rpartition(".") for name in names.split()):
            parts.setdefault(owner, set()).add(last)
    seen = set()
    for path in set((ROOT / "nodes").rglob("*.py")) - {ROOT / "nodes" / "bench.py"}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Attribute) or node.attr in NOT_THE_HOSTS:
                continue
            name = getattr(node.value, "id", getattr(node.value, "attr", None))
            if name in HANDED:
                seen.add(name)
                listed = set().union(*(parts[kind] for kind in HANDED[name]))
                assert node.attr in listed, f"{path.name}: {name}.{node.attr}"
    assert seen == set(HANDED)


class Without:
    """A thing that lacks one part, and has others of its own."""

    def __init__(self, thing, part, **others):
        self.__dict__.update(others, thing=thing, part=part)

    def __getattr__(self, name):
        if name == self.part:
            raise AttributeError(name)
        return getattr(self.thing, name)


def lacking(kind, part):
    """A call of the pack's as the host makes it, with a ``kind`` that has no ``part``."""
    model = toy_model("eps")
    if kind == "VAE":
        return lambda host: host.encode_pictures(Without(mosaic_vae(), part), torch.zeros(1))
    if kind == "MODEL":
        return lambda host: host.install_levels(
            types.SimpleNamespace(clone=lambda: Without(model, part)), None
        )
    guider = types.SimpleNamespace(model_patcher=model, model_options={}, conds={}, cfg=1.0)
    if kind == "guider":
        guider = Without(guider, part)
    elif kind == "network":
        guider.model_patcher = Without(model, "", model=Without(model.model, part))

    def sampled(host):
        (wrapper,) = host.install_levels(model, None).wrappers["outer_sample"]["zoomstack"]
        wrapper(types.SimpleNamespace(class_obj=guider), torch.zeros(2, 4, 8, 8))

    return sampled


@pytest.mark.parametrize(
    "kind, part",
    [
        ("guider", "conds"),
        ("MODEL", "wrappers"),
        ("network", "current_patcher"),
        ("VAE", "latent_dim"),
    ],
)
def test_a_part_that_is_gone_is_named_where_the_object_is_handed_over(pack, kind, part):
    host = pack.nodes.host
    with pytest.raises(host.needs.MissingFeature, match=rf"has no {kind}.{part}\. Update ComfyUI"):
        lacking(kind, part)(host)


def test_a_sampler_without_its_function_is_no_sampler_of_private_noise(pack, comfy_host):
    from comfy.samplers import KSAMPLER

    sampler = KSAMPLER(lambda: None)
    del sampler.sampler_function
    noise = part(pack, "nodes.host.hooks.noise")
    with pytest.raises(ImportError, match="has no sampler.sampler_function"):
        noise.share_noise(sampler, None, None, 0)


def test_the_list_names_the_version_of_pyproject(pack):
    asked = re.search(r'requires-comfyui = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert pack.nodes.host.needs.NEEDED == asked[1]


def test_every_import_of_the_host_is_on_the_list(pack):
    needs = pack.nodes.host.needs
    listed = {(module, name.split(".")[0]) for module, names in needs.FEATURES
              for name in names.split()}  # fmt: skip
    modules = {module for module, _ in listed} | set(needs.MODULES)
    # These ask for more, and only the benchmark imports them.
    of_the_bench = {ROOT / "nodes" / "bench.py", ROOT / "nodes" / "host" / "sizes.py"}
    for path in set((ROOT / "nodes").rglob("*.py")) - of_the_bench:
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
