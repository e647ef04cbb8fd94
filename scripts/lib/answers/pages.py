"""The pages in reading order, and what GitHub makes of their headings."""
import re
import unicodedata


def in_order(root):
    folder = root / "conceptual"
    named = ["README.md", "1-deployment.md", "2-monitoring.md", "runbook.md", "glossary.md"]
    return [folder / name for name in named] + sorted((folder / "decisions").glob("*.md"))


def slug(heading):
    """The anchor that the hosting site gives to a heading."""
    text = re.sub(r"[*`]|\[(.*?)\]\(.*?\)", lambda match: match[1] or "", heading).strip().lower()
    kept = [c for c in text if c in " -_" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def anchors(text):
    found, seen = [], {}
    for line in outside_fences(text):
        heading = re.match(r"#{1,6} (.*)", line)
        if heading:
            anchor = slug(heading[1])
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            found.append(anchor if count == 0 else f"{anchor}-{count}")
    return found


def outside_fences(text):
    inside = False
    for line in text.splitlines():
        if re.match(r"\s*```", line):
            inside = not inside
        elif not inside:
            yield line


def fences(text):
    """Blocks of code with their language, without the indentation of a list."""
    for match in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE):
        indent, language, body = match.groups()
        lines = [line[len(indent) :] if line.startswith(indent) else line for line in body.splitlines()]
        yield language, "\n".join(lines)


def commands(body):
    """Commands of a block of shell: lines that go on, by a backslash or an open quote, are put together."""
    lines, quoted = [], False
    for line in body.replace("\\\n", " ").splitlines():
        if quoted:
            lines[-1] += "\n" + line
        else:
            lines.append(line.strip())
        quoted = lines[-1].count("'") % 2 == 1
    return [line for line in lines if line]


def prose(text):
    return "\n".join(outside_fences(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)))


def code_spans(text):
    return [re.sub(r"\s+", " ", span).strip() for span in re.findall(r"`([^`]+)`", prose(text))]


def links(text):
    """Targets of links and images."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(text))
