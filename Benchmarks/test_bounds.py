"""What misses a bound is named, and nothing else is: python3 -m unittest discover Benchmarks"""

import contextlib
import io
import unittest

import compare
import exits
import page
import start
from rows import ROWS


def row(ours, peer, many=False):
    """A row's results with one peer."""
    name = next(r for r in ROWS if r.many == many and r.bound).peers[-1]
    return {"ours": [ours] * 3, name: [peer] * 3}


def exit_round(worst_case=1.0, disabled=1.0, pace=None):
    policy = {"pace": pace, "exitShares": [1.0]} if pace is not None else None
    return {"worstCase": worst_case, "disabled": disabled, "policy": policy}


def starts(memory, ours, peer=None):
    result = {"ours": {"milliseconds": [ours], "mebibytes": [memory]}}
    if peer is not None:
        result[start.PEER] = {"milliseconds": [peer], "mebibytes": [60]}
    return result


class RowTests(unittest.TestCase):
    def test_times_on_either_side_of_the_bound(self):
        lenet = next(r for r in ROWS if r.network == "lenet" and not r.many)
        peer = 100.0
        kept = {lenet.key: row(lenet.bound * peer, peer)}
        self.assertEqual(page.misses(kept), [])
        missed = page.misses({lenet.key: row(lenet.bound * peer + 1, peer)})
        self.assertEqual(len(missed), 1)
        self.assertTrue(missed[0].startswith("LeNet, fp32, 1 thread"), missed)
        self.assertIn("missed", page.summary(lenet, row(lenet.bound * peer + 1, peer))[2])

    def test_images_per_second_on_either_side_of_the_bound(self):
        lenet = next(r for r in ROWS if r.network == "lenet" and r.many)
        self.assertEqual(page.misses({lenet.key: row(200.0, 100.0, many=True)}), [])
        self.assertEqual(len(page.misses({lenet.key: row(199.0, 100.0, many=True)})), 1)

    def test_rows_without_bound_or_peers_miss_nothing(self):
        free = next(r for r in ROWS if r.bound is None)
        lenet = next(r for r in ROWS if r.network == "lenet" and not r.many)
        results = {free.key: row(900.0, 1.0), lenet.key: {"ours": [900.0]}}
        self.assertEqual(page.misses(results), [])

    def test_rows_of_one_network_are_told_apart(self):
        self.assertEqual(len({r.key for r in ROWS}), len(ROWS))
        cold = next(r for r in ROWS if r.cold)
        missed = page.misses({cold.key: row(100.0, 100.0)})
        self.assertEqual(len(missed), 1)
        self.assertIn(", cold: 1.00 of ncnn", missed[0])

    def test_the_median_decides(self):
        lenet = next(r for r in ROWS if r.network == "lenet" and not r.many)
        rounds = {"ours": [10.0, 10.0, 90.0], "ncnn": [100.0] * 3}
        self.assertEqual(page.misses({lenet.key: rounds}), [])


class ExitTests(unittest.TestCase):
    fast = exits.NETWORKS[1]

    def misses(self, **figures):
        return exits.misses({self.fast.name: [exit_round(**figures)] * 3})

    def test_each_bound_on_either_side(self):
        self.assertEqual(self.misses(worst_case=1.10, disabled=1.02, pace=0.9), [])
        for figures, column in [
                ({"worst_case": 1.11}, "worst case"), ({"disabled": 1.03}, "branches unasked"),
                ({"pace": 0.89}, "images/s")]:
            missed = self.misses(**figures)
            self.assertEqual(len(missed), 1)
            self.assertTrue(missed[0].startswith(f"{self.fast.title}, {column}: "), missed)
            line = exits.line(self.fast, [exit_round(**figures)] * 3)
            self.assertEqual(line.count(", missed"), 1)

    def test_a_network_without_a_bound_on_its_worst_case(self):
        free = next(n for n in exits.NETWORKS if n.worst_case is None)
        self.assertEqual(exits.misses({free.name: [exit_round(worst_case=2.0)]}), [])


class StartTests(unittest.TestCase):
    def test_memory_and_time_on_either_side(self):
        self.assertEqual(start.misses(starts(20, 10, 60)), [])
        self.assertEqual(len(start.misses(starts(21, 10, 60))), 1)
        self.assertEqual(len(start.misses(starts(20, 11, 60))), 1)
        self.assertEqual(len(start.misses(starts(21, 11, 60))), 2)
        self.assertIn("MiB, missed;", start.verdict(starts(21, 10, 60)))
        self.assertIn("Runtime's, missed:", start.verdict(starts(20, 11, 60)))

    def test_without_a_peer_only_memory_has_a_bound(self):
        self.assertEqual(start.misses(starts(20, 1e6)), [])


class StatusTests(unittest.TestCase):
    def status(self, results):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            return compare.status(results), said.getvalue()

    def test_fails_and_says_which(self):
        status, said = self.status({"start": starts(21, 10)})
        self.assertEqual(status, 1)
        self.assertEqual(said, "missed: first answer, memory: 21.0 MiB, bound ≤ 20 MiB\n")

    def test_succeeds_in_silence(self):
        self.assertEqual(self.status({"start": starts(20, 10)}), (0, ""))


if __name__ == "__main__":
    unittest.main()
