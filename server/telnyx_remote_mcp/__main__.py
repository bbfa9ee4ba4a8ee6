"""`python -m telnyx_remote_mcp`: the same as `telnyx-mcp-server`."""

import sys

from telnyx_remote_mcp.cli import main

if __name__ == "__main__":
    sys.exit(main())
