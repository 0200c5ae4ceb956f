"""What a node does without an input is what its menu shows."""

import asyncio
import json
from inspect import signature
from pathlib import Path

from host_kit import part

# The values that take a node's inputs by their names, where ``execute`` does not.
SAMPLING = "nodes.host", "Sampling"
OPTIONS, WINDOWS = ("nodes.run.levels", "Options"), ("nodes.run.windows", "WindowOptions")
DOORS, REWORK = ("nodes.run.asked", "Doors"), ("nodes.run.rework", "Rework")
LOOK, TIMED = ("zoomstack.export.captions", "look_of"), ("zoomstack.film.encode.beat", "timed")
REWORKS = ("ReworkZoom", "ExtendZoom", "BranchZoom")
TAKE = {
    "PhotoAnchor": [("nodes.run.photo", "Photo")],
    "ZoomVideoRender": [("zoomstack.film.path", "Path"), LOOK, TIMED],
    "MultiScalePatch": [WINDOWS],
    "ZoomStackApply": [OPTIONS, WINDOWS],
    "ZoomStackSampler": [SAMPLING, OPTIONS, WINDOWS],
    "BlendedEdit": [SAMPLING],
    "OutpaintZoom": [SAMPLING],
    "SuperResZoom": [SAMPLING],
    **{name: [SAMPLING, OPTIONS, DOORS, REWORK] for name in REWORKS},
    "JoinZooms": [SAMPLING, OPTIONS, DOORS, REWORK],
}


def taken(pack, node):
    """The parameters that a node's inputs become."""
    kinds = [getattr(part(pack, module), kind) for module, kind in TAKE.get(node.__name__, [])]
    # What ``execute`` says itself counts.
    calls = [signature(call).parameters for call in (*kinds, node.execute)]
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


# The widgets of 2026-11-28, in order, with their defaults: saved graphs hold values by their order
# alone, API prompts leave out what is at its default. New widgets come after; none of these goes.
KNOWN = json.loads((Path(__file__).parent / "widgets.json").read_text("utf-8"))


def test_graphs_and_prompts_of_before_mean_what_they_meant(pack):
    nodes = asyncio.run(pack.nodes.ZoomStackExtension().get_node_list())
    schemas = {schema.node_id: schema for schema in (node.define_schema() for node in nodes)}
    assert schemas.keys() >= KNOWN.keys()
    for node, known in KNOWN.items():
        widgets = {
            each.id: each.default
            for each in schemas[node].inputs
            if hasattr(each, "default") and not each.force_input
        }
        assert list(widgets.items())[: len(known)] == list(known.items()), node


def test_what_a_page_shows_with_another_input_names_one_of_the_same_node(pack):
    for node in asyncio.run(pack.nodes.ZoomStackExtension().get_node_list()):
        inputs = {each.id: each for each in node.define_schema().inputs}
        for given in inputs.values():
            other = given.extra_dict.get("shown_with")
            assert other is None or (other in inputs and given.advanced), given.id
