"""`python -m providers.sandbox --port N`"""

import argparse
import asyncio
from pathlib import Path

from providers.sandbox.server import serve

parser = argparse.ArgumentParser(prog="python -m providers.sandbox", description="The provider sandbox.")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=9000, help="0: any free port")
parser.add_argument("--port-file", type=Path, help="write the port here once ready")

if __name__ == "__main__":
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port, options.port_file))
