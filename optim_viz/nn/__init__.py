"""Neural networks over one flat vector of parameters: `ov.nn.Network([64, 100, 10])`."""

from optim_viz.nn.activations import (
    ACTIVATIONS,
    GELU,
    Activation,
    GELUTanh,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
)
from optim_viz.nn.batch import Batch
from optim_viz.nn.build import Cost
from optim_viz.nn.changes import CHANGES, Change, CutMix, Cutout, InputNoise, Mixup, Rotate, Shift
from optim_viz.nn.clipping import Clipped, clip_norm, clip_value
from optim_viz.nn.convolution import Conv2d, MaxPool
from optim_viz.nn.history import History, Point, Progress
from optim_viz.nn.initializers import INITIALIZERS, Constant, Glorot, He, Initializer, LeCun, Normal, Uniform
from optim_viz.nn.layers import Dense, Dropout, Flatten, Layer
from optim_viz.nn.losses import LOSSES, MAE, MSE, RMSE, BinaryCrossEntropy, CrossEntropy, Huber, Loss
from optim_viz.nn.network import Network
from optim_viz.nn.normalization import BatchNorm, GroupNorm, LayerNorm
from optim_viz.nn.parts import Part
from optim_viz.nn.settings import EarlyStopping, Settings
from optim_viz.nn.training import Trainer, train

_LAYERS = (Dense, BatchNorm, LayerNorm, GroupNorm, Dropout, Conv2d, MaxPool, Flatten)
LAYERS: dict[str, type[Layer]] = {layer.name: layer for layer in _LAYERS}
PARTS: dict[str, type[Part]] = {
    part.name: part for part in (*_LAYERS, *ACTIVATIONS.values(), *LOSSES.values(), *INITIALIZERS.values())
}
"""Every declared part by its class name: with "Network", all that a spec of a network can hold."""

__all__ = [
    "ACTIVATIONS",
    "CHANGES",
    "GELU",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "MAE",
    "MSE",
    "PARTS",
    "RMSE",
    "Activation",
    "Batch",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Change",
    "Clipped",
    "Constant",
    "Conv2d",
    "Cost",
    "CrossEntropy",
    "CutMix",
    "Cutout",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GELUTanh",
    "Glorot",
    "GroupNorm",
    "He",
    "History",
    "Huber",
    "Identity",
    "Initializer",
    "InputNoise",
    "Layer",
    "LayerNorm",
    "LeCun",
    "LeakyReLU",
    "Loss",
    "MaxPool",
    "Mixup",
    "Network",
    "Normal",
    "Part",
    "Point",
    "Progress",
    "ReLU",
    "Rotate",
    "Settings",
    "Shift",
    "Sigmoid",
    "Softmax",
    "Step",
    "Tanh",
    "Trainer",
    "Uniform",
    "clip_norm",
    "clip_value",
    "train",
]  # fmt: skip
