"""The container's recipe: what goes in, who runs it, and how it tells that it is well."""

import json
import re
import subprocess
import sys

import pytest

from tests.server import ROOT, free_port, running_app

RECIPE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LINES = [line.split(maxsplit=1) for line in RECIPE.splitlines() if line and not line.startswith("#")]


def said(word: str) -> list[str]:
    """What follows each instruction of this name."""
    return [rest.strip() for name, rest in LINES if name == word]


def test_it_runs_as_nobody_special():
    """The last user is not root and owns nothing that is copied; the app starts after that."""
    names = [name for name, _ in LINES]
    assert said("USER") == ["optim_viz"]
    assert names.index("USER") > max(k for k, name in enumerate(names) if name in ("RUN", "COPY"))
    assert "--chown" not in RECIPE


def test_only_what_the_app_needs_goes_in():
    """Everything copied is there and is let through by .dockerignore, which keeps out all else; no compiler is used."""
    listed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in listed if line and not line.startswith("#")]
    assert patterns[0] == "*"
    through = {line[1:] for line in patterns if line.startswith("!")}
    copied = {source for line in said("COPY") for source in line.split()[:-1]}
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert copied - through == {".streamlit"}  # of which only config.toml: secrets stay outside
    assert through - copied == {".streamlit/config.toml"}
    install = next(line for line in said("RUN") if "pip install" in line)
    assert re.search(r"--only-binary :all: -r requirements\.txt$", install)
    assert "apt-get" not in RECIPE


@pytest.fixture(scope="module")
def health() -> str:
    """The program by which the container asks itself whether it is well."""
    command = json.loads(said("HEALTHCHECK")[0].partition("CMD")[2])
    assert command[:2] == ["python", "-c"]
    return command[2]


def test_its_health(health):
    """The check passes beside a running app, also where a proxy is set, and fails where nothing listens."""
    started = json.loads(said("CMD")[0])
    port = next(word.partition("=")[2] for word in started if word.startswith("--server.port"))
    assert f":{port}/_stcore/health'" in health  # any other path is answered with the app's page
    assert said("EXPOSE") == [port]

    def ask(other: int) -> int:
        program = health.replace(f":{port}/", f":{other}/")
        given = {"http_proxy": f"http://127.0.0.1:{free_port()}"}
        return subprocess.run([sys.executable, "-c", program], env=given, capture_output=True).returncode

    with running_app() as app:
        assert ask(app.port) == 0
    assert ask(free_port()) != 0
