"""``python3 -m zoomstack demo|run|test|setup|bench|fit|train``: the pack without a graph."""

import sys

if not __package__:  # started by its path, from whatever folder: python3 there/zoomstack run
    from pathlib import Path
    from runpy import run_module

    sys.path[0] = str(Path(__file__).resolve().parents[1])
    run_module("zoomstack", run_name="__main__", alter_sys=True)
else:
    from .cli.main import main

    if __name__ == "__main__":
        sys.exit(main())
