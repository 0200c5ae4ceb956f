"""The blueprints are the templates' hearts, each in one node; and the layouts of the apps."""

import json

import pytest
from checkout import BLUEPRINTS, TEMPLATES

HEARTS = {"Prompts to zoom film": "text-to-zoom", "Photo to zoom film": "photo-to-zoom"}
INPUTS = (
    "prompts", "ckpt_name", "width", "height", "seed", "steps", "cfg", "seconds_per_level"
)  # fmt: skip
# What a node of any model needs otherwise than the demo's graph does: a short ladder, and a film
# of the levels' own size.
OWN = {"PromptLadder": {0}, "ZoomVideoRender": {5, 6}}
# The page shows in the node what the nodes of these numbers show, and gives a number that a graph
# has already to another node: these no graph has.
FIRST = {"Prompts to zoom film": 231200, "Photo to zoom film": 231300}
OUTSIDE, RESULT = -10, -20  # the ends of a subgraph


def loaded(path):
    return json.loads(path.read_text("utf-8"))


def inside(name):
    """The node that a blueprint gives, and what lies in it."""
    blueprint = loaded(BLUEPRINTS[name])
    (node,), (graph,) = blueprint["nodes"], blueprint["definitions"]["subgraphs"]
    return node, graph


def test_there_is_one_for_prompts_and_one_for_photos():
    assert BLUEPRINTS.keys() == HEARTS.keys()


@pytest.mark.parametrize("name", HEARTS)
def test_in_it_is_the_templates_own_graph(name):
    node, graph = inside(name)
    template = loaded(TEMPLATES[HEARTS[name]])
    known = {one["id"]: one for one in template["nodes"]}
    first = FIRST[name]
    assert (node["type"], node["title"]) == (graph["id"], graph["name"]) and node["title"] == name
    for one in graph["nodes"]:
        twin = known[one["id"] - first]
        if one["type"] == "PreviewImage":  # a stranger's first film leaves no pictures behind
            assert twin["type"] == "SaveImage"
            continue
        assert (one["type"], one["title"]) == (twin["type"], twin["title"])
        values = zip(one.get("widgets_values") or [], twin.get("widgets_values") or [], strict=True)
        differ = {at for at, (mine, its) in enumerate(values) if mine != its}
        assert differ <= OWN.get(one["type"], set()), one["type"]
    ids = {one["id"] - first for one in graph["nodes"]}
    wanted = {tuple(link[1:6]) for link in template["links"] if {link[1], link[3]} <= ids}
    inner = [link for link in graph["links"]
             if OUTSIDE != link["origin_id"] and RESULT != link["target_id"]]  # fmt: skip
    assert wanted == {
        (link["origin_id"] - first, link["origin_slot"], link["target_id"] - first,
         link["target_slot"], link["type"]) for link in inner
    }  # fmt: skip
    assert {one["type"] for one in graph["nodes"]} >= {"ZoomStackSampler", "SaveVideo"}


@pytest.mark.parametrize("name", HEARTS)
def test_it_shows_what_is_sampled_and_the_levels(name):
    node, graph = inside(name)
    kinds = {str(one["id"]): one["type"] for one in graph["nodes"]}
    shown = [kinds[each["sourceNodeId"]] for each in node["properties"]["previewExposures"]]
    assert shown == ["ZoomStackSampler", "PreviewImage"]


@pytest.mark.parametrize("name", HEARTS)
def test_its_face_has_the_handful_of_inputs_that_matter(name):
    node, graph = inside(name)
    nodes = {one["id"]: one for one in graph["nodes"]}
    faces = [each["name"] for each in node["inputs"] if "widget" in each]
    assert tuple(faces) == INPUTS
    assert [each["name"] for each in node["inputs"]] == [each["name"] for each in graph["inputs"]]
    assert [each["name"] for each in node["outputs"]] == ["film", "stack"]
    for slot, given in enumerate(graph["inputs"]):
        ends = [link for link in graph["links"] if link["origin_id"] == OUTSIDE
                and link["origin_slot"] == slot]  # fmt: skip
        assert [link["id"] for link in ends] == given["linkIds"]
        for link in ends:
            into = nodes[link["target_id"]]["inputs"][link["target_slot"]]
            assert into["link"] == link["id"] and into["type"] == given["type"]
    for slot, given in enumerate(graph["outputs"]):
        (link,) = (each for each in graph["links"] if each["target_id"] == RESULT
                   and each["target_slot"] == slot)  # fmt: skip
        out = nodes[link["origin_id"]]["outputs"][link["origin_slot"]]
        assert link["id"] in out["links"] and out["type"] == given["type"]


@pytest.mark.parametrize("name", HEARTS.values())
def test_a_template_opens_as_an_app_with_the_same_inputs(name):
    graph = loaded(TEMPLATES[name])
    nodes = {one["id"]: one for one in graph["nodes"]}
    layout = graph["extra"]["linearData"]
    shown = []
    for number, widget, *_ in layout["inputs"]:
        if widget == "ladder_editor":
            assert nodes[number]["type"] == "PromptLadder"
            widget = "prompts"
        assert widget in {each["widget"]["name"] for each in nodes[number]["inputs"]
                          if "widget" in each}  # fmt: skip
        shown.append(widget)
    photo = ["image"] if name == "photo-to-zoom" else []
    assert shown == [*photo, *INPUTS]
    kinds = [nodes[number]["type"] for number in layout["outputs"]]
    assert kinds == ["ZoomStackExplorer", "SaveVideo"]
