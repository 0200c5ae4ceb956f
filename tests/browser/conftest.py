"""All that is shown in a browser is shown by both front ends, and in both of their renderers.

What every front end and renderer draws alike is looked at in two of the four pairs: the pinned one
with its canvas, the newest with Nodes 2.0. Tests that are about what differs (``everywhere``) run
in all four, and with ZOOMSTACK_LONG_TESTS=1 every test does.
"""

import os

import pytest
from browser_kit import RENDERERS
from servers import FRONT_ENDS, NEWEST, PINNED, serving

USUAL = {(PINNED, "classic"), (NEWEST, "nodes2")}


@pytest.fixture(scope="session", params=FRONT_ENDS)
def server(request, tmp_path_factory, demo_checkpoint):
    """A real ComfyUI that hands out one of its front ends."""
    with serving(tmp_path_factory, demo_checkpoint, request.param) as running:
        yield running


def pytest_collection_modifyitems(config, items):
    if os.environ.get("ZOOMSTACK_LONG_TESTS"):
        return
    spared = [item for item in items if _pair(item) - USUAL and not _everywhere(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]


def _pair(item):
    """{(front end, renderer)} of a test that has both; else none."""
    chosen = getattr(item, "callspec", None)
    # Items of all tests come here, with values of all kinds.
    values = {each for each in chosen.params.values() if isinstance(each, str)} if chosen else set()
    front = values & set(FRONT_ENDS)
    return {(one, other) for one in front for other in values & set(RENDERERS)}


def _everywhere(item):
    return item.get_closest_marker("everywhere") is not None
