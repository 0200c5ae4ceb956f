"""Widgets of our nodes among ComfyUI's: as they are typed, and where they belong."""

import pytest
import torch
from browser_kit import RENDERERS, graph_of, load_graph, open_comfy, shot

from zoomstack.files.stack_file import save_stack
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

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


DROP = """async ([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  const node = app.graph.nodes.find((each) => each.comfyClass === "LoadZoomStack");
  const event = new DragEvent("drop", { dataTransfer: data });
  return [node.onDragOver(event), await node.onDragDrop(event)];
}"""
FILE = """() => {
  const node = app.graph.nodes.find((each) => each.comfyClass === "LoadZoomStack");
  const { value, options } = node.widgets.find((widget) => widget.name === "file");
  return [value, options.values.includes(value), app.graph.serialize().nodes[0].widgets_values];
}"""


def test_a_stack_is_uploaded_by_a_drop_on_its_node_and_by_a_button(server, comfy_page, tmp_path):
    geometry = Geometry(16, 16, (2.0,))
    for name in ("mine", "other"):
        save_stack(tmp_path / f"{name}.safetensors", ZoomStack(torch.rand(2, 3, 16, 16), geometry))
    page = comfy_page
    open_comfy(page, server, "nodes2")
    load_graph(page, graph_of([(1, "LoadZoomStack", [])]))
    dropped = (tmp_path / "mine.safetensors").read_bytes()
    assert page.evaluate(DROP, ["mine.safetensors", [*dropped]]) == [True, True]
    label = "mine.safetensors [input]"
    assert page.evaluate(FILE) == [label, True, [label]], "and the button is not saved"
    assert (server.base / "input" / "mine.safetensors").read_bytes() == dropped
    assert page.evaluate(DROP, ["notes.txt", [65]]) == [True, False], "ComfyUI's own to open"
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a stack to upload").click()
    chooser.value.set_files(tmp_path / "other.safetensors")
    page.wait_for_function(f"() => ({FILE})()[0] === 'other.safetensors [input]'")
    shot(page, tmp_path, "upload")
