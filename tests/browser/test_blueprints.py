"""A stranger's first film: from an empty graph, by one node, in a few clicks."""

import av
import pytest
from browser_kit import (
    RENDERERS,
    finish_graph,
    insist,
    load_graph,
    open_comfy,
    set_option,
    shot,
    start_graph,
)

NAME = "Prompts to zoom film"
LADDER = "a planet\na continent\na coast line"
EMPTY = {"nodes": [], "links": [], "version": 0.4}
LAID = "() => app.graph.nodes.length === 1 && !app.graph.nodes[0].flags.ghost"
GIVEN = (
    """() => app.graph.nodes.map((node) => [node.title, node.widgets?.map((one) => one.name)])"""
)
# Until they would be sent: a node that is new on the page may still be filling itself in.
GIVE = """async (values) => {
  for (const widget of app.graph.nodes[0].widgets) {
    if (widget.name in values) widget.value = values[widget.name];
  }
  const { output } = await app.graphToPrompt();
  const sent = Object.values(output).map((node) => node.inputs);
  return Object.entries(values).every(([name, value]) => sent.some((one) => one[name] === value));
}"""
# The levels, on the one node that is seen: the canvas keeps them, Nodes 2.0 has elements.
SHOWS = {
    "classic": "() => app.graph.nodes[0].imgs?.length > 0",
    "nodes2": f"""() => [...document.querySelectorAll("[data-node-id] img")]
      .filter((level) => level.checkVisibility() && level.naturalWidth > 0).length
        >= {len(LADDER.splitlines())}""",
}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_film_is_made_by_one_node_found_by_its_name(server, comfy_page, tmp_path, renderer):
    page = comfy_page
    set_option(server, "Comfy.Execution.PreviewMethod", "latent2rgb")
    open_comfy(page, server, renderer)
    load_graph(page, EMPTY)
    box = page.get_by_role("combobox").or_(page.locator("input:focus")).first
    insist(page, lambda: page.mouse.dblclick(500, 200), box.is_visible)
    page.keyboard.type("zoom film")
    page.get_by_text("Photo to zoom film").first.wait_for()
    page.get_by_text(NAME).first.click()
    # It hangs on the pointer, until a click lays it down.
    insist(page, lambda: page.mouse.click(520, 220), lambda: page.evaluate(LAID))
    ((title, widgets),) = page.evaluate(GIVEN)
    assert title == NAME
    assert {"prompts", "ckpt_name", "seed", "steps", "cfg", "width", "height"} <= set(widgets)
    box = page.get_by_role("textbox", name="prompts").or_(page.locator("textarea")).first
    box.fill(LADDER)
    few = {"steps": 3, "width": 64, "height": 64, "seconds_per_level": 0.25}
    page.wait_for_function(GIVE, arg=few)
    before = set(server.output.glob("zoom_*.mp4"))
    start_graph(page)
    finish_graph(page)
    page.wait_for_function(SHOWS[renderer])
    shot(page, tmp_path, f"blueprint-{renderer}")
    (film,) = set(server.output.glob("zoom_*.mp4")) - before
    with av.open(film) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (64, 64)
        assert sum(1 for _ in video.decode(stream)) == round(30 * (0.5 + 2 * 0.25 + 0.5))
