"""What ``farm`` takes on a command line, and what is wrong with it before anything is fetched.

Standard library only. ``run`` of a jobs file is a farm too, and has ``run``'s own options.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..headless.options import (
    RUNS,
    add_arguments_option,
    add_host_options,
    add_output_option,
    add_server_option,
    check_places,
)
from ..setup.errors import BadInput
from .jobs import Jobs, read_jobs


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``farm``."""
    add_host_options(parser, RUNS)
    parser.add_argument("workflow", type=Path, metavar="JOBS", help="a jobs file (TOML or CSV)")
    add_server_option(parser)
    add_arguments_option(parser)
    add_output_option(parser)
    parser.add_argument(
        "--retry",
        action="store_true",
        help="try those again that failed before for their own reasons",
    )


def checked(options: argparse.Namespace) -> Jobs:
    """The jobs of the file; ``BadInput`` for whatever no farm could do as it stands."""
    servers = options.server or []
    check_places(options)
    if len({url.rstrip("/") for url in servers}) < len(servers):
        raise BadInput("two --server are the same; a server makes one zoom at a time: give it once")
    for name in ("set", "prompts", "photo"):
        if getattr(options, name, None):
            raise BadInput(
                f"--{name} is for one workflow; write what all jobs share at the top of "
                f"{options.workflow}"
            )
    return read_jobs(options.workflow)
