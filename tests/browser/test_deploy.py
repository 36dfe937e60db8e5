"""The example configuration for a school server, with a real nginx, two processes of the app and a browser."""

import http.client
import os
import shlex
import signal
import sys
import time
from configparser import RawConfigParser
from contextlib import ExitStack

import pytest

from tests import proxy
from tests.browser.test_player import settled
from tests.server import ROOT, free_port, running_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(proxy.executable() is None, reason="no nginx: python -m tests.browser.provide brings one"),
]
UNIT = ROOT / "docs" / "deploy" / "optim_viz@.service"
FRAMES = "'self' http://lms.localhost:*"
SEATS = [f"seat{n}" for n in range(40)]  # all on one of two processes: one chance in 2^39
# Pages whose elements the race does not have, and what is drawn of them: a strip and drawn pixels, placed points.
PARTS = {"convolution": ".strip svg", "train?net.data=points": ".sheet .mark"}


@pytest.fixture(scope="module")
def unit():
    """The settings of the systemd unit."""
    read = RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment]
    read.read(UNIT, encoding="utf-8")
    return read["Service"]


@pytest.fixture(scope="module")
def apps(unit):
    """Two processes, started as the unit starts them."""
    with ExitStack() as stack:
        started = []
        for port in (free_port(), free_port()):
            command = shlex.split(unit["ExecStart"].replace("%i", str(port)))
            assert command[0] == f"{unit['WorkingDirectory']}/.venv/bin/python"
            given = dict(pair.split("=") for pair in unit["Environment"].split() if not pair.startswith("HOME"))
            running = running_app(port=port, env=given, command=[sys.executable, *command[1:]])
            started.append(stack.enter_context(running))
        yield started


@pytest.fixture(scope="module")
def site(apps):
    """nginx in front of both."""
    with proxy.proxied([app.port for app in apps], FRAMES) as one:
        yield one


def get(site, path="/", seat=""):
    """Status and headers (a list of pairs) of an answer, as a browser with this seat asks."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        connection.request("GET", path, headers={"Cookie": f"optim_viz={seat}"} if seat else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheaders()
    finally:
        connection.close()


def noted(site, told):
    """Wait until nginx, which notes a request after it has answered, has noted it."""
    end = time.monotonic() + 10
    while not told(site.seen()):
        assert time.monotonic() < end, "nginx did not note it"
        time.sleep(0.02)


def by(site, **which):
    """The apps that answered the requests with these properties."""
    return {one["by"] for one in site.seen() if one["by"] and all(one[key] == value for key, value in which.items())}


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/_stcore/health", 200), ("/media/nothing.png", 404)])
def test_headers(site, path, status):
    """Every answer forbids inline scripts, other hosts, guessing of types and frames of strangers, once each."""
    found, headers = get(site, path)
    named = {name.lower(): [value for key, value in headers if key.lower() == name.lower()] for name, _ in headers}
    assert found == status
    [policy] = named["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == rules["object-src"] == ["'none'"]
    assert rules["frame-ancestors"] == FRAMES.split()
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:", "*"} & set(rules["script-src"])
    assert not [source for sources in rules.values() for source in sources if "//" in source and "lms" not in source]
    assert "nosniff" in named["x-content-type-options"]
    assert named["referrer-policy"] == ["same-origin"]
    assert "/" not in named["server"][0]  # no version


def test_the_shipped_file_frames_nobody_else():
    """Unchanged, only the server's own pages may show the app in a frame."""
    assert "\"'self'\";" in proxy.SHIPPED.read_text(encoding="utf-8").partition("$frames {")[2].partition("}")[0]


def test_a_browser_keeps_its_process(site, apps):
    """A newcomer gets a seat once; with it every request goes to one process, and the seats fill both."""
    fresh = [value for name, value in get(site)[1] if name.lower() == "set-cookie" and "optim_viz=" in value]
    assert len(fresh) == 1
    assert "HttpOnly; SameSite=Lax" in fresh[0]
    for seat in [seat for seat in SEATS for _ in range(2)]:
        status, headers = get(site, "/_stcore/health", seat)
        assert status == 200
        assert not [value for name, value in headers if "optim_viz=" in value]
    noted(site, lambda seen: sum(one["seat"] in SEATS for one in seen) == 2 * len(SEATS))
    homes = [by(site, seat=seat) for seat in SEATS]
    assert all(len(home) == 1 for home in homes)
    assert set().union(*homes) == {f"127.0.0.1:{app.port}" for app in apps}


def test_pages_work_under_the_policy(new_page, site):
    """By its name, through nginx: pages are drawn and played, a file is uploaded, all of it served by one process."""
    page = new_page(1280, 900)
    home = f"http://optim.localhost:{site.port}"
    page.goto(f"{home}/?view=3d")
    settled(page)
    page.locator(".js-plotly-plot canvas").first.wait_for()
    for name, drawn in PARTS.items():
        page.goto(f"{home}/{name}")
        page.locator(drawn).first.wait_for()
    page.goto(f"{home}/runs")
    page.get_by_role("button", name="Open a file of runs").click()
    page.locator("input[type=file]").set_input_files({"name": "runs.json", "mimeType": "", "buffer": b"no runs"})
    page.get_by_text("This is no file of runs").first.wait_for()
    [seat] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "optim_viz"]
    page.goto("about:blank")  # closes the websocket, which is noted then
    noted(site, lambda seen: any(one["seat"] == seat and one["status"] == "101" for one in seen))
    assert len(by(site, seat=seat)) == 1


def test_only_a_named_site_shows_it_in_a_frame(browser, site):
    """A page of the site in $frames shows the app, playing and without navigation; a page of another shows nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"http://lms.localhost:{site.port}/")
    shown = page.frame_locator("iframe")
    shown.locator(".optim-viz canvas").wait_for()
    assert not shown.get_by_text("Networks", exact=True).first.is_visible()
    page.goto(f"http://other.localhost:{site.port}/")
    page.wait_for_function("frames.length === 1")
    assert page.frames[1].url.startswith("chrome-error:")
    context.close()
    noted(site, lambda seen: any(one["seat"] == "" and one["status"] == "101" for one in seen))
    assert len(by(site, seat="")) == 1  # a frame on another site gets no cookie: its address keeps it in one process


def test_the_others_take_over(site, apps):
    """When a process is gone, its people come to the one that is left."""
    os.kill(apps[0].pid, signal.SIGKILL)
    answers = [get(site, "/_stcore/health", seat)[0] for seat in SEATS]
    assert answers == [200] * len(SEATS)
