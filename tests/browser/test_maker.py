"""What a maker does with a finished zoom in one sitting, in ComfyUI's own page."""

import pytest
from browser_kit import load_template, open_comfy, run_graph, shot
from checkout import TEMPLATES
from viewer_kit import VIEWER, shown, still

from zoomstack.files.stack_file import load_stack

SMALL = """() => {
  const set = (kind, values) => {
    const node = app.graph.nodes.find((each) => each.constructor.comfyClass === kind);
    for (const [name, value] of Object.entries(values)) {
      node.widgets.find((widget) => widget.name === name).value = value;
    }
  };
  set("PromptLadder", { prompts: "a planet\\na continent\\na coast line" });
  // Where levels meet is told: to measure it, for every new factor, takes time.
  set("ZoomStackSampler", { steps: 2, width: 128, height: 128, space: "small" });
  // What is looked at and kept: the film takes time, and is another test's.
  for (const kind of ["ZoomVideoRender", "SaveVideo", "SaveImage", "PreviewAny"]) {
    app.graph.remove(app.graph.nodes.find((each) => each.constructor.comfyClass === kind));
  }
}"""
LAST = "(kind) => app.graph.nodes.filter((each) => each.constructor.comfyClass === kind).at(-1)"
# The last node of a kind makes the zoom that is looked at, saved and worked on from now on.
TAKE = f"""(kind) => {{
  const last = {LAST};
  const made = last(kind);
  for (const name of ["ZoomStackExplorer", "SaveZoomStack"]) {{
    const node = last(name);
    const at = (input) => node.inputs.findIndex((each) => each.name === input);
    if (at("compare") >= 0) node.disconnectInput(at("compare"));
    made.connect(0, node, at("stack"));
  }}
}}"""
WIDGETS = f"""([kind, values]) => {{
  const node = ({LAST})(kind);
  for (const [name, value] of Object.entries(values)) {{
    const widget = node.widgets.find((each) => each.name === name);
    widget.value = value;
    widget.callback?.(value);
  }}
}}"""
# A node that the maker draws out by hand, fed as the last of its kind.
ANOTHER = f"""(kind) => {{
  const last = {LAST};
  const model = last(kind);
  const made = LiteGraph.createNode(kind);
  app.graph.add(made);
  made.pos = [model.pos[0], model.pos[1] + model.size[1] + 80];
  for (const [to, {{ name }}] of made.inputs.entries()) {{
    const from = model.inputs.find((each) => each.name === name);
    const link = from?.link != null && app.graph.links.get(from.link);
    if (link) app.graph.getNodeById(link.origin_id).connect(link.origin_slot, made, to);
  }}
  model.connect(0, made, made.inputs.findIndex(({{ name }}) => name === "stack"));
  for (const widget of made.widgets) {{
    widget.value = model.widgets.find(({{ name }}) => name === widget.name)?.value ?? widget.value;
  }}
}}"""
MANIFEST = f"{VIEWER}.scene.manifest"
NOW = "document.querySelector('.zoomstack-viewer')?.viewer?.scene.manifest"
# Not what is seen of it while it is sampled, nor what was there before: a new one closes menus.
FINISHED = f"""(count) => {{
  const manifest = {NOW};
  return manifest && manifest !== window.earlier
    && manifest.files[0] !== "sheet" && manifest.files.length === count;
}}"""


@pytest.mark.parametrize("renderer", ["nodes2"])
def test_a_finished_zoom_is_worked_on(server, comfy_page, tmp_path, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    load_template(page, TEMPLATES["text-to-zoom"].stem)
    page.wait_for_selector(".zs-ladder")
    page.evaluate(SMALL)

    def saved():
        return set(server.output.glob("zoom_stack_*.safetensors"))

    def run(levels):
        """Queue it, wait until the explorer shows so many levels; the stack that was saved."""
        before = saved()
        page.evaluate(f"() => {{ window.earlier = {NOW}; }}")
        run_graph(page)
        page.wait_for_function(FINISHED, arg=levels)
        shown(page)
        (new,) = saved() - before
        return load_stack(new)

    def wish(deed, level):
        page.evaluate("""() => {
          const node = app.graph.nodes.find((each) => each.comfyClass === "ZoomStackExplorer");
          app.canvas.ds.scale = 1;
          app.canvas.ds.offset = [120 - node.pos[0], 120 - node.pos[1]];
          app.canvas.setDirty(true, true);
        }""")
        page.evaluate(f"level => {VIEWER}.goTo({{ level, offset: 0 }}, true)", level)
        still(page)
        page.locator(".picture").click(button="right")
        page.get_by_role("menuitem", name=deed).click()
        kind = {"Make": "ReworkZoom", "Insert": "ExtendZoom", "Branch": "BranchZoom"}
        page.evaluate(WIDGETS, [kind[deed.split()[0]], {"space": "small"}])

    first = run(3)

    # One level made anew.
    wish("Make anew", 1)
    page.evaluate(WIDGETS, ["ReworkZoom", {"seed": 5}])
    page.evaluate(TAKE, "ReworkZoom")
    again = run(3)
    same = [(a == b).all() for a, b in zip(first.levels, again.levels, strict=True)]
    assert same == [True, False, True] and again.history[-1].deed == "again"

    # One inserted, below the same level; its prompt begins with that level's.
    wish("Insert a level below", 1)
    page.evaluate(TAKE, "ExtendZoom")
    inserted = run(4)
    assert inserted.prompts == ("a planet", "a continent", "a continent", "a coast line")
    assert all((inserted.levels[now] == again.levels[was]).all() for now, was in [(0, 0), (3, 2)])

    # Two at the ends.
    for where in ("inward", "outward"):
        page.evaluate(ANOTHER, "ExtendZoom")
        page.evaluate(WIDGETS, ["ExtendZoom", {"where": where}])
    page.evaluate(TAKE, "ExtendZoom")
    longer = run(6)
    assert (longer.levels[1:5] == inserted.levels).all()
    assert [event.deed for event in longer.history[-4:]] == ["again", "insert", "extend", "extend"]

    # Two branches more, and the tree of them.
    for level in (1, 2):
        wish("Branch here", level)
    run_graph(page)
    page.wait_for_function(f"() => {MANIFEST}.branches?.length === 2")
    page.evaluate(f"() => {VIEWER}.goTo({{ level: 1, offset: 0 }}, true)")
    still(page)
    targets = page.locator(".way:visible").count()
    assert targets >= 2, "the trunk's, and the branch at this level"
    shot(page, tmp_path, "maker-tree")
    page.evaluate(f"() => {VIEWER}.choose(1)")
    still(page)
    assert page.evaluate(f"() => {VIEWER}.branch") > 0, "one dives into the other target"

    # And another zoom, closed into a loop.
    load_template(page, TEMPLATES["text-to-zoom"].stem)
    page.evaluate(SMALL)
    page.evaluate(WIDGETS, ["PromptLadder", {"loop": True}])
    ring = run(3)
    assert ring.geometry.closed and page.evaluate(f"() => {MANIFEST}.closed") is True
