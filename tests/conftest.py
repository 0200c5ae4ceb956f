"""What the tests of the nodes stand on: ComfyUI's own tree, and the pack as ComfyUI loads it."""

import importlib.util
import sys
from pathlib import Path

import pytest
import torch
from tiny_models import import_comfy

ROOT = Path(__file__).resolve().parent.parent

# Two OpenMP threads on a busy 2-core machine are several times slower than one.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def comfy_host():
    """ComfyUI importable, on the CPU; the path of its tree."""
    return import_comfy()


@pytest.fixture(scope="session")
def pack(comfy_host):
    """The pack, loaded by its path as the host does: its classes are not those of ``zoomstack``."""
    name = "zoomstack_pack"
    location = {"submodule_search_locations": [str(ROOT)]}
    spec = importlib.util.spec_from_file_location(name, ROOT / "__init__.py", **location)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    importlib.import_module(f"{name}.nodes")
    return module
