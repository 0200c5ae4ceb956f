"""``python -m zoomstack.bench.align``, in an environment that has torch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...setup.errors import reported
from .options import add_options


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code, as ``zoomstack``'s own."""
    parser = argparse.ArgumentParser(prog="zoomstack align", description=__doc__)
    add_options(parser)
    parser.add_argument("--comfyui", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--python", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)

    def aligned() -> str:
        from .run import report  # within: its imports take a while, and may be interrupted

        return report(options)

    return reported(aligned, "nothing was written")


if __name__ == "__main__":
    sys.exit(main())
