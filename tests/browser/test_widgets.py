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


DIMMED = """() => [...document.querySelectorAll(".zs-ladder, .zoomstack-explorer")]
  .map((element) => getComputedStyle(element).opacity).join()"""


def test_a_widget_of_a_node_that_is_bypassed_is_dimmed_on_the_canvas(server, comfy_page):
    page = comfy_page
    open_comfy(page, server)
    placed(page)
    page.wait_for_function(f"() => ({DIMMED})() === '1,1'")
    select = """() => app.canvas.selectNode(
      app.graph.nodes.find((node) => node.comfyClass === "PromptLadder"))"""
    page.locator("#graph-canvas").focus()
    page.evaluate(select)
    for dims in ("0.4,1", "1,1"):
        page.keyboard.press("Control+b")
        page.wait_for_function(f"(wanted) => ({DIMMED})() === wanted", arg=dims)


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


# What everybody needs of each node, beside the host's control_after_generate.
HOW = "seed steps cfg sampler_name scheduler"
FACES = {
    "ZoomStackSampler": f"{HOW} width height",
    "ZoomStackApply": "",
    "PhotoAnchor": "level strength",
    "LaplacianBlend": "zoom_factor",
    "ZoomVideoRender": "fps seconds_per_level direction easing width height captions",
    "OutpaintZoom": f"{HOW} width height method",
    "SuperResZoom": f"{HOW} width height denoise",
    "MultiScalePatch": "tile_size multiscale",
    "BlendedEdit": f"{HOW} level size",
    "ExportZoomStack": "filename_prefix format width",
    "SaveZoomStack": "filename_prefix",
    "ZoomStackReport": "zoom_factor gate min_agreement max_frame",
}
WINDOWS = {"tile_size", "tile_stride", "multiscale", "multiscale_weight", "multiscale_end"}
PLACE = """async (kinds) => {
  app.graph.clear();
  for (const [index, kind] of kinds.entries()) {
    const node = LiteGraph.createNode(kind);
    node.pos = [60 + 330 * (index % 4), 40 + 460 * Math.floor(index / 4)];
    app.graph.add(node);
  }
  Object.assign(app.canvas.ds, { scale: 1, offset: [60, 60] });
}"""
# The names of the inputs that a node shows a widget of, or the socket in the place of one.
SEEN = """() => Object.fromEntries(app.graph.nodes.map((node) => {
  const { required, optional } = node.constructor.nodeData.input;
  const named = Object.keys({ ...required, ...optional }).sort((a, b) => b.length - a.length);
  const widgets = node.widgets ?? [];
  if (!LiteGraph.vueNodesMode) {
    const shows = node.isWidgetRowVisible ?? node.isWidgetVisible;
    const seen = widgets.filter((widget) => shows.call(node, widget)).map(({ name }) => name);
    return [node.comfyClass, named.filter((name) => seen.includes(name)).sort()];
  }
  const rows = document.querySelectorAll(
    `[data-node-id="${node.id}"] :is(.lg-node-widget, .lg-slot--input)`);
  const seen = [...rows].filter((row) => row.checkVisibility()).map((row) =>
    named.find((name) => row.textContent.trim().startsWith(name)));
  const own = widgets.map(({ name }) => name);
  return [node.comfyClass, [...new Set(seen)].filter((name) => own.includes(name)).sort()];
}))"""
SEE = f"([kind, names]) => ({SEEN})()[kind]?.join(' ') === names"
# Not by its place among the nodes: a click brings one to the front.
SAMPLER = "app.graph.nodes.find(({ comfyClass }) => comfyClass === 'ZoomStackSampler')"
BUTTON = (
    f"() => {{ const node = {SAMPLER};"
    + """
  const { y } = node.widgets.find(({ name }) => name === "advanced");
  const { left, top } = app.canvas.canvas.getBoundingClientRect();
  const { scale, offset } = app.canvas.ds;
  return [left + (node.pos[0] + 60 + offset[0]) * scale,
          top + (node.pos[1] + y + 10 + offset[1]) * scale];
}"""
)
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LINK = (
    f"([kind, name]) => {{ const node = {SAMPLER};"
    + """
  const source = app.graph.nodes.find(({ comfyClass }) => comfyClass === kind);
  source.connect(0, node, node.findInputSlot(name));
}"""
)
SIZES = "() => app.graph.nodes.map(({ size }) => [...size])"
LEAST = "() => app.graph.nodes.map((node) => node.computeSize()[1])"
SENT = """async () => Object.values((await app.graphToPrompt()).output)
  .map(({ class_type, inputs }) => [class_type, inputs])"""


def sees(page, names, kind="ZoomStackSampler"):
    """Wait until a node shows the widgets of these names and no others."""
    wanted = " ".join(sorted(names))
    try:
        page.wait_for_function(SEE, arg=[kind, wanted], polling=50)
    except Exception:
        seen = page.evaluate(SEEN)
        assert kind in seen and " ".join(seen[kind]) == wanted, seen
        raise


def press(page, renderer, words):
    """The one button for advanced inputs of the sampler, whoever's it is."""
    if renderer == "nodes2":
        page.get_by_text(words).first.click()
    else:
        page.wait_for_function(
            f"(words) => {SAMPLER}.widgets.some(({{ label }}) => label === words)", arg=words
        )
        page.evaluate(FRAMES)
        page.mouse.click(*page.evaluate(BUTTON))


@pytest.mark.everywhere
@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_node_shows_what_everybody_needs_and_the_rest_when_asked(
    server, comfy_page, tmp_path, renderer
):
    page = comfy_page
    open_comfy(page, server, renderer)
    page.evaluate(PLACE, list(FACES))
    for kind, names in FACES.items():
        sees(page, names.split(), kind)
    if renderer == "classic":
        heights = zip(FACES, page.evaluate(SIZES), page.evaluate(LEAST), strict=True)
        assert [n for n, size, least in heights if size[1] != least] == ["PhotoAnchor"]
    shot(page, tmp_path, f"faces-{renderer}")

    page.evaluate(PLACE, ["ZoomStackSampler", "EmptyLatentImage", "PrimitiveInt"])
    face, usual = set(FACES["ZoomStackSampler"].split()), page.evaluate(SENT)
    every = set(usual[0][1]) - WINDOWS
    sees(page, face)
    folded = page.evaluate(f"() => {SAMPLER}.size[1]")
    press(page, renderer, "Show advanced inputs")
    sees(page, every)
    shot(page, tmp_path, f"advanced-{renderer}")
    load_graph(page, page.evaluate("() => app.graph.serialize()"))
    sees(page, every)  # the choice is kept
    page.evaluate(SET, ["feather", 0.3])
    press(page, renderer, "Hide advanced inputs")
    sees(page, face | {"feather"})
    if renderer == "classic":
        page.wait_for_function(f"most => {SAMPLER}.size[1] < most", arg=folded + 50)
    page.evaluate(SET, ["feather", 0.25])
    sees(page, face | {"feather"})  # nothing goes from under the hand
    load_graph(page, page.evaluate("() => app.graph.serialize()"))
    sees(page, face)
    assert page.evaluate(SENT) == usual

    for kind, name in (("EmptyLatentImage", "latent"), ("PrimitiveInt", "tile_size")):
        page.evaluate(LINK, [kind, name])
    acting = face | {"denoise", "tile_size"}  # with the latent, denoise counts
    sees(page, acting)
    linked = page.evaluate("() => app.graph.serialize()")
    load_graph(page, linked)
    sees(page, acting)
    page.evaluate(
        "(on) => app.extensionManager.setting.set('Comfy.VueNodes.Enabled', on)",
        renderer == "classic",
    )
    sees(page, acting)


@pytest.mark.everywhere
@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_graph_of_before_shows_what_it_sets_and_gives_up_empty_room(server, comfy_page, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    values = [7, "fixed", 9, 3.0, "euler", "simple", 1.0, 64, 64, "auto", 1, "joint", "laplacian",
              "snr", 0.25, True, 0.0, 1.0, 0, 48, 0, 1, 10.0, 0.5, "", 0.2]  # fmt: skip
    graph = graph_of([(1, "ZoomStackSampler", values)], size=(300, 798))
    load_graph(page, graph)
    sees(page, {*FACES["ZoomStackSampler"].split(), "tile_size", "multiscale"})
    ((_, sent),) = page.evaluate(SENT)
    assert list(sent.values()) == [value for value in values if value != "fixed"]
    ((width, height),) = page.evaluate(SIZES)
    assert width == 300 and height < 798 - 8 * 24
    assert page.evaluate("() => app.graph.serialize().nodes[0].widgets_values") == values
