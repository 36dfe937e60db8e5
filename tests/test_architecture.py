"""The shape of the house: arrows point one way, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "optim_viz"
OUTER = ("figures", "player", "gallery", "ui")  # everything else in the package is core
FORBIDDEN = {
    "core": {"streamlit", "plotly", "optim_viz.figures", "optim_viz.player", "optim_viz.gallery", "optim_viz.ui"},
    "figures": {"streamlit", "optim_viz.ui", "optim_viz.player", "optim_viz.gallery"},
    "player": {"streamlit", "plotly", "optim_viz.ui", "optim_viz.gallery"},
    "gallery": {"streamlit", "plotly", "optim_viz.ui"},
    "ui": set(),
    "pages": {"numpy", "plotly", "autograd"},
}
SHIPPED = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted(PACKAGE.rglob("*.py"))]


def room(file: Path) -> str:
    parts = file.relative_to(ROOT).parts
    if parts[0] != "optim_viz":
        return "pages"
    if parts[1] == "__main__.py":  # the command line, above everything but the pages
        return "ui"
    return parts[1] if parts[1] in OUTER else "core"


def imported(file: Path, lazy: bool = True) -> set[str]:
    """Absolute names a file imports; `lazy=False` leaves out imports inside functions."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if lazy else tree.body
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by absolute name"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_arrows_point_one_way(file: Path):
    """pages -> ui -> (gallery) -> (figures, player) -> core, and never back."""
    for name in imported(file):
        for banned in FORBIDDEN[room(file)]:
            assert not f"{name}.".startswith(f"{banned}."), f"{file.name} imports {name}"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_only_one_module_knows_autograd(file: Path):
    """autograd's tape is not thread-safe, so a single module holds it behind a lock."""
    uses = any(name.split(".")[0] == "autograd" for name in imported(file))
    assert not uses or file.name == "autodiff.py"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_no_dangerous_call(file: Path):
    """Nothing shipped evaluates, unpickles or renders unsafe text."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in {"eval", "exec", "compile", "__import__", "pickle.loads", "pickle.load"}, name
            assert all(k.arg != "unsafe_allow_html" for k in node.keywords), f"{file.name}: unsafe_allow_html"


def test_files_stay_small():
    """A file has one job: at most 300 lines, a page at most 80."""
    for file in SHIPPED:
        most = 80 if file.parent.name == "pages" else 300
        count = len(file.read_text(encoding="utf-8").splitlines())
        assert count <= most, f"{file.relative_to(ROOT)} has {count} lines"


def test_notebook_import_is_light():
    """`import optim_viz` brings neither Streamlit nor Plotly nor autograd."""
    code = "import sys, optim_viz; print([m for m in ('streamlit', 'plotly', 'autograd') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
