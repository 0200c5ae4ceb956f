"""What a node does without an input is what its menu shows."""

import asyncio
from inspect import signature

from host_kit import part

# The values that take a node's inputs by their names, where ``execute`` does not.
SAMPLING = "nodes.host", "Sampling"
OPTIONS, WINDOWS = ("nodes.run.levels", "Options"), ("nodes.run.windows", "WindowOptions")
TAKE = {
    "PhotoAnchor": [("nodes.run.photo", "Photo")],
    "ZoomVideoRender": [("zoomstack.film.path", "Path")],
    "MultiScalePatch": [WINDOWS],
    "ZoomStackApply": [OPTIONS, WINDOWS],
    "ZoomStackSampler": [SAMPLING, OPTIONS, WINDOWS],
    "BlendedEdit": [SAMPLING],
    "OutpaintZoom": [SAMPLING],
    "SuperResZoom": [SAMPLING],
}


def taken(pack, node):
    """The parameters that a node's inputs become."""
    kinds = [getattr(part(pack, module), kind) for module, kind in TAKE.get(node.__name__, [])]
    calls = [signature(call).parameters for call in (node.execute, *kinds)]
    return {name: parameter for call in calls for name, parameter in call.items()}


def test_every_input_is_taken_and_left_out_counts_as_its_default(pack):
    for node in asyncio.run(pack.nodes.ZoomStackExtension().get_node_list()):
        parameters = taken(pack, node)
        for given in node.define_schema().inputs:
            at = f"{node.__name__}.{given.id}"
            assert given.id in parameters, at
            if given.optional and given.get_io_type() in ("INT", "FLOAT", "STRING", "BOOLEAN"):
                forced = getattr(given, "force_input", None)
                assert forced or parameters[given.id].default == given.default, at
            elif given.optional and given.get_io_type() == "COMBO":
                assert parameters[given.id].default == given.default, at
