"""`python -m providers.sandbox --port N`"""

import argparse
import asyncio
from pathlib import Path

from providers.sandbox.forker import Forker
from providers.sandbox.server import serve

parser = argparse.ArgumentParser(prog="python -m providers.sandbox", description="The provider sandbox.")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=9000, help="0: any free port")
parser.add_argument("--port-file", type=Path, help="write the port here once ready")
parser.add_argument("--speeches", type=Path, help="a folder of WAV files that calls may say on audio streams")
parser.add_argument("--dial-anywhere", action="store_true", help="fork audio to other machines too")

if __name__ == "__main__":
    options = parser.parse_args()
    forker = Forker(dial_anywhere=options.dial_anywhere, speech_folder=options.speeches)
    asyncio.run(serve(options.host, options.port, options.port_file, forker=forker))
