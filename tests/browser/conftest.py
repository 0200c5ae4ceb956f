"""All that is shown in a browser is shown by both front ends."""

import pytest
from servers import FRONT_ENDS, serving


@pytest.fixture(scope="session", params=FRONT_ENDS)
def server(request, tmp_path_factory, demo_checkpoint):
    """A real ComfyUI that hands out one of its front ends."""
    with serving(tmp_path_factory, demo_checkpoint, request.param) as running:
        yield running
