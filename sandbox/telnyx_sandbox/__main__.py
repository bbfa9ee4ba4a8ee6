"""`python -m telnyx_sandbox`: runs the sandbox as a process of its own."""

import argparse
import math
import sys

from .server import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m telnyx_sandbox", description="A local Telnyx API with state.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="sandbox seconds per second (default: 1)")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin closes")
    parser.add_argument("--idle-secs", type=float, default=math.inf, help="end after so long without a request")
    options = parser.parse_args()
    try:
        run(
            options.host,
            options.port,
            speed=options.speed,
            with_parent=options.with_parent,
            idle_secs=options.idle_secs,
        )
    except OSError as error:
        sys.exit(f"{parser.prog}: {error.strerror}")


if __name__ == "__main__":
    main()
