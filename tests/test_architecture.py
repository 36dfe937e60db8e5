"""The shape of the house: arrows point one way, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

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


def test_arrows_point_one_way():
    """pages -> ui -> (gallery) -> (figures, player) -> core, and never back."""
    wrong = [(file.name, name) for file in SHIPPED for name in imported(file) for banned in FORBIDDEN[room(file)]
             if f"{name}.".startswith(f"{banned}.")]  # fmt: skip
    assert wrong == []


def test_only_one_module_knows_autograd():
    """autograd's tape is not thread-safe, so a single module holds it behind a lock."""
    uses = {file.name for file in SHIPPED if any(name.split(".")[0] == "autograd" for name in imported(file))}
    assert uses == {"autodiff.py"}


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
