"""Sweeps on a Dask cluster: the same bytes, and nothing lost with a worker or the scheduler."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask.config
import pytest
from distributed import Client

import optim_viz as ov
from optim_viz.experiments import benchmark
from optim_viz.experiments.cluster import ADDRESS, Dask, reach
from optim_viz.experiments.crew import Loky
from optim_viz.experiments.guard import Limits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import Call
from optim_viz.experiments.sweep import Sweep
from optim_viz.ui import always, sweeping
from tests.pages import opened, said, unfold
from tests.server import ROOT, free_port
from tests.test_sweep import MIXED, kill_workers, outcome

pytestmark = pytest.mark.slow
SLOW = Sweep([Call("tests.faults:slow", json.dumps({"seconds": 0.05}))], [ov.SGD(lr=0.5)], range(60))


class Cluster:
    """A scheduler and workers, each in processes of their own, over TLS where there is an openssl to make the keys."""

    def __init__(self, folder: Path) -> None:
        self.folder, port, self.workers = folder, free_port(), 0
        self.keys = certificate(folder)
        self.address = f"{'tls' if self.keys else 'tcp'}://127.0.0.1:{port}"
        self._started: list[subprocess.Popen] = []
        self.scheduler = self._dask(
            "dask_scheduler", "--protocol", self.address[:3], "--host", "127.0.0.1", "--port", str(port), "--no-show"
        )

    def _dask(self, command: str, *words: str) -> subprocess.Popen:
        call = [sys.executable, "-m", f"distributed.cli.{command}", *words, "--no-dashboard"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), **self.keys}
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self._started.append(subprocess.Popen(call, cwd=self.folder, env=env, **quiet))
        return self._started[-1]

    def crew(self, workers: int) -> Dask:
        """A crew, with at least so many workers."""
        for _ in range(workers - self.workers):
            self._dask("dask_worker", self.address, "--nthreads", "1", "--death-timeout", "20")
        self.workers = max(workers, self.workers)
        with Client(self.address, timeout=20, set_as_default=False) as client:
            client.wait_for_workers(self.workers, timeout=60)
        crew, said = reach(self.address)
        assert isinstance(crew, Dask)
        assert said == f"The cluster at {self.address} works, with {self.workers} workers."
        return crew

    def end(self) -> None:
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def certificate(folder: Path) -> dict[str, str]:
    """The environment in which Dask's processes trust each other and nobody else; empty without openssl."""
    openssl, names = shutil.which("openssl"), (str(folder / "cert.pem"), str(folder / "key.pem"))
    if openssl is None:
        return {}
    new = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    subprocess.run([*new, "-subj", "/CN=localhost", "-out", names[0], "-keyout", names[1]],
                   check=True, capture_output=True)  # fmt: skip
    pair = [(f"{who}__{what}", name) for who in ("CLIENT", "SCHEDULER", "WORKER")
            for what, name in zip(("CERT", "KEY"), names, strict=True)]  # fmt: skip
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": file for name, file in (("CA_FILE", names[0]), *pair)}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """One cluster for all tests; the last of them ends its scheduler."""
    made = Cluster(tmp_path_factory.mktemp("dask"))
    with dask.config.set({name[5:].lower().replace("__", "."): file for name, file in made.keys.items()}):
        yield made
    made.end()


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_cluster_gives_the_same_bytes(cluster, workers):
    """200 cells on 1, 2 and 4 workers: byte for byte what one core says."""
    crew = cluster.crew(workers)
    assert crew.workers == workers
    assert outcome(MIXED, crew).write() == outcome(MIXED).write()
    crew.close()


def test_killed_workers_of_a_cluster_cost_nothing_but_time(cluster, tmp_path):
    """kill -9 of one worker in the middle: every cell is there, once."""
    folder = tmp_path / "alive"
    folder.mkdir()
    call = Call("tests.faults:who", json.dumps({"folder": str(folder), "seconds": 0.05}))
    crew, journal = cluster.crew(2), Journal(tmp_path / "journal.db")
    with kill_workers(folder, 1) as killed:
        made = outcome(Sweep([call], [ov.SGD(lr=0.5)], range(60)), crew, journal)
    crew.close()
    assert len(killed) == 1
    assert [r["ok"]["loss"] for r in made.results] == [seed * 0.5 for seed in range(60)]
    assert len(journal) == 60


@pytest.mark.parametrize(
    ("function", "reason"),
    [("endless", "late"), ("crash", "died"), ("greedy", "memory")],
)
def test_only_the_guilty_cell_fails_on_a_cluster(cluster, function, reason):
    """An endless loop, a crash, 4 GB: one cell has a reason, the others their results."""
    crew = cluster.crew(2)
    made = outcome(Sweep([Call(f"tests.faults:{function}")], [ov.SGD()], range(6)), crew, limits=Limits(1.0, 500))
    crew.close()
    assert [k for k, result in enumerate(made.results) if "error" in result] == [3]
    assert reason in made.results[3]["error"]


def test_a_page_uses_the_cluster_that_its_operator_names(cluster, monkeypatch):
    """The environment's cluster runs what the button starts: the same report as here, and the page says where."""
    cluster.crew(2).close()
    monkeypatch.setenv(ADDRESS, cluster.address)
    monkeypatch.setattr(sweeping, "journal", Journal)
    app = unfold(opened({"al.trials": "3"}, "pages/always.py"))
    app.button(key="al.run").click().run()
    assert not app.exception
    assert any(f"Your run. On a cluster of {cluster.workers} workers." in text for text in said(app, "caption"))
    made = app.session_state[always.DESK._result]
    *_, here = benchmark.compute(made.protocol)
    assert made.write() == here.write()


def test_an_unreachable_cluster_is_said_at_once():
    """Within 5 s this machine takes over, and the sentence names the address."""
    begun = time.monotonic()
    crew, said = reach("tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 5
    assert isinstance(crew, Loky)
    assert said == "The cluster at tcp://127.0.0.1:9 cannot be reached: this machine works alone."


def test_tls_without_keys_is_said():
    """An operator who has named no keys reads which are missing, and this machine takes over."""
    with dask.config.set({"distributed.comm.tls.ca-file": None, "distributed.comm.tls.client.cert": None}):
        crew, said = reach("tls://127.0.0.1:9")
    assert isinstance(crew, Loky)
    assert said.startswith("The keys for TLS are missing (Dask reads DASK_DISTRIBUTED__COMM__TLS__CA_FILE")


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "example.com:8786", "", "tcp://", "ucx://10.0.0.1:1"])
def test_other_machines_only_over_tls(address):
    """Code travels to a scheduler: without TLS it stays on this machine."""
    with pytest.raises(ValueError, match="address"):
        reach(address)


def test_a_killed_scheduler_costs_nothing_but_time(cluster):
    """kill -9 of the scheduler: this machine goes on alone, and every cell is there."""
    crew = cluster.crew(2)
    threading.Timer(0.6, cluster.scheduler.kill).start()
    made = outcome(SLOW, crew)
    crew.close()
    assert cluster.scheduler.poll() is not None
    assert [r["ok"]["loss"] for r in made.results] == [seed * 0.5 for seed in range(60)]
