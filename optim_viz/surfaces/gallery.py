"""Formulas worth trying: what a person could have typed, and what it shows. Domain and start are found by `fit`."""

from optim_viz.surfaces.surface import Surface

_ALL = (
    Surface(
        "(x*y - 1)^2",
        name="Two weights in a row",
        teaches="A network of two weights: every point of a curve is a minimum, and the start decides which one.",
    ),
    Surface(
        "(x*y - 1)^2 + (x^2 + y^2)/20",
        name="The same with weight decay",
        teaches="Weight decay leaves two minima of the whole curve: those where both weights are equally large.",
    ),
    Surface(
        "x^4 - 2*x^2 + y^2",
        name="Double well",
        teaches="Put the start on the ridge x = 0: without noise no rule ever chooses a side.",
    ),
    Surface(
        "(x^2 + y^2 - 4)^2/10",
        name="Ring",
        teaches="The minimum is a whole circle: where a path ends depends on where it starts.",
    ),
    Surface(
        "(x^2 + y^2)/10 - cos(2*sqrt(x^2 + y^2))",
        name="Rings of traps",
        teaches="A trap all around the minimum: there is no way past it, only over it.",
    ),
    Surface(
        "2*sin(x)*sin(y) + (x^2 + y^2)/20",
        name="Egg box",
        teaches="Two minima equally deep among many dips: step size and memory decide which dips are crossed.",
    ),
    Surface(
        "max(abs(x), 2*abs(y))",
        name="The larger of two",
        teaches="Only the larger term has a slope: a step without memory moves one coordinate at a time.",
    ),
    Surface(
        "abs(x) + y^2/4",
        name="Half a kink",
        teaches="Across the kink a constant learning rate bounces for ever; along the smooth side it settles.",
    ),
    Surface(
        "log(1 + exp(-x - y)) + log(1 + exp(y - 2*x)) + (x^2 + y^2)/50",
        name="Logistic regression",
        teaches="Two samples and weight decay: steep where a sample is wrong, flat where it is right.",
    ),
    Surface(
        "exp(x/3) + y^2",
        name="No bottom",
        teaches="The loss falls for ever, ever more slowly: there is no minimum to reach, only a place to stop.",
    ),
    Surface(
        "x^3/3 - x + y^2",
        name="A way out",
        teaches="A minimum beside an edge: one step beyond x = −1, and f falls without end.",
    ),
    Surface(
        "4/(1 + exp(-6*x)) + (x^2 + y^2)/10",
        name="Saturated sigmoid",
        teaches="A cliff between two plains: for an instant the gradient is large, and then it is gone.",
    ),
)
GALLERY: dict[str, Surface] = {surface.name: surface for surface in _ALL}
