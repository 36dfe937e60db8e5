"""What the README and the recipes promise is so."""

import re
from pathlib import Path

import numpy as np

import optim_viz as ov
from optim_viz.experiments.command import parser
from optim_viz.experiments.sweep import Sweep
from optim_viz.gallery import command as gallery

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_notebook_example_runs_as_it_stands():
    """The code block of the README runs, and ends where its words say."""
    code, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict = {}
    exec(code, names)
    paths, sweep = names["paths"], names["sweep"]
    assert [path.name for path in paths] == ["SGD", "Momentum"]
    assert paths[0].x.shape == (30, 2)
    assert np.allclose(paths[0].x[-1], [-7 * (1 - 0.095) ** 29, 2 * (1 - 1.9) ** 29], rtol=1e-12)
    assert sweep.x.shape == (2, 200)
    assert sweep.value.min() < 1e-3
    assert [path.name for path in names["race"]] == ["Custom", "Adam"]
    assert names["race"][0].value[-1] < names["race"][1].value[-1]
    assert names["history"].test.score.min() > 0.9


def test_the_sweep_example_runs_as_it_stands(tmp_path, monkeypatch):
    """The README's sweep writes its file, and each command beside it is one that the program knows."""
    monkeypatch.chdir(tmp_path)
    _, code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(code, {"ov": ov})
    assert Sweep.read((tmp_path / "spec.json").read_text()).count == 60
    said = re.findall(r"^python -m optim_viz (.*?)\s*(?:#.*)?$", README, re.MULTILINE)
    assert len(said) >= 4
    for words in said:
        assert parser(gallery.add).parse_args(words.split()).run


def test_the_counts_are_those_of_the_catalogues():
    """The README counts what the registries hold."""
    words = {14: "fourteen"}
    assert words[len(ov.OPTIMIZERS)] in README
    assert f"**: {len(ov.SURFACES)} in the catalogue" in README
    assert f"| optimizers | {len(ov.OPTIMIZERS)} |" in README
    assert f"| surfaces | {len(ov.SURFACES)}, or type a formula |" in README


def test_every_named_file_and_target_exists():
    """Paths in backquotes and links in the README and in CONTRIBUTING lead somewhere; make targets exist."""
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", text)) - {"it"} <= targets
    for name in re.findall(r"`((?:optim_viz|tests|pages|benchmarks)/[\w/.]+)`", text):
        assert (ROOT / name).exists() or name == "pages/name.py", name
    for name in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`(test_\w+\.py)`", text):
        assert list(ROOT.glob(f"tests/**/{name}")), name


def test_pins_are_exact_and_nothing_shadows_them():
    """Streamlit Cloud reads requirements.txt alone: exact pins, and no lock file that would win over it."""
    for file in ("requirements.txt", "requirements-dev.txt", "requirements-cluster.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            assert re.match(r"(-r \S+|[\w-]+==[\w.]+(; \w+ != \"\w+\")?\s+# \S.+)$", line), line
    assert not any((ROOT / name).exists() for name in ("uv.lock", "Pipfile", "environment.yml", "poetry.lock"))


def test_the_public_names_stay():
    """Notebooks and later parts rely on these names."""
    assert ov.Adam is ov.OPTIMIZERS["Adam"]
    assert issubclass(ov.FormulaError, ValueError)
    for name in ("SURFACES", "Surface", "trace", "animate", "figures", "spec", "from_spec", "Path"):
        assert hasattr(ov, name)
    assert set(ov.OPTIMIZERS) <= set(dir(ov))
