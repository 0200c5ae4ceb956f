"""The command line, and what each way to end it means to a script.

Exit codes: 0 done; 1 the run failed; 2 an argument or the workflow cannot be used; 3 no server
answers; 130 interrupted. ``test`` ends with pytest's own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..bench.align.options import add_options as add_align_options
from ..bench.fit.options import add_options as add_fit_options
from ..bench.options import add_options as add_bench_options
from ..farm.options import add_options as add_farm_options
from ..farm.reel.options import add_part_options, in_parts
from ..headless.film.options import add_options as add_film_options
from ..headless.options import add_demo_options, add_host_options, add_run_options
from ..setup.errors import ended
from ..train.options import add_options as add_train_options


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; its exit code."""
    parser = _parser()
    words = sys.argv[1:] if arguments is None else [*arguments]
    options, rest = parser.parse_known_args(words)
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return ended(lambda: _do(options, words, rest))


def _do(options: argparse.Namespace, words: Sequence[str], rest: Sequence[str]) -> int:
    # Here, so that one command's modules are no burden on the others. What goes on in an
    # environment is given its words again.
    own = {"comfyui": options.comfyui, "python": options.python}
    if options.command in ("demo", "run"):
        from .run import run

        return run(options, words)
    if options.command == "farm":
        from .farm import farm

        return farm(options, words)
    if options.command == "align":
        from .align import align

        return align(words[1:], **own)
    if options.command == "bench":
        from .bench import bench

        return bench(words[1:], **own)
    if options.command == "fit":
        from .fit import fit

        return fit(words[1:], **own)
    if options.command == "train":
        from .train import train

        return train(words[1:], **own)
    if options.command == "render":
        from .render import render

        how = {"in_parts": in_parts(options), "over_ray": bool(options.ray)}
        return render(words[1:], **how, **own)
    if options.command == "test":
        from .testing import test

        return test([*rest[rest[:1] == ["--"] :]], **own)
    from .setup import setup

    return setup(**own)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zoomstack",
        description="ZoomStack without a graph in front of one.",
        epilog=(__doc__ or "").partition("\n\n")[2],
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, what: str) -> argparse.ArgumentParser:
        # Without abbreviations: pytest's --co is not the start of --comfyui.
        return commands.add_parser(name, help=what, description=what, allow_abbrev=False)

    add_demo_options(command("demo", "make a zoom with the demo model"))
    test = command("test", "run all tests; what else is given goes to pytest")
    add_host_options(test, "the ComfyUI to test with; its models, packs and folders are not used")
    align = command("align", "find how the pictures in a folder zoom into each other")
    add_host_options(align, "the ComfyUI whose environment is taken; nothing else of it is used")
    add_align_options(align)
    setup = command("setup", "fetch and make what the others need")
    add_host_options(setup, "your own ComfyUI's folder, so that none is fetched")
    bench = command("bench", "measure the pack on the demo model")
    add_host_options(bench, "the ComfyUI to measure with; space finds a --vae among its models")
    add_bench_options(bench)
    fit = command("fit", "fit operators to a VAE on your own pictures")
    add_host_options(
        fit, "your own ComfyUI's folder: its models have the --vae, its nodes find the fit"
    )
    add_fit_options(fit)
    train = command("train", "train the demo model from nothing")
    add_host_options(train, "the ComfyUI whose tokenizer reads the captions")
    add_train_options(train)
    farm = command("farm", "make the zooms of a jobs file, on many machines")
    add_farm_options(farm)
    film = command("render", "render any part of a film from a saved stack")
    add_host_options(film, "your own ComfyUI's folder, whose environment renders")
    add_film_options(film)
    add_part_options(film)
    add_run_options(command("run", "run a workflow, headless"))
    return parser
