"""Runs one suite of Meson's tests and counts its test functions.

A cmocka program reports each of its functions on standard error; any other program counts as one
test. A program that dies counts as one failure more than the functions that it reported.
"""
import json
import os
import re
import subprocess
import sys

# What cmocka prints of a function that is done.
LINE = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] ([A-Za-z_]\w*)", re.M)
OK, SKIPPED, FAILED = range(3)
STATES = {"OK": OK, "SKIPPED": SKIPPED, "FAILED": FAILED}


def count(test):
    """(passed, failed, skipped) of one program of Meson's log, and what to print of it."""
    text = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    result = test["result"]
    functions = {}
    for state, name in LINE.findall(text):
        # cmocka names a failed function once more in its summary: the worst counts.
        functions[name] = max(functions.get(name, OK), STATES[state])
    states = list(functions.values())
    counts = [states.count(OK), states.count(FAILED), states.count(SKIPPED)]
    shown = []
    if result in ("OK", "EXPECTEDFAIL"):
        if not functions:
            counts[0] = 1
    elif result == "SKIP":
        if not functions:
            counts[2] = 1
    elif counts[1] == 0:
        counts[1] = 1
    if counts[1]:
        shown = [f"FAILED: {test['name']} ({result.lower()}, status {test.get('returncode')})"]
        shown += ["    " + line for line in text.strip().splitlines()[-80:]]
    elif counts[2]:
        names = [name for name, state in functions.items() if state == SKIPPED]
        shown = [f"skipped: {test['name']}: {', '.join(names) or 'all of it'}"]
        shown += ["    " + line for line in text.splitlines() if line.startswith("skipped:")]
    return counts, shown


def main(suite):
    build = os.environ.get("TROD_BUILD", "build")
    command = ["meson", "test", "-C", build, "--no-rebuild", "--suite", suite,
               "--logbase", f"testlog-{suite}", "--quiet"]
    workers = os.environ.get("TROD_JOBS")
    if workers:
        command += ["--num-processes", workers]
    log = os.path.join(build, "meson-logs", f"testlog-{suite}.json")
    if os.path.exists(log):
        os.unlink(log)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    total = [0, 0, 0]
    if os.path.exists(log):
        with open(log, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                counts, shown = count(json.loads(line))
                total = [a + b for a, b in zip(total, counts)]
                for text in shown:
                    print(text)
    if sum(total) == 0:
        print(done.stdout)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
