"""Record what torch.optim does with a fixed list of gradients; run with a Python that has torch and numpy.

    python tests/reference/make_reference.py

Writes optimizers.json beside this file: 2000 gradients of 4 coordinates (short decimals, so that every reader
gets the same floats), and for each rule and setting the positions at some steps and the last state (float64).
The gradients are open loop: they do not depend on the positions, so rounding errors cannot grow through them.
(They do where weight decay is all that is left of a gradient: with a wave that dies out, RAdam at lr 0.3 and
weight decay 0.1 orbits 0 chaotically, and the last bit grows to 4e-5. Hence no column fades to nothing.)
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from optim_viz import optimizers as ov  # noqa: E402

SEED, STEPS = 20240607, 2000
START = (0.5, -2.0, 3.0, -0.25)
MARKS = [
    *range(1, 21),
    25,
    30,
    40,
    50,
    70,
    100,
    150,
    200,
    300,
    400,
    500,
    700,
    900,
    1000,
    1200,
    1400,
    1600,
    1800,
    1999,
    2000,
]

RULES = [
    ov.SGD(lr=0.1),
    ov.SGD(lr=0.01, weight_decay=0.1),
    ov.SGD(lr=1.5, weight_decay=0.01),
    ov.Momentum(lr=0.1, momentum=0.9),
    ov.Momentum(lr=0.01, momentum=0.5, weight_decay=0.1),
    ov.Momentum(lr=0.001, momentum=0.99, weight_decay=0.01),
    ov.Nesterov(lr=0.1, momentum=0.9),
    ov.Nesterov(lr=0.01, momentum=0.5, weight_decay=0.1),
    ov.Nesterov(lr=0.001, momentum=0.99, weight_decay=0.01),
    ov.AdaGrad(lr=1.5, eps=1e-7),
    ov.AdaGrad(lr=0.01, weight_decay=0.1),
    ov.AdaGrad(lr=0.1, eps=0.01, weight_decay=1.0),
    ov.Adadelta(),
    ov.Adadelta(lr=3.0, rho=0.99, eps=1e-4, weight_decay=0.1),
    ov.Adadelta(lr=0.5, rho=0.5, eps=1e-8, weight_decay=0.01),
    ov.RMSprop(),
    ov.RMSprop(lr=0.1, decay=0.9, eps=1e-4, weight_decay=0.1),
    ov.RMSprop(lr=0.001, decay=0.5, weight_decay=0.01),
    ov.Adam(),
    ov.Adam(lr=0.3, eps=1e-7, weight_decay=0.1),
    ov.Adam(lr=0.05, beta1=0.5, beta2=0.9, eps=0.01, weight_decay=0.01),
    ov.AdamW(),
    ov.AdamW(lr=0.3, eps=1e-7, weight_decay=0.1),
    ov.AdamW(lr=0.05, beta1=0.5, beta2=0.9, eps=0.01, weight_decay=0.0),
    ov.AMSGrad(),
    ov.AMSGrad(lr=0.3, eps=1e-7, weight_decay=0.1),
    ov.AMSGrad(lr=0.05, beta1=0.5, beta2=0.9, eps=0.01, weight_decay=0.01),
    ov.NAdam(),
    ov.NAdam(lr=0.3, eps=1e-7, momentum_decay=0.02, weight_decay=0.1),
    ov.NAdam(lr=0.05, beta1=0.5, beta2=0.9, eps=0.01, momentum_decay=0.0, weight_decay=0.01),
    ov.RAdam(),
    ov.RAdam(lr=0.3, beta2=0.99, eps=1e-7, weight_decay=0.1),
    ov.RAdam(lr=0.05, beta1=0.5, beta2=0.6, eps=0.01, weight_decay=0.01),
    ov.AdamP(),
    ov.AdamP(lr=0.3, eps=1e-7, weight_decay=0.1, delta=1.0),
    ov.AdamP(lr=0.05, beta1=0.5, beta2=0.9, eps=0.01, weight_decay=0.01, delta=0.5, wd_ratio=0.5, nesterov=1),
    ov.Rprop(),
    ov.Rprop(lr=0.1, eta_minus=0.7, eta_plus=1.1, step_min=1e-4, step_max=1.0),
    ov.Rprop(lr=1.0, eta_minus=0.3, eta_plus=1.5, step_min=0.0, step_max=2.0),
]  # fmt: skip


def gradients() -> np.ndarray:
    """(STEPS, 4): a noisy slope, ten decades of sizes, mostly exact zeros, a slow wave."""
    rng = np.random.default_rng(SEED)
    t = np.arange(STEPS)
    columns = [
        0.3 + rng.standard_normal(STEPS),
        rng.choice([-1.0, 1.0], STEPS) * 10 ** rng.uniform(-5, 5, STEPS),
        np.where(rng.random(STEPS) < 0.9, 0.0, rng.standard_normal(STEPS)),
        np.cos(t / 37),
    ]
    columns[2][0] = 0.0
    return np.array([[float(f"{g:.2e}") for g in row] for row in zip(*columns, strict=True)])


class AdamP(torch.optim.Optimizer):
    """The algorithm of Heo et al. 2021 for one parameter of shape (1, n), in torch's own operations."""

    def __init__(self, params, rule):
        super().__init__(params, {})
        self.rule, self.projected = rule, 0

    @torch.no_grad()
    def step(self):
        r, p = self.rule, self.param_groups[0]["params"][0]
        state = self.state[p] or self.state[p].update(step=0, exp_avg=p * 0, exp_avg_sq=p * 0) or self.state[p]
        state["step"] += 1
        state["exp_avg"].lerp_(p.grad, 1 - r.beta1)
        state["exp_avg_sq"].mul_(r.beta2).addcmul_(p.grad, p.grad, value=1 - r.beta2)
        m, t = state["exp_avg"], state["step"]
        ahead = r.beta1 * m + (1 - r.beta1) * p.grad if r.nesterov else m
        update = ahead / (state["exp_avg_sq"].sqrt() / (1 - r.beta2**t) ** 0.5 + r.eps)
        ratio = 1.0
        cosine = torch.nn.functional.cosine_similarity(p.grad, p, dim=1, eps=r.eps).abs()
        if cosine.max() < r.delta / p.shape[1] ** 0.5:
            unit = p / (torch.linalg.vector_norm(p, dim=1, keepdim=True) + r.eps)
            update = update - unit * torch.sum(unit * update, dim=1, keepdim=True)
            ratio, self.projected = r.wd_ratio, self.projected + 1
        p.mul_(1 - r.lr * r.weight_decay * ratio)
        p.add_(update, alpha=-r.lr / (1 - r.beta1**t))


def record(rule: ov.Optimizer, grads: np.ndarray) -> dict:
    """Positions at MARKS, (len(MARKS), 4), and torch's state after the last step."""
    params = [torch.tensor([START], requires_grad=True)]
    code = rule.torch_code()
    optimizer = eval(code, {"torch": torch, "params": params}) if code else AdamP(params, rule)  # noqa: S307
    positions = []
    for t, g in enumerate(grads, start=1):
        params[0].grad = torch.tensor(g[None])
        optimizer.step()
        if t in MARKS:
            positions.append(params[0].detach().numpy()[0].tolist())
    state = {k: v.expand(1, 4).numpy()[0].tolist() for k, v in optimizer.state[params[0]].items()
             if isinstance(v, torch.Tensor) and k != "step"}  # fmt: skip
    extra = {} if code else {"projected": optimizer.projected}
    return {"rule": repr(rule), "torch": code, "x": positions, "state": state, **extra}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    grads = gradients()
    head = {
        "made_by": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
        "seed": SEED,
        "start": START,
        "marks": MARKS,
    }
    lines = ['  "gradients": [\n' + ",\n".join(json.dumps(g) for g in grads.tolist()) + "\n  ]"]
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in head.items()] + lines
    runs = ",\n".join(json.dumps(record(rule, grads)) for rule in RULES)
    lines.append('  "runs": [\n' + runs + "\n  ]")
    Path(__file__).with_name("optimizers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
