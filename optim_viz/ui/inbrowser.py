"""Parts of a page that run in the browser: a script and a style sheet beside the Python that speaks to them."""

from functools import cache
from pathlib import Path
from typing import Any

from streamlit.components.v2 import component


@cache
def in_browser(name: str) -> Any:
    """The component of `<name>.js` and `<name>.css`; its script can make elements with `make`."""
    here = Path(__file__).parent
    shared, js, css = ((here / file).read_text(encoding="utf-8") for file in ("make.js", f"{name}.js", f"{name}.css"))
    return component(f"optim_viz_{name}", js=f"{shared}\n{js}", css=css)
