"""``python3 -m zoomstack demo|test|run|setup``: the pack without a graph in front of one."""

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
