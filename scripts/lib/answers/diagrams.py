"""Diagrams: Graphviz sources, and SVGs that are committed, so that nobody needs Graphviz to read a page.

Two versions of Graphviz draw the same source a little differently. So an SVG carries the digest of its source, and that
is what is compared.
"""
import hashlib
import re
import subprocess
import sys
from html import escape

DIGEST = re.compile(r'data-source-sha256="([0-9a-f]{64})"')


def sources(root):
    return sorted((root / "conceptual/diagrams").glob("*.dot"))


def digest(source):
    return hashlib.sha256(source.read_bytes()).hexdigest()


def title(source):
    first = source.read_text().splitlines()[0]
    if not first.startswith("// "):
        sys.exit(f"error: {source}: the first line is a comment that is the title")
    return first[3:]


def drawn_from(svg):
    found = DIGEST.search(svg.read_text()) if svg.exists() else None
    return found[1] if found else None


def stale(root):
    errors = []
    for source in sources(root):
        svg = source.with_suffix(".svg")
        if drawn_from(svg) != digest(source):
            errors.append(f"{svg.relative_to(root)} is not drawn from {source.name} as it stands: scripts/answers draws it")
    for svg in sorted((root / "conceptual/diagrams").glob("*.svg")):
        if not svg.with_suffix(".dot").exists():
            errors.append(f"{svg.relative_to(root)} has no source")
    return errors


def draw(root, everything):
    for source in sources(root):
        svg = source.with_suffix(".svg")
        if everything or drawn_from(svg) != digest(source):
            svg.write_text(cleaned(rendered(source), source))
            print(f"drew {svg.relative_to(root)}")


def rendered(source):
    try:
        done = subprocess.run(["dot", "-Tsvg", str(source)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit("error: dot was not found: install Graphviz (apt-get install graphviz, brew install graphviz)")
    if done.returncode != 0 or done.stderr.strip():
        sys.exit(f"error: {source}: {done.stderr.strip()}")
    return done.stdout


def cleaned(svg, source):
    """Without prolog, comments and tooltips; with a name, own ids, and sizes that a browser may shrink."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    svg = svg.replace(' id="', f' id="{source.stem}-')
    name = escape(title(source), quote=True)
    width, height = (round(float(size) * 4 / 3) for size in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups())
    svg = re.sub(
        r'<svg width="[\d.]+pt" height="[\d.]+pt"',
        f'<svg role="img" aria-label="{name}" data-source-sha256="{digest(source)}" width="{width}" height="{height}"',
        svg,
        count=1,
    )
    return svg
