"""``python -m zoomstack.bench``, in an environment that has torch."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from ..setup.errors import reported
from .comparison import Comparison
from .model.demo import DemoModel, weights
from .model.settings import FULL, FULL_SEEDS, QUICK, QUICK_SEEDS, Settings
from .options import add_options
from .stamp import stamp
from .told.explained import report
from .told.table import write
from .work import cores
from .zooms.methods import chosen_methods
from .zooms.operators import Operators
from .zooms.reworked import REWORKED, Reworked, chosen
from .zooms.rows import ROWS, Row, grid


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code, as ``zoomstack``'s own."""
    parser = argparse.ArgumentParser(prog="zoomstack bench", description=__doc__)
    add_options(parser)
    parser.add_argument("--comfyui", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--python", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    work = COMMANDS.get(options.what, compared)
    return reported(lambda: work(options), "the same command goes on where it was")


def compared(options: argparse.Namespace) -> str:
    """Compare rows, of couplings or of methods; the report, and where it lies."""
    methods = options.what == "methods"
    if methods and options.grid:
        raise ValueError("bench methods has no grid; choose among its methods with --rows.")
    comparison = Comparison(
        chosen_methods(options.rows) if methods else chosen_rows(options.rows, options.grid),
        options.seeds or (QUICK_SEEDS if options.quick else FULL_SEEDS),
        chosen_settings(options),
        options.out or Path("output") / options.what,
        stamp(weights()),
    )
    load = partial(DemoModel, options.comfyui, options.device)
    # A GPU is busy with one process; a core likes one thread.
    processes = options.processes or (cores() if options.device == "cpu" else 1)
    results = comparison.work(load, processes)
    return f"{comparison.report(results, options.sheet_seed)}\n{comparison.folder}\n"


def operators(options: argparse.Namespace) -> str:
    """The table of ``bench operators``, and where it lies."""
    # One thread is what the processes of `quality` have, and on a busy machine the fastest.
    torch.set_num_threads(options.processes or 1)
    path = (options.out or Path("output") / "operators") / "table.md"
    text = report(Operators(DemoModel(options.comfyui, options.device)))
    write(path, text)
    return f"{text}\n{path}\n"


def measured(options: argparse.Namespace) -> str:
    """The table of ``bench speed`` or ``bench memory``, and where it lies."""
    from .speed.run import report  # here, so that the other benchmarks do without it

    return report(options)


def spaces(options: argparse.Namespace) -> str:
    """The tables of ``bench space``, and where they lie."""
    from .space.run import report  # here, for it comes with a ComfyUI

    return report(options)


def aligned(options: argparse.Namespace) -> str:
    """The table of ``bench align``, and where it lies."""
    from .align.measured import report  # here, so that the other benchmarks do without it

    return report(options)


COMMANDS = {
    "operators": operators,
    "space": spaces,
    "align": aligned,
    "speed": measured,
    "memory": measured,
}


def chosen_rows(specs: list[str] | None, axes: str | None) -> list[Row | Reworked]:
    """The rows of ``--rows`` and ``--grid``, in that order; all where neither is given."""
    rows = [*map(chosen, specs or ()), *(grid(axes) if axes else ())]
    return list(dict.fromkeys(rows)) or [*ROWS, *REWORKED]


def chosen_settings(options: argparse.Namespace) -> Settings:
    """``--quick``'s or the full settings, with what was given for itself."""
    base = asdict(QUICK if options.quick else FULL)
    given = {name: getattr(options, name, None) for name in base}
    return Settings(**{name: given[name] or base[name] for name in base})


if __name__ == "__main__":
    sys.exit(main())
