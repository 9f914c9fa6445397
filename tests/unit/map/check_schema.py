#!/usr/bin/python3
"""check_schema.py PRINT_TWINS TROD: holds twins against schemas/journey.schema.json.

Twins of random maps, of the examples and of the shared map must be valid; each of the wrong twins
below must not.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema is not here")
    sys.exit(77)

N_RANDOM = 150
ROOT = pathlib.Path(os.environ["TROD_SOURCE_ROOT"])
SHARED = next((path for path in (pathlib.Path(os.environ.get("TROD_SHARED") or ROOT.parent / "shared"),
                                 ROOT.parent.parent / "shared") if path.is_dir()), None)
schema = json.loads((ROOT / "schemas/journey.schema.json").read_text(encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = []


def why(twin):
    """The deepest thing that is wrong with a twin, or None."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(twin))
    return error and f"{'.'.join(str(p) for p in error.absolute_path)}: {error.message[:200]}"


def random_twins():
    text = subprocess.run([sys.argv[1], str(N_RANDOM)], check=True, stdout=subprocess.PIPE).stdout
    text, decoder, at = text.decode(), json.JSONDecoder(), 0
    while text[at:].strip():
        twin, at = decoder.raw_decode(text, at)
        at += 1
        yield twin


n = 0
for n, twin in enumerate(random_twins(), 1):
    wrong = why(twin)
    if wrong:
        failures.append(f"random map {n}: {wrong}")
if n != N_RANDOM:
    failures.append(f"there are {n} random twins, not {N_RANDOM}")

maps = sorted(ROOT.glob("examples/*/*.journey"))
if SHARED:
    maps += sorted(SHARED.glob("data/maps/own/*.journey"))
else:
    print("skipped: the shared maps, which are not here")
for path in maps:
    made = subprocess.run([sys.argv[2], "convert", path, "--to", "json"], stdout=subprocess.PIPE)
    if made.returncode:
        failures.append(f"{path}: trod convert failed")
        continue
    wrong = why(json.loads(made.stdout))
    if wrong:
        failures.append(f"{path}: {wrong}")

GOOD = {"trod": "journey", "version": 1, "lines": [
    {"journey": {"id": "a", "title": "A", "lines": [
        {"state": {"state": "to-be"}},
        {"span": {"id": "s", "from": ["t"], "to": ["t"], "usually": "3 days"}},
        {"persona": {"personas": ["p"]}}]}},
    {"stage": {"id": "b", "title": "B", "lines": [
        {"touchpoint": {"id": "t", "title": "T", "lines": [
            {"feels": {"level": 1, "text": "glad", "proof": {"research": "r"}}},
            {"seen when": {"event": "x", "conditions": [{"name": "n", "op": "=", "value": 1}]}}]}}]}},
]}
JOURNEY, STAGE = 0, 1


def line(twin, *path):
    """A line of the good twin: its place among the lines, then among the lines of that …"""
    at = twin["lines"][path[0]]
    for step in path[1:]:
        at = next(iter(at.values()))["lines"][step]
    return at


WRONG = {
    "no kind": lambda t: t.pop("trod"),
    "another version": lambda t: t.update(version=2),
    "no lines": lambda t: t.pop("lines"),
    "a member too much": lambda t: t.update(more=1),
    "an unknown keyword": lambda t: t["lines"].append({"stagge": {"id": "c", "title": "C"}}),
    "a line of two keywords": lambda t: line(t, JOURNEY).update(blank=True),
    "a line of none": lambda t: t["lines"].append({}),
    "a stage without id": lambda t: line(t, STAGE)["stage"].pop("id"),
    "an id with a blank": lambda t: line(t, STAGE)["stage"].update(id="b c"),
    "an unknown member": lambda t: line(t, STAGE)["stage"].update(titel="B"),
    "a title that is an object": lambda t: line(t, STAGE)["stage"].update(title={"of": "B"}),
    "a line in the wrong place": lambda t: t["lines"].append({"feels": {"level": 1}}),
    "a stage in a stage": lambda t: line(t, STAGE)["stage"]["lines"].append(
        {"stage": {"id": "c", "title": "C"}}),
    "a state that there is not": lambda t: line(t, JOURNEY, 0)["state"].update(state="maybe"),
    "a span without a beginning": lambda t: line(t, JOURNEY, 1)["span"].pop("from"),
    "a list that is none": lambda t: line(t, JOURNEY, 2)["persona"].update(personas="p"),
    "a level that is true": lambda t: line(t, STAGE, 0, 0)["feels"].update(level=True),
    "a proof without research": lambda t: line(t, STAGE, 0, 0)["feels"].update(proof={}),
    "an operator that there is not":
        lambda t: line(t, STAGE, 0, 1)["seen when"]["conditions"][0].update(op="=="),
    "a condition without a name":
        lambda t: line(t, STAGE, 0, 1)["seen when"]["conditions"][0].pop("name"),
    "a comment that is none": lambda t: t["lines"].append({"comment": "no"}),
    "a line break in a text": lambda t: line(t, STAGE)["stage"].update(title="B\nC"),
    "long text at the left edge": lambda t: t["lines"].append({"long": "x"}),
    "a raw line at the left edge": lambda t: t["lines"].append({"raw": "x"}),
}
if why(GOOD):
    failures.append(f"the good twin: {why(GOOD)}")
for name, spoil in WRONG.items():
    twin = copy.deepcopy(GOOD)
    spoil(twin)
    if not why(twin):
        failures.append(f"valid, but it should not be: {name}")
    # Whatever the schema refuses, trod refuses as well.
    said = subprocess.run([sys.argv[2], "convert", "-", "--from", "json", "--to", "journey"],
                          input=json.dumps(twin).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if said.returncode != 2 or not said.stderr:
        failures.append(f"trod takes it, but it should not: {name}")

for failure in failures:
    print(f"FAILED: {failure}")
print(f"{N_RANDOM} random twins, {len(maps)} maps and {len(WRONG)} wrong twins")
sys.exit(1 if failures else 0)
