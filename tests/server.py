"""The app in a process of its own, on a free loopback port, for as long as a `with` block lasts."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Server:
    """A running app: its address, its process id and its port."""

    url: str
    pid: int
    port: int


@contextmanager
def running_app(
    script: str = "app.py",
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    cpu: int | None = None,
    python: str = sys.executable,
    command: Sequence[str] = (),
) -> Iterator[Server]:
    """Serve `script` from `cwd` (the repository by default), pinned to core `cpu` where the system can pin.

    `env` is added to the environment; `command` is run instead of the usual one, and listens on `port`. Raises
    RuntimeError with the end of the server's output when the app does not become healthy in time.
    """
    port = port or free_port()
    with tempfile.TemporaryFile() as output:
        with _pinned(cpu):
            process = subprocess.Popen(
                command or [python, "-m", "streamlit", "run", script, *_settings(port)],
                cwd=cwd or ROOT,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid, port)
            if not _healthy(server, process):
                raise RuntimeError(f"The app did not start (exit {process.poll()}):\n{_tail(output)}")
            yield server
        finally:
            _stop(process)


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _settings(port: int) -> list[str]:
    return [
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    ]


@contextmanager
def _pinned(cpu: int | None) -> Iterator[None]:
    """Let children start on one core: they inherit the affinity, so no thread of theirs escapes it."""
    if cpu is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _healthy(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the app answers; False when it has ended or the time is up."""
    # A proxy set in the environment must not see loopback requests.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return process.poll() is None
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    return False


def _tail(output, size: int = 4000) -> str:
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - size))
    return output.read().decode(errors="replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything it started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing of it is left
