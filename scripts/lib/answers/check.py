"""Checks that what the pages name exists. Whatever stands as code is looked up; what is not known is an error."""
import re
import shlex

from . import pages

STATEMENT = re.compile(r"(?:select|insert|update|delete|grant|alter|with|create)\b", re.IGNORECASE)
NUMBER = re.compile(r"[−-]?[\d.,]+(?:e\d+)?(?:[kMGT]?B| %)?$")


def findings(root, catalogue):
    outside = outside_words(root)
    errors, used = [], set()
    texts = {page: page.read_text(encoding="utf-8") for page in pages.in_order(root)}
    for page, text in texts.items():
        where = page.relative_to(root)
        look = Look(catalogue, page, outside, used)
        errors += [f"{where}: {error}" for error in link_errors(page, text, texts)]
        errors += [f"{where}: `{span}`: {why}" for span in unique(pages.code_spans(text)) if (why := look.at_span(span))]
        for language, body in pages.fences(text):
            errors += [f"{where}: {error}" for error in look.at_fence(language, body)]
        for code in unique(re.findall(r"exit code[s]? (\d+)|(?:ends|ended) with (\d+)\b", pages.prose(text))):
            code = code[0] or code[1]
            if int(code) not in catalogue.exit_codes:
                errors.append(f"{where}: exit code {code} is none of the job's")
    for word in outside:
        if word not in used:
            errors.append(f"conceptual/outside-words.txt: no page has {word} any more")
    return errors + omissions(root, catalogue, texts)


def omissions(root, catalogue, texts):
    """The other way round: what exists and has to be explained."""
    runbook = texts[root / "conceptual/runbook.md"]
    errors = []
    for name in sorted(catalogue.alarms | catalogue.alerts):
        if f"`{name}`" not in runbook:
            errors.append(f"conceptual/runbook.md: nothing is said about {name}")
    for code in sorted(catalogue.exit_codes):
        if not re.search(rf"^\|[^|]*\b{code}\b[^|]*\|", runbook, re.MULTILINE):
            errors.append(f"conceptual/runbook.md: nothing is said about exit code {code}")
    for heading in sorted(catalogue.runbook_pages):
        if pages.slug(heading) not in pages.anchors(runbook):
            errors.append(f"conceptual/runbook.md: a mail of the state machine names the page {heading}, and there is none")
    for page in pages.in_order(root):
        name = page.relative_to(root / "conceptual").as_posix()
        if name != "README.md" and f"({name})" not in texts[root / "conceptual/README.md"]:
            errors.append(f"conceptual/README.md: no link to {name}")
    for source in sorted((root / "conceptual/diagrams").glob("*.svg")):
        if not any(f"diagrams/{source.name})" in text for text in texts.values()):
            errors.append(f"conceptual/diagrams/{source.name}: no page shows it")
    return errors


def outside_words(root):
    """Words that belong to others: a line each, the word, two blanks or more, and whose it is."""
    words = {}
    for line in (root / "conceptual/outside-words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, owner = line.partition("  ")
            words[word.strip()] = owner.strip()
    return words


def link_errors(page, text, texts):
    for target in pages.links(text):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        if not other.exists():
            yield f"link to {target}: there is no such file"
        elif anchor and other in texts and anchor not in pages.anchors(texts[other]):
            yield f"link to {target}: there is no such heading"


def unique(items):
    return list(dict.fromkeys(items))


class Look:
    """Looks up one page's code; each method returns what is wrong, or nothing."""

    def __init__(self, catalogue, page, outside, used):
        self.catalogue, self.page, self.outside, self.used = catalogue, page, outside, used

    def at_span(self, span):
        if span in self.outside:
            self.used.add(span)
            return None
        if span.startswith("etl-job"):
            return "; ".join(self.at_command(span)) or None
        if span.startswith("--"):
            return self.at_options(span)
        if STATEMENT.match(span) and " " in span:
            return "; ".join(self.at_statement(span)) or None
        if span in self.catalogue.schema or NUMBER.match(span) or re.match(r"[\"'].*[\"']$", span):
            return None
        if span.startswith("/"):
            return None if self.catalogue.deploys_path(span) else "nothing under deploy/ has this path"
        if "/" in span or re.search(r"\.(md|html|sql|py|yml|yaml|json|txt|dot|svg|swift|sh)$", span):
            return None if self.catalogue.has_path(span.split()[0], self.page) else "there is no such file"
        return self.at_name(span)

    def at_name(self, span):
        catalogue = self.catalogue
        name = re.sub(r"\(.*\)$", "", span)
        if name != span and name not in catalogue.functions:
            return "there is no such function"
        if "." in name:
            table, _, column = name.partition(".")
            return None if column in catalogue.columns.get(table, ()) else "there is no such column"
        if name.endswith("Alarm"):
            return None if name in catalogue.alarms else "deploy/aws/template.yaml has no such alarm"
        if re.match(r"EtlJob[A-Z]", name):
            return None if name in catalogue.alerts else "deploy/prometheus has no such alert"
        if name.startswith("etl_job_"):
            return None if name in catalogue.metrics else "there is no such metric"
        if re.match(r"etl_(admin|load|read|writer|reader)$", name):
            return None if name in catalogue.roles else "there is no such role"
        if re.match(r"[A-Z][a-zA-Z]+$", name):
            known = set(catalogue.resources) | catalogue.states | catalogue.stems
            return None if name in known else "no resource, state or file is called so"
        if re.match(r"[A-Z][A-Z_]+$", name):
            return None if name in catalogue.literals else "the program knows no such variable"
        if re.match(r"[a-z][a-z0-9_ ]*$", name):
            known = name in catalogue.schema or name in catalogue.literals or name in catalogue.columns
            return None if known else "neither schema nor program has this name"
        return "what is this? Name it rightly, or list it in conceptual/outside-words.txt"

    def at_options(self, span):
        known = {}
        for options in self.catalogue.commands.values():
            known.update(options)
        missing = [option for option in re.findall(r"--[a-z][a-z-]*", span) if option not in known]
        return f"no command has {', '.join(missing)}" if missing else None

    def at_command(self, line):
        try:
            words = shlex.split(line, comments=True)[1:]
        except ValueError as error:
            return [str(error)]
        commands = self.catalogue.commands
        if not words:
            return []
        path = ()
        while words and path + (words[0],) in commands:
            path += (words.pop(0),)
        if not path:
            return [f"there is no command {words[0]}"]
        options = dict(commands[path])
        for deeper, more in commands.items():
            if deeper[:-1] == path and deeper[-1] in ("show", "up"):
                options.update(more)
        errors = []
        for position, word in enumerate(words):
            if word in ("|", ">", "2>", "&&"):
                break
            if not word.startswith("--"):
                continue
            option, _, value = word.partition("=")
            if option not in options:
                errors.append(f"etl-job {' '.join(path)} has no {option}")
            elif options[option] and (value or words[position + 1 : position + 2]):
                value = value or words[position + 1]
                if value not in options[option] and not value.startswith("--"):
                    errors.append(f"{option} does not take {value}")
        return errors

    def at_statement(self, statement):
        code = re.sub(r"'[^']*'|\$\d", "''", statement.lower())
        tables = re.findall(r"\b(?:from|join|into|update|grant \w+ on|table|partition) ([a-z_0-9]+)\b(?!\()", code)
        # A partition is named after its batches.
        tables = [re.sub(r"_\d+_\d+$", "", name) for name in tables]
        unknown = [name for name in tables if name not in self.catalogue.columns and name not in ("lateral", "pg_stat_activity")]
        errors = [f"there is no table or view {name}" for name in unknown]
        for table, names in re.findall(r"into ([a-z_]+) \(([^)]*)\)", code):
            columns = self.catalogue.columns.get(table, set())
            errors += [f"{table} has no column {name}" for name in re.findall(r"\w+", names) if name not in columns]
        builtin = {"count", "min", "max", "left", "abs", "array", "values", "in", "over", "clock_timestamp", "interval", "using", "as"}
        for name in re.findall(r"\b([a-z_]+)\(", code):
            if name not in self.catalogue.functions | builtin:
                errors.append(f"there is no function {name}")
        return errors

    def at_fence(self, language, body):
        if language == "sql":
            return [f"{error} (in {body.splitlines()[0]} …)" for part in body.split(";") for error in self.at_statement(part)]
        if language == "text":
            return []
        if language == "json":
            return [f"the program writes no key {key}" for key in re.findall(r'"(\w+)":', body) if key not in self.catalogue.literals]
        if language != "sh":
            return [f"a block of code in the language {language or 'none'} is not checked: it is sh, sql, json or text"]
        errors = []
        for line in pages.commands(body):
            errors += [f"{line}: {error}" for error in self.at_shell(line)]
        return errors

    def at_shell(self, line):
        line = re.sub(r"\s+#.*$", "", line)
        line = re.sub(r"^(\w+)=(?:\$\((.*)\)|\S*)$", lambda match: match[2] or "", line, flags=re.DOTALL)
        errors = [f"deploy/aws/template.yaml has no resource {name}" for name in re.findall(r"\(resource (\w+)\)", line) if name not in self.catalogue.resources]
        overrides = line if line.startswith("deploy ") else line.partition("--parameter-overrides")[2]
        for name in re.findall(r"\b(\w+)=", overrides):
            if self.catalogue.resources.get(name) != "Parameter":
                errors.append(f"deploy/aws/template.yaml has no parameter {name}")
        for name in re.findall(r"(?<!-)\boutput ([A-Z]\w+)", line):
            if self.catalogue.outputs and name not in self.catalogue.outputs:
                errors.append(f"deploy/aws/template.yaml has no output {name}")
        for variable in re.findall(r"\b(?:ETL|DATABASE)_[A-Z_]+", line):
            if variable not in self.catalogue.literals:
                errors.append(f"the program knows no variable {variable}")
        first = line.split()[0] if line.split() else ""
        if first == "etl-job":
            errors += self.at_command(line)
        elif first == "run_task":
            # A task definition's name, then the words of a command.
            arguments = line.split(None, 2)[2:]
            errors += self.at_command("etl-job " + arguments[0]) if arguments else []
        elif first.startswith("scripts/"):
            if not self.catalogue.has_path(first, self.page):
                errors.append("there is no such script")
        elif first in ("psql", "sql"):
            errors += [error for statement in re.findall(r"-c '([^']*)'", line) for error in self.at_statement(statement)]
        elif first == "aws":
            from . import aws

            errors += aws.errors(line)
        elif first not in ("", "#", "export", "resource()", "sql()", "}", "deploy", "output"):
            errors.append(f"what is {first}?")
        return errors


def counted(root):
    texts = [page.read_text(encoding="utf-8") for page in pages.in_order(root)]
    spans = sum(len(pages.code_spans(text)) for text in texts)
    blocks = sum(1 for text in texts for _ in pages.fences(text))
    return f"{len(texts)} pages, {spans} names and {blocks} blocks of code looked up"
