"""A scene to look at, and how a test moves through it in the viewer's page."""

import numpy as np
import torch
from browser_kit import pixels

from zoomstack.scene.depth import Depth
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

VIEWER = "document.querySelector('.zoomstack-viewer').viewer"
# How many viewers on the page show a frame that has all of its pictures.
SHOWN = """[...document.querySelectorAll(".zoomstack-viewer")]
  .filter((element) => element.viewer.ready).length"""
DEPTHS = (Depth(1), Depth(0, 0.37), Depth(2, 0.83))
EVIL = '</script><script>window.evil=1</script><img src=x onerror="window.evil=1">\u2028 & "quotes"'


def scene(height=160, width=240, zooms=(2.0, 3.5, 1.7), seed=0):
    """Levels with detail at every scale that agree as a sampled stack's do."""
    focus = ((0.42, 0.55), (0.6, 0.45), (0.5, 0.37))[: len(zooms)]
    g = Geometry(height, width, zooms, focus)
    generator = torch.Generator().manual_seed(seed)
    levels = torch.zeros(g.levels, 3, height, width)
    for octave in range(3, 8):
        size = (2**octave * height // width + 1, 2**octave)
        noise = torch.randn(g.levels, 3, *size, generator=generator)
        grown = torch.nn.functional.interpolate(noise, (height, width), mode="bicubic")
        levels += grown / 2 ** (octave - 2)
    prompts = tuple(f"level {i}, a place with a name" for i in range(g.levels))
    return ZoomStack((levels / 4 + 0.5).clamp(0, 1), g, prompts)


def shown(page, count=1):
    """Wait until so many viewers show their stack."""
    page.wait_for_function(f"count => {SHOWN} === count", arg=count)


def state(page):
    """Where the camera is, as one number, and its pan."""
    return page.evaluate(f"""() => {{
      const {{ depth, motion }} = {VIEWER};
      return [Number((depth.level + depth.offset).toFixed(4)), motion.pan.x];
    }}""")


def go(page, depth, size=None):
    """Be at a depth, with a picture of ``size`` (width, height) pixels where it is given."""
    if size:
        width, height = size
        style = f"flex: none; width: {width}px; height: {height}px"
        page.evaluate(f"style => {{ {VIEWER}.stage.style.cssText = style; }}", style)
    page.evaluate(f"""async () => {{
      const viewer = {VIEWER};
      const frame = () => new Promise(requestAnimationFrame);
      await frame();
      viewer.goTo({{ level: {depth.level}, offset: {depth.offset} }}, true);
      do await frame(); while (!viewer.scenes.every((one) => one.ready(viewer.depth)));
      await frame();
      await frame();
    }}""")


def frame(page, depth, size):
    """The frame at a depth, (height, width, 3) in 0 to 255, whatever size the viewer has.

    Drawn and read at once: a page that is busy still may draw its own in between.
    """
    go(page, depth)
    width, height = size
    return pixels(
        page,
        f"""(({{ scene, depth }}) => {{
      scene.resize({width}, {height});
      scene.draw(depth, {{ x: 0, y: 0 }}, true);
      return scene.canvas;
    }})({VIEWER})""",
    )


def shift(got, want):
    """How far ``got`` lies from ``want`` in pixels, across and down: the best fit of a shift."""
    got, want = (image.mean(2).astype(float) for image in (got, want))
    down, across = np.gradient(want)
    inner = (slice(4, -4), slice(4, -4))
    a = np.stack([-across[inner].ravel(), -down[inner].ravel()], 1)
    return np.linalg.lstsq(a, (got - want)[inner].ravel(), rcond=None)[0]


def still(page):
    """Wait until nothing moves."""
    page.wait_for_function(f"() => !{VIEWER}.waiting")
