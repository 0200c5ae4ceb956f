"""The ladder editor and the focus box in ComfyUI's own page, in both of its renderers."""

import json
import re

import pytest
from browser_kit import (
    RENDERERS,
    graph_of,
    insist,
    load_graph,
    open_comfy,
    page_of,
    set_option,
    shot,
)
from checkout import TEMPLATES
from PIL import Image

from zoomstack.scene.ladder import parse_ladder
from zoomstack.scene.settings import Settings
from zoomstack.setup.places import API_WORKFLOWS

EVIL = '<img src=x onerror="window.hacked = 1"> <b>bold</b>'
TEXT = "# far\na galaxy\na planet\n\n[p=3 focus=0.4,0.6]  a coast line\n# near\na leaf"
SIZE = {"width": 1500, "height": 1000}

# `node` is the first of its class.
NODE = "const node = app.graph.nodes.find((each) => each.constructor.comfyClass === kind);"
VALUE = f"([kind, name]) => {{ {NODE} return node.widgets.find((w) => w.name === name).value; }}"
SET = f"""([kind, name, value]) => {{ {NODE}
  const widget = node.widgets.find((w) => w.name === name);
  widget.value = value;
  widget.callback?.(value); }}"""
LOOK_AT = f"""async ([kind, scale]) => {{ {NODE}
  app.canvas.ds.scale = scale;
  app.canvas.ds.offset = [80 / scale - node.pos[0], 100 / scale - node.pos[1]];
  app.canvas.setDirty(true, true);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}}"""
QUEUED = f"""async (kind) => {{ {NODE}
  return (await app.graphToPrompt()).output[node.id].inputs; }}"""
PASTE = """(area, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  area.dispatchEvent(new ClipboardEvent("paste",
    { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module", params=RENDERERS)
def page(request, browser, server):
    """ComfyUI's page, used by all tests of one renderer."""
    y = [[(x, 120 + row // 2, 90) for x in range(200)] for row in range(150)]
    picture = Image.new("RGB", (200, 150))
    picture.putdata([colour for row in y for colour in row])
    picture.save(server.base / "input" / "example.png")
    options = {"viewport": SIZE, "permissions": ["clipboard-read", "clipboard-write"]}
    with page_of(browser, (server.url,), **options) as page:
        open_comfy(page, server, request.param)
        page.renderer = request.param
        yield page


def show(page, kind="PromptLadder", scale=1.2):
    page.evaluate(LOOK_AT, [kind, scale])
    page.wait_for_selector(
        ".zs-ladder" if kind == "PromptLadder" else ".zs-anchor", state="visible"
    )


def open_ladder(page, text=TEXT, factor=2):
    load_graph(page, graph_of([(1, "PromptLadder", [text, factor, "", "", ""])]))
    show(page)


def shipped(page, name, kind="PromptLadder"):
    load_graph(page, json.loads(TEMPLATES[name].read_text("utf-8")))
    show(page, kind)


def text(page):
    return page.evaluate(VALUE, ["PromptLadder", "prompts"])


def queued(page):
    return page.evaluate(QUEUED, "PromptLadder")


def rows(page):
    """The prompts that the rows show."""
    return [area.input_value() for area in page.locator(".zs-prompt").all()]


def wait_for_rows(page, *wanted):
    """A graph that is loaded again has its rows a moment later."""
    shown = "[...document.querySelectorAll('.zs-prompt')].map((area) => area.value)"
    page.wait_for_function(f"wanted => String({shown}) === String(wanted)", arg=wanted)


def row(page, level):
    return page.locator(".zs-row").nth(level)


def prompt(page, level):
    return row(page, level).locator(".zs-prompt")


def agree(page):
    """What the rows show, what the text says and what would be queued are the same ladder."""
    assert queued(page)["prompts"] == text(page)
    ladder = parse_ladder(text(page), queued(page)["zoom_factor"])
    assert tuple(rows(page)) == ladder.prompts
    return ladder


@pytest.mark.parametrize("name", ["photo-to-zoom", "text-to-zoom"])
def test_a_shipped_workflow_opens_as_rows_and_would_run_as_it_did(page, tmp_path, name):
    shipped(page, name)
    api = json.loads((API_WORKFLOWS / f"{name}.json").read_text("utf-8"))
    (wanted,) = (n["inputs"] for n in api.values() if n["class_type"] == "PromptLadder")
    assert rows(page) == wanted["prompts"].split("\n")
    sent = queued(page)
    assert {key: sent[key] for key in wanted} == wanted
    assert sent.keys() == {
        "clip", "prompts", "zoom_factor", "prefix", "suffix", "negative", "loop", "largest_step",
        "bridge",
    }  # fmt: skip
    saved = page.evaluate("() => app.graph.serialize()")
    (node,) = (node for node in saved["nodes"] if node["type"] == "PromptLadder")
    assert node["widgets_values"] == [wanted["prompts"], 2, "", "", "", False, 0, "both"]
    shot(page, tmp_path, f"ladder-{page.renderer}-{name}")


def test_rows_write_the_text_and_leave_the_rest_of_it_alone(page):
    open_ladder(page)
    assert rows(page) == ["a galaxy", "a planet", "a coast line", "a leaf"]
    prompt(page, 1).fill("a planet, blue")
    assert text(page) == TEXT.replace("a planet", "a planet, blue")
    zoom = row(page, 2).locator(".zs-zoom")
    zoom.fill("4,5")
    zoom.press("Enter")
    zoom.blur()
    assert text(page) == TEXT.replace("a planet", "a planet, blue").replace("p=3", "p=4.5")
    zoom.fill("nonsense")
    zoom.blur()
    assert zoom.input_value() == "×4.5"
    assert [total.inner_text() for total in page.locator(".zs-total").all()] == [
        "×1", "×2", "×9", "×18",
    ]  # fmt: skip
    assert agree(page).zooms == (2.0, 4.5, 2.0)


def test_rows_are_added_doubled_and_removed(page):
    open_ladder(page)
    prompt(page, 0).press("Enter")
    assert rows(page) == ["a galaxy", "", "a planet", "a coast line", "a leaf"]
    page.keyboard.type("a sun")
    assert text(page) == TEXT.replace("a galaxy\n", "a galaxy\na sun\n")
    row(page, 3).hover()
    row(page, 3).get_by_role("button", name="Duplicate this level").click()
    assert agree(page).prompts.count("a coast line") == 2
    row(page, 3).hover()
    row(page, 3).get_by_role("button", name="Remove this level").click()
    prompt(page, 1).fill("")
    prompt(page, 1).press("Backspace")
    assert text(page) == TEXT
    # A row that is left without a prompt is no row.
    page.get_by_role("button", name="Add level").click()
    assert len(rows(page)) == 5 and text(page) != ""
    prompt(page, 0).click()
    page.wait_for_function("() => document.querySelectorAll('.zs-row').length === 4")
    assert agree(page).prompts == parse_ladder(TEXT).prompts


def test_a_draft_that_is_left_takes_nothing_else_away(page):
    open_ladder(page, "a\nb\nc\nd")
    prompt(page, 0).press("Enter")
    row(page, 3).hover()
    row(page, 3).get_by_role("button", name="Remove this level").click()
    assert [line for line in text(page).split("\n") if line] == ["a", "b", "d"]
    prompt(page, 0).press("Enter")
    prompt(page, 3).click()
    page.keyboard.press("End")
    page.keyboard.type(" and more")
    assert agree(page).prompts == ("a", "b", "d and more")
    assert text(page) == "a\nb\nd and more"


def test_rows_are_moved_by_keyboard_and_by_dragging(page, tmp_path):
    open_ladder(page, "a\nb\n[p=3] c\nd")
    prompt(page, 1).press("Alt+ArrowDown")
    assert text(page) == "a\n[p=3] c\nb\nd"
    row(page, 3).locator(".zs-handle").press("Home")
    assert text(page) == "d\na\n[p=3] c\nb"
    assert page.evaluate("document.activeElement.textContent") == "0"  # it moved along
    handle = row(page, 3).locator(".zs-handle").bounding_box()
    target = row(page, 1).bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, target["y"] + 20, steps=4)
    page.mouse.move(handle["x"] + 5, target["y"] + 4, steps=4)
    page.wait_for_selector(".zs-row.zs-above")
    shot(page, tmp_path, f"ladder-{page.renderer}-drag")
    page.mouse.up()
    assert text(page) == "d\nb\na\n[p=3] c"
    assert agree(page).prompts == ("d", "b", "a", "c")


def test_a_level_is_given_settings_of_its_own(page, tmp_path):
    open_ladder(page, "a\n[p=3 focus=0.4,0.6] b\nc")
    row(page, 1).hover()
    row(page, 1).get_by_role("button", name="Settings of this level").first.click()
    fields = {
        name: row(page, 1).locator(f"input[data-name={name}]")
        for name in ("cfg", "seed", "weight", "steps")
    }
    for name, said in {"cfg": "7,5", "seed": str(2**64 - 1), "steps": "20% – 80%"}.items():
        fields[name].fill(said)
        fields[name].press("Tab")
    shot(page, tmp_path, f"ladder-{page.renderer}-own")
    own = f"[p=3 focus=0.4,0.6 cfg=7.5 seed={2**64 - 1} steps=0.2-0.8] b"
    assert text(page) == f"a\n{own}\nc"
    assert agree(page).settings[1] == Settings(7.5, 2**64 - 1, 1.0, (0.2, 0.8))
    # What makes no sense goes back to what was, and nothing is the usual.
    fields["weight"].fill("0")
    fields["weight"].press("Tab")
    assert fields["weight"].input_value() == "" and text(page) == f"a\n{own}\nc"
    prompt(page, 1).press("Alt+ArrowDown")
    assert text(page) == f"a\nc\n{own}"
    moved = row(page, 2)
    moved.locator(".zs-own-said, .zs-own-fields").first.wait_for(state="attached")
    if not moved.locator("input[data-name=seed]").is_visible():
        moved.locator(".zs-own-said").click()
    for name in ("seed", "steps"):
        moved.locator(f"input[data-name={name}]").fill("")
        moved.locator(f"input[data-name={name}]").press("Tab")
    assert text(page) == "a\nc\n[p=3 focus=0.4,0.6 cfg=7.5] b"


def test_an_answer_in_the_text_shows_as_rows_and_becomes_a_ladder_when_one_is_changed(page):
    answer = "Here you go:\n\n1. **A**: a galaxy (1x)\n2. **B**: a planet (8x)"
    open_ladder(page, answer)
    assert rows(page) == ["a galaxy", "a planet"] and text(page) == answer
    assert agree(page).zooms == (8.0,)
    prompt(page, 1).fill("a moon")
    assert text(page) == "a galaxy\n[p=8] a moon"
    agree(page)


@pytest.mark.parametrize(
    "pasted",
    [
        "Here you are:\n\n1. **x, far**\n2. y\n3. [p=4] z",
        '```json\n{"levels": ["x, far", {"prompt": "y"}, {"prompt": "z", "zoom": 4}]}\n```',
    ],
)
def test_a_pasted_list_becomes_rows(page, pasted):
    open_ladder(page, "a\nb\n# end")
    prompt(page, 0).evaluate(PASTE, pasted)
    assert text(page) == "a\nx, far\ny\n[p=4] z\nb\n# end"
    prompt(page, 4).select_text()
    prompt(page, 4).evaluate(PASTE, pasted)
    assert text(page) == "a\nx, far\ny\n[p=4] z\nx, far\ny\n[p=4] z\n# end"
    agree(page)


def test_words_that_are_no_list_are_pasted_as_ever(page):
    open_ladder(page, "a\nb")
    prompt(page, 1).click()
    page.evaluate("() => navigator.clipboard.writeText('and more')")
    page.keyboard.press("End")
    page.keyboard.press("Control+V")
    page.wait_for_function(f"() => ({VALUE})(['PromptLadder', 'prompts']).endsWith('more')")
    assert agree(page).prompts == ("a", "band more")


def test_the_rows_follow_the_text(page):
    open_ladder(page)
    page.evaluate(SET, ["PromptLadder", "prompts", "one\ntwo"])
    assert rows(page) == ["one", "two"]
    page.evaluate(SET, ["PromptLadder", "zoom_factor", 10])
    assert row(page, 1).locator(".zs-total").inner_text() == "×10"
    agree(page)


def test_undo_takes_a_step_back_and_redo_forth(page):
    open_ladder(page, "a\nb\nc")
    row(page, 2).locator(".zs-handle").press("ArrowUp")
    assert text(page) == "a\nc\nb"
    page.keyboard.press("Control+Z")
    page.wait_for_function(f"() => ({VALUE})(['PromptLadder', 'prompts']) === 'a\\nb\\nc'")
    wait_for_rows(page, "a", "b", "c")
    page.evaluate("() => app.extensionManager.workflow.activeWorkflow.changeTracker.redo()")
    page.wait_for_function(f"() => ({VALUE})(['PromptLadder', 'prompts']) === 'a\\nc\\nb'")
    wait_for_rows(page, "a", "c", "b")


def test_a_copy_has_an_editor_of_its_own(page):
    open_ladder(page, "a\nb")
    page.evaluate("""() => {
      app.canvas.selectNode(app.graph.nodes[0]);
      app.canvas.copyToClipboard();
      app.canvas.pasteFromClipboard();
    }""")
    page.wait_for_function("() => document.querySelectorAll('.zs-ladder').length === 2")
    texts = page.evaluate("() => app.graph.nodes.map((node) => node.widgets[0].value)")
    assert texts == ["a\nb"] * 2
    page.evaluate("() => { app.graph.nodes[1].widgets[0].value = 'other'; }")
    assert text(page) == "a\nb" and sorted(rows(page)) == ["a", "b", "other"]


@pytest.mark.everywhere
def test_plain_text_is_the_nodes_own_widget(page, tmp_path):
    open_ladder(page)
    page.get_by_role("button", name="Edit as plain text").click()
    page.wait_for_selector(".zs-prompt", state="hidden")
    area = page.locator("textarea:visible").first
    assert area.input_value() == TEXT
    shot(page, tmp_path, f"ladder-{page.renderer}-text")
    area.fill("x\ny")
    saved = page.evaluate("() => app.graph.serialize()")
    load_graph(page, saved)  # it is remembered
    show(page)
    page.get_by_role("button", name="Edit as rows").click()
    page.wait_for_selector(".zs-prompt")
    assert agree(page).prompts == ("x", "y")


def test_prompts_from_another_node_are_shown_to_be_read_there(page, tmp_path):
    nodes = [
        (1, "PrimitiveStringMultiline", ["p\nq"]),
        (2, "PromptLadder", ["a\nb", 2, "", "", ""]),
    ]
    graph = graph_of(nodes, [(1, 0, 2, "prompts", "STRING")])
    graph["nodes"][0]["title"] = f"Elsewhere {EVIL}"
    (slot,) = (one for one in graph["nodes"][1]["inputs"] if one["name"] == "prompts")
    slot["widget"] = {"name": "prompts"}
    load_graph(page, graph)
    show(page)
    note = page.locator(".zs-note")
    note.wait_for(state="visible")
    assert note.inner_text() == f"The prompts come from Elsewhere {EVIL}. Edit them there."
    assert page.locator(".zs-row:visible").count() == 0
    assert text(page) == "a\nb" and queued(page)["prompts"] == ["1", 0]
    shot(page, tmp_path, f"ladder-{page.renderer}-linked")
    page.evaluate(f"() => {{ const kind = 'PromptLadder'; {NODE} node.disconnectInput("
                  "node.inputs.findIndex((each) => each.name === 'prompts')); }")  # fmt: skip
    page.wait_for_selector(".zs-row", state="visible")
    assert rows(page) == ["a", "b"]


DOT = """() => [...document.querySelectorAll(".lg-node:has(.zs-ladder) .lg-slot--input")][1]"""


@pytest.mark.everywhere
def test_rows_leave_the_socket_of_the_text_to_link_to(page, tmp_path):
    nodes = [
        (1, "PrimitiveStringMultiline", ["p\nq"]),
        (2, "PromptLadder", ["a\nb", 2, "", "", ""]),
    ]
    load_graph(page, graph_of(nodes, size=(400, 560)))
    show(page)
    assert page.evaluate("() => app.graph.nodes[1].widgets[0].hidden")
    if page.renderer == "classic":
        return  # what is dropped on the node finds it

    def drag():
        page.evaluate(LOOK_AT, ["PrimitiveStringMultiline", 1])
        dot = page.evaluate_handle(DOT).as_element()
        dot.wait_for_element_state("stable")
        source, target = page.locator(".lg-slot--output").first.bounding_box(), dot.bounding_box()
        assert target["height"] < 40, "a socket, and no text box"
        page.mouse.move(source["x"] + source["width"] - 4, source["y"] + source["height"] / 2)
        page.mouse.down()
        for right in (40, 4):
            page.mouse.move(target["x"] + right, target["y"] + target["height"] / 2, steps=4)
        shot(page, tmp_path, f"ladder-{page.renderer}-socket")
        page.mouse.up()

    wait_for_rows(page, "a", "b")
    insist(page, drag, page.locator(".zs-row").first.is_hidden)
    assert queued(page)["prompts"] == ["1", 0]


# The selected node goes into a subgraph, and what it calls `prompts` is promoted to it; the name of
# the subgraph's node, and the order of the widgets of the node in it.
WRAP = """async () => {
  const [node] = app.graph.nodes;
  app.canvas.selectItems([node]);
  await app.extensionManager.command.execute("Comfy.Graph.ConvertToSubgraph");
  const [host] = app.graph.nodes;
  const [inner] = host.subgraph.nodes;
  const slot = inner.inputs.find((input) => input.name === "prompts");
  host.subgraph.addInput("prompts", "STRING").connect(slot, inner);
  app.canvas.deselectAll();
  await new Promise((done) => setTimeout(done));
  return inner.widgets.map((widget) => widget.name);
}"""
LOOK_AT_FIRST = """async () => {
  const [node] = app.canvas.graph.nodes;
  app.canvas.ds.scale = 1.2;
  app.canvas.ds.offset = [200 - node.pos[0], 150 - node.pos[1]];
  app.canvas.setDirty(true, true);
}"""
ENTER = """() => {
  const host = app.canvas.graph.nodes.find((node) => node.subgraph);
  app.canvas.openSubgraph(host.subgraph, host);
}"""
SENT = """async () => Object.values((await app.graphToPrompt()).output)
  .map((node) => node.inputs.prompts)"""


@pytest.mark.everywhere
def test_prompts_promoted_twice_are_text_outside_and_rows_inside(page, tmp_path):
    open_ladder(page, "a\nb\nc")
    order = page.evaluate("() => app.graph.nodes[0].widgets.map((widget) => widget.name)")
    assert page.evaluate(WRAP) == order
    assert page.evaluate(WRAP) == ["prompts"]
    # As it is made, and as it is opened again.
    for name in ("made", "loaded"):
        page.evaluate(LOOK_AT_FIRST)
        box = page.locator("textarea:visible")
        box.wait_for()
        assert box.input_value() == "a\nb\nc"
        shot(page, tmp_path, f"ladder-{page.renderer}-promoted-{name}")
        saved = page.evaluate("() => JSON.parse(JSON.stringify(app.graph.serialize()))")
        load_graph(page, saved)
    page.evaluate(LOOK_AT_FIRST)
    box.fill("x, far\ny")
    for _ in range(2):
        page.evaluate(ENTER)
    page.evaluate(LOOK_AT_FIRST)
    wait_for_rows(page, "x, far", "y")
    assert "New Subgraph, around this node" in page.locator(".zs-note").inner_text()
    prompt(page, 1).fill("z")
    assert page.evaluate(SENT) == ["x, far\nz"]
    shot(page, tmp_path, f"ladder-{page.renderer}-held")
    page.get_by_role("button", name="Edit as plain text").click()
    page.locator(".zs-plain").fill("p\nq\nr")
    assert page.evaluate(SENT) == ["p\nq\nr"]
    page.evaluate("() => app.canvas.setGraph(app.rootGraph)")
    page.evaluate(LOOK_AT_FIRST)
    box.wait_for()
    assert box.input_value() == "p\nq\nr"


@pytest.mark.everywhere
def test_the_wheel_is_the_graphs_but_over_a_list_that_scrolls(page):
    page.evaluate("() => document.activeElement.blur()")

    def scrolls(part):
        """Whether the list is scrolled, with the graph where it was; else the graph is zoomed."""
        page.mouse.move(5, 500)
        page.locator(part).first.hover()
        before = page.evaluate("() => app.canvas.ds.scale")
        page.mouse.wheel(0, 100)
        page.wait_for_function(
            "scale => app.canvas.ds.scale !== scale "
            "|| document.querySelector('.zs-scroller').scrollTop > 0", arg=before)  # fmt: skip
        return page.evaluate("() => app.canvas.ds.scale") == before

    open_ladder(page, "a\nb")
    assert not scrolls(".zs-bar")
    show(page)
    assert not scrolls(".zs-scroller")
    open_ladder(page, "\n".join(f"level {level}" for level in range(60)))
    prompt(page, 1).click()
    page.keyboard.down("Control")
    assert not scrolls(".zs-scroller")
    page.keyboard.up("Control")
    show(page)
    assert scrolls(".zs-scroller")
    page.evaluate("() => { document.querySelector('.zs-scroller').scrollTop = 0; }")
    assert not scrolls(".zs-bar")


def test_a_prompt_is_text_whatever_it_says(page):
    open_ladder(page, f"{EVIL}\n[p=3] {EVIL}")
    prompt(page, 0).evaluate(PASTE, f"1. {EVIL}\n2. {EVIL}")
    row(page, 0).locator(".zs-handle").press("ArrowDown")
    assert rows(page) == [EVIL] * 4
    assert page.locator(".zs-ladder img, .zs-ladder b").count() == 0
    assert page.evaluate("() => window.hacked") is None


def test_what_is_wrong_is_said_where_it_is(page, tmp_path):
    open_ladder(page, "a\n[p=two] b\n[p=2 focus=0.9,0.5] c")
    words = page.locator(".zs-why:visible").all_inner_texts()
    assert [word.split(" is not understood")[0] for word in words[:1]] == [
        "Line 2, column 2: 'p=two'"
    ]
    assert "Level 2 would leave the level above it" in words[1]
    shot(page, tmp_path, f"ladder-{page.renderer}-wrong")
    prompt(page, 1).fill("b")
    row(page, 2).locator(".zs-zoom").fill("8")
    row(page, 2).locator(".zs-zoom").blur()
    assert page.locator(".zs-why:visible").count() == 0
    assert agree(page).zooms == (2.0, 8.0)
    page.evaluate(SET, ["PromptLadder", "prompts", ""])
    assert "The ladder is empty" in page.locator(".zs-note").inner_text()


def test_a_request_for_a_language_model_is_copied(page, tmp_path):
    open_ladder(page, "a galaxy\na planet\na leaf", factor=4)
    page.get_by_role("button", name="Copies a request").click()
    page.wait_for_function("() => document.querySelector('.zs-news').textContent")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "from a galaxy to a leaf" in copied and "has 3 views" in copied
    page.get_by_role("button", name="What the request asks for").click()
    page.locator(".zs-ask textarea").fill("a city down to a watch")
    page.locator(".zs-ask input").first.fill("7")
    shot(page, tmp_path, f"ladder-{page.renderer}-ask")
    page.locator(".zs-ask button").click()
    page.wait_for_function(
        "async () => (await navigator.clipboard.readText()).includes('a city down to a watch')"
    )
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "has 7 views" in copied and "magnified 4 times" in copied
    assert text(page) == "a galaxy\na planet\na leaf"


def test_the_box_on_the_photo_writes_the_ladder(page, tmp_path):
    shipped(page, "photo-to-zoom", "PhotoAnchor")
    page.wait_for_function("() => document.querySelector('.zs-anchor img').naturalWidth === 200")
    stage = page.locator(".zs-focus").bounding_box()
    assert stage["width"] == pytest.approx(stage["height"], rel=0.01)  # the zoom's aspect

    def drag(start, end):
        for point, press in ((start, page.mouse.down), (end, page.mouse.up)):
            x, y = (stage[side] for side in ("width", "height"))
            page.mouse.move(stage["x"] + point[0] * x, stage["y"] + point[1] * y, steps=4)
            press()

    def place():
        ladder = parse_ladder(text(page))
        return ladder.zooms[0], ladder.focus[0]

    drag((0.5, 0.5), (0.6, 0.4))  # the box itself
    zoom, focus = place()
    assert zoom == 2 and focus == pytest.approx((0.6, 0.4), abs=0.01)
    drag((0.85, 0.65), (0.6, 0.4))  # its corner, towards the opposite one
    zoom, focus = place()
    assert zoom == 4 and focus == pytest.approx((0.475, 0.275), abs=0.01)
    shot(page, tmp_path, f"focus-{page.renderer}")
    drag((0.2, 0.6), (0.4, 0.8))  # a new one
    zoom, focus = place()
    assert zoom == 5 and focus == pytest.approx((0.3, 0.7), abs=0.01)
    page.locator(".zs-focus-frame").press("Home")
    page.locator(".zs-focus-frame").press("ArrowRight")
    page.locator(".zs-focus-frame").press("-")
    zoom, focus = place()
    assert zoom == pytest.approx(4.55) and focus == (0.51, 0.5)
    page.get_by_role("button", name="Back to the middle").click()
    assert text(page).split("\n")[1] == "[p=4.55] a coast line, an island"
    assert page.locator(".zs-anchor-bar span").inner_text() == "×4.55 at 0.5, 0.5"
    page.evaluate("() => app.extensionManager.workflow.activeWorkflow.changeTracker.undo()")
    page.wait_for_function(f"() => ({VALUE})(['PromptLadder', 'prompts']).includes('0.51')")


def test_where_the_box_has_no_ladder_it_says_so(page):
    ladder = ("PromptLadder", ["a\nb", 2, "", "", ""])
    photo = (9, "PhotoAnchor", [0, 1, "exact", 5, 0.1, 0, 1])
    for count, words in ((0, "No Prompt Ladder is"), (2, "2 Prompt Ladders belong to")):
        load_graph(page, graph_of([photo, *((i + 1, *ladder) for i in range(count))]))
        show(page, "PhotoAnchor")
        page.wait_for_function(
            "words => document.querySelector('.zs-anchor-note').textContent.startsWith(words)",
            arg=words,
        )
        assert page.locator(".zs-focus:visible").count() == 0
    load_graph(page, graph_of([photo, (1, *ladder)]))
    show(page, "PhotoAnchor")
    page.wait_for_selector(".zs-focus", state="visible")
    page.evaluate(SET, ["PhotoAnchor", "level", 1])
    page.wait_for_selector(".zs-focus", state="hidden")
    assert "Level 1 is the deepest one" in page.locator(".zs-anchor-note").inner_text()
    page.evaluate(SET, ["PhotoAnchor", "level", 0])
    page.evaluate(SET, ["PromptLadder", "prompts", f"a\n[p={EVIL}"])
    page.mouse.move(2, 2)  # it may lie over the box already, and then enters nothing
    page.locator(".zs-anchor").hover()
    page.wait_for_function(
        "() => document.querySelector('.zs-anchor-note').textContent.includes('does not parse')"
    )
    assert page.locator(".zs-anchor-note").evaluate("note => note.children.length") == 0


def test_it_speaks_the_language_of_the_page(browser, server, tmp_path):
    set_option(server, "Comfy.Locale", "fr")
    try:
        with page_of(browser, (server.url,), viewport=SIZE) as page:
            open_comfy(page, server)
            open_ladder(page)
            assert page.locator(".zs-count").inner_text() == "4 niveaux · ×12"
            page.get_by_role("button", name="Copie une demande").wait_for()
            title = page.evaluate("() => LiteGraph.createNode('PromptLadder').title")
            assert title == "Échelle de prompts"
            shot(page, tmp_path, "ladder-french")
            load_graph(page, graph_of([(1, "ZoomStackExplorer", [""])]))
            told = page.locator(".zoomstack-explorer [role=status]")
            assert told.text_content() == "Lancez le workflow pour voir son zoom ici."
    finally:
        set_option(server, "Comfy.Locale", "en")


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("theme, scale", [("dark", 2), ("light", 1)])
def test_it_is_drawn_in_the_colours_of_the_theme(browser, server, tmp_path, renderer, theme, scale):
    with page_of(browser, (server.url,), viewport=SIZE, device_scale_factor=scale) as page:
        open_comfy(page, server, renderer, theme)
        shipped(page, "photo-to-zoom")
        row(page, 1).hover()
        style = "element => getComputedStyle(element)"
        ladder = page.locator(".zs-ladder")
        back = luminance(ladder.evaluate(f"{style}.backgroundColor"))
        front = luminance(prompt(page, 1).evaluate(f"{style}.color"))
        light, dark = max(back, front), min(back, front)
        assert (light + 0.05) / (dark + 0.05) > 4.5  # WCAG AA
        shot(page, tmp_path, f"ladder-{renderer}-{theme}-{scale}x")


def luminance(colour):
    """The relative luminance of rgb(...) or color(srgb ...)."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]
    parts = numbers if colour.startswith("color(") else [number / 255 for number in numbers]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
