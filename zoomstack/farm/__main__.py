"""``python -m zoomstack.farm farm|run``, in an environment that has aiohttp and tqdm."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..headless.options import add_run_options
from ..setup.errors import ended, needing_packages
from .options import RUN, add_options


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line, as ``zoomstack``'s own; its exit code."""
    parser = argparse.ArgumentParser(prog="zoomstack")
    commands = parser.add_subparsers(dest="command", required=True)
    add_options(commands.add_parser("farm", allow_abbrev=False))
    run = commands.add_parser("run", allow_abbrev=False)
    add_run_options(run)
    run.set_defaults(**RUN)
    options = parser.parse_args(arguments)
    return ended(lambda: _do(options))


def _do(options: argparse.Namespace) -> int:
    with needing_packages():
        from .run import farm
    return farm(options)


if __name__ == "__main__":
    sys.exit(main())
