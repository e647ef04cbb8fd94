"""The tables of costs: the arithmetic against one done by hand, that every given figure matters, and the pages."""
import copy
import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def program():
    loader = importlib.machinery.SourceFileLoader("costs", str(ROOT / "scripts/costs"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("costs", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


costs = program()

from answers.cost_model import Model  # noqa: E402, found by what scripts/costs says
from answers.cost_tables import money, month, tables  # noqa: E402


class CostsTests(unittest.TestCase):
    def setUp(self):
        self.data = costs.load()
        self.small, self.medium, self.large = [Model(self.data, size) for size in self.data["sizes"]]

    def test_a_month_of_a_million_assets_by_hand(self):
        # 120 s a night; 980,000 accepted, three snapshots of 190 B and a row of 252 B each; 40,000 counts of 129 B;
        # 20,000 rejected rows of 320 B.
        night = 980_000 * (3 * 190 + 252) + 40_000 * 129 + 20_000 * 320
        self.assertAlmostEqual(self.medium.bytes_a_night, night)
        stored = night * 30.42 * 12 + 4 * 1_000_000 * (178 + 500)
        self.assertAlmostEqual(self.medium.storage(), stored / 1e9 * 0.10)
        self.assertAlmostEqual(self.medium.io, 1e6 * (2300 / 4096 + 0.32) * 30.42 / 1e6 * 0.20)
        self.assertAlmostEqual(self.medium.idle_capacity, 730 * 0.12)
        verify = 3_000_000 * 30.42 * 12 / 73_000
        self.assertAlmostEqual(self.medium.busy_capacity, 7 * (120 * 30.42 + verify * 4.35) / 3600 * 0.12)
        task = (30.42 * (45 + 120 + 60) + 4.35 * (45 + verify)) / 3600 * (0.5 * 0.04048 + 1 * 0.004445)
        self.assertAlmostEqual(self.medium.fargate, task)
        self.assertAlmostEqual(self.medium.awslambda, 30.42 * 120 * 2 * 0.0000166667)
        self.assertAlmostEqual(self.medium.glue, 30.42 * 120 / 3600 * 2 * 0.44)
        self.assertAlmostEqual(self.medium.metrics_and_alarms, 10 * 0.30 + 13 * 0.10)
        self.assertAlmostEqual(self.medium.reading(self.medium.scores_bytes), 980_000 * 252 * 365.04 / 8192 * 30.42 * 0.2e-6)
        self.assertAlmostEqual(self.medium.streaming, 730 * 0.015 + 30.42 * 0.014 + 2 * 730 * 0.11 + 5)

    def test_what_is_impossible_costs_nothing_that_could_be_compared(self):
        self.assertIsNone(self.large.awslambda)
        self.assertIn("not possible", month([self.large]))

    def test_every_price_and_assumption_matters(self):
        before = self.figures(self.data)
        for kind, key in (("prices", "usd"), ("assumptions", "value")):
            for name in self.data[kind]:
                changed = copy.deepcopy(self.data)
                changed[kind][name][key] *= 100
                self.assertNotEqual(self.figures(changed), before, f"{name} changes nothing")
        for position, size in enumerate(self.data["sizes"]):
            for name in set(size) - {"name", "verify_nights", "read_io"}:
                changed = copy.deepcopy(self.data)
                changed["sizes"][position][name] *= 50
                self.assertNotEqual(self.figures(changed), before, f"{name} of {size['name']} changes nothing")

    @staticmethod
    def figures(data):
        computed = tables(data)
        return [computed[name] for name in ("month", "limits", "growth", "signals", "monitoring")]

    def test_every_price_says_where_it_was_looked_up_or_that_it_was_not(self):
        for name, price in self.data["prices"].items():
            self.assertIn("checked", price, name)
            self.assertGreater(price["usd"], 0, name)

    def test_the_pages_have_these_tables_and_a_changed_one_is_found(self):
        self.assertEqual(self.check(ROOT / "scripts/costs"), 0)
        with tempfile.TemporaryDirectory() as folder:
            copied = Path(folder)
            (copied / "scripts/lib/answers").mkdir(parents=True)
            (copied / "conceptual").mkdir()
            programs = ["scripts/costs"] + [f"scripts/lib/answers/{name}.py" for name in ("__init__", "cost_model", "cost_tables")]
            for name in programs + [f"conceptual/{page.name}" for page in costs.PAGES] + ["conceptual/costs.json"]:
                (copied / name).write_text((ROOT / name).read_text())
            self.assertEqual(self.check(copied / "scripts/costs"), 0)
            page = copied / "conceptual/1-deployment.md"
            text = page.read_text()
            page.write_text(text.replace(money(self.medium.fargate), "0.01", 1))
            self.assertNotEqual(page.read_text(), text)
            self.assertEqual(self.check(copied / "scripts/costs"), 1)
            page.write_text(text.replace("<!-- /costs -->", "", 1))
            self.assertEqual(self.check(copied / "scripts/costs"), 1)

    def test_alarms_and_metrics_are_as_many_as_the_template_has(self):
        template = (ROOT / "deploy/aws/template.yaml").read_text()
        resources = re.split(r"^  (?=\w+:)", template, flags=re.MULTILINE)
        alarms = [resource for resource in resources if "Type: AWS::CloudWatch::Alarm" in resource]
        self.assertEqual(sum(max(1, alarm.count("MetricStat:")) for alarm in alarms), self.data["assumptions"]["alarms"]["value"])
        self.assertEqual(template.count("Type: AWS::Logs::MetricFilter"), self.data["assumptions"]["metrics"]["value"])
        self.assertEqual(template.count("Type: AWS::KMS::Key"), self.data["assumptions"]["keys"]["value"])
        number = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"][len(alarms)]
        monitoring = " ".join((ROOT / "conceptual/2-monitoring.md").read_text().replace("\n> ", " ").split())
        self.assertIn(f"CloudWatch makes {number} alarms", monitoring)
        self.assertIn(f"The {number} CloudWatch alarms", monitoring)
        self.assertIn(f"the {number} alarms of", self.data["assumptions"]["alarms"]["why"])
        self.assertIn(f'"{number} alarms"', (ROOT / "conceptual/diagrams/deployment.dot").read_text())

    def test_figures_in_sentences_are_those_of_the_tables(self):
        """What a sentence rounds, it rounds rightly; each phrase stands in its page."""
        s, m, l = self.small, self.medium, self.large

        def hours(seconds):
            return f"{seconds / 3600:.1f}"

        phrases = {
            "1-deployment.md": [
                f"costs {s.fargate:.2f} to {l.fargate:.0f} dollars a month", f"{s.database:.0f} to {round(l.database, -2):,.0f}",
                f"a batch of {900 / m.load_seconds_per_million:.1f} million assets", f"{s.load_seconds:.1f} seconds of work",
                f"{s.streaming:.0f} dollars at sizes", f"takes {hours(m.verify_seconds)} hours", f"load ({m.load_seconds:.0f} s)",
                f"load about {hours(l.load_seconds)} h; {l.stored_bytes / 1e12:.0f} TB a year",
                f"load about {m.load_seconds * 10 / 60:.0f} min", f"takes some {m.load_seconds / 10:.0f} s",
                f"{m.stored_bytes / 1e12:.1f} TB a year",
            ],
            "README.md": [f"about {m.load_seconds / 60:.0f} minutes", f"about {round(m.total, -1):.0f} dollars"],
            "decisions/0002-one-transaction-a-batch.md": [f"hours ({hours(l.load_seconds)} by proportion)"],
            "decisions/0009-fargate.md": [f"15 minutes are {900 / m.load_seconds_per_million:.1f} million assets"],
        }
        for page, expected in phrases.items():
            text = " ".join((ROOT / "conceptual" / page).read_text().replace("\n> ", " ").split())
            for phrase in expected:
                self.assertIn(phrase, text, page)
        self.assertTrue(0.6 < l.storage() / l.database < 0.68, "storage is nearly two thirds")
        self.assertTrue(0.28 < 1 - (l.total - l.storage() + l.storage_of_90_days) / l.total < 0.38, "90 days save a third")
        for model in (s, m, l):
            self.assertGreater(model.database_optimized, model.database)
        self.assertAlmostEqual(s.network / s.database, 1, delta=0.1)
        self.assertTrue(0.6 < m.snapshot_bytes_a_night / m.bytes_a_night < 0.72, "snapshots are two thirds of a night")

    @staticmethod
    def check(script):
        return subprocess.run([sys.executable, str(script), "--check"], capture_output=True, check=False).returncode


if __name__ == "__main__":
    unittest.main()
