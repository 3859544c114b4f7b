"""Cells as HTML, for the pages and the slides."""
import base64
import copy
import html
import mimetypes
import os
import re
from pathlib import Path
from urllib.parse import quote, unquote

from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from .notebooks import FOLDER

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}

MATHEMATICS = """<script>
MathJax = {
  tex: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true},
  svg: {fontCache: "global"},
  options: {ignoreHtmlClass: "tex2jax_ignore", processHtmlClass: "tex2jax_process", enableMenu: false}
};
</script>"""


def template(name):
    return (TEMPLATES / name).read_text(encoding="utf-8")


def code_colours(style, selector):
    """The colours of code as rules of a style sheet."""
    return "\n".join(rule for rule in HtmlFormatter(style=style).get_style_defs(selector).splitlines() if rule.startswith(f"{selector} ."))


# ---------------------------------------------------------------- pictures

def bytes_of(output, kind):
    data = output.data[kind]
    return data.encode() if kind == "image/svg+xml" else base64.b64decode(data)


def alternative(output, kind, cell):
    """What a picture shows, in words: from its metadata, the text beside it, or the cell's."""
    metadata = output.get("metadata", {})
    for place in (metadata.get(kind, {}), metadata, cell.metadata):
        if isinstance(place, dict) and place.get("alt"):
            return place["alt"]
    if kind == "image/svg+xml":
        title = re.search(r"<(?:title|desc)[^>]*>([^<]+)<", output.data[kind])
        if title:
            return html.unescape(title.group(1)).strip()
    text = output.data.get("text/plain", "")
    return "" if re.search(r"@[0-9a-f]{5,}|^BufferedImage|^\s*$", text) else text.strip()


def picture(output, kind, cell):
    data = base64.b64encode(bytes_of(output, kind)).decode()
    metadata = output.get("metadata", {}).get(kind, {})
    size = "".join(f' {side}="{int(metadata[side])}"' for side in ("width", "height") if str(metadata.get(side, "")).isdigit())
    return f'<figure><img src="data:{kind};base64,{data}" alt="{html.escape(alternative(output, kind, cell))}"{size}></figure>'


def first_picture(cell):
    """The cell's first picture as (bytes, suffix, alternative text); None if it shows none."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        for kind, suffix in SUFFIX.items():
            if kind in data:
                return bytes_of(output, kind), suffix, alternative(output, kind, cell)
        embedded = re.search(r'<img\b[^>]*src="data:(image/(?:png|jpeg|svg\+xml));base64,([^"]+)"[^>]*>', data.get("text/html", ""))
        if embedded:
            words = re.search(r'\balt="([^"]*)"', embedded.group())
            return base64.b64decode(embedded.group(2)), SUFFIX[embedded.group(1)], html.unescape(words.group(1)) if words else ""
    return None


def cover(notebook):
    """The notebook's picture: that of the cell with the tag "cover", else the first; None if it has none."""
    cells = sorted(notebook.cells, key=lambda cell: "cover" not in cell.metadata.get("tags", []))
    return next(filter(None, map(first_picture, cells)), None)


# ---------------------------------------------------------------- text

def links_from(out, pages):
    """A filter for pages in the folder `out`: links between notebooks become links between pages (in the folder `pages`, as seen from `out`),
    links to the project's files keep their target, pictures move in, tables scroll."""
    def link(match):
        target, anchor = html.unescape(match.group(2)), match.group(3) or ""
        if re.match(r"[a-z][a-z0-9+.-]*:|//|/", target, re.I):
            return match.group(0)
        if "/" not in target and target.endswith(".ipynb"):
            target = pages + target[:-len("ipynb")] + "html"
        elif (FOLDER / unquote(target)).exists():
            target = quote(os.path.relpath(FOLDER / unquote(target), out).replace(os.sep, "/"))
        return f'{match.group(1)}"{html.escape(target)}{anchor}"'

    def embed(match):
        file = FOLDER / unquote(html.unescape(match.group(2)))
        kind = mimetypes.guess_type(file.name)[0] or ""
        if not kind.startswith("image/") or not file.is_file():
            return match.group(0)
        return f'{match.group(1)}"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"'

    def markup(text):
        text = re.sub(r'(<a\b[^>]*?\bhref=)"([^"#]+)(#[^"]*)?"', link, text)
        # nbconvert's own embedding closes a <details> before the text that it holds.
        text = re.sub(r'(<img\b[^>]*?\bsrc=)"((?!data:|[a-z]+:|//)[^"]+)"', embed, text)
        return re.sub(r'(<div style="overflow-x:auto">\s*)?<table\b.*?</table>(?(1)\s*</div>)',
                      lambda match: f'<div class="scroll">{match.group(0)}</div>' if not match.group(1) else match.group(0), text, flags=re.S)

    def filtered(text):
        # What a script writes is its own affair.
        parts = re.split(r"(<script\b.*?</script>)", text, flags=re.S)
        return "".join(part if index % 2 else markup(part) for index, part in enumerate(parts))

    return filtered


def joined(text):
    """Formulas with the stop or comma behind them, which else may stand alone in the next line."""
    def formula(match):
        return f'<span style="white-space:nowrap">{match.group()}</span>' if match.group(1) else match.group()

    return re.sub(r"\$\$.*?\$\$|\$[^$<]+\$([.,;:?!)]*)", formula, text, flags=re.S)


def has_mathematics(notebook):
    return any(re.search(r"\$|\\\(|\\\[|\\begin", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")


def body(notebook, out, name, pages=""):
    """All cells as HTML for a page in the folder `out`."""
    made = HTMLExporter(
        template_name="casebook", extra_template_basedirs=[str(TEMPLATES)],
        filters={"picture": picture, "page_links": links_from(out, pages), "joined": joined, "escape_html": html.escape},
        config=Config({"HTMLExporter": {"anchor_link_text": "#"}}))
    made.exclude_input_prompt = made.exclude_output_prompt = True
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for place, output in enumerate(cell.outputs) if not place or not repeats(output, cell.outputs[place - 1])]
    text, _ = made.from_notebook_node(notebook, resources={"metadata": {"name": name, "path": str(FOLDER)}})
    return once_each(text)


def repeats(output, before):
    """Whether the output is plain text and the one before it says the same: the last words of several progress bars."""
    return set(output.get("data", {})) == {"text/plain"} and output.output_type == before.output_type and output["data"] == before.get("data")


def once_each(text):
    """Headings with ids that none has twice, and links to themselves that only the mouse needs."""
    seen = {}

    def heading(match):
        level, name, inner = match.groups()
        seen[name] = seen.get(name, 0) + 1
        own = name if seen[name] == 1 else f"{name}-{seen[name]}"
        link = f'<a class="anchor-link" href="#{quote(html.unescape(own))}" aria-hidden="true" tabindex="-1">'
        inner = re.sub(r'<a class="anchor-link" href="[^"]*">', lambda _: link, inner)
        return f'<h{level} id="{own}">{inner}</h{level}>'

    return re.sub(r'<h([1-6]) id="([^"]*)">(.*?)</h\1>', heading, text, flags=re.S)
