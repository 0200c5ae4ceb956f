"""``python -m zoomstack.headless demo|run``, in an environment that has aiohttp and tqdm."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..setup.errors import ended, needing_packages
from .options import add_demo_options, add_run_options


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line, as ``zoomstack``'s own; its exit code."""
    parser = argparse.ArgumentParser(prog="zoomstack")
    commands = parser.add_subparsers(dest="command", required=True)
    add_demo_options(commands.add_parser("demo", allow_abbrev=False))
    add_run_options(commands.add_parser("run", allow_abbrev=False))
    options = parser.parse_args(arguments)
    return ended(lambda: _do(options))


def _do(options: argparse.Namespace) -> int:
    with needing_packages():
        from .run import demo, run
    return demo(options) if options.command == "demo" else run(options)


if __name__ == "__main__":
    sys.exit(main())
