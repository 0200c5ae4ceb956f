"""The scales of the world, by name, and the words for them."""

from __future__ import annotations

from typing import NamedTuple


class Scale(NamedTuple):
    """A named scale: its magnification is ``2 ** octave`` times the widest view's."""

    name: str
    octave: float
    captions: tuple[str, ...]


STEP = 2.0  # octaves from one name to the next: a factor of 4
# Words in braces are a scene's own: see `Scene.words`.
CAPTIONS = {
    "galaxy": (
        "a galaxy",
        "a {stars} spiral galaxy",
        "a spiral galaxy in deep space",
        "the spiral arms of a {stars} galaxy",
    ),
    "core": (
        "the core of a galaxy",
        "the bright core of a {stars} galaxy",
        "countless stars in a galaxy core",
        "a dense star cluster, a galaxy core",
    ),
    "sun": (
        "a sun with planets",
        "a {sun} sun and the orbits of its planets",
        "a solar system",
        "planets on their orbits round a {sun} sun",
    ),
    "planet": (
        "a planet",
        "a planet in space",
        "a planet with {sea} oceans and clouds",
        "a {sea} planet",
    ),
    "continent": (
        "a continent",
        "a continent from orbit",
        "a continent in a {sea} ocean",
        "a {season} continent with mountains",
    ),
    "coast": (
        "a coast line",
        "a coast line from above",
        "a coast and the {sea} sea",
        "a {season} coast, aerial picture",
    ),
    "island": (
        "an island",
        "an island with a beach",
        "a wooded island in a {sea} sea",
        "a {season} island from above",
    ),
    "forest": (
        "a forest",
        "a forest from above",
        "a {season} forest",
        "the canopy of a {season} forest",
    ),
    "clearing": (
        "a clearing",
        "a clearing with a single tree",
        "a {season} clearing from above",
        "a meadow round a single tree",
    ),
    "crown": (
        "a tree crown",
        "the crown of a tree from above",
        "a {season} tree crown",
        "the crown of a {season} tree",
    ),
    "leaves": (
        "leaves",
        "many {leaf} leaves",
        "{season} leaves",
        "the foliage of a tree, many leaves",
    ),
    "leaf": (
        "a leaf",
        "a single {leaf} leaf",
        "a {season} leaf",
        "macro picture of a {leaf} leaf",
    ),
    "veins": (
        "leaf veins",
        "the veins of a {leaf} leaf",
        "a network of veins",
        "macro picture of {leaf} veins",
    ),
    "cells": (
        "plant cells",
        "{leaf} plant cells",
        "cells under a microscope",
        "a tissue of plant cells with walls",
    ),
    "nucleus": (
        "a cell nucleus",
        "the nucleus of a cell",
        "a nucleus under a microscope",
        "a {stain} cell nucleus",
    ),
}
SCALES = tuple(
    Scale(name, STEP * index, captions) for index, (name, captions) in enumerate(CAPTIONS.items())
)
NAMES = tuple(scale.name for scale in SCALES)
DEEPEST = SCALES[-1].octave


def neighbours(octave: float) -> tuple[int, int, float]:
    """The names about ``octave``: the wider's index, the deeper's, and how far between, 0 to 1."""
    place = min(max(octave / STEP, 0.0), len(SCALES) - 1.0)
    wider = min(int(place), len(SCALES) - 2)
    return wider, wider + 1, place - wider
