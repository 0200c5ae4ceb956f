"""A run of ``bench speed`` or ``bench memory``: row after row, and a table that grows with them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from tqdm import tqdm

from ..told.table import write
from .line import Line, comma_separated, markdown
from .machine import machine
from .menu import MEMORY, SPEED, Row, chosen
from .settings import FULL, GPU_SAMPLED, QUICK, Bench


def report(options: argparse.Namespace) -> str:
    """Do the rows that the command line asks for; the table, and where it lies."""
    if options.grid or options.seeds:
        raise ValueError(f"bench {options.what} has no grid and no seeds; choose with --rows.")
    # One thread is what a busy machine disturbs least, and the ratios are of work like for like.
    torch.set_num_threads(options.processes or 1)
    menu = chosen(options.rows, SPEED if options.what == "speed" else MEMORY)
    folder = options.out or Path("output") / options.what
    return f"{measured(menu, settings(options), folder)}\n{folder}\n"


def measured(menu: dict[str, Row], bench: Bench, folder: Path) -> str:
    """The table of these rows; after each of them it is on the disk for a run that is stopped."""
    about, lines = machine(bench.device), list[Line]()
    text = ""
    with tqdm(menu.items(), unit="row") as bar:
        for name, row in bar:
            bar.set_postfix_str(name)
            lines += row(bench)
            text = f"{about}; median (quartiles).\n\n{markdown(lines)}"
            write(folder / "table.md", text)
            write(folder / "table.csv", comma_separated(lines, about))
    return text


def settings(options: argparse.Namespace) -> Bench:
    """The sizes of the device, and ``--quick``'s or the full ones, with what was given."""
    device = torch.device(options.device)
    sizes = QUICK if options.quick else FULL
    if device.type != "cpu":
        sizes = replace(sizes, sampled=GPU_SAMPLED[options.model])
    given = {"sampled": options.size, "levels": options.levels, "steps": options.steps}
    sizes = replace(sizes, **{name: value for name, value in given.items() if value})
    return Bench(sizes, options.comfyui, device, options.model)
