"""The labs' light controls: milliseconds from a key to the picture, beside the race with five points in its place."""

from collections.abc import Iterator
from contextlib import ExitStack

from playwright.sync_api import Browser

from benchmarks.response.changes import take_turns
from benchmarks.response.tab import a_context, visit
from benchmarks.response.table import Row, quantile
from tests.server import Server

# Of each lab a light slider, which is moved to and fro, and the link to the view that has it.
LABS = {
    "perceptron": ("weight w₁", "pc.w1=0.5"),
    "activations": ("Input z", "ac.z=-4"),
    "losses": ("δ of Huber", "lo.delta=0.5"),
    "backprop": ("w", "bp.w=-1"),
    "init": ("A standard deviation of your own", "ini.own=0.1"),
    "norm": ("γ", "nm.gamma=0.5&nm.same=show"),
    "overfit": ("Penalty λ on the weights", "of.view=decay&of.lambda=0.001"),
    "generalize": ("Degree shown", "ge.degree=3"),
    "convolution": ("Padding p", "cv.padding=0"),
}
RACE = "Adam.lr=0.0001&x0=-6.5"


def labs(browser: Browser, servers: dict[str, Server], count: int) -> Iterator[Row]:
    """A slider of each lab, the lab in turns with the race's floor."""
    for path, (slider, link) in LABS.items():
        with ExitStack() as stack:
            ours, floor = (stack.enter_context(a_context(browser)) for _ in range(2))
            ours.add_init_script("window.everyChart = true")
            lab, race = visit(ours, servers["ours"], link, path, slider)[0], visit(floor, servers["floor"], RACE)[0]
            lab.keys = ("ArrowRight", "ArrowLeft")
            take_turns({"ours": lab, "floor": race}, min(count, 16), 0)
        for label, q, most in (("p50", 0.5, 1.1), ("p95", 0.95, 1.3)):
            mine, peer = (quantile([shown for _, shown in tab.samples], q) for tab in (lab, race))
            yield Row(f"{path}: key to painted, {label}", mine, peer, most)
        cpu, floor_cpu = (tab.cpu / len(tab.samples) for tab in (lab, race))
        yield Row(f"{path}: server CPU per change", cpu, floor_cpu, 25, of_peer=False)
