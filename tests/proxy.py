"""nginx with the configuration of docs/deploy in front of apps on this machine."""

import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server import ROOT, free_port

SHIPPED = ROOT / "docs" / "deploy" / "nginx.conf"
OURS = Path(sys.prefix) / "nginx"  # where it is unpacked when the machine has none
AROUND = """
daemon off;
pid {place}/pid;
error_log {place}/errors;
{user}
events {{}}
http {{
    log_format seats escape=json '{{"seat": "$cookie_optim_viz", "by": "$upstream_addr", "path": "$uri",'
        '"status": "$status"}}';
    access_log {place}/seen seats;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    include {place}/site.conf;
    server {{
        listen 127.0.0.1:{port};
        server_name lms.localhost other.localhost;
        location / {{
            default_type text/html;
            return 200 "<!DOCTYPE html><title>lesson</title>
                <iframe src='http://optim.localhost:{port}/?embed=true' width=1200 height=900></iframe>";
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its port, and the file in which it notes who answered what."""

    port: int
    notes: Path

    def seen(self) -> list[dict[str, str]]:
        """The requests that are over: `seat` (the cookie), `by` (the app's address), `path`, `status`."""
        return [json.loads(line) for line in self.notes.read_text(encoding="utf-8").splitlines()]


def executable() -> str | None:
    """Path of an nginx that runs here; None where there is none."""
    places = (os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", str(OURS / "usr" / "sbin"))
    found = shutil.which("nginx", path=os.pathsep.join(places))
    return found if found and _done(found, "-v") else None


def provide() -> None:
    """Unpack Debian's package into the Python environment: nothing is installed, and no service starts."""
    if executable() or not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    with tempfile.TemporaryDirectory() as folder:
        fetch = ("apt-get", "download", "-q", "nginx")
        if not _done(*fetch, cwd=folder) and _done(*sudo, "apt-get", "update", "-q"):
            _done(*fetch, cwd=folder)
        for package in Path(folder).glob("*.deb"):
            _done("dpkg-deb", "-x", str(package), str(OURS))


def _done(*command: str, cwd: str | None = None) -> bool:
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, timeout=300, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def proxied(apps: Sequence[int], frames: str) -> Iterator[Proxy]:
    """The shipped configuration on a free port, before apps on these ports; `frames` may show it in a frame.

    Pages of lms.localhost and other.localhost hold such a frame.
    """
    nginx = executable()
    assert nginx, "no nginx"
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        (place / "site.conf").write_text(_site(port, apps, frames), encoding="utf-8")
        (place / "nginx.conf").write_text(AROUND.format(place=place, port=port, user=user), encoding="utf-8")
        process = subprocess.Popen([nginx, "-c", str(place / "nginx.conf"), "-e", str(place / "errors")])
        try:
            _listening(process, port, place / "errors")
            yield Proxy(port, place / "seen")
        finally:
            process.terminate()
            process.wait(10)


def _site(port: int, apps: Sequence[int], frames: str) -> str:
    """What is shipped, with what its reader is told to change."""
    text = SHIPPED.read_text(encoding="utf-8")
    servers = "\n".join(f"    server 127.0.0.1:{app};" for app in apps)
    changes = (
        (r"listen 80;", f"listen 127.0.0.1:{port};"),
        (r"default \"'self'\";", f'default "{frames}";'),
        (r"(    server 127\.0\.0\.1:\d+;\n?)+", f"{servers}\n"),
    )
    for what, by in changes:
        text, count = re.subn(what, by, text)
        assert count == 1, f"{SHIPPED.name} has {count} × {what}"
    return text


def _listening(process: subprocess.Popen[bytes], port: int, errors: Path) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start:\n{errors.read_text(encoding='utf-8')}")
