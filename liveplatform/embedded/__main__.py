"""`python -m liveplatform.embedded start|stop VAR`: the servers of a data directory, by hand."""

import sys
from pathlib import Path

from liveplatform.embedded.both import ensure, stop

COMMANDS = {"start": ensure, "stop": stop}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](Path(sys.argv[2]))
