"""What is measured of one job, as it is kept in a line of JSON."""

from __future__ import annotations

from typing import TypedDict


class OfSome(TypedDict, total=False):
    """Of some rows alone."""

    photo: float  # the widest level of the film against the photo, dB
    photo_coded: float  # what the autoencoder makes of it by itself, which bounds the former
    lines: list[float]  # agreement as below, of levels that are no bridges, with the next such one
    along_detail: list[float]  # detail as below, of the film at every octave on its way
    along_right: list[bool]  # and whether the classifier sees there what the world has there
    made: int  # the one level that was made, which alone counts


class Measured(OfSome):
    """The numbers of a zoom of N levels, widest first; of N - 1 pairs where levels are compared."""

    octaves: list[float]  # each level's magnification in the world
    prompts: list[str]
    seen: list[int]  # the scale that the classifier holds likeliest
    right: list[bool]  # whether that is one that the level lies at or between
    log_probability: list[float]  # of those scales together
    agreement: list[float]  # dB, before levels met a last time, of each pair
    bands: list[list[float]]  # the same by octave, the finest first; empty where no pixel shows it
    frame: list[float]  # how visible each child's border is in its parent: 1 is not at all
    film_frame: list[float]  # the same in the stack that a film shows
    detail: list[float]  # standard deviation of each level's two finest octaves
    film_detail: list[float]  # the same in the stack that a film shows
    colour: list[list[float]]  # mean L*, a*, b* of each level
    seconds: float


class Finding(Measured):
    """What was measured of one job, and of which."""

    key: str
    row: str
    seed: int
