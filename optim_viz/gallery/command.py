"""`python -m optim_viz gallery OUT`: the static edition from the command line."""

import argparse
import sys
from pathlib import Path
from typing import Any

from optim_viz.translation import LANGUAGES


def add(commands: Any) -> None:
    """Tell an argument parser's commands of this one."""
    asked = commands.add_parser("gallery", help="write presets and lessons as pages that play without a server")
    asked.add_argument("out", type=Path, help="a new or empty folder, or one that this command has written")
    asked.add_argument("--lang", default=",".join(LANGUAGES), help="languages, such as en,ko (default: all)")
    asked.add_argument("--app", default="", help="address of a running app, for links from lessons into it")
    asked.set_defaults(run=_run)


def _run(asked: argparse.Namespace) -> int:
    from optim_viz.gallery.writing import write  # other commands do not pay for what draws

    languages = list(dict.fromkeys(asked.lang.split(",")))
    if unknown := [lang for lang in languages if lang not in LANGUAGES]:
        raise ValueError(f"--lang: {unknown[0]!r} is none of {', '.join(LANGUAGES)}")
    if asked.app and not asked.app.startswith(("https://", "http://")):
        raise ValueError(f"--app: {asked.app!r} is no address that begins with https:// or http://")
    for share in write(asked.out, languages, asked.app.rstrip("/")):
        print(f"\r{share:.0%}   ", end="", file=sys.stderr, flush=True)
    size = sum(file.stat().st_size for file in asked.out.rglob("*") if file.is_file())
    print(f"\r{asked.out / 'index.html'}  {size / 1e6:.1f} MB", file=sys.stderr)
    return 0
