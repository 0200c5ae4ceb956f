"""ZoomStackExplorer in ComfyUI's own page, in both of its renderers."""

import shutil

import numpy as np
import pytest
import torch
from browser_kit import (
    RENDERERS,
    graph_of,
    load_graph,
    open_comfy,
    page_of,
    pixels,
    run_graph,
    says,
    set_option,
    shot,
    wait_for_comfy,
)
from trees import branched
from viewer_kit import DEPTHS, EVIL, VIEWER, frame, go, scene, shown, state, still

from zoomstack.files.stack_file import save_stack
from zoomstack.film.frames import FrameRenderer
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

NOTE = ".zoomstack-explorer [role=status]"
WIRE = "ZOOM_STACK"


@pytest.fixture(scope="module")
def stacks(server):
    """Stack files in the server's input folder; the stack of the first."""
    folder = server.base / "input"
    made = scene(192, 256)
    made = made._replace(prompts=(EVIL, *made.prompts[1:]))
    save_stack(folder / "a.safetensors", made)
    save_stack(folder / "b.safetensors", scene(192, 256, seed=1))
    broken = made.levels.clone()
    broken[1, :, 50:90, 60:120] = float("nan")
    save_stack(folder / "nan.safetensors", made._replace(levels=broken))
    save_stack(folder / "one.safetensors", ZoomStack(made.levels[:1], Geometry(192, 256, ())))
    trunk = scene(192, 256)
    save_stack(folder / "trunk.safetensors", trunk)
    for seed, (name, focus) in enumerate({"lake": (0.25, 0.25), "wood": (0.7, 0.75)}.items()):
        one = branched(trunk, 1, (3.0, 2.0), (focus, (0.5, 0.5)), f"a {name}", seed)
        save_stack(folder / f"{name}.safetensors", one)
    many = Geometry(24, 32, (2.0,) * 499)
    small = torch.rand(500, 3, 24, 32, generator=torch.Generator().manual_seed(0))
    save_stack(folder / "many.safetensors", ZoomStack(small, many))
    return made


def explorer(*files, width=""):
    """A workflow: stack files, and an explorer of the first, compared with the second."""
    nodes = [
        (i, "LoadZoomStack", [f"{file}.safetensors [input]"]) for i, file in enumerate(files, 1)
    ]
    names = ("stack", "compare")
    links = [(i, 0, 9, names[i - 1], WIRE) for i in range(1, len(files) + 1)]
    return graph_of([*nodes, (9, "ZoomStackExplorer", [width])], links, size=(640, 660))


def command(page, name):
    page.evaluate("name => app.extensionManager.command.execute(name)", name)


def explore(page, *files, **options):
    load_graph(page, explorer(*files, **options))
    run_graph(page)
    shown(page)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_stack_is_explored_in_the_node(server, stacks, browser, comfy_page, tmp_path, renderer):
    page = comfy_page
    set_option(server, "Comfy.OnboardingCoachmarks.Seen", ["appMode"])  # a tour would lie over it
    open_comfy(page, server, renderer)
    load_graph(page, explorer("a", width="12700 km"))
    assert "Queue the workflow" in page.locator(NOTE).text_content()
    shot(page, tmp_path, f"explorer-{renderer}-empty")
    run_graph(page)
    shown(page)
    shot(page, tmp_path, f"explorer-{renderer}")
    assert page.evaluate("() => window.evil") is None

    g = stacks.geometry
    film = FrameRenderer(stacks.levels, g)
    for depth in DEPTHS:
        got, want = frame(page, depth, (g.width, g.height)), film.render(depth)
        assert np.abs(got.astype(float) - want).mean() < 0.4

    wheel_is_shared(page)
    place = page.evaluate("() => [...app.graph.getNodeById(9).pos]")
    page.mouse.down()
    page.mouse.move(900, 500, steps=3)
    page.mouse.up()
    assert page.evaluate("() => [...app.graph.getNodeById(9).pos]") == place

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a page").click()
    saved.value.save_as(tmp_path / "saved.html")
    assert not page.locator(".message").count()
    # WebP at the quality of a page, so a little more than rounding.
    is_the_stack(browser, tmp_path / "saved.html", stacks, 2)
    is_shown_in_an_app(page, tmp_path, renderer)


def is_shown_in_an_app(page, tmp_path, renderer):
    """As the app's result the levels' pictures, and the viewer and the ladder among its inputs."""
    nodes = [(1, "LoadZoomStack", ["a.safetensors [input]"]),
             (2, "PromptLadder", ["a galaxy\na leaf", 2, "", "", ""]),
             (9, "ZoomStackExplorer", [""])]  # fmt: skip
    graph = graph_of(nodes, [(1, 0, 9, "stack", WIRE)], size=(640, 660))
    inputs = [[2, "ladder_editor"], [9, "explorer"]]
    graph["extra"] = {"linearData": {"inputs": inputs, "outputs": [9]}}
    load_graph(page, graph)
    page.evaluate(MODE, "app")
    page.locator(".zs-prompt").first.wait_for()
    run_graph(page)
    shown(page)
    page.wait_for_function("""() => [...document.images].some((image) => image.checkVisibility()
      && /filename=level_0/.test(image.src) && image.naturalWidth === 256)""")
    page.locator(".zoomstack-viewer .picture").scroll_into_view_if_needed()
    assert page.locator(".picture").bounding_box()["height"] > 100
    assert "levels" not in " ".join(page.locator("article").all_inner_texts())
    page.get_by_role("button", name="Edit as plain text").click()
    page.locator(".zs-plain").fill("a galaxy\na planet\na leaf")
    page.locator(".zs-plain").blur()
    shot(page, tmp_path, f"explorer-{renderer}-app")
    page.get_by_role("button", name="Edit as rows").click()
    assert page.locator(".zs-prompt").count() == 3
    page.evaluate(MODE, "graph")


MODE = "(mode) => { app.extensionManager.workflow.activeWorkflow.activeMode = mode; }"


def wheel_is_shared(page):
    """The wheel is the graph's until the pointer went down in the viewer, with Ctrl even then."""
    depth = f"{VIEWER}.motion.log"
    view = page.evaluate("() => [app.canvas.ds.scale, ...app.canvas.ds.offset]")
    again = """([scale, ...offset]) => {
      Object.assign(app.canvas.ds, { scale, offset });
      app.canvas.setDirty(true, true);
    }"""

    def turns(part, name):
        page.evaluate(again, view)
        page.locator(part).hover()
        before = page.evaluate(f"() => [app.canvas.ds.scale, {depth}]")
        page.mouse.wheel(0, 100)
        page.wait_for_function(
            f"([scale, log]) => app.canvas.ds.scale !== scale || {depth} < log - 0.1", arg=before
        )
        graph = page.evaluate("() => app.canvas.ds.scale") != before[0]
        assert ("graph" if graph else "viewer") == name

    turns(".picture", "graph")
    turns(".strip", "graph")
    page.evaluate("() => app.canvas.selectItems([app.graph.getNodeById(9)])")
    page.mouse.move(5, 500)
    turns(".picture", "viewer")
    page.evaluate("() => { app.canvas.deselectAll(); document.activeElement.blur(); }")
    turns(".picture", "graph")
    page.locator(".picture").click()
    page.evaluate("() => app.canvas.deselectAll()")
    turns(".picture", "viewer")
    page.keyboard.down("Control")
    turns(".picture", "graph")
    page.keyboard.up("Control")
    page.evaluate(again, view)


def is_the_stack(browser, path, stack, close):
    """Open a page from its file, without a network: it shows the stack's frames."""
    film = FrameRenderer(stack.levels, stack.geometry)
    with page_of(browser, (path.as_uri(),)) as page:
        page.goto(path.as_uri())
        shown(page)
        for depth in DEPTHS:
            go(page, depth, (stack.geometry.width, stack.geometry.height))
            got, want = pixels(page, f"{VIEWER}.scene.canvas"), film.render(depth)
            assert np.abs(got.astype(float) - want).mean() < close
        assert page.locator(".caption").text_content() in stack.prompts
        assert page.evaluate("() => window.evil") is None


@pytest.mark.parametrize("renderer", RENDERERS)
def test_an_exported_page_works_from_its_file(server, stacks, browser, comfy_page, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    nodes = [(1, "LoadZoomStack", ["a.safetensors [input]"]),
             (2, "ExportZoomStack", [f"{renderer}/zoom", "html", 100, "5 um"])]  # fmt: skip
    load_graph(page, graph_of(nodes, [(1, 0, 2, "stack", WIRE)]))
    run_graph(page)
    (path,) = (server.output / renderer).iterdir()
    said = f"^saved {renderer}/{path.name} in the output folder$"
    says(page, said)
    saved = page.evaluate("() => app.graph.serialize()")
    page.reload(wait_until="domcontentloaded")
    wait_for_comfy(page)
    load_graph(page, saved)
    says(page, said)
    is_the_stack(browser, path, stacks, 0.4)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_box_on_the_explorer_writes_the_ladder(server, stacks, comfy_page, tmp_path, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    explore(page, "a")
    tool = page.get_by_role("button", name="Choose where the next level lies")
    tool.click()
    told = page.locator(".message")
    assert "No Prompt Ladder is connected" in told.text_content()
    assert tool.get_attribute("aria-pressed") == "false"

    ladder = ["a galaxy\na planet\na leaf", 2, "", "", ""]
    nodes = [(1, "LoadZoomStack", ["a.safetensors [input]"]), (2, "PromptLadder", ladder),
             (9, "ZoomStackExplorer", [""])]  # fmt: skip
    graph = graph_of(nodes, [(1, 0, 9, "stack", WIRE)], size=(640, 660))
    load_graph(page, graph)
    run_graph(page)
    shown(page)
    go(page, DEPTHS[1])
    tool.click()
    still(page)
    assert state(page)[0] == 0
    box = page.locator(".zs-focus").bounding_box()
    picture = page.locator(".picture").bounding_box()
    assert box == pytest.approx(picture, abs=1)

    def drag(start, end):
        for point, press in ((start, page.mouse.down), (end, page.mouse.up)):
            place = [box[a] + share * box[b] for a, b, share in zip(("x", "y"),
                     ("width", "height"), point, strict=True)]  # fmt: skip
            page.mouse.move(*place, steps=4)
            press()

    def text():
        return page.evaluate("() => app.graph.getNodeById(2).widgets[0].value")

    drag((0.5, 0.5), (0.6, 0.4))
    assert text() == "a galaxy\n[focus=0.6,0.4] a planet\na leaf"
    assert state(page)[0] == 0
    shot(page, tmp_path, f"explorer-{renderer}-focus")
    page.locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => {VIEWER}.depth.level === 1 && !{VIEWER}.waiting")
    page.wait_for_selector(".zs-focus", state="visible")
    assert page.locator(".zs-focus-frame").get_attribute("aria-label").startswith("Level 2")
    drag((0.1, 0.1), (0.5, 0.5))  # a new box
    assert text().endswith("[p=2.5 focus=0.3,0.3] a leaf")
    page.mouse.wheel(0, -100)
    page.wait_for_selector(".zs-focus", state="hidden")
    tool.click()
    # The button says so with the next picture that is drawn.
    page.wait_for_function("tool => tool.ariaPressed === 'false'", arg=tool.element_handle())


@pytest.mark.parametrize("renderer", RENDERERS)
def test_it_survives_whatever_happens_to_the_graph(server, stacks, comfy_page, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    explore(page, "a")
    go(page, DEPTHS[1])

    command(page, "Comfy.NewBlankWorkflow")
    page.wait_for_function("() => app.graph.nodes.length === 0")
    command(page, "Workspace.PreviousOpenedWorkflow")
    shown(page)
    assert page.evaluate(f"() => {VIEWER}.depth.offset") == DEPTHS[1].offset, "another tab"

    page.evaluate("() => app.canvas.selectItems([app.graph.getNodeById(9)])")
    command(page, "Comfy.Canvas.CopySelected")
    command(page, "Comfy.Canvas.PasteFromClipboard")
    shown(page, 2)
    command(page, "Comfy.Undo")
    page.wait_for_function("() => app.graph.nodes.length === 2")
    shown(page)

    saved = page.evaluate("() => app.graph.serialize()")
    page.reload(wait_until="domcontentloaded")
    wait_for_comfy(page)
    load_graph(page, saved)
    shown(page)

    page.evaluate("() => app.canvas.selectItems([app.graph.getNodeById(9)])")
    command(page, "Comfy.Graph.ConvertToSubgraph")
    page.evaluate("() => app.canvas.openSubgraph([...app.rootGraph.subgraphs.values()][0])")
    shown(page)
    page.evaluate(
        "() => { app.rootGraph.getNodeById(1).widgets[0].value = 'b.safetensors [input]'; }"
    )
    run_graph(page)
    page.wait_for_function("""() => {
      const viewer = document.querySelector(".zoomstack-viewer")?.viewer;
      return viewer?.scene.manifest.prompts[0].startsWith("level 0") && viewer.ready;
    }""")

    shutil.rmtree(server.base / "temp" / "zoomstack")
    load_graph(page, saved)
    page.wait_for_function(
        f"() => document.querySelector('{NOTE}')?.textContent.includes('are gone')"
    )


def test_two_stacks_and_the_looks_of_both_themes(server, stacks, browser, tmp_path):
    for theme in ("light", "dark"):
        size = {"width": 1500, "height": 900}
        with page_of(browser, (server.url,), viewport=size, device_scale_factor=2) as page:
            open_comfy(page, server, "nodes2" if theme == "light" else "classic", theme)
            explore(page, "a", "b", width="5 um")
            page.locator(".stage").focus()
            page.keyboard.press("o")
            go(page, DEPTHS[1])
            divider = page.get_by_role("slider", name="Where the second stack begins")
            divider.focus()
            page.keyboard.press("ArrowRight")
            assert divider.get_attribute("aria-valuenow") == "55"
            for scene_ in (0, 1):
                got = pixels(page, f"{VIEWER}.scenes[{scene_}].canvas")
                assert got.std() > 5
            page.locator(".strip").hover()
            still(page)
            shot(page, tmp_path, f"compare-{theme}")


def tree_graph():
    """Three stacks with a common beginning, two of them by inputs that grow."""
    names = enumerate(("trunk", "lake", "wood"), 1)
    nodes = [(i, "LoadZoomStack", [f"{name}.safetensors [input]"]) for i, name in names]
    inputs = ["stack", "branches.branch_0", "branches.branch_1"]
    links = [(i, 0, 9, name, WIRE) for i, name in enumerate(inputs, 1)]
    return graph_of([*nodes, (9, "ZoomStackExplorer", [""])], links, size=(640, 660))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_tree_is_explored_in_the_node(server, stacks, browser, comfy_page, tmp_path, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    load_graph(page, tree_graph())
    inputs = "() => app.graph.getNodeById(9).inputs.map(({ name }) => name)"
    assert "branches.branch_2" in page.evaluate(inputs), "a free input follows the last wire"
    run_graph(page)
    shown(page)
    go(page, DEPTHS[0])
    ways = page.locator(".way:visible")
    assert ways.all_text_contents() == ["level 2, a place with a name", "a lake 2", "a wood 2"]
    shot(page, tmp_path, f"tree-{renderer}")
    box = page.locator(".picture").bounding_box()
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.75 * box["height"])
    still(page)
    assert state(page)[0] == 2
    assert page.evaluate(f"() => {VIEWER}.branch") == 2
    saved = page.evaluate("() => app.graph.serialize()")
    load_graph(page, saved)
    shown(page)
    assert page.evaluate(f"() => {VIEWER}.branch") == 2, "where one was"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a page").click()
    path = tmp_path / "tree.html"
    download.value.save_as(path)
    with page_of(browser, (path.as_uri(),)) as alone:
        alone.goto(path.as_uri() + "#3@1")
        shown(alone)
        assert alone.locator(".caption").text_content() == "a lake 3"


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_level_has_a_menu(server, stacks, comfy_page, tmp_path, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    explore(page, "a")
    page.evaluate(f"""() => {{
      LiteGraph.createNode = () => null;  // what comes of a wish is another test's
      window.wishes = [];
      {VIEWER}.addEventListener("wish", ({{ detail }}) => window.wishes.push(detail));
    }}""")
    go(page, DEPTHS[0])
    menu, focused = page.locator(".popup"), f"() => {VIEWER}.element.shadowRoot.activeElement"
    box = page.locator(".picture").bounding_box()
    at = {"x": box["width"] * 0.2, "y": box["height"] * 0.7}
    page.locator(".picture").click(button="right", position=at)
    assert menu.locator(".title").text_content() == "Level 1: level 1, a place with a name"
    shot(page, tmp_path, f"menu-{renderer}")
    page.get_by_role("menuitem", name="Branch here").click()
    wish = page.evaluate("() => window.wishes.pop()")
    assert wish.pop("focus") == pytest.approx([0.2, 0.7], abs=0.01)
    assert wish == {"deed": "branch", "level": 1, "branch": 0}
    assert menu.is_hidden()

    # With the frames drawn, a frame is its own level.
    page.locator(".stage").press("o")
    page.locator(".borders .border").first.wait_for()
    frame = page.locator(".borders .border").first.bounding_box()
    middle = {"x": frame["x"] + frame["width"] / 2 - box["x"] - 9,
              "y": frame["y"] + frame["height"] * 0.9 - box["y"]}  # fmt: skip
    page.locator(".picture").click(button="right", position=middle)
    assert menu.locator(".title").text_content().startswith("Level 2:")
    page.keyboard.press("Escape")
    assert menu.is_hidden()

    # By keys, and by the button for fingers; the focus comes back.
    page.locator(".stage").press("m")
    assert menu.locator(".title").text_content().startswith("Level 1:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.wishes.pop()") == {
        "deed": "insert", "level": 1, "branch": 0, "focus": [0.5, 0.5]
    }  # fmt: skip
    assert page.evaluate(f"{focused}.className") == "stage"
    page.get_by_role("button", name="What to do with this level").click()
    page.keyboard.press("ArrowUp")
    assert page.evaluate(f"{focused}.textContent") == "Branch here"
    page.keyboard.press("Tab")
    assert menu.is_hidden()

    page.evaluate(f"""() => {VIEWER}.mark([
      {{ deed: "again", level: 1, branch: 0 }}, {{ deed: "branch", level: 2, branch: 0 }},
    ])""")
    page.locator(".dot").nth(1).wait_for(state="attached")
    assert page.locator(".mark").all_text_contents() == [
        "Level 1: to be made anew", "Level 2: a branch to come"
    ]  # fmt: skip
    shot(page, tmp_path, f"marks-{renderer}")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_earlier_results_are_gone_back_to(server, stacks, comfy_page, tmp_path, renderer):
    page = comfy_page
    open_comfy(page, server, renderer)
    explore(page, "a")
    go(page, DEPTHS[1])
    page.evaluate(f"() => {VIEWER}.mark([{{ deed: 'again', level: 1, branch: 0 }}])")
    place = "() => app.graph.getNodeById(9).properties.zoomstack.stack.subfolder"
    first = page.evaluate(place)
    page.evaluate(
        "() => { app.graph.getNodeById(1).widgets[0].value = 'trunk.safetensors [input]'; }"
    )
    run_graph(page)
    page.wait_for_function(f"first => ({place})() !== first", arg=first)
    second = page.evaluate(place)
    page.locator(".dot").wait_for(state="detached")
    page.wait_for_function(f"() => {VIEWER}.scene.manifest.prompts[0].startsWith('level 0')")
    lines = page.get_by_role("menuitemradio")

    def choose(number):
        page.get_by_role("button", name="Earlier results").click()
        lines.first.wait_for()
        assert lines.count() == 2
        lines.nth(number).click()

    choose(1)
    page.wait_for_function(f"() => {VIEWER}.scene.manifest.prompts[0].includes('evil')")
    assert page.evaluate(place) == first
    assert page.evaluate(f"() => {VIEWER}.depth.offset") == DEPTHS[1].offset, "the camera stays"
    saved = page.evaluate("() => app.graph.serialize()")
    page.reload(wait_until="domcontentloaded")
    wait_for_comfy(page)
    load_graph(page, saved)
    shown(page)
    assert page.evaluate(place) == first, "what was chosen stays"
    page.get_by_role("button", name="Earlier results").click()
    page.wait_for_function("""() => [...document.querySelector(".zoomstack-viewer").shadowRoot
      .querySelectorAll(".sheet")].every((picture) => picture.naturalWidth)""")
    shot(page, tmp_path, f"results-{renderer}")
    page.keyboard.press("Escape")
    choose(0)
    page.wait_for_function(f"() => {VIEWER}.scene.manifest.prompts[0].startsWith('level 0')")
    shutil.rmtree(server.base / "temp" / first)
    page.get_by_role("button", name="Earlier results").click()
    page.get_by_text("ComfyUI has removed their pictures: 1").wait_for()
    assert lines.count() == 1 and page.evaluate(place) == second


def test_odd_stacks_are_told_of_in_the_widget(server, stacks, comfy_page, tmp_path):
    page = comfy_page
    open_comfy(page, server)
    explore(page, "nan")
    assert "Level 1 (0 is the widest) holds NaN" in page.locator(".message").text_content()
    shot(page, tmp_path, "explorer-nan")
    explore(page, "one")
    assert page.locator(".level").text_content() == "level 0 of 0"
    explore(page, "many")
    go(page, type(DEPTHS[0])(499))
    assert page.locator(".times").text_content() == "× 1.6·10¹⁵⁰"
    shot(page, tmp_path, "explorer-many")
    folder = max(
        (server.base / "temp" / "zoomstack").iterdir(), key=lambda one: one.stat().st_mtime
    )
    (folder / "level_250.png").unlink()
    go(page, type(DEPTHS[0])(250))
    assert "level_250.png is not there any more" in page.locator(".message").text_content()
