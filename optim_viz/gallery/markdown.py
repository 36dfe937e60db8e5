"""Markdown, as far as lessons use it, as HTML: paragraphs, lists, emphasis, code and formulas; nothing else."""

import re
from html import escape

from optim_viz.gallery.mathml import mathml

_PIECE = re.compile(  # $$formula$$, $formula$, `code`, **strong**, *soft*
    r"\$\$(.+?)\$\$|\$(.+?)\$|`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])", re.S
)
_BREAK = re.compile(r" {2,}\n")
_ITEM = re.compile(r"(?:[-*]|\d+\.) +")


def html(text: str) -> str:
    """Paragraphs and lists; every letter that HTML would read is escaped."""
    return "\n".join(_block(block.strip("\n")) for block in re.split(r"\n\s*\n", text.strip()))


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(_ITEM.match(line) or line.startswith("  ") for line in lines) and _ITEM.match(lines[0]):
        items: list[str] = []
        for line in lines:
            if _ITEM.match(line):
                items.append(_ITEM.sub("", line, count=1))
            else:
                items[-1] += f" {line.strip()}"
        name = "ol" if lines[0][0].isdigit() else "ul"
        return f"<{name}>{''.join(f'<li>{inline(item)}</li>' for item in items)}</{name}>"
    return f"<p>{'<br>'.join(map(inline, _BREAK.split(block)))}</p>"


def inline(text: str) -> str:
    """Words of one paragraph."""
    out, at = [], 0
    for found in _PIECE.finditer(text):
        out.append(escape(text[at : found.start()], quote=False))
        at = found.end()
        shown, formula, code, strong, soft = found.groups()
        if shown is not None:
            out.append(f'<span class="formula" tabindex="0">{mathml(shown, display=True)}</span>')
        elif formula is not None:
            out.append(mathml(formula))
        elif code is not None:
            out.append(f"<code>{escape(code, quote=False)}</code>")
        elif strong is not None:
            out.append(f"<strong>{inline(strong)}</strong>")
        else:
            out.append(f"<em>{inline(soft)}</em>")
    out.append(escape(text[at:], quote=False))
    return "".join(out)
