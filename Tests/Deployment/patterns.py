"""CloudWatch Logs filter patterns for JSON, as far as the template uses them.

    { ($.event = "run_finished") && ($.exit_code != 75) }

&& binds tighter than ||. A key that is absent or null compares with nothing, also not by !=. Text may have * at its ends.
Of the tests of a key alone there are IS TRUE, IS FALSE and NOT EXISTS.
"""
import fnmatch
import json
import re

_TOKEN = re.compile(r'\s*(?:(?P<sign>&&|\|\||[(){}]|!=|>=|<=|[=<>])|(?P<path>\$(?:\.\w+)+)|(?P<test>IS TRUE|IS FALSE|NOT EXISTS)|"(?P<text>[^"]*)"|(?P<number>-?\d+(?:\.\d+)?))')


class Pattern:
    def __init__(self, text: str):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise ValueError(f"not understood from here: {text[at:]}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._take("{")
        self.matches_event = self._any()
        self._take("}")
        if self.tokens:
            raise ValueError(f"too much: {self.tokens}")

    def matches(self, line: str) -> bool:
        try:
            event = json.loads(line)
        except ValueError:
            return False
        return isinstance(event, dict) and self.matches_event(event)

    def _take(self, sign):
        if not self.tokens or self.tokens[0] != ("sign", sign):
            raise ValueError(f"{sign} is missing before {self.tokens[:3]}")
        self.tokens.pop(0)

    def _any(self):
        parts = [self._all()]
        while self.tokens[:1] == [("sign", "||")]:
            self.tokens.pop(0)
            parts.append(self._all())
        return lambda event: any(part(event) for part in parts)

    def _all(self):
        parts = [self._one()]
        while self.tokens[:1] == [("sign", "&&")]:
            self.tokens.pop(0)
            parts.append(self._one())
        return lambda event: all(part(event) for part in parts)

    def _one(self):
        if self.tokens[:1] == [("sign", "(")]:
            self._take("(")
            inner = self._any()
            self._take(")")
            return inner
        if [kind for kind, _ in self.tokens[:2]] == ["path", "test"]:
            (_, path), (_, test) = self.tokens[:2]
            del self.tokens[:2]
            return lambda event: look_up(event, path) is {"IS TRUE": True, "IS FALSE": False, "NOT EXISTS": None}[test]
        if len(self.tokens) < 3:
            raise ValueError(f"no comparison: {self.tokens}")
        (kind, path), (_, sign), (value_kind, value) = self.tokens[:3]
        del self.tokens[:3]
        if kind != "path" or value_kind not in ("text", "number"):
            raise ValueError(f"no comparison: {path} {sign} {value}")
        if value_kind == "text" and sign not in ("=", "!="):
            raise ValueError(f"text has no order: {path} {sign} {value}")
        return lambda event: _compare(look_up(event, path), sign, value, value_kind == "number")


def look_up(event: dict, path: str):
    value = event
    for name in path.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _compare(found, sign, wanted, is_number) -> bool:
    if is_number:
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            return False
        wanted = float(wanted)
        return {
            "=": found == wanted, "!=": found != wanted, ">": found > wanted, ">=": found >= wanted,
            "<": found < wanted, "<=": found <= wanted,
        }[sign]
    if not isinstance(found, str):
        return False
    return fnmatch.fnmatchcase(found, wanted) == (sign == "=")
