"""Finished zooms to work on, and the nodes that do, in ComfyUI's own machinery."""

import torch
from host_kit import part
from tiny_conds import toy_cond
from tiny_models import toy_model
from tiny_vae import mosaic_vae

ZOOMS = (2.0, 2.5, 2.0)
FOCUS = ((0.5, 0.5), (0.4, 0.6), (0.6, 0.45))
TEXTS = ("a planet", "a coast", "a wood", "a leaf", "a cell")


def zoom(pack, zooms=ZOOMS, focus=None, size=(64, 64), seed=0, closed=False, prompts=True, spots=6):
    """A stack of smooth pictures that agree."""
    lib = part(pack, "zoomstack.scene.geometry")
    g = lib.Geometry(*size, zooms, focus or FOCUS[: len(zooms)], closed)
    small = torch.rand(g.levels, 3, spots, spots, generator=torch.Generator().manual_seed(seed))
    large = torch.nn.functional.interpolate(small, size, mode="bicubic").clamp(0, 1)
    levels = part(pack, "zoomstack.joint.render").render(0.2 + 0.6 * large, g)
    texts = TEXTS[: g.levels] if prompts else ()
    return part(pack, "zoomstack.scene.stack").ZoomStack(levels, g, texts, 1)


def ladder(pack, lines, zooms=(), focus=()):
    """A ladder of the pack's own class."""
    focus = focus or ((0.5, 0.5),) * len(zooms)
    kind = part(pack, "zoomstack.scene.ladder").Ladder
    return kind(tuple(lines), ("",) * len(lines), tuple(zooms), tuple(focus))


def ladder_of(pack, stack):
    """The ladder that the stack was made with, and other texts."""
    texts = [f"another {text}" for text in TEXTS[: stack.geometry.levels]]
    return ladder(pack, texts, stack.geometry.zooms, stack.geometry.focus)


def prompts(levels, first=10, make_cond=toy_cond):
    """CONDITIONING of a ladder of so many levels."""
    return [
        [tensor, {**extras, "zoom_level": level, "zoom_levels": levels}]
        for level in range(levels)
        for tensor, extras in make_cond(first + level)
    ]


def reworked(pack, node, count=1, make_cond=toy_cond, none=(), **options):
    """What a node gives: (stack, views).

    ``count`` is the levels of the ladder connected; what is in ``none``, or None, is not connected.
    """
    given = {
        "positive": prompts(count, 10, make_cond), "negative": prompts(count, 90, make_cond),
        "seed": 5, "steps": 3, "cfg": 3.0, "sampler_name": "euler", "scheduler": "simple",
        "space": "latent", **options,
    }  # fmt: skip
    for name, made in (("model", lambda: toy_model("eps")), ("vae", lambda: mosaic_vae(4))):
        if name not in none and given.get(name) is None:
            given[name] = made()
    given = {name: value for name, value in given.items() if value is not None}
    with torch.inference_mode():
        return getattr(pack.nodes, node).execute(**given).result


def rework(pack, stack, levels, **options):
    return reworked(
        pack, "ReworkZoom", stack=stack, levels=levels, count=stack.geometry.levels,
        **{"wider": 1.0, **options},
    )  # fmt: skip


def extend(pack, stack, lines, where="inward", zooms=(), **options):
    at = {"level": 0, "zoom": 0.0, "focus_x": 0.5, "focus_y": 0.5}
    return reworked(
        pack, "ExtendZoom", stack=stack, where=where, count=len(lines),
        **{"ladder": ladder(pack, lines, zooms), **at, **options},
    )  # fmt: skip


def branch(pack, stack, lines, zooms=(), **options):
    at = {"level": 0, "zoom": 0.0, "focus_x": 0.5, "focus_y": 0.5}
    return reworked(
        pack, "BranchZoom", stack=stack, ladder=ladder(pack, lines, zooms), count=len(lines),
        **{**at, **options},
    )  # fmt: skip


def join(pack, a, b, lines=(), **options):
    given = {"ladder": ladder(pack, lines, (2.0,) * (len(lines) - 1))} if lines else {}
    given |= {"bridge": len(lines), **options}
    return reworked(pack, "JoinZooms", a=a, b=b, count=len(lines), **given)
