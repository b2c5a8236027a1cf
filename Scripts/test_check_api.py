"""What Scripts/check-api takes for a break: python3 -m unittest discover Scripts"""

import importlib.machinery
import importlib.util
import unittest
from pathlib import Path

file = str(Path(__file__).parent / "check-api")
loader = importlib.machinery.SourceFileLoader("check_api", file)
check_api = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_api", loader))
loader.exec_module(check_api)


class SubjectTests(unittest.TestCase):
    def test_as_symbol_graphs_name_it(self):
        for said, name in [
                ("func Checksum.sha256(_:) has been removed", "Checksum.sha256(_:)"),
                ("func A.b(of:) has been renamed to func b(at:)", "A.b(of:)"),
                ("constructor A.init(b:) has been removed", "A.init(b:)"),
                ("accessor A.b.Set() has been removed", "A.b"),
                ("enumelement A.b has been added as a new enum case", "A.b"),
                ("var A.b has declared type change from Swift.Int to Swift.Bool", "A.b"),
                ("something else", None)]:
            self.assertEqual(check_api.subject(check_api.BREAK + said), name)


class BreaksTests(unittest.TestCase):
    removed = check_api.BREAK + "func A.b() has been removed"

    def test_public_things_count_and_others_do_not(self):
        self.assertEqual(check_api.breaks([self.removed], {"A", "A.b()"}, {"A"}), {self.removed})
        self.assertEqual(check_api.breaks([self.removed], {"A"}, {"A"}), set())

    def test_what_became_public_too(self):
        added = check_api.BREAK + "enumelement A.c has been added as a new enum case"
        self.assertEqual(check_api.breaks([added], {"A"}, {"A", "A.c"}), {added})

    def test_what_cannot_be_told_counts(self):
        strange = check_api.BREAK + "something else"
        self.assertEqual(check_api.breaks([strange], {"A"}, {"A"}), {strange})

    def test_what_is_public_no_longer_is_named_once(self):
        found = check_api.breaks([], {"A", "A.b()", "A.c", "D"}, {"D"})
        self.assertEqual(found, {check_api.BREAK + "A is public no longer"})


if __name__ == "__main__":
    unittest.main()
