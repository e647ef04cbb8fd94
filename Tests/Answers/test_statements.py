"""What the pages tell one to type is typed: SQL and commands of the job, on a private server with the sample batches.

The program is .build/debug/etl-job, or the one that ETL_JOB names.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts/lib"))

from answers import pages  # noqa: E402

JOB = os.environ.get("ETL_JOB", str(ROOT / ".build/debug/etl-job"))
PATHS = {"/backup/before-detaching": "exported"}


class TypedTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        (Path(cls.folder.name) / "batches").symlink_to(ROOT / "batches")
        cls.environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "ETL_JOB"))}
        cls.environment["ETL_MIGRATIONS"] = str(ROOT / "migrations")
        cls.job("local", "start")
        cls.addClassCleanup(cls.job, "local", "destroy", "--yes")
        cls.job("run", "batches", "--local")

    @classmethod
    def job(cls, *arguments, stdin=None, good=(0,)):
        done = subprocess.run([JOB, *arguments], cwd=cls.folder.name, env=cls.environment, input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300)
        if done.returncode not in good:
            raise AssertionError(f"etl-job {shlex.join(arguments)}: exit code {done.returncode}\n{stdin or ''}\n{done.stderr[-2000:]}")
        return done.stdout

    @classmethod
    def psql(cls, statements):
        return cls.job("local", "psql", "--", "--no-psqlrc", "--set=ON_ERROR_STOP=1", stdin=statements)

    @staticmethod
    def blocks(language):
        for path in pages.in_order(ROOT):
            for found, body in pages.fences(path.read_text()):
                if found == language:
                    yield path.name, body

    def test_every_statement_runs(self):
        count = 0
        for name, body in self.blocks("sql"):
            with self.subTest(page=name, statement=body):
                self.psql(f"begin;\n{body}\nrollback;\n")
            count += 1
        self.assertGreater(count, 8)

    def test_every_statement_of_a_line_runs(self):
        count = 0
        for name, body in self.blocks("sh"):
            for line in pages.commands(body):
                if line.startswith("sql -c"):
                    with self.subTest(page=name, line=line):
                        self.psql(shlex.split(line)[-1])
                    count += 1
        self.assertGreater(count, 3)

    def test_every_command_of_the_job_runs(self):
        count = 0
        for name, body in self.blocks("sh"):
            for line in pages.commands(body):
                if not line.startswith("etl-job "):
                    continue
                words = [PATHS.get(word, word) for word in shlex.split(line, comments=True)]
                with self.subTest(page=name, line=line):
                    self.job(*words[1:], "--local")
                count += 1
        self.assertGreater(count, 15)

    def test_quoted_output_is_what_the_job_prints(self):
        count = 0
        for name, body in self.blocks("text"):
            lines = body.splitlines()
            if not lines[0].startswith("$ etl-job "):
                continue
            printed = [line.rstrip() for line in self.job(*shlex.split(lines[0])[2:], "--local").splitlines()]
            for line in lines[1:]:
                if line.strip() != "…":
                    with self.subTest(page=name, line=line):
                        self.assertTrue(any(real.startswith(line.rstrip()) for real in printed), f"not printed: {line}")
            count += 1
        self.assertGreater(count, 0)

    def test_the_quoted_event_has_the_keys_of_a_real_one(self):
        done = subprocess.run([JOB, "run", "batches", "--local", "--log-format", "json"], cwd=self.folder.name, check=True,
                              env=self.environment, capture_output=True, text=True)
        events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        real = next(event for event in events if event.get("event") == "run_finished")
        quoted = next(json.loads(body) for _, body in self.blocks("json") if "run_finished" in body)
        self.assertEqual(set(quoted), set(real))
        for key in ("newest_batch_id", "scores_rows", "exit_code"):
            self.assertEqual(quoted[key], real[key], key)

    def test_a_refused_inbox_batch_is_as_the_runbook_says(self):
        self.psql("insert into inference_results (id, score, industry) select id, score::text, "
                  "case when row_number() over (order by id) % 2 = 0 then 'clothes' else industry end from window_assets where batch_id = 19")
        self.addCleanup(self.psql, "delete from inference_results where batch_id is null")
        done = subprocess.run([JOB, "run", "--from-inbox", "--local"], cwd=self.folder.name, env=self.environment,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 65)
        quoted = next(body for name, body in self.blocks("text") if "too many rejected rows" in body)
        for line in quoted.splitlines():
            self.assertIn(line, done.stderr)
        self.assertIn("391", self.psql("select count(*) from inference_results where batch_id is null"))
        self.assertIn("195", self.job("run", "--from-inbox", "--dry-run", "--max-reject-ratio", "1", "--local"))
        self.job("rejects", "--batch", "20", "--local", good=(66,))

    def test_an_older_program_is_refused_in_the_quoted_words(self):
        quoted = next(body for name, body in self.blocks("text") if "the database is newer" in body)
        with tempfile.TemporaryDirectory() as older:
            for path in sorted((ROOT / "migrations").glob("*.sql"))[:-1]:
                (Path(older) / path.name).write_bytes(path.read_bytes())
            done = subprocess.run([JOB, "run", "batches", "--local"], cwd=self.folder.name, check=False, capture_output=True, text=True,
                                  env=self.environment | {"ETL_MIGRATIONS": older})
        self.assertEqual(done.returncode, 78)

        def unnumbered(text):
            return re.sub(r"migration \d+ \(\w+\)", "migration N", text)

        for line in quoted.splitlines():
            self.assertIn(unnumbered(line), unnumbered(done.stderr))

    def test_history_refuses_a_deletion_in_the_quoted_words(self):
        done = subprocess.run([JOB, "local", "psql", "--", "--no-psqlrc", "-c", "delete from batches where batch_id = 19"],
                              cwd=self.folder.name, env=self.environment, capture_output=True, text=True, check=False)
        quoted = next(body for name, body in self.blocks("text") if "append-only" in body)
        for line in quoted.splitlines():
            self.assertIn(line, done.stderr)


if __name__ == "__main__":
    unittest.main()
