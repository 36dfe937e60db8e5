"""The order of the tests: long files first, so that no core waits for another's; the browser last.

The browser's driver keeps an event loop running, in which no other test can start one.
"""


def pytest_collection_modifyitems(items):
    def rank(item):
        return item.get_closest_marker("browser") is not None, item.get_closest_marker("slow") is None

    items.sort(key=rank)
