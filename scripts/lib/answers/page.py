"""The export: one HTML file with all pages, inline diagrams and styles, and nothing from anywhere else."""
import base64
import hashlib
import re
from html import escape

import markdown

from . import pages

CSS = "scripts/lib/answers/answers.css"


def write(root):
    (root / "conceptual/answers.html").write_text(rendered(root), encoding="utf-8")


def stale(root):
    page = root / "conceptual/answers.html"
    if not page.exists() or page.read_text(encoding="utf-8") != rendered(root):
        return ["conceptual/answers.html is not what the pages say now: scripts/answers renders it"]
    return []


def rendered(root):
    style = (root / CSS).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections, contents, decisions = [], [], []
    for page in pages.in_order(root):
        text = page.read_text(encoding="utf-8")
        sections.append(section(root, page, text))
        (decisions if page.parent.name == "decisions" else contents).append(entry(root, page, text))
    first = prefix(root, next(page for page in pages.in_order(root) if page.parent.name == "decisions"))
    contents.append(f'<li><a href="#{first}">Decisions</a>\n<ul>\n{"".join(decisions)}</ul>\n</li>\n')
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'">
<title>Score percentiles: the written answers</title>
<style>{style}</style>
</head>
<body>
<div class="layout">
<nav aria-label="Contents"><div class="inner"><details open>
<summary>Contents</summary>
<ul>
{"".join(contents)}</ul>
</details></div></nav>
<main>
{"".join(sections)}</main>
</div>
</body>
</html>
"""


def prefix(root, page):
    name = page.relative_to(root / "conceptual").with_suffix("").as_posix()
    return {"README": "answers"}.get(name, name.replace("/", "-"))


def title_of(text):
    return re.search(r"^# (.*)$", text, re.MULTILINE)[1]


def plain(markup):
    return escape(re.sub(r"[`*]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", markup)))


def entry(root, page, text):
    name = prefix(root, page)
    inner = ""
    if name not in ("answers", "glossary") and not name.startswith("decisions"):
        headings = [line[3:] for line in pages.outside_fences(text) if line.startswith("## ")]
        items = "".join(f'<li><a href="#{name}--{pages.slug(heading)}">{plain(heading)}</a></li>\n' for heading in headings)
        inner = f"\n<ul>\n{items}</ul>\n"
    return f'<li><a href="#{name}">{plain(title_of(text))}</a>{inner}</li>\n'


def section(root, page, text):
    name = prefix(root, page)
    converter = markdown.Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "toc"],
        extension_configs={"toc": {"slugify": lambda value, _: pages.slug(value)}},
        output_format="html",
    )
    # Code in a list is indented by less than this converter asks for; the hosting site takes either.
    html = converter.convert(deeper(re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)))
    html = re.sub(r'(<h[1-6] id=")', rf"\g<1>{name}--", html)
    html = html.replace(f'<h1 id="{name}--{pages.slug(title_of(text))}"', f'<h1 id="{name}"', 1)
    html = re.sub(r'href="([^"]+)"', lambda match: f'href="{target(root, page, match[1])}"', html)
    html = re.sub(r'<p><img alt="([^"]*)" src="([^"]+)"\s*/?></p>', lambda match: figure(page, match[2], match[1]), html)
    html = re.sub(r"<table>.*?</table>", lambda match: table(match[0]), html, flags=re.DOTALL)
    # An option is not torn after its dashes.
    html = re.sub(r"<code>(-[a-z-]{1,24})</code>", r'<code class="word">\1</code>', html)
    if "<img" in html:
        raise SystemExit(f"error: {page}: an image stands in a line with other things")
    kind = ' class="short"' if name.startswith("decisions") else ""
    return f"<section{kind}>\n{html}\n</section>\n"


def deeper(text):
    """Fences in list items stand by two blanks; Python-Markdown wants them out of the item, or four blanks and no fence."""
    lines, inside = [], False
    for line in text.splitlines():
        fence = re.match(r"( {2,3})```", line)
        if fence and not inside:
            inside, indent = True, fence[1]
            lines.append("")
        elif inside and line.startswith(f"{indent}```"):
            inside = False
            lines.append("")
        elif inside:
            lines.append("        " + (line[len(indent) :] if line.startswith(indent) else line))
        elif re.match(r" {2,3}\S", line) and lines and not re.match(r" *[-*|]|\d", line):
            lines.append("  " + line)
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def table(html):
    numbers = html.count("text-align: right")
    kind = ' class="figures"' if numbers else ""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Table">{html.replace("<table>", f"<table{kind}>", 1)}</div>'.replace(
        ' style="text-align: right;"', ' class="number"'
    )


def figure(page, source, caption):
    svg = (page.parent / source).read_text(encoding="utf-8").strip()
    width = int(re.search(r' width="(\d+)"', svg)[1])
    if width > 500:
        svg = svg.replace("<svg ", '<svg class="wide" ', 1)
    return f'<figure><div class="scroll" tabindex="0" role="region" aria-label="Diagram">{svg}</div><figcaption>{caption}</figcaption></figure>'


def target(root, page, href):
    """Links between the pages stay within this file; there are none to elsewhere in the tree."""
    if href.startswith(("http:", "https:")):
        return href
    path, _, anchor = href.partition("#")
    other = (page.parent / path).resolve() if path else page
    if other.name == "answers.html":
        return "#answers"
    if other not in pages.in_order(root):
        raise SystemExit(f"error: {page}: the link to {href} leaves the pages; name the file instead")
    name = prefix(root, other)
    return f"#{name}--{anchor}" if anchor else f"#{name}"
