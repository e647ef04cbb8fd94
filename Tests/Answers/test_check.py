"""The check of names: each kind of wrong name is found, and the export holds together."""
import base64
import hashlib
import re
import shutil
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts/lib"))

from answers import aws, check, diagrams, page, pages  # noqa: E402
from answers.catalogue import Catalogue  # noqa: E402


class NameTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.catalogue = Catalogue(ROOT)
        cls.look = check.Look(cls.catalogue, ROOT / "conceptual/runbook.md", {}, set())

    def test_right_names_pass(self):
        for span in (
            "etl-job run --max-reject-ratio 0.5", "etl-job drift pin --batches 5-7", "etl-job drift --history",
            "--growth-limit", "scores", "batches.read_count", "percentile_at", "ranked_window(17, 19, 'mid_rank')",
            "industry_unknown", "hair care", "(all)", "etl_writer", "EtlJobDrift", "etl_job_table_size_bytes",
            "scripts/check-layers", "deploy/prometheus/etl_job.rules.yml", "BatchTransaction.swift", "DATABASE_URL",
            "select verdict from latest_drift", "0.2", "99999",
        ):
            self.assertIsNone(self.look.at_span(span), span)

    def test_wrong_names_fail(self):
        for span in (
            "etl-job rune", "etl-job run --max-rejects 0.5", "etl-job drift pin --industry cars",
            "etl-job run --percentile-method median", "--growth-limits", "scoress", "batches.read_counts", "percentile_of",
            "ranked_windows(17, 19, 'mid_rank')", "industry_unknwon", "hair  cares", "etl_admins", "EtlJobDrifts",
            "etl_job_table_bytes", "scripts/check-layer", "deploy/prometheus/rules.yml", "BatchTransactions",
            "DATABASE_URI", "select verdict from newest_drift", "select median(score) from scores",
            "insert into industries (name) values ('toys')", "/etc/no/such.pem", "DriftsAlarm", "whatever:this",
        ):
            self.assertIsNotNone(self.look.at_span(span), span)

    def test_wrong_lines_of_a_shell_fail(self):
        for line in (
            "etl-job verify --sample", "sql -c 'select * from score'", "scripts/no-such-script",
            "export ETL_PASSWORDS=x", "kubectl get pods", "aws cloudformation deploy --parameter-overrides Immage=1",
            "deploy Immage=1", "from=$(output NoSuchOutput)", "deploy Image=\"$(output NoSuchOutput)\"", 'aws rds describe-db-clusters --db-cluster-identifier "$(resource Clusters)"',
        ):
            self.assertTrue(self.look.at_shell(line), line)

    def test_lines_of_the_aws_command_line(self):
        self.assertEqual(aws.errors('aws stepfunctions list-executions --state-machine-arn "$(resource StateMachine)" --max-results 5'), [])
        for line in (
            "aws stepfunction list-executions", "aws stepfunctions list-execution", "aws stepfunctions list-executions --max 5",
            "aws rds generate-db-auth-token --host x", "aws cloudformation deploy --parameters A=1",
        ):
            self.assertTrue(aws.errors(line), line)

    def test_catalogue_is_not_empty_anywhere(self):
        for kind in ("schema", "columns", "functions", "commands", "exit_codes", "metrics", "alerts", "literals", "roles", "stems"):
            self.assertGreater(len(getattr(self.catalogue, kind)), 1, kind)
        self.assertEqual(self.catalogue.exit_codes, {0, 1, 64, 65, 66, 69, 70, 75, 78, 130, 137, 143})


class PageTests(unittest.TestCase):
    """Whole pages, copied and spoilt."""

    @classmethod
    def setUpClass(cls):
        cls.catalogue = Catalogue(ROOT)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        shutil.copytree(ROOT / "conceptual", self.root / "conceptual")
        self.before = set(check.findings(self.root, self.catalogue))

    def found_after(self, name, old, new):
        path = self.root / "conceptual" / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))
        found = set(check.findings(self.root, self.catalogue)) - self.before
        path.write_text(text)
        return found

    def test_spoilt_pages_are_found(self):
        for name, old, new in (
            ("1-deployment.md", "`batch_distributions`", "`batch_distribution`"),
            ("1-deployment.md", "](diagrams/deployment.svg)", "](diagrams/deployments.svg)"),
            ("1-deployment.md", "(runbook.md#a-failover)", "(runbook.md#a-fail-over)"),
            ("2-monitoring.md", "exit code 1,", "exit code 2,"),
            ("runbook.md", "insert into industries (industry)", "insert into industries (name)"),
            ("runbook.md", "etl-job doctor\n", "etl-job nurse\n"),
            ("runbook.md", "`EtlJobFailsAgainAndAgain`", "an alert"),
            ("runbook.md", "| 78 |", "| many |"),
            ("glossary.md", "`scores`", "`scoress`"),
            ("README.md", "(glossary.md)", "(runbook.md)"),
            ("outside-words.txt", "pg_cron ", "pg_corn "),
        ):
            self.assertTrue(self.found_after(name, old, new), f"{name}: {old} → {new}")

    def test_a_diagram_that_is_not_drawn_anew_is_found(self):
        self.assertEqual(diagrams.stale(self.root), [])
        source = self.root / "conceptual/diagrams/drift.dot"
        source.write_text(source.read_text() + "\n")
        self.assertEqual(len(diagrams.stale(self.root)), 1)

    def test_titles_of_diagrams_cannot_break_out(self):
        source = self.root / "conceptual/diagrams/drift.dot"
        source.write_text('// a "quoted" <title> & more\n')
        svg = diagrams.cleaned('<svg width="10pt" height="20pt" viewBox="0 0 1 1"><g id="graph0"></g></svg>', source)
        self.assertIn('aria-label="a &quot;quoted&quot; &lt;title&gt; &amp; more"', svg)
        self.assertIn('id="drift-graph0"', svg)

    def test_an_export_that_is_not_rendered_anew_is_found(self):
        shutil.copytree(ROOT / "scripts/lib", self.root / "scripts/lib")
        self.assertEqual(page.stale(self.root), [])
        glossary = self.root / "conceptual/glossary.md"
        glossary.write_text(glossary.read_text() + "\nMore.\n")
        self.assertEqual(len(page.stale(self.root)), 1)


class Collector(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.targets, self.tags, self.open = [], [], set(), []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("href", "src", "xlink:href", "srcset", "data", "action"):
            if name in given:
                self.targets.append(given[name])


class ExportTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.html = (ROOT / "conceptual/answers.html").read_text()
        cls.collected = Collector()
        cls.collected.feed(cls.html)

    def test_it_needs_nothing_from_elsewhere(self):
        self.assertFalse(self.collected.tags & {"script", "img", "link", "iframe", "object", "embed", "form"})
        self.assertEqual([target for target in self.collected.targets if not target.startswith("#")], [])
        style = re.search(r"<style>(.*?)</style>", self.html, re.DOTALL)[1]
        self.assertNotIn("url(", style)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"style-src 'sha256-{digest}'", self.html)
        self.assertNotRegex(self.html, r"<[^>]+ style=", "inline styles are not allowed by the policy")

    def test_links_lead_somewhere_and_ids_are_unique(self):
        ids = self.collected.ids
        self.assertEqual(sorted(ids), sorted(set(ids)))
        for target in self.collected.targets:
            self.assertIn(target[1:], ids, target)

    def test_all_pages_and_diagrams_are_in_it(self):
        for path in pages.in_order(ROOT):
            self.assertIn(f'<h1 id="{page.prefix(ROOT, path)}"', self.html)
        self.assertEqual(self.html.count("<svg "), len(diagrams.sources(ROOT)))

    def test_no_markup_is_left_over(self):
        text = re.sub(r"<pre>.*?</pre>|<code>.*?</code>|<style>.*?</style>|<svg.*?</svg>", "", self.html, flags=re.DOTALL)
        for left in ("```", "**", "](", "<!-- costs"):
            self.assertNotIn(left, text)


if __name__ == "__main__":
    unittest.main()
