"""What a cell can do wrong: functions for `Call`."""

import os
import time
from pathlib import Path


def fine(rule, seed, **_):
    return {"loss": seed * rule.lr}


def slow(rule, seed, seconds=0.1, **_):
    time.sleep(seconds)
    return {"loss": seed * rule.lr}


def crash(rule, seed, bad=3, **_):
    if seed == bad:
        os._exit(11)
    return {"loss": float(seed)}


def greedy(rule, seed, bad=3, **_):
    return {"loss": float(len(bytearray(4_000_000_000)))} if seed == bad else {"loss": float(seed)}


def endless(rule, seed, bad=3, **_):
    while seed == bad:
        pass
    return {"loss": float(seed)}


def nan(rule, seed, bad=3, **_):
    return {"loss": float("nan") if seed == bad else float(seed)}


def wrong(rule, seed, bad=3, **_):
    if seed == bad:
        raise ValueError("no such thing")
    return {"loss": float(seed)}


def who(rule, seed, folder="", seconds=0.05, **_):
    """Leaves the number of its process where a test can find and kill it."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(seconds)
    return {"loss": seed * rule.lr}
