"""Section 6.2.2: what comes out of each layer, for four spreads of the weights and three activations."""

from optim_viz.experiments.book.record import Criterion, Experiment, Found, Numbers, Question
from optim_viz.labs.deep import INITS, passage
from optim_viz.words import Text

ACTIVATIONS, DEPTH = ("sigmoid", "tanh", "relu"), 5


def measure(source: str, seed: int) -> Found:
    """A passage per activation and initializer; numbers of the fifth layer."""
    passed = {(kind, name): passage(kind, init, DEPTH, seed=seed)
              for kind in ACTIVATIONS for name, init in INITS.items()}  # fmt: skip
    numbers: dict[str, float] = {}
    for (kind, name), p in passed.items():
        numbers[f"{kind}_{name}_flat"], numbers[f"{kind}_{name}_std"] = float(p.flat[-1]), float(p.std[-1])
        numbers[f"{kind}_{name}_mean"], numbers[f"{kind}_{name}_kept"] = float(p.mean[-1]), float(p.std[-1] / p.std[0])
    return numbers, passed


def _answer(n: Numbers) -> tuple[str, Text]:
    mean, std = n["sigmoid_small_mean"], n["sigmoid_small_std"]
    right = "half" if std < 0.05 and 0.4 < mean < 0.6 else "ends" if n["sigmoid_small_flat"] > 0.5 else "spread"
    return right, Text("The outputs of layer 5 have mean {mean:.3f} and standard deviation {std:.3g}: every unit says "
                       "the same.", mean=mean, std=std)  # fmt: skip


_FLAT = Text("share of the outputs of layer 5 where the slope is below a tenth of its largest")
_STD = Text("standard deviation of the outputs of layer 5")
_KEPT = Text("standard deviation of the outputs: layer 5 ÷ layer 1")
EXPERIMENT = Experiment(
    "weight_init_activation_histogram", "6.2.2", Text("Signals"),
    Text("A batch of random numbers goes through five layers with fresh weights. What comes out of each?"),
    (Text("1,000 inputs of 100 numbers from N(0, 1); 5 layers of 100 units, no biases"),
     Text("std 1; std 0.01; √(1/n) (“Xavier”); √(2/n) (He)"), Text("sigmoid, and also tanh and ReLU; 30 bins")),
    (Text("The ReLU histograms go from 0 to 3 (the book: 0 to 1) and count what lies beyond in the last bin, where "
          "NumPy's histogram leaves it out."),),
    Question(Text("Sigmoid, and weights of std 0.01: where do the outputs of layer 5 lie?"),
             {"ends": Text("close to 0 and to 1"), "half": Text("all close to 0.5"),
              "spread": Text("spread between 0 and 1")}, _answer),
    (Criterion("sigmoid_one_flat", Text("Sigmoid, std 1: outputs saturate at 0 and 1."), _FLAT, low=0.5, form=".0%"),
     Criterion("sigmoid_small_std", Text("Sigmoid, std 0.01: all outputs collapse at 0.5."), _STD, high=0.02),
     Criterion("sigmoid_xavier_std", Text("Sigmoid, √(1/n): outputs are spread, not collapsed …"), _STD, low=0.06),
     Criterion("sigmoid_xavier_flat", Text("… and not saturated."), _FLAT, high=0.05, form=".0%"),
     Criterion("relu_small_mean", Text("ReLU, std 0.01: outputs shrink to almost nothing."),
               Text("mean output of layer 5"), high=0.001),
     Criterion("relu_he_kept", Text("ReLU, √(2/n): the spread stays from layer to layer."), _KEPT, low=0.67, high=1.5),
     Criterion("relu_xavier_kept", Text("ReLU, √(1/n): the spread shrinks with depth."), _KEPT, high=0.5)),
    "histograms", measure=measure, sources=(),
)  # fmt: skip
