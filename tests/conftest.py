"""The browser comes last: its driver keeps an event loop running, in which no other test can start one."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
