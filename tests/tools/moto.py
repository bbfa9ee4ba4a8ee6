"""An S3 that nobody of this project wrote: moto's server, as a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SERVER = """
import logging, sys
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").disabled = True
s3 = s3_backends["123456789012"]["aws"]
s3.create_bucket("many", "us-east-1")
for number in range(2_500):
    s3.put_object("many", f"mail/2026/message number {number:04}.eml", b"")
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextmanager
def moto_server() -> Iterator[str]:
    """Its endpoint; every region of Telnyx is the same to it. A bucket "many" has 2,500 objects."""
    command = [sys.executable, "-W", "ignore", "-c", _SERVER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            host, port = process.stdout.readline().split()
            yield f"http://{host}:{port}"
        finally:
            process.kill()
