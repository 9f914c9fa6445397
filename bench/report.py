"""Results as a page: bench/RESULTS.md."""
import pathlib

# What was tried where a number is not reached yet: written by hand, and put at the page's end.
TRIED = pathlib.Path(__file__).resolve().parent / "TRIED.md"

TITLES = {
    "flow": "flow, counts",
    "flow-times": "flow with median and 95 %, within 1 %",
    "flow-exact": "flow with median and 95 %, exact",
    "paths": "paths, exact",
    "funnel": "funnel, 5 steps, 30 days, by channel",
    "retention": "retention, weekly",
    "flow-countries": "flow, DE against FR",
    "first-to-first": "first guide to first order, quantiles",
    "flow-cut": "flow, with a filter and a date cut",
    "paths-cut": "paths, with a filter and a date cut",
    "funnel-cut": "funnel, with a filter and a date cut",
}
# Of 100M events on two cores, warm: what trod wants to reach, in seconds.
GOALS = {"flow": 0.10, "flow-times": 0.35, "paths": 0.30, "funnel": 0.25, "retention": 0.3,
         "flow-countries": 0.1, "first-to-first": 0.1}
GOAL_IMPORT = {10_000_000: 2.5, 100_000_000: 25.0}
GOAL_CUSTOMER = (20e-6, 100e-6)
GOAL_STORED = 6.0
GOAL_PUBLIC = 0.35
GOAL_WITHOUT = (0.3, 100e6)


def seconds(value):
    if value is None:
        return "–"
    if value < 1e-3:
        return f"{value * 1e6:.3g} µs"
    if value < 1:
        return f"{value * 1e3:.3g} ms"
    return f"{value:.3g} s"


def ratio(value):
    if value is None:
        return "–"
    return f"{value:.2g} ×" if value < 10 else f"{value:,.0f} ×"


def mega(value):
    return "–" if value is None else f"{value / 1e6:,.0f} MB" if value >= 1e7 else f"{value / 1e6:.1f} MB"


def count(n):
    return f"{n // 1_000_000}M" if n >= 1_000_000 else f"{n // 1000}k"


def table(heads, rows):
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads),
            *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows), ""]


def figures(log, question, threads):
    for one in log["questions"]:
        if one["question"] == question and one["threads"] == threads:
            return one
    return {}


def yard(log, question, threads):
    for one in log.get("yardstick", []):
        if one["question"] == question and one["threads"] == threads:
            return one
    return None


def reached(value, goal):
    return "–" if goal is None else f"{seconds(goal)} {'✓' if value <= goal else '✗'}"


def page(found):
    machine, most = found["machine"], found["threads"][-1]
    memory = {b["threads"]: b["bytes_per_second"] for b in found["bandwidth"]}
    commit = f" ({found['commit']})" if found.get("commit") else ""
    out = ["# How fast trod is", "",
           "Written by `make bench`, not by hand. [bench/run](run) says how it is measured.", "",
           f"{found['when']}, trod {found['trod']}{commit}, {machine['processor']} "
           f"({machine.get('vectors', '?')}), "
           f"{machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB of memory, "
           f"{machine['system']} {machine['kernel']}. Memory is read at "
           + ", ".join(f"{v / 1e9:.1f} GB/s on {n} thread{'s' if n > 1 else ''}"
                       for n, v in memory.items()) + ".", "",
           f"Every figure is from the events themselves. Warm is the median of {found['times']}, in a "
           "process that has the store open; cold is from an empty page cache, opening included, the "
           "median of three. *own memory* is what the process held beyond mapped files, at most. "
           "*bare C* is a yardstick of three columns without filters, names or missing values; *memory* is "
           "the time that reading its columns takes at the speed above. A ratio says how many times longer "
           "the other one takes than trod, except for these two, where it is how many times longer trod "
           "takes.", ""]
    for log in found["logs"]:
        out += one_log(found, log, memory, most)
    out += without_store(found)
    out += instructions(found)
    if TRIED.exists():
        out += [TRIED.read_text(encoding="utf-8").strip()]
    return "\n".join(out).rstrip() + "\n"


def one_log(found, log, memory, most):
    n = log["events"]
    out = [f"## {n:,} events" + (f" of {log['names']:,} names" if log["names"] != 40 else ""), ""]
    heads = ["question", "warm", f"1 thread", "cold", "own memory", "bare C", "memory"]
    shown_peers = [p for p in log.get("peers", []) if "questions" in p and p["questions"]]
    heads += [p["name"] for p in shown_peers]
    goals = n == 100_000_000 and log["names"] == 40
    if goals:
        heads.append("to reach")
    rows, known = [], []
    for question, title in TITLES.items():
        mine = figures(log, question, most)
        if not mine:
            continue
        one = figures(log, question, 1)
        bare = yard(log, question, most)
        row = [title, seconds(mine["seconds"]), seconds(one.get("seconds")),
               seconds(mine.get("cold_seconds")), mega(mine["own_bytes"]),
               ratio(mine["seconds"] / bare["seconds"]) if bare else "–",
               ratio(mine["seconds"] / (bare["bytes"] / memory[most])) if bare else "–"]
        for peer in shown_peers:
            theirs = next((q for q in peer["questions"] if q["question"] == question), None)
            cell = "–"
            if theirs and "seconds" in theirs:
                cell = f"{ratio(theirs['seconds'] / mine['seconds'])} ({seconds(theirs['seconds'])})"
                if theirs.get("differs"):
                    known.append(f"{peer['name']}, {title}: another answer ({theirs['differs']})")
                    cell += " *wrong*"
            elif theirs and theirs.get("failed"):
                cell = "failed"
                known.append(f"{peer['name']}, {title}: {theirs['failed']}")
            row.append(cell)
        if goals:
            row.append(reached(mine["seconds"], GOALS.get(question)))
        rows.append(row)
    rows += trick_rows(log, shown_peers, most, len(heads), known)
    if "customer" in log:
        rows.append(customer_row(log, shown_peers, goals))
    out += table(heads, rows)
    out += memory_table(log, shown_peers, most)
    for peer in shown_peers:
        apart = max((q.get("apart", 0) for q in peer["questions"]), default=0)
        if apart:
            known.append(f"{peer['name']}'s quantiles are up to {apart * 100:.1f} % from trod's, on pairs of "
                         "names seen 1,000 times or more")
    if log.get("quick_apart", 0) > 0.01:
        known.append(f"trod's quick quantiles are up to {log['quick_apart'] * 100:.1f} % from its exact ones, on "
                     "the worst pair of names")
    opened = [one["open_seconds"] for one in log["questions"] if one["threads"] == most]
    known.append(f"opening the store takes {seconds(sorted(opened)[len(opened) // 2])}")
    for line in log.get("yardstick", []):
        if line.get("differs"):
            known.append(f"bare C, {line['question']}: {line['differs']}")
    out += [f"- {line}" for line in dict.fromkeys(known)] + ([""] if known else [])
    out += import_table(log, most)
    return out


def memory_table(log, shown_peers, most):
    """What everybody held at most."""
    if not shown_peers:
        return []
    rows = []
    for question, title in TITLES.items():
        mine = figures(log, question, most)
        peaks = [next((q.get("peak_bytes") for q in peer["questions"] if q["question"] == question), None)
                 for peer in shown_peers]
        if mine and any(peaks):
            rows.append([title, mega(mine["own_bytes"]), mega(mine["rss_bytes"]), *map(mega, peaks)])
    return table(["memory at most", "trod, own", "trod, with mapped files",
                  *(peer["name"] for peer in shown_peers)], rows)


def trick_rows(log, shown_peers, most, width, known):
    """DuckDB by the physical order of rows, which nothing checks."""
    rows = []
    for at, peer in enumerate(shown_peers):
        for q in peer["questions"]:
            if q["question"] == "flow-unsorted" and "seconds" in q:
                mine = figures(log, "flow", most)
                row = [f"{peer['name']}'s flow by the order in which rows happen to lie"] + ["–"] * (width - 1)
                row[7 + at] = f"{ratio(q['seconds'] / mine['seconds'])} ({seconds(q['seconds'])})"
                if q.get("differs"):
                    row[7 + at] += " *wrong*"
                    known.append(f"{peer['name']} by the order of rows: another answer ({q['differs']})")
                rows.append(row)
    return rows


def customer_row(log, shown_peers, goals):
    mine = log["customer"]
    row = ["one customer, p50 / p99", f"{seconds(mine['p50'])} / {seconds(mine['p99'])}",
           f"{seconds(mine['p50'])} / {seconds(mine['p99'])}", seconds(mine["cold_seconds"]),
           mega(mine["own_bytes"]), "–", "–"]
    for peer in shown_peers:
        theirs = peer.get("customer")
        row.append(f"{ratio(theirs['p50'] / mine['p50'])} ({seconds(theirs['p50'])} / "
                   f"{seconds(theirs['p99'])})" if theirs else "–")
    if goals:
        good = mine["p50"] <= GOAL_CUSTOMER[0] and mine["p99"] <= GOAL_CUSTOMER[1]
        row.append(f"{seconds(GOAL_CUSTOMER[0])} / {seconds(GOAL_CUSTOMER[1])} {'✓' if good else '✗'}")
    return row


def import_table(log, most):
    mine, n = log["import"], log["events"]
    heads = ["CSV import", "time", "events a second", "MB a second", "own memory", "bytes an event"]
    rows = [["trod", seconds(mine["seconds"]), f"{n / mine['seconds']:,.0f}",
             f"{mine['csv_bytes'] / mine['seconds'] / 1e6:,.0f}", mega(mine["own_bytes"]),
             f"{log['stored']['per_event']:.2f}"]]
    if "cold_seconds" in mine:
        rows.append(["trod, from a cold file", seconds(mine["cold_seconds"]),
                     f"{n / mine['cold_seconds']:,.0f}",
                     f"{mine['csv_bytes'] / mine['cold_seconds'] / 1e6:,.0f}", "–", "–"])
    if "bounded" in mine:
        one = mine["bounded"]
        rows.append(["trod, --memory 1G", seconds(one["seconds"]), f"{n / one['seconds']:,.0f}",
                     f"{mine['csv_bytes'] / one['seconds'] / 1e6:,.0f}", mega(one["own_bytes"]), "–"])
    for peer in log.get("peers", []):
        if "load_seconds" in peer:
            took = peer["load_seconds"]
            rows.append([f"{peer['name']} {peer['version']}", f"{seconds(took)} "
                         f"({ratio(took / mine['seconds'])})", f"{n / took:,.0f}",
                         f"{mine['csv_bytes'] / took / 1e6:,.0f}", "–",
                         f"{peer.get('stored_per_event', 0):.2f}"])
        elif "skipped" in peer:
            rows.append([peer["name"], f"skipped: {peer['skipped']}", "–", "–", "–", "–"])
    if log["names"] == 40 and n in GOAL_IMPORT:
        rows.append(["to reach", reached(mine["seconds"], GOAL_IMPORT[n]), "–", "–", "–",
                     f"{GOAL_STORED:g} {'✓' if log['stored']['per_event'] <= GOAL_STORED else '✗'}"])
    parts = sorted(log["stored"]["sections"].items(), key=lambda pair: -pair[1])
    return table(heads, rows) + ["Stored, bytes an event: "
                                 + ", ".join(f"{name} {value:.2f}" for name, value in parts
                                             if value >= 0.005) + ".", ""]


def without_store(found):
    out = []
    if found.get("without_store"):
        rows = [[f"trod {one['question']} on a CSV of {count(one['events'])} events",
                 seconds(one["seconds"]), mega(one["own_bytes"])] for one in found["without_store"]]
        both = sum(one["seconds"] for one in found["without_store"])
        most = max(one["own_bytes"] for one in found["without_store"])
        if found["without_store"][0]["events"] == 1_000_000:
            good = both <= GOAL_WITHOUT[0] and most <= GOAL_WITHOUT[1]
            rows.append(["both, and what is to be reached", f"{seconds(both)}, "
                         f"{seconds(GOAL_WITHOUT[0])} {'✓' if good else '✗'}", mega(GOAL_WITHOUT[1])])
        if found.get("public_log"):
            one = found["public_log"]
            rows.append(["import of bpic2012.xes.gz (to reach: "
                         f"{reached(one['seconds'], GOAL_PUBLIC)})", seconds(one["seconds"]),
                         mega(one["own_bytes"])])
        out += ["## Whole commands", ""] + table(["command", "time", "own memory"], rows)
    return out


def instructions(found):
    counted = found.get("instructions")
    if not counted:
        return []
    rows = []
    for question, one in counted.items():
        hot = ", ".join(f"`{name}` {share * 100:.0f} %" for share, name in one["most"])
        rows.append([TITLES.get(question, question), f"{one['per_event']:.2f}", hot])
    return ["## Instructions", "",
            f"An event, on one thread, {count(found['instructions_of'])} events, counted by callgrind: they do "
            "not hang on how busy the machine is. Callgrind knows no AVX-512; these are of the kernels "
            "without it.", ""] + table(["question", "instructions an event", "where"], rows)
