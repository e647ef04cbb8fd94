"""What exists in the repository, by kind, as lists of names."""
import json
import re
from functools import cached_property

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Catalogue:
    """Names found under the top folder."""

    def __init__(self, root):
        self.root = root

    def files(self, pattern):
        return sorted(self.root.glob(pattern))

    def texts(self, pattern):
        return [path.read_text(encoding="utf-8", errors="replace") for path in self.files(pattern) if path.is_file()]

    # Schema, as a real server dumped it

    @cached_property
    def schema(self):
        """Words of the schema: tables, columns, constraints, functions and their arguments, triggers, reasons."""
        words = set()
        for text in self.texts("Tests/CommandLineTests/Golden/schema.txt") + self.texts("migrations/*.sql"):
            code = "\n".join(line.split("--")[0] for line in text.splitlines())
            words.update(re.findall(r"^(\w+)[.:(]", code, re.MULTILINE))
            words.update(re.findall(r"^\w+[.:] ?(\w+) ", code, re.MULTILINE))
            words.update(re.findall(r"\b(?:table|view|function|trigger|constraint|index on|index) (\w+)", code))
            words.update(re.findall(r"'([\w ()]+)'", code))
            words.update(re.findall(r"^    (\w+) [a-z]", code, re.MULTILINE))
            words.update(name for names in re.findall(r"\(([^()]*)\)", code) for name in re.findall(r"(\w+) (?:text|bigint|double)", names))
        return words - {"create", "comment", "select", "alter", "drop", "insert", "grant", "revoke"}

    @cached_property
    def columns(self):
        found = {}
        for text in self.texts("Tests/CommandLineTests/Golden/schema.txt"):
            for table, column in re.findall(r"^(\w+)\.(\w+) ", text, re.MULTILINE):
                found.setdefault(table, set()).add(column)
        for text in self.texts("migrations/*.sql"):
            for table, body in re.findall(r"create (?:unlogged )?table (\w+) \((.*?)^\)", text, re.DOTALL | re.MULTILINE):
                found.setdefault(table, set()).update(re.findall(r"^    (\w+) ", body, re.MULTILINE))
        return found

    @cached_property
    def functions(self):
        found = set()
        for text in self.texts("Tests/CommandLineTests/Golden/schema.txt") + self.texts("migrations/*.sql"):
            found.update(re.findall(r"^(\w+)\(.*\) returns ", text, re.MULTILINE))
            found.update(re.findall(r"create (?:or replace )?function (\w+)", text))
        return found

    # Commands

    @cached_property
    def commands(self):
        """Options of each command, by its words: ('drift', 'pin') → {'--batches': None or its values}."""
        found = {}
        for path in self.files("Tests/CommandLineTests/Golden/help-*.txt"):
            name = path.stem.removeprefix("help-")
            words = () if name == "etl-job" else tuple(name.split("-"))
            found.setdefault(words, {}).update(options_of(path.read_text(encoding="utf-8")))
        return found

    @cached_property
    def exit_codes(self):
        text = "".join(self.texts("Tests/CommandLineTests/Golden/help-etl-job.txt"))
        section = text.split("EXIT CODES")[1].split("USAGE")[0] if "EXIT CODES" in text else ""
        codes = {int(code) for code in re.findall(r"^  (\d+) ", section, re.MULTILINE)}
        codes |= {int(code) for code in re.findall(r" (\d\d?)  ", section)}
        # 128 + the signal: SIGINT, SIGKILL (by the kernel), SIGTERM
        return (codes - {128}) | {130, 137, 143}

    # Monitoring and deployment

    @cached_property
    def metrics(self):
        golden = self.texts("Tests/CommandLineTests/Golden/metrics.txt")
        found = {name for text in golden for name in re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)}
        # Some are written only where there is something to tell; their names stand in the program without the prefix.
        for text in self.texts("Sources/ETLCore/Monitor/*Metrics*.swift"):
            found.update("etl_job_" + name for name in re.findall(r'"([a-z]+(?:_[a-z]+)+)", "[A-Z]', text))
        return found

    @cached_property
    def alerts(self):
        return {name for text in self.texts("deploy/prometheus/*.rules.yml") for name in re.findall(r"- alert: (\w+)", text)}

    @cached_property
    def resources(self):
        """Logical ids of the template with their types; parameters and outputs have the types Parameter and Output."""
        found = {}
        for text in self.texts("deploy/aws/template.yaml"):
            section = ""
            lines = text.splitlines()
            for number, line in enumerate(lines):
                heading = re.match(r"(\w+):", line)
                if heading:
                    section = heading[1]
                item = re.match(r"  (\w+):\s*(?:#.*|\{.*)?$", line)
                if item and section == "Resources":
                    kind = next((m[1] for m in (re.match(r"    Type: ['\"]?([\w:]+)", later) for later in lines[number + 1 : number + 12]) if m), "")
                    found[item[1]] = kind
                elif item and section == "Parameters":
                    found[item[1]] = "Parameter"
                elif item and section == "Outputs":
                    found.setdefault(item[1], "Output")
        return found

    @cached_property
    def outputs(self):
        found = set()
        for text in self.texts("deploy/aws/template.yaml"):
            found.update(re.findall(r"^  (\w+):", text.partition("\nOutputs:")[2], re.MULTILINE))
        return found

    @cached_property
    def alarms(self):
        return {name for name, kind in self.resources.items() if kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")}

    @cached_property
    def states(self):
        found = set()

        def collect(value):
            if isinstance(value, dict):
                found.update(value.get("States", {}))
                for item in value.values():
                    collect(item)
            elif isinstance(value, list):
                for item in value:
                    collect(item)

        for text in self.texts("deploy/aws/*.asl.json"):
            collect(json.loads(text))
        return found

    @cached_property
    def runbook_pages(self):
        """Headings that mails and alarms name: «Runbook: A failover; Two runs at once.»"""
        found = set()
        for text in self.texts("deploy/aws/*.*"):
            for names in re.findall(r"Runbook: ([A-Z][^.\"']*)\.", text):
                found.update(name.split(",")[0].strip() for name in names.split(";"))
        return found

    # Sources

    @cached_property
    def literals(self):
        """Words in string literals of the program: keys of events, environment variables, kinds."""
        found = set()
        for text in self.texts("Sources/**/*.swift"):
            for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text):
                found.update(WORD.findall(literal))
        return found

    @cached_property
    def roles(self):
        text = "".join(self.texts("Sources/ETLCore/SQL/**/*.sql") + self.texts("deploy/aws/**/*.*") + self.texts("Sources/ETLCore/Migrations/*.swift"))
        return set(re.findall(r"\betl_(?:admin|load|read|writer|reader)\b", text))

    @cached_property
    def stems(self):
        """Names of files without what follows the dot, as of types and suites of tests; of modules; at the top."""
        patterns = ("Sources/**/*.*", "Tests/**/*.swift", "Sources/*", "*")
        return {path.name.split(".")[0] for pattern in patterns for path in self.files(pattern)} - {""}

    @cached_property
    def file_names(self):
        patterns = ("Sources/**/*.*", "Tests/**/*.*", "scripts/**/*.*", "conceptual/**/*.*")
        return {path.name for pattern in patterns for path in self.files(pattern)}

    def has_path(self, name, page):
        """A path from the top or from the page; a name alone may be anywhere."""
        pattern = name.rstrip("/")
        if pattern in self.file_names:
            return True
        folders = [page.parent, self.root]
        return any(next(iter(folder.glob(pattern)), None) is not None for folder in folders if not pattern.startswith("/"))

    def deploys_path(self, name):
        """An absolute path is one of an image or a machine that deploy/ makes."""
        return name.startswith("/") and any(name in text for text in self.texts("deploy/**/*"))


def options_of(help_text):
    found = {}
    for match in re.finditer(r"^  (?:-\w, )?(--[a-z][a-z-]*)(.*(?:\n {10,}.*)*)", help_text, re.MULTILINE):
        values = re.search(r"\(values:\s+([^;)]+)", re.sub(r"\s+", " ", match[2]))
        found[match[1]] = [value.strip() for value in values[1].split(",")] if values else None
    # A wrong wrap of the help would lose options; those of the usage line have to be among them.
    for option in re.findall(r"\[?(--[a-z][a-z-]*)", help_text.split("USAGE:")[-1].split("\n\n")[0]):
        found.setdefault(option, None)
    return found
