"""``python -m zoomstack.farm.reel``, in an environment that has torch: ``render`` in parts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...headless.film.options import add_options
from ...setup.errors import ended, reported
from .options import add_part_options


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code, as ``zoomstack``'s own."""
    parser = argparse.ArgumentParser(prog="zoomstack render", description=__doc__)
    add_options(parser)
    add_part_options(parser)
    for name in ("--comfyui", "--python"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)

    def done() -> str:
        # Within: its imports take a while, and may be interrupted.
        from .run import report, report_over_ray

        return report_over_ray(options) if options.ray else report(options)

    said = "parts that are whole are kept; start it again to go on"
    return ended(lambda: reported(done, said))


if __name__ == "__main__":
    sys.exit(main())
