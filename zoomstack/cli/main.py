"""The command line, and what each way to end it means to a script.

Exit codes: 0 done; 1 the run failed; 2 an argument or the workflow cannot be used; 3 no server
answers; 130 interrupted. ``test`` ends with pytest's own.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ..bench.options import add_options as add_bench
from ..headless.run import Changes
from ..setup.console import complain, note, say
from ..setup.errors import FAILED, INTERRUPTED, OK, CommandError, interrupt
from ..train.options import add_options as add_train

PASSED_ON = ("bench", "train")  # their options are read again where they run


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; its exit code."""
    parser = _parser()
    words = sys.argv[1:] if arguments is None else [*arguments]
    options, rest = parser.parse_known_args(words)
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    # A service manager's or a runner's way to interrupt: the server is ours to stop then too.
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        return _do(options, words[1:] if options.command in PASSED_ON else rest)
    except KeyboardInterrupt:
        note("interrupted; nothing is left running")
        return INTERRUPTED
    except CommandError as error:
        complain(str(error))
        return error.code
    except OSError as error:
        complain(f"{error}; check that the disk has room and that the folder may be written to")
        return FAILED
    finally:
        signal.signal(signal.SIGTERM, before)


def _do(options: argparse.Namespace, rest: list[str]) -> int:
    # Here, so that one command's modules are no burden on the others.
    own = {"comfyui": options.comfyui, "python": options.python}
    if options.command == "test":
        from .testing import test

        return test([*rest[rest[:1] == ["--"] :]], **own)
    if options.command == "bench":
        from .bench import bench

        return bench(rest, **own)
    if options.command == "train":
        from .train import train

        return train(rest, **own)
    if options.command == "setup":
        from ..setup.host import demo_checkpoint, prepare

        host = prepare(**own)
        demo_checkpoint(host)
        say(f"ComfyUI  {host.comfyui}\nPython   {host.python}\nmodels   {host.base / 'models'}")
        return OK
    changes = Changes(options.set, options.prompts, getattr(options, "photo", None))
    if options.command == "demo":
        from .demo import demo

        demo(options.output, changes, **own)
        return OK
    from ..headless.run import run

    run(options.workflow, changes, options.output, server=options.server, **own)
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zoomstack",
        description="ZoomStack without a graph in front of one.",
        epilog=(__doc__ or "").partition("\n\n")[2],
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    where = _where()
    edits = _edits()

    def command(name: str, what: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        # Without abbreviations: pytest's --co is not the start of --comfyui.
        return commands.add_parser(
            name, parents=parents, help=what, description=what, allow_abbrev=False
        )

    command("demo", "make a zoom with the demo model", where, edits)
    command("test", "run all tests; what else is given goes to pytest", where)
    command("setup", "fetch and make what the others need", where)
    add_bench(command("bench", "measure the pack on the demo model", where))
    add_train(command("train", "train the demo model from nothing", where))
    run = command("run", "run a workflow, headless", where, edits)
    run.add_argument("workflow", type=Path, help="a workflow in API format (JSON)")
    run.add_argument("--photo", type=Path, metavar="FILE", help="a picture for the LoadImage node")
    run.add_argument("--server", metavar="URL", help="a ComfyUI that is running")
    return parser


def _where() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--comfyui", type=Path, metavar="PATH", help="your own ComfyUI's folder")
    options.add_argument("--python", type=Path, metavar="FILE", help="the Python that it runs in")
    return options


def _edits() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NODE.INPUT=VALUE",
        help="change an input; NODE is an id, a title or a class; may be given again",
    )
    options.add_argument(
        "--prompts", type=Path, metavar="FILE", help="a text file for the PromptLadder"
    )
    options.add_argument(
        "--output",
        type=Path,
        default=Path("output"),
        metavar="FOLDER",
        help="where the results go (output)",
    )
    return options
