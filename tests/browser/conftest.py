"""A real browser, pages that must stay silent, and apps in processes of their own."""

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


def ours(message) -> bool:
    """Whether a line on the console is an error of the page, and not of the network between it and another host."""
    address = message.location.get("url", "")
    outside = "127.0.0.1" not in address and message.text.startswith("Failed to load resource: net::")
    asking = "/_stcore/" in address and "404" in message.text  # on a deep link Streamlit looks below the page first
    return message.type == "error" and not (outside or asking)


@pytest.fixture
def new_page(browser):
    """`new_page(width, height, **context options)`: a page; any console error fails the test at its end."""
    errors, contexts = [], []

    def make(width=1280, height=800, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if ours(message) else None)
        return page

    yield make
    for context in contexts:
        context.close()
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
