"""The viewer alone, on a saved page opened from a file with no network, in a real Chromium."""

import json
import math
import re
import statistics
from contextlib import ExitStack

import numpy as np
import pytest
import torch
from browser_kit import page_of, pixels, shot, shots_folder
from trees import branched
from viewer_kit import DEPTHS, EVIL, VIEWER, go, scene, shift, shown, state, still

from zoomstack.export import branches_of
from zoomstack.export import page as saved_page
from zoomstack.film.captions import scale
from zoomstack.film.captions.captions import decades
from zoomstack.film.frames import FrameRenderer
from zoomstack.scene.depth import Depth
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack


def save(stack, folder, name="zoom.html", **options):
    path = folder / name
    path.write_text("".join(saved_page(stack, **options)), "utf-8")
    return path


@pytest.fixture
def opened(browser):
    """Opens a file in a page without any network; the viewer is there and has its pictures."""
    with ExitStack() as open_pages:

        def visit(path, **options):
            options = {"viewport": {"width": 900, "height": 720}} | options
            page = open_pages.enter_context(page_of(browser, (path.as_uri(),), **options))
            page.goto(path.as_uri())
            shown(page)
            return page

        yield visit


@pytest.mark.parametrize("kind, close", [("webgl2", 0.4), ("canvas", 1.0)])
def test_a_frame_is_the_films_frame(opened, tmp_path, kind, close):
    """Within 2 of 255 on average and half a pixel: by WebGL2 even within its rounding."""
    stack = scene()
    page = opened(save(stack, tmp_path, quality=100))
    if kind == "canvas":
        page.evaluate(f"() => {VIEWER}.scene.canvas.getContext('webgl2')"
                      ".getExtension('WEBGL_lose_context').loseContext()")  # fmt: skip
        page.wait_for_function(f"() => {VIEWER}.scene.renderer.kind === 'canvas'")
    g = stack.geometry
    for size in ((g.width, g.height), (360, 240), (120, 80)):
        film = FrameRenderer(stack.levels, g, size[1], size[0])
        for depth in DEPTHS:
            go(page, depth, size)
            got, want = pixels(page, f"{VIEWER}.scene.canvas"), film.render(depth)
            assert got.shape == want.shape
            assert page.evaluate(f"() => {VIEWER}.scene.renderer.kind") == kind
            error = np.abs(got.astype(float) - want).mean()
            assert error < close, (size, depth)
            assert np.abs(shift(got, want)).max() < 0.1, (size, depth)


def press(page, key):
    page.keyboard.press(key)
    page.wait_for_timeout(50)
    still(page)
    return state(page)[0]


def test_wheel_drag_double_click_and_keys_move_the_camera(opened, tmp_path):
    page = opened(save(scene(), tmp_path))
    picture = page.locator(".picture")
    box = picture.bounding_box()
    corner = {"x": box["width"] * 0.8, "y": box["height"] * 0.6}
    page.mouse.move(box["x"] + corner["x"], box["y"] + corner["y"])
    page.mouse.wheel(0, -120)
    still(page)
    depth, pan = state(page)
    assert 0.3 < depth < 0.6 and pan > 0.02, "the wheel zooms towards the pointer"
    page.mouse.down()
    page.mouse.move(box["x"] + corner["x"] - 60, box["y"] + corner["y"], steps=3)
    page.mouse.up()
    still(page)
    assert state(page)[1] > pan + 0.02, "a drag moves the picture with the pointer"
    picture.dblclick(position=corner)
    still(page)
    assert state(page) == [1, 0], "a double click goes to the next level, onto the course"
    assert press(page, "End") == 3
    assert press(page, "ArrowLeft") == 2
    assert 1.5 < press(page, "-") < 2
    assert press(page, "ArrowRight") == 2
    assert press(page, "Home") == 0
    page.keyboard.press("Space")
    page.wait_for_function(f"() => {VIEWER}.depth.level >= 1")
    page.keyboard.press("Space")
    still(page)
    assert 1 <= state(page)[0] < 3
    page.get_by_role("slider", name="Depth").focus()
    assert press(page, "Home") == 0
    assert "Level 0" in page.get_by_role("slider", name="Depth").get_attribute("aria-valuetext")
    page.keyboard.press("f")
    page.wait_for_function(f"() => document.fullscreenElement === {VIEWER}.element")
    page.get_by_role("button", name="Leave full screen").click()
    page.wait_for_function("() => !document.fullscreenElement")


def test_a_link_says_how_deep_its_reader_is(opened, tmp_path):
    page = opened(save(scene(), tmp_path))
    page.wait_for_function("() => location.hash === ''")
    page.locator(".stage").press("End")
    page.wait_for_function("() => location.hash === '#3'")
    page.evaluate("() => { location.hash = '#1.25'; }")
    page.wait_for_function(f"() => Math.abs({VIEWER}.depth.offset - 0.25) < 1e-6")
    assert state(page)[0] == 1.25
    page.reload()
    shown(page)
    assert state(page)[0] == 1.25


def tree(height=160, width=240):
    """A trunk of four levels, two branches off its level 1, one off the first one's level 2."""
    trunk = scene(height, width)
    first = branched(trunk, 1, (2.5, 2.0), ((0.2, 0.25), (0.5, 0.5)), "a lake", 1)
    second = branched(trunk, 1, (4.0,), ((0.3, 0.8),), "a wood", 2)
    third = branched(first, 2, (3.0,), ((0.7, 0.7),), "a boat", 3)
    return trunk, (first, second, third)


def test_a_tree_is_gone_into_where_its_stacks_part(opened, tmp_path):
    trunk, others = tree()
    page = opened(save(trunk, tmp_path, branches=branches_of(trunk, others), quality=100))
    here = f"() => [{VIEWER}.branch, {VIEWER}.depth.level + {VIEWER}.depth.offset]"
    ways = page.locator(".way:visible")
    assert ways.all_text_contents() == ["level 2, a place with a name", "a lake 2", "a wood 2"]
    held = f"""() => [0, 1].map((level) => {{
      const {{ texels }} = {VIEWER}.scene.renderer.pictures.get(level);
      return (window.kept ??= {{}})[level] ??= texels, window.kept[level] === texels;
    }})"""
    assert page.evaluate(held) == [True, True]
    shot(page, tmp_path, "tree-widest")
    go(page, Depth(1))
    shot(page, tmp_path, "tree-fork")
    box = page.locator(".picture").bounding_box()

    def click(x, y):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        still(page)
        return page.evaluate(here)

    assert click(0.95, 0.05) == [0, 1], "outside of all frames nothing happens"
    page.wait_for_timeout(500)  # or it would be a double click
    assert click(0.3, 0.8) == [2, 2]
    assert page.evaluate(held) == [True, True], "levels that are shared are not loaded again"
    assert page.locator(".caption").text_content() == "a wood 2"
    g = others[1].geometry
    for depth in (Depth(1, 0.6), Depth(2)):
        go(page, depth, (g.width, g.height))
        got = pixels(page, f"{VIEWER}.scene.canvas")
        want = FrameRenderer(others[1].levels, g).render(depth)
        assert np.abs(got.astype(float) - want).mean() < 0.4, "a branch's own course"
    page.wait_for_function("() => location.hash === '#2@2'")

    page.locator(".stage").press("Home")
    still(page)
    assert page.evaluate(here) == [2, 0], "the branch stays"
    page.get_by_role("button", name="Go into a lake 2").press("Enter")
    still(page)
    assert page.evaluate(here) == [1, 2]
    assert page.evaluate(f"() => {VIEWER}.element.shadowRoot.activeElement.className") == "stage"
    assert ways.all_text_contents() == ["a lake 3", "a boat 3"]
    page.locator(".picture").hover(position={"x": 120, "y": 20})
    page.mouse.wheel(0, -900)
    still(page)
    assert page.evaluate(here) == [1, 3], "the wheel goes on along the branch"
    page.get_by_label("Which branch").select_option("3")
    still(page)
    assert page.evaluate(here) == [3, 3]
    page.wait_for_function("() => location.hash === '#3@3'")
    page.reload()
    shown(page)
    assert page.evaluate(here) == [3, 3]
    page.evaluate("() => { location.hash = '#2'; }")
    page.wait_for_function(f"() => {VIEWER}.branch === 0 && {VIEWER}.depth.level === 2")
    page.locator(".stage").click(button="right")
    assert page.locator(".popup").is_hidden(), "a page makes nothing"


def test_a_closed_zoom_has_no_end(opened, tmp_path):
    stack = scene()
    place = ((*stack.geometry.zooms, 2.5), (*stack.geometry.focus, (0.66, 0.4)))
    g = Geometry(160, 240, *place, closed=True)
    page = opened(save(ZoomStack(stack.levels, g, stack.prompts), tmp_path, quality=100))
    film = FrameRenderer(stack.levels, g)
    for depth in (Depth(3, 0.3), Depth(3, 0.9), Depth(0, 0.1)):
        go(page, depth, (240, 160))
        got = pixels(page, f"{VIEWER}.scene.canvas")
        assert np.abs(got.astype(float) - film.render(depth)).mean() < 0.4, depth
    said = page.locator(".corner .level")
    assert said.text_content() == "level 0.1, turn 0", "there and back over the seam"
    turn, fresh = 2.0 * 3.5 * 1.7 * 2.5, "({ level: 0, offset: 0, turn: 0 })"
    page.evaluate(f"() => {VIEWER}.goTo({fresh}, true)")
    still(page)
    assert press(page, "End") == 3
    assert press(page, "ArrowRight") == 0
    assert said.text_content() == "level 0, turn 1"
    assert page.locator(".times").text_content() == f"\u00d7 {turn:.0f}", "the scale counts on"
    box = page.locator(".picture").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for way, turns in ((-1, "4"), (1, "-3")):
        for _ in range(12 if way < 0 else 24):
            page.mouse.wheel(0, way * 400)
        still(page)
        assert said.text_content().split()[-1] == turns
        assert page.evaluate(f"() => {VIEWER}.ready")
    assert "10\u207b" in page.locator(".times").text_content(), (
        "wider than the widest it began with"
    )
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {VIEWER}.depth.turn === -2")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("slider", name="Depth").click(position={"x": 5, "y": 5})
    still(page)
    assert state(page)[0] == 0
    page.evaluate(f"() => {{ {VIEWER}.stage.style.cssText = ''; }}")
    page.locator(".stage").press("o")
    page.locator(".strip").hover()
    shot(page, tmp_path, "ring")


def test_two_fingers_zoom_about_what_lies_between_them(opened, tmp_path):
    page = opened(save(scene(), tmp_path), has_touch=True, is_mobile=True)
    buttons = [button.bounding_box() for button in page.locator(".bar .button").all()]
    assert min(side for box in buttons for side in (box["width"], box["height"])) >= 44
    box = page.locator(".picture").bounding_box()
    middle = (box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    fingers = page.context.new_cdp_session(page)

    def touch(kind, reach):
        points = [{"x": middle[0] + side * reach, "y": middle[1], "id": i}
                  for i, side in enumerate((-1, 1))] if reach else []  # fmt: skip
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 60)
    for reach in range(65, 121, 5):
        touch("touchMove", reach)
    touch("touchEnd", 0)
    still(page)
    depth, pan = state(page)
    assert depth == pytest.approx(1, abs=0.05), "twice as far apart is twice as large"
    assert pan != 0, "what lies between the fingers stays there"
    touch("touchStart", 120)
    for reach in range(115, 59, -5):
        touch("touchMove", reach)
    touch("touchEnd", 0)
    still(page)
    assert state(page)[0] == pytest.approx(0, abs=0.05)


def test_prompts_are_text_and_nothing_else(opened, tmp_path):
    stack = scene()
    page = opened(save(stack._replace(prompts=(EVIL,) * 4), tmp_path))
    page.locator(".strip").hover()
    assert page.locator(".caption").text_content() == EVIL
    assert page.locator(".card .prompt").text_content() == EVIL
    assert page.title() == f"{EVIL} to {EVIL}"
    assert page.evaluate("() => window.evil") is None
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("levels", [1, 133, 500])
def test_any_number_of_levels(opened, tmp_path, levels):
    """Only those near the camera are held; the deepest is as exact as the first."""
    generator = torch.Generator().manual_seed(0)
    g = Geometry(24, 32, (2.0,) * (levels - 1), ((0.37, 0.6),) * (levels - 1))
    stack = ZoomStack(torch.rand(levels, 3, 24, 32, generator=generator), g)
    page = opened(save(stack, tmp_path, quality=100))
    held = f"() => {VIEWER}.scene.loader.held.size"
    for depth in (Depth(0), Depth(max(0, levels - 2), 0.37 * (levels > 1)), Depth(levels - 1)):
        go(page, depth, (32, 24))
        want = FrameRenderer(stack.levels, g).render(depth)
        got = pixels(page, f"{VIEWER}.scene.canvas")
        assert np.abs(got.astype(float) - want).mean() < 0.6
        assert page.evaluate(held) <= min(levels, 48)
    times = {1: "× 1.0", 133: "× 5.4·10³⁹", 500: "× 1.6·10¹⁵⁰"}[levels]
    assert page.locator(".times").text_content() == times


def test_a_broken_picture_is_named_and_the_rest_is_shown(opened, tmp_path):
    path = save(scene(), tmp_path)
    start, *pictures = re.split(r"(?=data:image/webp;base64,)", path.read_text("utf-8"))
    _, _, rest = pictures[1].partition('"')
    pictures[1] = f'data:image/webp;base64,AAAA"{rest}'
    path.write_text("".join([start, *pictures]), "utf-8")
    page = opened(path)
    message = page.locator(".message").first
    assert "Level 1 cannot be shown: its picture in this page is broken." in message.text_content()
    go(page, Depth(1))
    assert pixels(page, f"{VIEWER}.scene.canvas").std() > 5, "the wider level stands in"
    message.get_by_role("button", name="Dismiss").click()
    assert page.locator(".message").count() == 0


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("dots", [1, 2])
def test_how_it_looks(opened, tmp_path, theme, dots):
    stack = scene(480, 640)
    g, path = stack.geometry, save(stack, tmp_path, metres=1.27e7)
    page = opened(path, color_scheme=theme, device_scale_factor=dots)
    go(page, Depth(1, 0.3))
    wide = scale.length(math.log10(1.27e7) - decades(g, Depth(1, 0.3)))
    assert page.locator(".wide").text_content().startswith(f"{wide} \u00b7 10")
    page.keyboard.press("o")
    page.locator(".strip").hover()
    page.wait_for_selector(".border")
    assert shot(page, tmp_path, f"page-{theme}-{dots}x").stat().st_size > 10_000


# A frame's layers, its commands, and the wait until it is drawn, which is the graphics card's part
# or, without one, that of the program that stands in for it.
FRAMES = f"""() => {{
  const {{ scene }} = {VIEWER};
  const {{ gl }} = scene.renderer;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const dot = new Uint8Array(4);
  const frames = Array.from({{ length: 12 }}, (_, i) => {{
    const start = performance.now();
    const layers = scene.layers({{ level: 3, offset: 0.05 + i * 0.08 }}, {{ x: 0, y: 0 }});
    scene.renderer.draw(layers);
    const told = performance.now();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, dot);
    return {{ script: told - start, drawing: performance.now() - told }};
  }});
  return {{ frames, by: gl.getParameter(info.UNMASKED_RENDERER_WEBGL), trouble: gl.getError() }};
}}"""


def test_eight_levels_of_1024_pixels_are_drawn_and_timed(opened, tmp_path):
    """What a frame takes is kept beside the screenshots, not judged: machines differ."""
    generator = torch.Generator().manual_seed(0)
    g = Geometry(1024, 1024, (2.0,) * 7)
    levels = torch.rand(8, 3, 64, 64, generator=generator)
    grown = torch.nn.functional.interpolate(levels, (1024, 1024), mode="bicubic").clamp(0, 1)
    page = opened(save(ZoomStack(grown, g), tmp_path), viewport={"width": 1100, "height": 1100})
    go(page, Depth(3, 0.3), (1024, 1024))
    told = page.evaluate(FRAMES)
    assert told["trouble"] == 0
    got = pixels(page, f"{VIEWER}.scene.canvas")
    want = FrameRenderer(grown, g).render(Depth(3, 0.05 + 11 * 0.08))
    assert np.abs(got.astype(float) - want).mean() < 2
    halves = {part: statistics.median(frame[part] for frame in told["frames"])
              for part in ("script", "drawing")}  # fmt: skip
    place = shots_folder(tmp_path) / "frame-time.json"
    place.write_text(json.dumps({"by": told["by"], "median_ms": halves}, indent=2))
