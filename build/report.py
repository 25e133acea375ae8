"""The closing line of ./test: counts from the reports of all modules, and a failure when tests were skipped that may not be.

usage: report.py MAVEN_STATUS SECONDS ALLOWED_SKIPS_FILE
"""
import fnmatch
import glob
import sys
import xml.etree.ElementTree as ElementTree


def allowed_skips(path):
    """Lines `pattern of class.method | most | reason`."""
    rules = []
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            pattern, most, reason = (part.strip() for part in line.split("|", 2))
            rules.append((pattern, int(most), reason))
    return rules


def main(maven_status, seconds, rules):
    total = failed = 0
    slow, skips, broken = [], [], []
    for path in glob.glob("*/target/surefire-reports/TEST-*.xml"):
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name = "%s.%s" % (case.get("classname"), case.get("name"))
            total += 1
            slow.append((float(case.get("time", "0").replace(",", "")), name))
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                broken.append(name)
            skipped = case.find("skipped")
            if skipped is not None:
                skips.append((name, skipped.get("message") or "no reason given"))
    used = dict.fromkeys(rules, 0)
    refused = []
    for name, reason in skips:
        rule = next((rule for rule in rules if fnmatch.fnmatchcase(name, rule[0]) and used[rule] < rule[1]), None)
        if rule:
            used[rule] += 1
        else:
            refused.append((name, reason))
    for time, name in sorted(slow, reverse=True)[:5]:
        print("test: %6.1f s  %s" % (time, name))
    for name, reason in skips:
        print("test: skipped  %s: %s" % (name, reason))
    for name in broken:
        print("test: FAILED   %s" % name)
    problems = []
    if failed:
        problems.append("%d failed" % failed)
    elif maven_status:
        problems.append("the build failed (status %d)" % maven_status)
    if refused:
        problems.append("%d skipped without leave (build/allowed-skips.txt)" % len(refused))
    if not total:
        problems.append("no test has run")
    print("test: %d tests, %d skipped, %d failed, %d min %02d s: %s" % (
        total, len(skips), failed, seconds // 60, seconds % 60, "; ".join(problems) or "OK"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), allowed_skips(sys.argv[3])))
