"""Builds the Dockerfile where no image registry can be reached, and starts the image: scripts/image_trial

A Debian with its Python replaces the base image, under the same name; everything else is the Dockerfile unchanged. The
image is then started as an orchestrator would: as its own user without capabilities, on a read-only root, as process 1.
It has to become healthy, and to end on its stop signal.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BASE = "docker.io/library/python:3.11-slim"
DEBIAN = "bookworm"
"""The Debian release whose Python is 3.11."""
BASE_PACKAGES = "python3-venv,python3-pip,ca-certificates"
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
"""The certificates that this machine trusts, for a package registry behind a proxy."""
STARTS_SECS, ENDS_SECS = 30, 30
CONTAINED = """
set -eu
root=$1 user=$2; shift 2
ip link set lo up
mount --bind "$root" "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o "mode=0700,uid=$user,gid=$user" tmpfs "$root/data"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \
    env --ignore-environment "$@"
"""


class Buildah:
    """Buildah without a daemon, with its images in this directory."""

    def __init__(self, directory: Path) -> None:
        policy, registries = directory / "policy.json", directory / "registries.conf"
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        registries.write_text('unqualified-search-registries = ["docker.io"]')
        self._signed = ["--signature-policy", str(policy)]
        self._command = ["buildah", "--storage-driver", "vfs", "--root", f"{directory}/images"]
        self._command += ["--runroot", f"{directory}/run", "--registries-conf", str(registries)]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run([*self._command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def commit(self, container: str, name: str) -> None:
        self("commit", "--quiet", *self._signed, container, name)

    def build(self, name: str) -> None:
        options = ("--format", "docker", "--isolation", "chroot", "--pull-never")
        self("build", *options, *self._signed, "--tag", name, ".")


def main() -> None:
    if os.geteuid() != 0 or not all(map(shutil.which, ("buildah", "mmdebstrap", "ip", "uv"))):
        sys.exit("scripts/image_trial needs root, buildah, mmdebstrap, iproute2 and uv.")
    with tempfile.TemporaryDirectory() as directory:
        buildah = Buildah(Path(directory))
        make_base(buildah, Path(directory) / "base.tar")
        buildah.build("trial")
        image = json.loads(buildah("inspect", "--type", "image", "localhost/trial"))["Docker"]["config"]
        container = buildah("from", "--pull-never", "localhost/trial")
        run(Path(buildah("mount", container)), image)
    print("amd64: healthy as its own user in a root that it cannot write, and ended when told to")
    look_for_wheels("aarch64-manylinux_2_28")
    print("arm64: every dependency has a wheel")


def make_base(buildah: Buildah, archive: Path) -> None:
    """Make the image that replaces the base image."""
    options = ("--variant=apt", f"--include={BASE_PACKAGES}", "--dpkgopt=force-unsafe-io")
    subprocess.run(["mmdebstrap", "--quiet", *options, DEBIAN, str(archive)], check=True)
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, str(archive), "/")
    archive.unlink()
    root = Path(buildah("mount", container))
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    shutil.copy(TRUSTED, root / "usr/local/share/trusted.crt")
    buildah("config", "--env", "PIP_CERT=/usr/local/share/trusted.crt", container)
    buildah.commit(container, BASE)
    buildah("rm", container)


def run(root: Path, image: dict[str, Any]) -> None:
    """Start the image, check its health as the image defines it, and stop it.

    Raises CalledProcessError or TimeoutExpired if it is not healthy or does not end properly.
    """
    namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    contained = ["sh", "-c", CONTAINED, "sh", str(root), image["User"], *image["Env"]]
    with subprocess.Popen([*namespaces, *contained, *image["Entrypoint"], *image["Cmd"]]) as started:
        try:
            server = _only_child(started.pid)
            probe = image["Healthcheck"]["Test"][1:]
            into = ["nsenter", f"--target={server}", "--mount", "--net", "--pid", "chroot", str(root)]
            _healthy([*into, "env", "--ignore-environment", *image["Env"], *probe])
            os.kill(server, _signal(image))
            assert started.wait(ENDS_SECS) == 0
        finally:
            started.kill()


def _only_child(parent: int) -> int:
    until = time.monotonic() + STARTS_SECS
    while not (children := Path(f"/proc/{parent}/task/{parent}/children").read_text().split()):
        assert time.monotonic() < until
    return int(children[0])


def _healthy(probe: list[str]) -> None:
    until = time.monotonic() + STARTS_SECS
    while subprocess.run(probe, check=time.monotonic() > until, stderr=subprocess.DEVNULL).returncode != 0:
        time.sleep(0.5)


def _signal(image: dict[str, Any]) -> int:
    return signal.Signals[image.get("StopSignal") or "SIGTERM"]


def look_for_wheels(platform: str) -> None:
    """Check that all locked packages have wheels for another platform: the Dockerfile has no compiler."""
    with tempfile.TemporaryDirectory() as directory:
        options = ("--python-platform", platform, "--python-version", "3.11", "--only-binary", ":all:")
        lock = ("--require-hashes", "--requirement", "requirements.lock")
        subprocess.run(
            ["uv", "pip", "install", "--quiet", *options, *lock, "--target", directory], cwd=ROOT, check=True
        )


if __name__ == "__main__":
    main()
