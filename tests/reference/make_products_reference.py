"""Writes products.json: Hessian-vector products of every network in nn.json as torch's double backward computes them.

Needs torch (`pip install torch==2.13.0`); the tests need only the file. Run from the repository, after
`make_nn_reference.py`: `python tests/reference/make_products_reference.py`. Kept of each product H v are its length and
its scalar products with four other vectors: a wrong number anywhere in H v changes them.
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch
from make_nn_reference import N, samples, targets, torch_loss, torch_net, wave

from optim_viz import from_spec

PROBES = (8.0, 9.0, 10.0, 11.0)


def record(case: dict) -> dict:
    net = from_spec(case["net"])
    n = net.parameter_count
    model = torch_net(net, wave(n, 1.0))
    model.load_state_dict({key: torch.tensor(value) for key, value in case["state"].items()}, strict=False)
    model.train(not case["state"])
    parameters, v = list(model.parameters()), torch.tensor(wave(n, 7.0))
    value = torch_loss(net, model, samples(net, N, 2.0), targets(net, N, case["y"]))
    first = torch.autograd.grad(value, parameters, create_graph=True)
    along = torch.cat([g.flatten() for g in first]) @ v
    second = torch.autograd.grad(along, parameters, allow_unused=True, materialize_grads=True)
    product = torch.cat([g.flatten() for g in second]).numpy()
    probes = [float(wave(n, seed) @ product) for seed in PROBES]
    return {"length": float(np.linalg.norm(product)), "probes": probes}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    folder = Path(__file__).parent
    cases = json.loads((folder / "nn.json").read_text(encoding="utf-8"))["gradients"]
    made_by = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    rows = ",\n".join(json.dumps(record(case)) for case in cases)
    text = f'{{\n "made_by": {json.dumps(made_by)},\n "products": [\n{rows}\n ]\n}}\n'
    (folder / "products.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
