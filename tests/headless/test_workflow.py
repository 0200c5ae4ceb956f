"""A workflow is read, changed by name, and refused with a remedy where it cannot be run."""

import json

import pytest

from zoomstack.headless import workflow as edit
from zoomstack.scene.ladder import parse_ladder
from zoomstack.setup.errors import BadInput
from zoomstack.setup.places import API_WORKFLOWS


@pytest.fixture
def graph():
    return {
        "3": {"class_type": "KSampler", "inputs": {"steps": 20}, "_meta": {"title": "First"}},
        "4": {"class_type": "KSampler", "inputs": {"steps": 20}, "_meta": {"title": "Sec.ond"}},
        "5": {"class_type": "PromptLadder", "inputs": {"prompts": "a\nb"}},
        "6": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    }


def load(tmp_path, text):
    path = tmp_path / "w.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return edit.load(path)


def test_reads_what_the_host_exports_and_what_its_api_is_sent(tmp_path, graph):
    assert load(tmp_path, json.dumps(graph)) == graph
    assert load(tmp_path, json.dumps({"prompt": graph, "client_id": "x"})) == graph


@pytest.mark.parametrize(
    "inputs", ["", ', "inputs": null', ', "_meta": "x"', ', "_meta": {"title": null}']
)
def test_reads_what_scripts_write(tmp_path, inputs):
    """With a byte order mark, without inputs, and with titles that are none."""
    text = '{"3": {"class_type": "KSampler"' + inputs + "}}"
    graph = load(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert edit.assign(graph, "KSampler.steps=7") == ("3", "steps")
    assert graph["3"]["inputs"] == {"steps": 7}
    assert edit.name_of(graph, "3") == "node 3 (KSampler)"
    edit.assign(graph, "3.steps=" + "[" * 100_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"nodes": [], "links": [], "version": 0.4}', r"Export \(API\)"),
        ('{"3": {"inputs": {}}}', "'3' is no node"),
        ('{\n"3": oops}', "line 2, column 6"),
        ("{}", "holds no nodes"),
        ("[1]", "holds no nodes"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        ('{"3": {"class_type": null}}', "'3' is no node"),
        ('{"3": {"class_type": "A", "inputs": [1]}}', "the inputs of node 3"),
        ("[" * 100_000, "nothing can read"),
        ('{"3": %s}' % ("9" * 5000), "nothing can read"),
    ],
)
def test_refuses_what_is_no_api_workflow(tmp_path, text, message):
    with pytest.raises(BadInput, match=message):
        load(tmp_path, text)


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="nothing.json cannot be read"):
        edit.load(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("assignment", "node", "name", "value"),
    [
        ("3.steps=7", "3", "steps", 7),
        ("First.cfg=2.5", "3", "cfg", 2.5),
        ("Sec.ond.steps=7", "4", "steps", 7),
        ("3.codec.encoding=auto", "3", "codec.encoding", "auto"),
        ("PromptLadder.prefix=a photo, of = x", "5", "prefix", "a photo, of = x"),
        ('3.model=["1", 0]', "3", "model", ["1", 0]),
        ("3.add_noise=true", "3", "add_noise", True),
        ("3.name=", "3", "name", ""),
        ('3.name="7"', "3", "name", "7"),
    ],
)
def test_assigns_by_id_title_or_class(graph, assignment, node, name, value):
    assert edit.assign(graph, assignment) == (node, name)
    assert graph[node]["inputs"][name] == value


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("KSampler.steps=7", "names 2 nodes: node 3 .*; use the id of one"),
        ("9.steps=7", "no node has the id, title or class '9'; there are: node 3 "),
        ("steps=7", "is not node.input=value"),
        ("3.steps", "is not node.input=value"),
        (".=3", "is not node.input=value"),
    ],
)
def test_refuses_an_assignment_that_names_nothing_or_two(graph, assignment, message):
    before = json.dumps(graph)
    with pytest.raises(BadInput, match=message):
        edit.assign(graph, assignment)
    assert json.dumps(graph) == before


def test_takes_a_ladder_from_a_file_without_its_byte_order_mark(tmp_path, graph):
    file = tmp_path / "ladder.txt"
    file.write_bytes(b"\xef\xbb\xbfa planet\n[p=4] a coast\n")
    edit.set_prompts(graph, file)
    assert graph["5"]["inputs"]["prompts"].splitlines() == ["a planet", "[p=4] a coast"]


def test_a_ladder_from_a_file_may_be_an_answer_as_a_model_wrote_it(tmp_path, graph):
    file = tmp_path / "answer.txt"
    file.write_bytes(b"\xef\xbb\xbfSure:\r\n\r\n1. a planet (1x)\r\n2. a coast (4x)\r\n")
    edit.set_prompts(graph, file)
    ladder = parse_ladder(graph["5"]["inputs"]["prompts"])
    assert (ladder.prompts, ladder.zooms) == (("a planet", "a coast"), (4.0,))


@pytest.mark.parametrize(("content", "message"), [(b" \n\n", "is empty"), (b"\xff", "UTF-8")])
def test_refuses_a_file_that_holds_no_ladder(tmp_path, graph, content, message):
    file = tmp_path / "ladder.txt"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        edit.set_prompts(graph, file)


def test_says_what_a_workflow_lacks(tmp_path, graph):
    file = tmp_path / "ladder.txt"
    file.write_text("a\nb")
    with pytest.raises(BadInput, match="one PromptLadder node; this has 0"):
        edit.set_prompts({"3": graph["3"]}, file)
    graph["7"] = graph["6"]
    with pytest.raises(BadInput, match=r"this has 2 \(6, 7\); use --set"):
        edit.set_photo(graph, "b.png")


def test_every_shipped_api_workflow_can_be_read():
    shipped = sorted(API_WORKFLOWS.glob("*.json"))
    assert "text-to-zoom.json" in {path.name for path in shipped}
    for path in shipped:
        graph = edit.load(path)
        links = [v for n in graph.values() for v in n["inputs"].values() if isinstance(v, list)]
        assert all(link[0] in graph for link in links), path.name
