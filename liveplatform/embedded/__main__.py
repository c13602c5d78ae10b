"""`python -m liveplatform.embedded start|stop VAR`: start or stop the servers of a data directory."""

import sys
from pathlib import Path

from liveplatform.embedded.servers import ensure, stop

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["start", var]:
            ensure(Path(var))
        case ["stop", var]:
            stop(Path(var))
        case _:
            sys.exit(__doc__)
