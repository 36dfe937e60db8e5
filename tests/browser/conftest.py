"""A real browser, pages that must stay silent, and apps in processes of their own."""

from collections import defaultdict
from contextlib import ExitStack

import pytest

from tests.browser.provide import executable
from tests.server import running_app


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests; without one they fail with a sentence that says what to do."""
    from playwright.sync_api import sync_playwright

    try:
        path = executable()
    except RuntimeError as missing:
        pytest.fail(str(missing), pytrace=False)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--enable-precise-memory-info"]
        driven = playwright.chromium.launch(executable_path=path, args=arguments)
        yield driven
        driven.close()


FORGET = "() => { try { localStorage.clear(); sessionStorage.clear(); } catch { /* a page that has none */ } }"


def ours(message) -> bool:
    """Whether a line on the console is an error of the page, and not of the network between it and another host."""
    address = message.location.get("url", "")
    outside = "127.0.0.1" not in address and message.text.startswith("Failed to load resource: net::")
    asking = "/_stcore/" in address and "404" in message.text  # on a deep link Streamlit looks below the page first
    return message.type == "error" and not (outside or asking)


@pytest.fixture(scope="session")
def spare():
    """Pages between two tests, by the options of their contexts: a new one costs the browser a process, and Streamlit's
    scripts read anew; together three times as much as a visit with one that is there."""
    return defaultdict(list)


@pytest.fixture
def new_page(browser, spare):
    """`new_page(width, height, **context options)`: a page; any console error fails the test at its end.

    It may have been another test's before, with the storage emptied; `alone` is for a test that leaves more behind.
    """
    errors, used = [], []

    def make(width=1280, height=800, *, color_scheme="light", reduced_motion="no-preference", alone=False, **options):
        idle = [] if alone else spare[repr(sorted(options.items()))]
        page = idle.pop() if idle else browser.new_context(**options).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)
        hears = {
            "pageerror": lambda error: errors.append(str(error)),
            "console": lambda message: errors.append(message.text) if ours(message) else None,
        }
        for event, hear in hears.items():
            page.on(event, hear)
        used.append((page, idle, hears, alone))
        return page

    yield make
    for page, idle, hears, alone in used:
        if alone or page.is_closed():
            page.context.close()
            continue
        for event, hear in hears.items():
            page.remove_listener(event, hear)
        page.evaluate(FORGET)
        page.context.clear_cookies()
        page.goto("about:blank")
        page.mouse.move(0, 0)
        idle.append(page)
    assert errors == []


@pytest.fixture(scope="session")
def server():
    """The app in a process of its own, one for all tests."""
    with running_app() as one:
        yield one


@pytest.fixture(scope="session")
def url(server):
    return server.url


@pytest.fixture(scope="module")
def serve():
    """`serve(script)`: the address of a Streamlit script, which runs until the module's tests are done."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(running_app(str(script))).url
