"""What crosses from Python to JavaScript, as JSON that both must meet: the library's own numbers.

tests/js reads tests/js/viewer.json, and test_viewer_numbers.py beside it holds it to what the
library says today.
"""

import json
import math

import numpy as np
import torch
from checkout import SHARED
from ladders import mixed
from trees import branched

from zoomstack.export import branches_of, describe
from zoomstack.export.length import metres
from zoomstack.export.manifest import describe_branch
from zoomstack.film.camera import Camera
from zoomstack.film.captions import scale
from zoomstack.film.encode.cues import nearest
from zoomstack.film.frames import FrameRenderer
from zoomstack.film.layers import covered, layers_of, narrowing, soft_edge
from zoomstack.film.path import Path as Course
from zoomstack.film.ways import DIRECTIONS, EASINGS, LOOPS, OPEN
from zoomstack.linear.lens import axis
from zoomstack.scene.between.written import lines
from zoomstack.scene.depth import SNAP, Depth
from zoomstack.scene.geometry import MIDDLE, TOUCH, Geometry
from zoomstack.scene.ladder import MOST_LEVELS
from zoomstack.scene.sheet import grid, sheet
from zoomstack.scene.span import SLACK
from zoomstack.scene.stack import ZoomStack

FILE = SHARED / "viewer.json"
OFFSETS = (0.0, 0.004, 0.37, 0.6, 0.996)
GEOMETRIES = {
    "mixed": mixed(63, 54),
    "pure": Geometry(234, 253, (2.5,) * 3, ((0.37, 0.52),) * 3),
    "bent": Geometry(90, 120, (2.0, 2.0, 2.0), ((0.5, 0.5), (0.25, 0.25), (0.75, 0.75))),
    "corner": Geometry(64, 64, (4.0, 16.0, 1.3), ((0.125, 0.875), (0.9, 0.1), (0.5, 0.5))),
    # Its course would leave level 0 for a moment.
    "tight": Geometry(60, 80, (3.3, 5.3, 1.5), ((0.72, 0.5), (0.27, 0.6), (0.41, 0.4))),
    "deep": Geometry(7, 9, (2.0,) * 132, ((0.37, 0.6),) * 132),
    "one": Geometry(7, 9, ()),
    "ring": Geometry(
        63, 54, (2.0, 3.5, 1.7, 2.5), ((0.37, 0.5), (0.6, 0.45), (0.5, 0.37), (0.71, 0.66)), True
    ),
    # The camera leaves its levels on bends, level 0 as any other.
    "ring bent": Geometry(
        90, 120, (2.0,) * 4, ((0.25, 0.25), (0.75, 0.75), (0.75, 0.25), (0.25, 0.75)), True
    ),
}
BRIDGED = (
    Course((2.0, 2.0, 2.5, 2.0, 3.0, 1.5), bridges=(False, True, True, False, False, True, False)),
    Course((2.0, 2.0, 2.5, 3.0, 2.0), bridges=(False, True, True, False, True), closed=True),
    Course((2.0, 3.0)),
)
FRAMES = ((0, 0), (50, 122), (122, 50))
UNITS = ("fm", "pm", "nm", "\u00b5m", "mm", "m", "km", "AU", "light years")
# Powers of ten at every size, none of them where a rounding turns.
TENS = (0.0, -0.61, 0.302, 0.999, 1.4, 3.0103, 3.38, 5.99, 6.2, 7.0, 7.1038, 11.9, 13.2, 15.97,
        16.4, 21.0, 24.08, 25.31, 40.3, 290.0, -1.2, -2.9, -3.1, -5.5, -9.3, -12.0, -15.4, -17.8,
        -290.0)  # fmt: skip
LENSES = ((17, 47, 3.37, 0.41), (17, 47, -0.2, 1.0), (9, 47, 0.7, 2.55), (5, 640, -3.0, 128.0))


def numbers():
    return {
        "constants": {
            "SLACK": SLACK, "TOUCH": TOUCH, "SNAP": SNAP, "MIDDLE": MIDDLE,
            "MOST_LEVELS": MOST_LEVELS, "EASINGS": list(EASINGS), "DIRECTIONS": list(DIRECTIONS),
        },
        "decades": {f"1 {unit}": math.log10(metres(f"1 {unit}")) for unit in UNITS},
        "measures": [_measured(tens) for tens in TENS],
        "manifests": {name: _manifest(*case) for name, case in _stacks().items()},
        "tree": _tree(),
        "placements": [_placement(name, i) for name in ("mixed", "corner", "ring")
                       for i in range(len(GEOMETRIES[name].zooms))],
        "geometries": {name: _geometry(g) for name, g in GEOMETRIES.items()},
        "sheets": [_sheet(count) for count in (1, 2, 3, 5, 9, 64)],
        "lenses": [_lens(*case) for case in LENSES],
        "views": [_view(name, depth) for name, depth in _depths()],
        "layers": [
            _layers(name, depth, size) for name, depth in _depths() for size in FRAMES
            if name != "deep" or depth.level == 131
        ],
        "courses": [
            {"zooms": path.zooms, "closed": path.closed, "direction": path.direction,
             "easing": path.easing, "depths": list(path)} for path in _paths()
        ],
        "bridged": [_bridged(path) for path in BRIDGED],
    }  # fmt: skip


def _bridged(path):
    """Which level's words stand at some depths, and how many levels' time a film takes."""
    own = lines(path.bridges, len(path.zooms) + (not path.closed))
    places = [Depth(i, at) for i in range(len(path.zooms)) for at in (0.0, 0.2, 0.63, 0.9)]
    nears = [own[nearest(path.among_lines(depth), len(own))] for depth in places]
    return {
        "zooms": path.zooms, "closed": path.closed, "bridges": path.bridges, "steps": path.ends[1],
        "nearest": list(zip(places, nears, strict=True)),
    }  # fmt: skip


def _measured(tens):
    """What is said of a view that is 10^tens times magnified, or that many metres wide."""
    return {
        "tens": tens, "times": scale.magnification(tens), "length": scale.length(tens),
        "power": scale.power(tens, "m"),
        "bars": {"known": scale.bar(tens), "unknown": scale.bar(tens, False)},
    }  # fmt: skip


def _paths():
    for name, directions in (("mixed", OPEN), ("ring", DIRECTIONS)):
        for direction in directions:
            for easing in ("linear",) if direction in LOOPS else EASINGS:
                timing = {"fps": 1, "duration": 20, "direction": direction, "easing": easing}
                yield Course.through(GEOMETRIES[name], **timing)


def _depths():
    for name, g in GEOMETRIES.items():
        levels = (0, 100, 131) if name == "deep" else range(len(g.zooms))
        yield from ((name, Depth(i, offset)) for i in levels for offset in OFFSETS)
        yield name, Depth(g.levels - 1)


def _stacks():
    """Stacks whose agreement needs no arithmetic, and how wide the widest view is."""
    g = GEOMETRIES["mixed"]
    levels = torch.zeros(g.levels, 1, g.height, g.width)
    broken = levels.clone()
    broken[1] = float("nan")
    return {
        "whole": (ZoomStack(levels, g, tuple("abcde")), 1.27e7),
        "broken": (ZoomStack(broken, g), 0.0),
        "ring": (ZoomStack(levels[:4], GEOMETRIES["ring"], tuple("abcd")), 0.0),
        "one": (ZoomStack(levels[:1], GEOMETRIES["one"].resized(g.height, g.width)), 0.0),
    }


def _manifest(stack, wide):
    files = [f"level_{i}.png" for i in range(stack.geometry.levels)]
    sheet = {"file": "sheet.jpg", "columns": 3, "width": 20, "height": 30}
    return describe(stack, files, sheet, wide)


def _tree():
    """What is written of three stacks, the last of which leaves the second."""
    trunk, _ = _stacks()["whole"]
    first = branched(trunk, 2, (2.0, 3.0), ((0.3, 0.3), (0.5, 0.5)), "first")
    second = branched(first, 3, (2.5,), ((0.6, 0.4),), "second")
    sheet = {"file": "sheet.jpg", "columns": 3, "width": 20, "height": 30}
    told = [
        describe_branch(one, [f"branch_{number}_level_{i}.png" for i in one.own], sheet)
        for number, one in enumerate(branches_of(trunk, (first, second)), start=1)
    ]
    # Their pictures are noise, whose agreement is arithmetic, and that differs in the last digit.
    for one in told:
        one["agreement"] = [30.0 for _ in one["agreement"]]
    files = [f"level_{i}.png" for i in range(len(trunk.levels))]
    return describe(trunk, files, sheet, branches=told)


def _placement(name, parent):
    """Both axes of a child's frame, in its parent's."""
    rows, columns = GEOMETRIES[name].placement(*GEOMETRIES[name].neighbours[parent])
    left = {"rows": rows.left / rows.size, "columns": columns.left / columns.size}
    return {"geometry": name, "parent": parent, "zoom": rows.zoom, **left}


def _geometry(g):
    ring = {"closed": True} if g.closed else {}
    return {"width": g.width, "height": g.height, "zooms": g.zooms, "focus": g.focus, **ring}


def _sheet(count):
    """Where each level lies on the sheet of so many: left, top, width and height, as shares."""
    values = torch.arange(1.0, count + 1)
    (found,) = sheet(values[:, None, None, None].expand(count, 1, 96, 64))
    rows, columns = grid(count)
    cells = []
    for value in values:
        spans = [(found == value).any(axis).double() for axis in (0, 1)]
        first = [int(span.argmax()) / len(span) for span in spans]
        cells.append([*first, *(float(span.mean()) for span in spans)])
    return {"levels": count, "rows": rows, "columns": columns, "cells": cells}


def _view(name, depth):
    rows, columns = Camera(GEOMETRIES[name]).view(depth)
    return {"geometry": name, "depth": depth, "rows": rows, "columns": columns}


def _layers(name, depth, size):
    g = GEOMETRIES[name]
    renderer = FrameRenderer(torch.zeros(g.levels, 1, g.height, g.width), g, *size)
    layers = []
    for layer in layers_of(g, depth, *renderer.view(depth)):
        rows, columns = covered(layer.rows, renderer.height), covered(layer.columns, renderer.width)
        edge = torch.zeros(0)
        if rows.stop > rows.start:
            edge = soft_edge(
                layer.rows, rows, renderer.height, narrowing(layer.rows), edge.double()
            )
        layers.append({
            "level": layer.level, "rows": layer.rows, "columns": layer.columns,
            "share": layer.share, "covered": [[s.start, max(s.start, s.stop)]
                                              for s in (rows, columns)],
            "edge": edge[::7].tolist(),
        })  # fmt: skip
    size = [renderer.height, renderer.width]
    return {"geometry": name, "depth": depth, "size": size, "layers": layers}


def _lens(count, size, start, step):
    dense = np.zeros((count, size))
    for band in axis(count, size, start, step):
        dense[band.target, band.source] = band.weights
    return {"count": count, "size": size, "start": start, "step": step, "matrix": dense.tolist()}


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, (list, tuple)) else value


def text():
    """One line a case, so that a change reads well."""
    parts = []
    for name, cases in _rounded(numbers()).items():
        if isinstance(cases, dict):
            lines = [f"{json.dumps(key)}: {json.dumps(case)}" for key, case in cases.items()]
        else:
            lines = [json.dumps(case) for case in cases]
        opening, closing = "{}" if isinstance(cases, dict) else "[]"
        parts.append(f'"{name}": {opening}\n' + ",\n".join(lines) + f"\n{closing}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
