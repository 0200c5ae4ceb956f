"""What an artist does in one sitting, in ComfyUI's own page: from a template to a page to send."""

import io
import re

import numpy as np
import pytest
from browser_kit import (
    RENDERERS,
    finish_graph,
    load_template,
    open_comfy,
    page_of,
    says,
    set_option,
    shot,
    start_graph,
)
from checkout import TEMPLATES
from PIL import Image
from servers import resting
from viewer_kit import VIEWER, frame, shift, shown, still

from zoomstack.files.stack_file import load_stack
from zoomstack.film.frames import FrameRenderer
from zoomstack.scene.depth import Depth

STEPS, SIDE = 16, 128
PROMPTS = ["a planet", "a continent", "a coast line", "an island", "a tree"]
FORMING = Depth(1, 0.4)
DEPTHS = (Depth(0), Depth(1, 0.4), Depth(2, 0.75))

PREPARE = """([steps, side, seed]) => {
  const set = (kind, values) => {
    const node = app.graph.nodes.find((each) => each.constructor.comfyClass === kind);
    for (const [name, value] of Object.entries(values)) {
      node.widgets.find((widget) => widget.name === name).value = value;
    }
    return String(node.id);
  };
  set("PromptLadder", { prompts: "a planet\\na continent\\na coast" });
  set("ZoomVideoRender", { fps: 8, seconds_per_level: 0.5, width: 0, height: 0 });
  window.live = { lines: [], sheets: [], words: [] };
  // What the nodes say to who looks: a slow page may be asked when the next words are there.
  new MutationObserver(() => {
    const said = [...document.querySelectorAll(".zs-said-words")];
    const seen = said.filter((one) => one.checkVisibility());
    window.live.words.push(...seen.map((one) => one.textContent));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  window.sampler = set("ZoomStackSampler", { steps, seed, width: side, height: side });
  app.api.addEventListener("zoomstack.said", ({ detail }) => {
    if (detail.node === window.sampler) window.live.lines.push(detail.text);
  });
  app.api.addEventListener("b_preview_with_metadata", async ({ detail }) => {
    if (detail.nodeId !== window.sampler) return;
    const bytes = [...new Uint8Array(await detail.blob.arrayBuffer())];
    window.live.sheets.push(bytes);
  });
}"""
# What the explorer shows at each of its frames, its camera moved as soon as it is there.
WATCH = """(forming) => {
  const small = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const pen = small.getContext("2d", { willReadFrequently: true });
  Object.assign(window, { formed: [], noted: [] });
  const record = ({ target: { scene, hud, depth } }) => {
    pen.drawImage(scene.canvas, 0, 0, 8, 8);
    window.formed.push({
      says: hud.state.textContent, levels: scene.manifest.files.length,
      finished: scene.manifest.files[0] !== "sheet", at: depth.level + depth.offset,
      picture: [...pen.getImageData(0, 0, 8, 8).data].join(),
    });
  };
  window.viewers = new Set();
  const look = () => {
    const viewer = document.querySelector(".zoomstack-viewer")?.viewer;
    if (viewer && !window.viewers.has(viewer)) {
      window.viewers.add(viewer);
      viewer.addEventListener("drawn", record);
      // Words may stay for less than a frame of a busy page.
      const { state } = viewer.hud;
      const note = () => window.noted.push(state.textContent);
      new MutationObserver(note).observe(state, { childList: true, characterData: true });
      viewer.goTo(forming, true);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
NOTE = f"{VIEWER}.hud.state.textContent"
LIVE_TOOL = "Show the zoom while it is sampled"


@pytest.mark.parametrize("renderer", RENDERERS)
def test_from_a_template_to_a_page_to_send(server, browser, comfy_page, tmp_path, renderer):
    page = comfy_page
    set_option(server, "Comfy.Execution.PreviewMethod", "latent2rgb")
    open_comfy(page, server, renderer)
    load_template(page, TEMPLATES["text-to-zoom"].stem)
    page.wait_for_selector(".zs-ladder")
    # A seed of its own: what has run before is cached, and shows no steps.
    page.evaluate(PREPARE, [STEPS, SIDE, list(RENDERERS).index(renderer)])

    # The ladder, by its editor.
    prompt = page.locator(".zs-prompt").nth(2)
    prompt.fill(PROMPTS[2])
    prompt.press("Enter")
    page.keyboard.type(PROMPTS[3])
    page.keyboard.press("Enter")
    page.keyboard.type(PROMPTS[4])
    before = set(server.output.glob("zoom_stack_*.safetensors"))

    # The run: all levels form, and a line says how far it is.
    page.evaluate(WATCH, FORMING._asdict())
    start_graph(page)
    for _ in range(3):
        the_next_is_seen(page, server)
    shot(page, tmp_path, f"journey-{renderer}-live")
    finish_graph(page)
    page.wait_for_function(r"() => window.live.words.some((said) => /^step \d+ of/.test(said))")
    says(page, r"^levels agree by [\d.]+ dB, .* in pixels\nlevels meet in pixels through ")  # stays
    lines = page.evaluate("() => window.live.lines")
    told = [line for line in lines if re.match(r"step \d+ of \d+: levels agree by", line)]
    steps = [line.split(":")[0] for line in told]
    every = [f"step {number} of {STEPS}" for number in range(1, STEPS + 1)]
    assert steps == [step for step in every if step in steps], "in order, and none twice"
    assert (steps[0], steps[-1]) == (every[0], every[-1])
    sheet = Image.open(io.BytesIO(bytes(page.evaluate("() => window.live.sheets.at(-1)"))))
    assert abs(2 * sheet.width - 3 * sheet.height) <= 3  # five square levels, three a row
    cells = np.asarray(sheet.convert("L").resize((96, 64)), float).reshape(2, 32, 3, 32)
    shown_by = cells.std(axis=(1, 3)).flatten()
    assert shown_by[:5].min() > max(2, shown_by[5]), "every level shows something, to the end"

    # The zoom formed in the explorer, and stayed there until its stack came.
    # Its stack is fetched after the run's end; and what has come is drawn, wherever the node lies.
    page.wait_for_function(f"() => {{ {VIEWER}.wake(); return window.formed.at(-1)?.finished; }}")
    shown(page)
    it_formed(page)

    # The result, in the node: the library's frames, whatever the wheel does.
    log = page.evaluate(f"() => {VIEWER}.motion.log")
    (saved,) = set(server.output.glob("zoom_stack_*.safetensors")) - before
    stack = load_stack(saved)
    assert list(stack.prompts) == PROMPTS
    page.evaluate("""() => {
      const node = app.graph.nodes.find((each) => each.comfyClass === "ZoomStackExplorer");
      app.canvas.ds.scale = 1;
      app.canvas.ds.offset = [120 - node.pos[0], 120 - node.pos[1]];
      app.canvas.setDirty(true, true);
    }""")
    page.locator(".picture").click()  # until then the wheel is the graph's
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"before => {VIEWER}.motion.log > before + 0.5", arg=log)
    still(page)
    shot(page, tmp_path, f"journey-{renderer}-explored")
    is_the_film(page, stack, 2)

    # Another run, which is stopped: seen as the explorer's button says, and then no more.
    it_forms_where_it_is_wished(page, server)
    is_the_film(page, stack, 2)

    # And for a friend, who has no ComfyUI.
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a page").click()
    path = tmp_path / "zoom.html"
    download.value.save_as(path)
    with page_of(browser, (path.as_uri(),), viewport={"width": 900, "height": 720}) as offline:
        offline.goto(path.as_uri())
        shown(offline)
        is_the_film(offline, stack, 2)
        shot(offline, tmp_path, f"journey-{renderer}-page")


def the_next_is_seen(page, server):
    """The run goes on to its next picture, and waits until a page that may be slow has drawn it."""
    seen = """new Set(window.formed.filter((one) => /^sampling, step/.test(one.says))
      .map((one) => one.picture)).size"""
    come, drawn = page.evaluate(f"() => [window.live.sheets.length, {seen}]")
    # By the clock: a busy page has few frames.
    page.wait_for_function("come => window.live.sheets.length > come", arg=come, polling=20)
    with resting(server):
        page.wait_for_function(f"drawn => {seen} > drawn", arg=drawn)


def it_formed(page):
    """While it ran: all levels, changing, under a camera that stayed, until the stack was there."""
    seen = page.evaluate("() => window.formed")
    forming = [each for each in seen if not each["finished"]]
    assert page.evaluate("() => window.viewers.size") == 1, "one viewer, to the end"
    assert {each["levels"] for each in seen} == {len(PROMPTS)}
    finished = [each["finished"] for each in seen]
    assert finished == sorted(finished) and finished[-1], "from the sampled one to the finished one"
    texts = [each["says"] for each in forming if each["says"]]
    steps = [int(text.split()[2]) for text in texts if text.startswith("sampling, step")]
    noted = [each for each in page.evaluate("() => window.noted") if each]
    assert steps == sorted(steps) and noted[-1] == "sampled, not decoded yet"
    assert {each["says"] for each in seen if each["finished"]} == {""}
    there = [each for each in seen if each["at"] == FORMING.level + FORMING.offset]
    assert there == seen[-len(there) :], "and the camera stays where it was put"
    assert len({each["picture"] for each in there if not each["finished"]}) > 1
    black = ",".join(["0,0,0,255"] * 64)
    dark = [each["picture"] == black for each in there]
    assert dark == sorted(dark, reverse=True), "from the first picture on, never none"


def it_forms_where_it_is_wished(page, server):
    """Switched off, a run's previews change nothing; on, they do; stopped, what was there is."""
    tool = page.get_by_role("button", name=LIVE_TOOL)
    tool.click()
    page.wait_for_function("tool => tool.ariaPressed === 'false'", arg=tool.element_handle())
    page.evaluate("""() => {
      const sampler = app.graph.getNodeById(Number(window.sampler));
      const set = (name, value) => (sampler.widgets.find((w) => w.name === name).value = value);
      set("seed", 77);
      set("steps", 300);
      window.live.sheets = [];
      app.queuePrompt(0, 1);
    }""")
    page.wait_for_function("() => window.live.sheets.length > 1")
    assert page.evaluate(f"() => {NOTE}") == ""
    assert page.evaluate(f"() => {VIEWER}.scene.manifest.files[0]") != "sheet"
    tool.click()
    page.wait_for_function(f"() => /^sampling, step/.test({NOTE})")
    with resting(server):
        save = page.get_by_role("button", name="Save as a page").element_handle()
        save.wait_for_element_state("disabled")
    page.evaluate("() => app.api.interrupt()")
    page.wait_for_function(f"() => {NOTE} === 'stopped; the last finished zoom'")
    shown(page)


def is_the_film(page, stack, close):
    """The picture at three cameras: within ``close`` of 255 on average, and not shifted."""
    levels, size = stack.levels.float(), (stack.geometry.width, stack.geometry.height)
    film = FrameRenderer(levels, stack.geometry)
    for depth in DEPTHS:
        got, want = frame(page, depth, size), film.render(depth)
        assert np.abs(got.astype(float) - want).mean() < close
        assert np.abs(shift(got, want)).max() < 0.5
