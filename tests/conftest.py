"""What the tests of the nodes stand on: ComfyUI's own tree, and the pack as ComfyUI loads it."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
import torch
from checkout import ROOT, TREE
from hypothesis import HealthCheck, settings
from servers import serving
from tiny_models import import_comfy

# How long an example takes on a busy machine says nothing of the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Two OpenMP threads on a busy 2-core machine are several times slower than one.
torch.set_num_threads(1)


def pytest_collection_modifyitems(items):
    if not os.environ.get("ZOOMSTACK_LONG_TESTS"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="runs with ZOOMSTACK_LONG_TESTS=1"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """File by file, as asked for, but all that runs in a browser one after the other.

    Two browsers and their servers at once leave a machine of two cores no time to draw.
    """
    from xdist.scheduler import LoadFileScheduling

    class OneBrowser(LoadFileScheduling):
        def _split_scope(self, nodeid):
            browser = "tests/browser/"
            return browser if nodeid.startswith(browser) else super()._split_scope(nodeid)

    return OneBrowser(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def comfy_host():
    """ComfyUI importable, on the CPU; the path of its tree."""
    return import_comfy()


@pytest.fixture(autouse=True)
def own_fits(request, monkeypatch, tmp_path_factory):
    """No test finds on disk what another one fitted: stand-ins for VAEs may share weights."""
    folders = sys.modules.get("folder_paths")
    if folders is not None:
        name = tmp_path_factory.getbasetemp() / f"user-{abs(hash(request.node.nodeid))}"
        monkeypatch.setattr(folders, "user_directory", str(name))


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


@pytest.fixture(scope="session")
def demo_checkpoint(tmp_path_factory):
    """The demo model's checkpoint: of ``ZOOMSTACK_CHECKPOINT``, or assembled in a second."""
    from zoomstack.demo import checkpoint, parts

    given = os.environ.get("ZOOMSTACK_CHECKPOINT")
    if given:
        yield Path(given)
        return
    path = tmp_path_factory.mktemp("demo_model") / parts.CHECKPOINT
    checkpoint.write(path, TREE)
    yield path
    path.unlink()


@pytest.fixture(scope="session")
def server(tmp_path_factory, demo_checkpoint):
    """A real ComfyUI on a free port, with a base directory of its own and the demo model."""
    with serving(tmp_path_factory, demo_checkpoint) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    """A real Chromium, or a skip that says what is missing."""
    from browser_kit import browsing

    with browsing() as running:
        yield running


@pytest.fixture
def comfy_page(browser, server):
    """A page that reaches the server and nothing else; ``open_comfy`` opens ComfyUI on it."""
    from browser_kit import page_of

    size = {"width": 1600, "height": 1000}
    with page_of(browser, (server.url,), viewport=size) as page:
        yield page
