"""Finds a Chromium and an nginx for the browser tests, or brings them: `python -m tests.browser.provide`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import proxy

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
MISSING = (
    "No browser for the browser tests: Playwright's Chromium could not be downloaded, and neither Chromium nor "
    "Chrome is installed. Install one (on Debian: apt install chromium) and run make test again."
)


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def installed() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None) or next(filter(os.path.exists, PLACES), None)


def executable() -> str:
    """Path of the browser to drive; raises RuntimeError with a plain sentence when there is none."""
    found = playwrights_own() or installed()
    if not found:
        raise RuntimeError(MISSING)
    return found


def _quietly(*command: str, timeout: int) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=timeout, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _debian(*packages: str) -> bool:
    if not shutil.which("apt-get"):
        return False
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    _quietly(*sudo, "apt-get", "update", "-q", timeout=300)
    return _quietly(*sudo, "apt-get", "install", "-y", "-q", *packages, timeout=900)


def _korean_font() -> bool:
    listed = (
        subprocess.run(["fc-list", ":lang=ko"], capture_output=True, check=False) if shutil.which("fc-list") else None
    )
    return listed is None or bool(listed.stdout.strip())


def main() -> int:
    if not playwrights_own() and not _quietly(sys.executable, "-m", "playwright", "install", "chromium", timeout=300):
        installed() or _debian("chromium")
    if not _korean_font():  # without one, Korean screenshots show empty boxes
        _debian("fonts-nanum")
    proxy.provide()
    try:
        print(f"Browser: {executable()}")
    except RuntimeError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
