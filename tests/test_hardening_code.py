"""What shipped code may not contain at all, and the few places where it may, each with its reason."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from optim_viz.figures.svg import Drawing

ROOT = Path(__file__).parent.parent
PYTHON = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "optim_viz").rglob("*.py"))]
SCRIPTS = sorted((ROOT / "optim_viz").rglob("*.js"))

CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input", "globals", "tempfile.mktemp",
         "mktemp", "os.system", "os.popen", "os.fork", "os.chmod", "os.chown"}  # fmt: skip
CALL_STARTS = (
    "os.exec",
    "os.spawn",
    "subprocess.",
    "pickle.",
    "marshal.",
    "shelve.",
    "importlib.",
    "runpy.",
    "ctypes.",
)
IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "dbm", "subprocess", "pty", "ctypes",
           "cffi", "code", "codeop", "imp", "yaml", "ruamel", "xml", "lxml", "telnetlib", "ftplib", "smtplib",
           "requests", "httpx", "http", "urllib.request", "socket", "socketserver", "tempfile", "runpy", "importlib",
           "sqlite3", "webbrowser", "numexpr", "sympy", "joblib", "simpleeval"}  # fmt: skip
KEYWORDS = {"unsafe_allow_html", "unsafe_allow_javascript", "shell", "allow_pickle"}

# (file, what): why it may be there. An entry that is not needed any more fails, too.
ALLOWED = {
    ("optim_viz/__init__.py", "importlib"): "names of the package that load on first use, from a fixed table",
    ("optim_viz/ui/__init__.py", "importlib"): "parts of pages that load on first use, by names in the code",
    ("optim_viz/figures/__init__.py", "importlib"): "figures that load on first use, from a fixed table",
    ("optim_viz/experiments/problems.py", "importlib"): "a Call, which only Python code can make: no file names one",
    ("optim_viz/data/bundled.py", "importlib"): "where scikit-learn's tables lie",
    ("optim_viz/export/record.py", "importlib"): "the version of this package",
    ("optim_viz/experiments/repeats.py", "importlib"): "versions of packages, written beside a result",
    ("optim_viz/experiments/crew.py", "joblib"): "worker processes; they get and return JSON text",
    ("optim_viz/experiments/sweep.py", "tempfile"): "a directory of our own, by TemporaryDirectory",
    ("optim_viz/data/download.py", "tempfile"): "mkstemp, in the folder the file belongs into",
    ("optim_viz/data/download.py", "urllib.request"): "MNIST, where a person asks for it; sizes and hashes are checked",
    ("optim_viz/data/download.py", "http"): "its exceptions",
    ("optim_viz/experiments/journal.py", "sqlite3"): "results of our own cells; every value is a parameter",
    ("optim_viz/experiments/journal.py", "SQL"): "question marks by number, and SQLite's own settings by name",
    ("optim_viz/course/measures/__init__.py", "importlib"): "the modules of its own folder",
    ("optim_viz/gallery/writing.py", "tempfile"): "mkdtemp, beside the folder that is written",
    ("optim_viz/gallery/parts.py", "xml"): "drawings of our own, on the machine of whoever writes the gallery",
    ("optim_viz/ui/frame.py", "ctypes"): "two options of the memory allocator",
    ("optim_viz/ui/frame.py", "runpy"): "app.py around the first deep link, by its own fixed path",
    ("optim_viz/ui/frame.py", "socket"): "an option of the server's sockets",
    ("optim_viz/nn/storage.py", "allow_pickle"): "False",
    ("optim_viz/labs/checklist/cards.py", "allow_pickle"): "False",
}  # fmt: skip
# What may become HTML as it stands: (file, the text of the argument) -> why.
HTML = {
    "strip.js": {"picture": "figures.svg.Drawing, which escapes every word in it"},
    "arrows.js": {"picture(sign.id, this.color(sign))": "signs and colors of player/signs.py"},
    "controls.js": {"icon(name)": "a fixed table", "icon(word)": "a fixed table",
                    "swatch(looks[k], looks[k].color)": "colors, dashes and markers of figures/style.py"},
}  # fmt: skip
SAFE = r"escape\(.*\)|(\w+\.)?_?style\(\)"  # escaped words; the text of a style sheet
BUILT = {"''.join(map(_table, tables))"}  # of parts that are escaped one by one
SCRIPTED = re.compile(r"\beval\(|new Function|document\.write|insertAdjacentHTML|outerHTML\s*=|srcdoc|DOMParser"
                      r"|createContextualFragment|set(?:Timeout|Interval)\(\s*[\"'`]|\bimport\(|javascript:|postMessage"
                      r"|document\.cookie|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts"
                      )  # fmt: skip


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def dangers(file: Path) -> set[str]:
    """Names of what a file imports, calls or switches on and may not."""
    found = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            found |= {banned for name in names for banned in IMPORTS if f"{name}.".startswith(f"{banned}.")}
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            starts = {start.strip(".") for start in CALL_STARTS if name.startswith(start)}
            found |= {name} & CALLS | starts | {k.arg for k in node.keywords if k.arg in KEYWORDS}
            found |= {"SQL"} if name.endswith("execute") and not written_here(node) else set()
    return found


def written_here(call: ast.Call) -> bool:
    """Whether the first argument is a text of the program, with nothing but names of ours in it."""
    (first, *_) = call.args
    parts = first.values if isinstance(first, ast.JoinedStr) else [first]
    names = [part.value if isinstance(part, ast.FormattedValue) else part for part in parts]
    return all(isinstance(n, ast.Constant) or (isinstance(n, ast.Name) and n.id.isupper()) for n in names)


def test_nothing_is_evaluated_unpickled_or_run():
    """No eval, no pickle, no shell, no network, no HTML switched on: but for the list, all of which is in use."""
    found = {(place(file), what) for file in PYTHON for what in dangers(file)}
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set()


def test_arrays_are_loaded_without_pickle():
    """Every np.load says so."""
    loads = [node for file in PYTHON for node in ast.walk(parsed(file))
             if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load")]  # fmt: skip
    assert len(loads) >= 2
    for call in loads:
        assert [ast.unparse(k.value) for k in call.keywords if k.arg == "allow_pickle"] == ["False"]


def html_parts(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[str]:
    """The parts of a text that are put in, as source; a name is what the file assigns to it."""
    match node:
        case ast.Constant():
            return []
        case ast.JoinedStr():
            return [part for value in node.values for part in html_parts(value, known)]
        case ast.FormattedValue():
            return html_parts(node.value, known)
        case ast.BinOp():
            return html_parts(node.left, known) + html_parts(node.right, known)
        case ast.Name() if node.id in known:
            return [part for value in known[node.id] for part in html_parts(value, known)]
    return [ast.unparse(node)]


def test_html_is_ours():
    """What goes to st.html is text of the program, with words in it only as `escape(...)`, and style sheets."""
    calls = 0
    for file in PYTHON:
        tree = parsed(file)
        known: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.html":
                calls += 1
                wild = [part for part in html_parts(node.args[0], known) if not re.fullmatch(SAFE, part)]
                assert not set(wild) - BUILT, (place(file), wild)
    assert calls


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_scripts_make_no_html_of_words(file):
    """Words become text nodes; the few pictures that become HTML are listed, and nothing else evaluates or fetches."""
    script = re.sub(r"^\s*//.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert SCRIPTED.findall(script) == []
    made = [text.strip() for text in re.findall(r"innerHTML\s*\+?=\s*([^;]+);", script)]
    assert set(made) == set(HTML.get(file.name, {}))
    assert len(re.findall("innerHTML", script)) == len(made)
    assert not re.findall(r"https?://(?!www\.w3\.org/)", script)


def test_drawings_escape_words():
    """The pictures of a strip become part of the page."""
    shown = str(Drawing(9, 9).text(0, 0, "<script>&x_{<b>}").rect(0, 0, 1, 1, hint='"><img src=x>').path('"><b>'))
    assert not re.findall("<(?:script|img|b)", shown)
    assert "&lt;script&gt;&amp;x" in shown


@pytest.mark.parametrize("source", [
    "eval(x)", "import pickle", "from subprocess import run", "import urllib.request", "import tempfile",
    "st.html(x, unsafe_allow_javascript=y)", "np.load(f, allow_pickle=True)", "importlib.import_module(x)",
    "os.execv(a, b)", "db.execute(f'SELECT {x}')", "db.execute('SELECT ' + x)", "from xml.etree import ElementTree",
])  # fmt: skip
def test_the_test_sees_it(tmp_path, source):
    """What must not be there is found where it is."""
    file = tmp_path / "one.py"
    file.write_text(source)
    assert dangers(file)


def test_security_names_what_is_there():
    """Every test, folder and option that SECURITY.md names exists."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    names = set(re.findall(r"test_\w+\.py", text))
    assert len(names) >= 5
    assert {name for name in names if not (ROOT / "tests" / name).exists()} == set()
    folders = set(re.findall(r"`((?:docs|tests)/\w+/)`", text))
    assert {name for name in folders if not (ROOT / name).is_dir()} == set()
    fuzz = (ROOT / "tests/load/fuzz.py").read_text(encoding="utf-8")
    assert all(f'"{option}"' in fuzz for option in re.findall(r"--\w+", "".join(re.findall("fuzz.*", text))))
