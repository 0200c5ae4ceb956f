"""Widgets of our nodes among ComfyUI's: as they are typed, and where they belong."""

import pytest
from browser_kit import RENDERERS, graph_of, load_graph, open_comfy, shot

TYPED = {"zoom_factor": 3.1623, "seconds_per_level": 0.25, "fps": 23.976}
SET = """([name, number]) => {
  const node = app.graph.nodes.find((each) => each.widgets.some((one) => one.name === name));
  const widget = node.widgets.find((one) => one.name === name);
  widget.setValue(number, { e: null, node, canvas: app.canvas });
}"""
HELD = """(name) => {
  const widgets = app.graph.nodes.flatMap((node) => node.widgets);
  const { value, options } = widgets.find((one) => one.name === name);
  return [value, value.toFixed(options.precision)];
}"""


def placed(page):
    nodes = [(1, "PromptLadder", ["a\nb", 2.0, "c"]), (2, "ZoomVideoRender", []),
             (3, "PhotoAnchor", []), (4, "ZoomStackExplorer", [])]  # fmt: skip
    load_graph(page, graph_of(nodes))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_number_stays_as_it_was_typed(server, comfy_page, tmp_path, renderer):
    """Half a power of ten, a quarter of a second, a film's frames: finer than the arrows' steps."""
    page = comfy_page
    open_comfy(page, server, renderer)
    placed(page)
    for name, number in TYPED.items():
        if renderer == "nodes2":
            box = page.get_by_label(name).locator("input").first
            box.focus()
            page.keyboard.press("Control+a")
            page.keyboard.type(str(number))
            page.keyboard.press("Enter")
        else:
            page.evaluate(SET, [name, number])
        assert page.evaluate(HELD, name) == [number, str(number)]
    saved = page.evaluate("() => app.graph.serialize()")
    load_graph(page, saved)
    for name, number in TYPED.items():
        assert page.evaluate(HELD, name) == [number, str(number)], "when it is opened again"
    shot(page, tmp_path, f"numbers-{renderer}")


def test_no_widget_of_ours_is_in_the_side_panel(server, comfy_page):
    """Which would show it empty, and shrink it on its node to the panel's width."""
    page = comfy_page
    open_comfy(page, server)
    placed(page)
    hidden = page.evaluate("""() => app.graph.nodes.flatMap((node) => node.widgets)
      .filter((widget) => widget.element?.querySelector('[class*="zs-"], [class*="zoomstack"]')
        || /^(zs-|zoomstack)/.test(widget.element?.className))
      .map((widget) => [widget.name, widget.options.hideInPanel])""")
    assert dict(hidden) == dict.fromkeys(("ladder_editor", "focus_box", "explorer"), True)
