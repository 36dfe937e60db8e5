"""A rehearsal of Streamlit Cloud and of the container: run-time requirements alone, 1 GiB, every page, many people."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.load.session import Session
from tests.server import ROOT, Server, free_port, running_app
from tests.test_deploy import said

MEMORY = 1 << 30  # bytes: what Streamlit Cloud gives an app
PEOPLE = 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux's, and so is Streamlit Cloud"),
    pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no git checkout"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The folder /app and the Python of the container: what a push would bring, less what the Dockerfile leaves out."""
    place = tmp_path_factory.mktemp("cloud")
    copy_repository(place / "pushed")
    for *sources, target in map(str.split, said("COPY")):
        for source in sources:
            pushed, to = place / "pushed" / source, place / "app" / target
            if pushed.is_dir():
                shutil.copytree(pushed, to)
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy2(pushed, to)
    return place / "app", fresh_venv(place / "venv", place / "app" / "requirements.txt")


@pytest.fixture(scope="module")
def cloud(image):
    """The app as the container starts it, with the memory limit of Streamlit Cloud, which brings more files."""
    folder, python = image
    port = free_port()
    command = [python, *json.loads(said("CMD")[0])[1:], f"--server.port={port}", "--server.address=127.0.0.1"]
    outside = {"HOME": str(folder.parent), "PYTHONPATH": ""}
    with running_app(port=port, env=outside, cwd=folder, command=list(map(str, command))) as server:
        # RLIMIT_DATA counts what the process may write to, threads' stacks included, but not mapped libraries:
        # nearer to a container's limit than RLIMIT_AS, and open to everybody, unlike a cgroup.
        psutil.Process(server.pid).rlimit(psutil.RLIMIT_DATA, (MEMORY, MEMORY))
        yield server


def copy_repository(target: Path) -> None:
    """Copy what a push would bring: tracked files and new ones that are not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():  # a deleted file stays listed until the deletion is committed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def fresh_venv(target: Path, requirements: Path) -> Path:
    """Make a venv with the requirements and nothing else, not even pip; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", target], check=True)
    python = target / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "--no-compile", "-r", requirements]  # compiling what is never imported takes most of the time
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, f"pip install -r requirements.txt failed:\n{done.stdout}{done.stderr}"
    return python


async def visit_all(url: str) -> dict[str, list[str]]:
    """Open every page of the navigation by its own link, in a session of its own; return what went wrong on each."""
    async with await Session.open(url) as first:
        paths = [page.path for page in first.pages] or [""]
    wrong = {}
    for path in paths:
        async with await Session.open(url, page=path) as session:
            wrong[path] = session.exceptions + ([] if session.finished == 0 else ["the script did not finish"])
            if not session.texts:
                wrong[path].append("an empty page")
    return wrong


def test_every_page_opens(cloud: Server):
    """With requirements.txt alone, each page's own link shows that page, whole, and without an exception."""
    wrong = asyncio.run(visit_all(cloud.url))
    assert not {path: errors for path, errors in wrong.items() if errors}


def test_a_wrong_link_is_noticed(cloud: Server):
    """A link to a page that does not exist says so, which is what tells the pages above from it."""

    async def failures() -> list[str]:
        async with await Session.open(cloud.url, page="nowhere") as session:
            return session.exceptions

    assert [text.partition(":")[0] for text in asyncio.run(failures())] == ["page not found"]


async def together(url: str) -> list[Session]:
    """Open the default page for PEOPLE people at once, English and Korean in turn."""
    queries = [f"lang={'en' if i % 2 == 0 else 'ko'}" for i in range(PEOPLE)]
    sessions = await asyncio.gather(*(Session.open(url, query, locale="fr-FR") for query in queries))
    await asyncio.gather(*(session.rerun() for session in sessions))
    await asyncio.gather(*(session.close() for session in sessions))
    return list(sessions)


def test_languages_do_not_leak(cloud: Server):
    """People who read at the same time, in two languages, each get their own language and no exception."""
    sessions = asyncio.run(together(cloud.url))
    assert [s.exceptions for s in sessions] == [[]] * PEOPLE
    english, korean = sessions[0].texts, sessions[1].texts
    assert english != korean
    for number, session in enumerate(sessions):
        assert session.texts == (korean if number % 2 else english)


def test_the_package_knows_its_version(image):
    """Files that are not modules have come along, too."""
    folder, python = image
    code = "from optim_viz.export.record import version; print(version())"
    out = subprocess.run([python, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert f'version = "{out.stdout.strip()}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_memory_stays_below_the_limit(cloud: Server):
    """After all of this the server's peak resident memory is below 1 GiB."""
    status = Path(f"/proc/{cloud.pid}/status").read_text().splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    assert peak < MEMORY
