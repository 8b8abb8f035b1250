# SPDX-License-Identifier: GPL-3.0-or-later
"""stress on the command line."""
import json
import unittest

from _program import ROOT, Case, figures_alone, table

BISHAN = ROOT / "scenarios/bishan"
STATIC = ROOT / "scenarios/static"


class Stress(Case):
    @figures_alone
    def test_the_books_own_shocks_are_the_same(self):
        """What scenarios.csv does with a shocks file or a multiplier, the list does with its own."""
        own = {"macro_down": "economy_2", "pd_high": "pd_200", "valuation_down": "collateral_40", "half_demand": "demand_50"}
        done = self.pledgesim("stress", BISHAN, "--only", "baseline," + ",".join(own), "--st", "p_depletion<=1%", "--st", "npl_peak_q95<=20%",
                              "-n", "600", "-o", "out", "--lang", "en", code=1)
        rows = {}
        for row in table((self.dir / "out/stress.csv").read_bytes()):
            rows.setdefault(row["stress"], {})[row["figure"]] = {k: v for k, v in row.items() if k not in ("stress", "direction", "size")}
        self.assertEqual(len(rows["baseline"]), 16)
        for mine, listed in own.items():
            self.assertEqual(rows[mine], rows[listed])
        self.assertNotEqual(rows["pd_high"], rows["baseline"])
        self.assertIn("cluster nev down 2 sd for a year", done.stdout)
        manifest = json.loads((self.dir / "out/manifest.json").read_text("utf-8"))
        tables = [resource for resource in manifest["resources"] if "schema" in resource]
        self.assertEqual([r["path"] for r in tables], ["stress.csv", "reverse.csv", "death_path.csv", "scenarios_resolved.csv", "warnings.csv"])
        for resource in manifest["resources"][:3]:
            key = resource["schema"]["primaryKey"]
            found = [tuple(row[k] for k in key) for row in table((self.dir / "out" / resource["path"]).read_bytes())]
            self.assertEqual(len(found), len(set(found)))
            self.assertTrue(all(all(cells) for cells in found))

    def test_a_static_book_in_both_languages(self):
        run = ("stress", STATIC, "--id", "textbook", "--set", "pool_initial_wan=500", "--st", "p_depletion<=60%", "-n", "3000")
        one = self.pledgesim(*run, "-j", "1", "-o", "one", "--lang", "en")
        two = self.pledgesim(*run, "-j", "2", "--isa", "base", "-o", "two")
        for name in ("stress.csv", "reverse.csv", "death_path.csv"):
            self.assertEqual((self.dir / "one" / name).read_bytes(), (self.dir / "two" / name).read_bytes())
        lines = {row["direction"]: row for row in table((self.dir / "one/reverse.csv").read_bytes())}
        self.assertNotIn("demand", lines)  # nobody asks for a loan
        at = lines["pd"]
        self.assertEqual((at["outcome"], at["monotone"]), ("at", "true"))
        self.assertLess(float(at["size_lo"]), float(at["size"]))
        self.assertLess(float(at["size"]), float(at["size_hi"]))
        self.assertIn("the pool could not pay in", one.stdout)
        self.assertIn("个资金池不足赔付", two.stdout)

    def test_presets(self):
        run = ("stress", STATIC, "--id", "textbook", "--st", "p_depletion<=60%", "--lang", "en")
        quick = self.pledgesim(*run, "--preset", "quick", "-o", "quick")
        self.assertIn("of 4,000 worlds", quick.stdout)
        self.assertIn("of 500 worlds", self.pledgesim(*run, "--preset", "publish", "-n", "500").stdout)
        self.assertIn("--worlds 4000", self.pledgesim("help", "stress").stdout)

    def test_a_traced_world_is_one_of_the_dead(self):
        done = self.pledgesim("stress", STATIC, "--id", "textbook", "--st", "p_depletion<=60%", "-n", "500", "--lang", "en")
        world = done.stdout.split("--world ")[1].split()[0]
        told = self.pledgesim("trace", STATIC, "--id", "textbook", "--world", world, "--lang", "en").stdout
        self.assertIn("the pool is depleted", told)

    def test_nobody_dies(self):
        done = self.pledgesim("stress", STATIC, "--id", "textbook", "--set", "pool_initial_wan=100000", "-n", "2500", "-o", "out", "--lang", "en")
        self.assertIn("the pool could pay in all 2,500 worlds", done.stdout)
        self.assertIn("p_depletion<=1%: holds in every direction", done.stdout)  # the limit when none is given
        groups = {row["group"] for row in table((self.dir / "out/death_path.csv").read_bytes())}
        self.assertEqual(groups, {"survived", "all"})

    def test_bad_command_lines(self):
        for arguments, said in (
            (("--st", "p_depletoin<=1%"), "p_depletion"),
            (("--st", "p_depletion=1%"), "FIGURE<=LIMIT"),
            (("--id", "nobody"), "nobody"),
            (("-n", "1"), "--worlds"),
            (("--vary", "leverage=1:2"), "--vary"),
        ):
            done = self.pledgesim("stress", STATIC, *arguments, "--lang", "en", code=2)
            self.assertIn(said, done.stderr)
        done = self.pledgesim("stress", STATIC, "--set", "pd_multiplier=-1", "--lang", "en", code=3)
        self.assertIn("between 0 and 100", done.stderr)


if __name__ == "__main__":
    unittest.main()
