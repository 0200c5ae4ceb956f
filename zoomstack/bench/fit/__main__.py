"""``python -m zoomstack.bench.fit``, in an environment that has torch."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from ...setup.errors import BAD_INPUT, FAILED, INTERRUPTED, OK, interrupt
from .options import add_options


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code, as ``zoomstack``'s own."""
    parser = argparse.ArgumentParser(prog="zoomstack fit", description=__doc__)
    add_options(parser)
    parser.add_argument("--comfyui", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--base", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--python", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        from .run import report

        sys.stdout.write(report(options))
    except ValueError as error:
        sys.stderr.write(f"error: {error}\n")
        return BAD_INPUT
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was fitted by then is kept\n")
        return INTERRUPTED
    return OK


if __name__ == "__main__":
    sys.exit(main())
