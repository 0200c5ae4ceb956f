"""``python3 -m zoomstack demo|run|test|setup|bench|train``: the pack without a graph."""

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
