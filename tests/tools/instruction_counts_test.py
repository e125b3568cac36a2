"""Tests tools/bench/instruction_counts.py, with which `make bench-check` judges."""

import pathlib
import tempfile
import unittest

from instruction_counts import Baseline, breaches, gains, table

BEFORE = {"parse/get": 1000, "route/literal": 100}


class InstructionCounts(unittest.TestCase):
    def test_a_path_may_grow_by_five_percent_and_no_more(self):
        for now, expected in ((1000, []), (900, []), (1050, []),
                              (1051, ["parse/get has grown by 5.1 %, more than 5 %"]),
                              (1100, ["parse/get has grown by 10.0 %, more than 5 %"])):
            with self.subTest(now=now):
                self.assertEqual(list(breaches(BEFORE, {**BEFORE, "parse/get": now})), expected)

    def test_every_path_that_has_grown_is_named(self):
        self.assertEqual(len(list(breaches(BEFORE, {"parse/get": 2000, "route/literal": 200}))), 2)

    def test_a_path_without_a_baseline_is_a_breach(self):
        self.assertEqual(list(breaches(BEFORE, {**BEFORE, "token/new": 5})), ["token/new has no baseline"])

    def test_a_path_that_is_gone_is_a_breach(self):
        self.assertEqual(list(breaches(BEFORE, {"parse/get": 1000})),
                         ["route/literal has a baseline, but is no path any more"])

    def test_a_gain_is_named_once_it_is_beyond_five_percent(self):
        self.assertEqual(gains(BEFORE, {"parse/get": 950, "route/literal": 94}), ["route/literal"])

    def test_the_table_has_every_path_with_its_ratio(self):
        self.assertEqual(list(table(BEFORE, {"parse/get": 1100, "token/new": 5}))[2:],
                         ["| parse/get | 1,000 | 1,100 | 1.100 |",
                          "| token/new | none | 5 |  |",
                          "| route/literal | 100 | none |  |"])

    def test_a_baseline_is_for_one_compiler_and_one_kind_of_machine(self):
        baseline = Baseline("g++ 12.2.0", "x86_64", BEFORE)
        self.assertTrue(baseline.is_for("g++ 12.2.0", "x86_64"))
        self.assertFalse(baseline.is_for("g++ 14.2.0", "x86_64"))
        self.assertFalse(baseline.is_for("g++ 12.2.0", "aarch64"))

    def test_a_baseline_is_read_as_it_was_written(self):
        baseline = Baseline("g++ 12.2.0", "x86_64", BEFORE)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "baseline.json"
            baseline.write(file)
            self.assertEqual(Baseline.read(file), baseline)


if __name__ == "__main__":
    unittest.main()
