"""``bench align``: how near pairs are found whose place is known, and how often wrongly."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from ...measure.align.align import align
from ..told.table import write
from ..work import cores
from .cases import SPOILT, case

CASES, SIDE = 200, 512
QUICK_CASES, QUICK_SIDE = 24, 256
RANGES = ((1.1, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 16.0))
AIMS = {"redrawn": (1.0, 0.5)}  # percent of the factor, pixels of the wider picture
AIM = (0.1, 0.1)
WRONG = 5.0  # percent, or pixels: farther off is another place
SHIFT = 7  # cases to the one whose deeper picture is sought where it is not


class Outcome(NamedTuple):
    """Of one case: errors in percent of the factor and in pixels of the wider picture."""

    spoilt: str
    zoom: float
    found: bool
    percent: float
    pixels: float
    confidence: float
    seconds: float
    stranger: float  # the confidence in which a picture was found that is not there; 0: not found


def report(options: argparse.Namespace) -> str:
    """Measure as many cases as the command line asks for; the table, and where it lies.

    The table grows with them, for a run that is stopped.
    """
    count = options.seeds or (QUICK_CASES if options.quick else CASES)
    side = options.size or (QUICK_SIDE if options.quick else SIDE)
    path = (options.out or Path("output") / "align") / "table.md"
    outcomes, text = list[Outcome](), ""
    with ProcessPoolExecutor(
        options.processes or cores(), get_context("spawn"), torch.set_num_threads, (1,)
    ) as pool:
        work = pool.map(partial(measured, side=side), range(count))
        for outcome in tqdm(work, total=count, unit="case"):
            outcomes.append(outcome)
            text = table(outcomes, side)
            write(path, text)
    return f"{text}\n{path}\n"


def measured(number: int, side: int) -> Outcome:
    """Case ``number``, given deepest first where that is odd; and with a stranger."""
    one = case(number, side)
    pair = [one.wider, one.deeper]
    started = time.process_time()
    found = align(pair[::-1] if number % 2 else pair)
    seconds = time.process_time() - started
    stranger = align([one.wider, case(number + SHIFT, side).deeper])
    sure = max(stranger.confidence, default=0.0)
    right_way = found.order == ((1, 0) if number % 2 else (0, 1))
    if not found.found:
        return Outcome(one.spoilt, one.zoom, False, np.nan, np.nan, 0.0, seconds, sure)
    off = np.abs(np.subtract(found.focus[0], one.focus)).max() * side if right_way else np.inf
    percent = 100 * abs(found.zooms[0] / one.zoom - 1) if right_way else np.inf
    return Outcome(
        one.spoilt, one.zoom, True, percent, float(off), found.confidence[0], seconds, sure
    )


def table(outcomes: Sequence[Outcome], side: int) -> str:
    """Markdown: a row for each way to spoil, and each range of factors."""
    head = "cases", "found", "within the aim", "factor, %", "95 %", "focus, px", "95 %", "wrong"
    rows = [["", *head], ["---", *["---:"] * len(head)]]
    for spoilt in SPOILT:
        rows.append([spoilt, *_numbers(outcomes, lambda o, s=spoilt: o.spoilt == s)])
    for least, most in RANGES:
        name = f"factors {least:g} to {most:g}, not redrawn"
        inside = partial(_inside, least=least, most=most)
        rows.append([name, *_numbers(outcomes, inside)])
    strangers = [outcome.stranger for outcome in outcomes]
    seconds = np.median([outcome.seconds for outcome in outcomes])
    return (
        "\n".join(f"| {' | '.join(row)} |" for row in rows)
        + f"\n\nPictures of {side} x {side}, JPEG at quality 60. Of {len(outcomes)} pictures that "
        f"are not there {sum(one > 0 for one in strangers)} were found. A pair takes "
        f"{seconds:.2f} s of one thread.\n"
    )


def _inside(outcome: Outcome, least: float, most: float) -> bool:
    return outcome.spoilt != "redrawn" and least <= outcome.zoom < most


def _numbers(outcomes: Sequence[Outcome], which: Callable[[Outcome], bool]) -> list[str]:
    chosen = [outcome for outcome in outcomes if which(outcome)]
    found = [outcome for outcome in chosen if outcome.found]
    if not found:
        return [str(len(chosen)), "0", *[""] * 5, "0"]
    wrong = [one for one in found if max(one.percent, one.pixels) > WRONG]
    aimed = [one for one in found if _aimed(one)]
    return [
        str(len(chosen)),
        str(len(found)),
        str(len(aimed)),
        *(
            f"{np.quantile([getattr(one, name) for one in found], share):.3f}"
            for name in ("percent", "pixels")
            for share in (0.5, 0.95)
        ),
        str(len(wrong)),
    ]


def _aimed(outcome: Outcome) -> bool:
    percent, pixels = AIMS.get(outcome.spoilt, AIM)
    return outcome.percent <= percent and outcome.pixels <= pixels
