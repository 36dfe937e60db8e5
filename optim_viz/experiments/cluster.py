"""A Dask cluster as a crew, and this machine where the cluster cannot be reached."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from optim_viz.experiments.crew import Crew, Loky, Lost, Pool
from optim_viz.words import Text

ADDRESS = "OPTIM_VIZ_SCHEDULER"  # the only place, beside the command line, that an address is taken from
PATIENCE = 4.0  # seconds to reach a scheduler
_DESERTED = 20.0  # seconds without a worker after which nobody waits for one


def reach(address: str, alone: Callable[[], Crew] = Loky) -> tuple[Crew, Text]:
    """The cluster at `address`, or the crew that works `alone` where it cannot be reached; and which of them it is.

    ValueError for an address that is neither TLS nor this machine: what is sent there is code to run.
    """
    _refuse_open(address)
    try:
        if _lacks_keys(address):
            return alone(), Text("The keys for TLS are missing (Dask reads DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
                                 "…__CLIENT__CERT and …__CLIENT__KEY): this machine works alone.")  # fmt: skip
        crew = Dask(address, _connected(address), alone)
    except ImportError:
        return alone(), Text(
            "Dask is not installed (pip install -r requirements-cluster.txt): this machine works alone."
        )
    except OSError:
        return alone(), Text("The cluster at {address} cannot be reached: this machine works alone.", address=address)
    return crew, Text("The cluster at {address} works, with {n} workers.", address=address, n=crew.workers)


def _refuse_open(address: str) -> None:
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if not parts.hostname:
        raise ValueError(Text("This is no address of a scheduler: tls://host:8786."))
    if parts.scheme != "tls" and not _here(parts.hostname):
        raise ValueError(Text("Only an address tls://… may lead to another machine: code travels there."))


def _lacks_keys(address: str) -> bool:
    """Whether TLS is asked for that nobody has set up."""
    from distributed import Security

    return address.startswith("tls:") and not Security().get_connection_args("client").get("ssl_context")


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Dask(Pool):
    """The workers of a Dask cluster; when its scheduler is gone for good, the pool that works `alone` goes on."""

    def __init__(self, address: str, client: Any, alone: Callable[[], Crew] = Loky) -> None:
        super().__init__(max(1, len(_workers(client))))
        self.address, self._alone, self._seen, self._home = address, alone, monotonic(), None
        self._executor = _Hands(client)

    def hire(self) -> Any:
        try:
            return _Hands(_connected(self.address))
        except OSError:
            self._home = self._alone()
            if not isinstance(self._home, Pool):
                raise Lost(Text("The cluster is lost.")) from None
            self.workers = self._home.workers
            return self._home.hire()

    def fire(self, executor: Any) -> None:
        if isinstance(self._home, Pool):
            self._home.fire(executor)
        else:
            executor.client.close(timeout=2)

    def broken(self, executor: Any) -> bool:
        if self._home is not None:
            return False
        if _workers(executor.client):
            self._seen = monotonic()
        return executor.client.status != "running" or monotonic() - self._seen > _DESERTED

    def died(self, error: BaseException) -> bool:
        return super().died(error) or type(error).__name__ in ("KilledWorker", "FutureCancelledError")


class _Hands:
    """A client as an executor."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.submit = client.get_executor(pure=False).submit


def _connected(address: str) -> Any:
    from distributed import Client

    return Client(address, timeout=PATIENCE, set_as_default=False)


def _workers(client: Any) -> list[str]:
    with suppress(Exception):
        return list(client.scheduler_info()["workers"])
    return []


def address() -> str | None:
    """The scheduler the environment names, if any."""
    return os.environ.get(ADDRESS) or None
