"""The programs that trod is held against, each asked in the way that is best for it.

A peer has `load(csv)`, `ask(question)` and `end()`. An answer is a dict of numbers and lists that
`agree` holds against trod's. What a peer is known to get wrong stands in KNOWN, with the reason."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from measure import Failed, n_bytes, status_bytes

STEPS = ["landing", "product", "cart-add", "checkout", "order"]
FROM, TO = "guide", "order"
COUNTRIES = ["DE", "FR"]
WINDOW_MS = 30 * 86400 * 1000
OPENED_MS = 1672531200000       # 2023-01-01, a Sunday
MONDAY_MS = OPENED_MS - 6 * 86400 * 1000
WEEK_MS = 7 * 86400 * 1000
CHANNELS = "web app letter search-ad social store phone partner".split()
PLANS = "free plus pro".split()
COLUMNS = "customer time event channel country plan value".split()

HERE = pathlib.Path(__file__).resolve().parent


def names_of(csv):
    """The event names and countries of a log, as they are in it."""
    names, countries = set(), set()
    with open(csv, "rb") as stream:
        next(stream)
        for number, line in enumerate(stream):
            cells = line.split(b",", 5)
            names.add(cells[2])
            countries.add(cells[4])
            if number > 3_000_000:
                break
    return sorted(name.decode() for name in names), sorted(c.decode() for c in countries)


class Peer:
    wrong = {}      # question -> why its answer may differ

    def ask(self, question):
        """Seconds and the answer."""
        raise NotImplementedError

    def customers(self, ids):
        raise NotImplementedError


# ---- DuckDB -------------------------------------------------------------------------------------

def duckdb_funnel():
    """Each level hands down, for every event, the latest begin of a chain that has come so far."""
    inner = (f"SELECT customer, time, event, channel, max(CASE WHEN event = '{STEPS[0]}' THEN time END)"
             " OVER w AS s1 FROM ev WINDOW w AS (PARTITION BY customer ORDER BY time)")
    for k in range(2, len(STEPS) + 1):
        keep = ", ".join(f"s{i}" for i in range(1, k))
        inner = (f"SELECT customer, time, event, channel, {keep}, max(CASE WHEN event = '{STEPS[k - 1]}'"
                 f" AND time - s{k - 1} <= {WINDOW_MS} THEN s{k - 1} END) OVER w AS s{k} FROM ({inner})"
                 " WINDOW w AS (PARTITION BY customer ORDER BY time)")
    reached = ", ".join(f"count(*) FILTER (WHERE l{k})" for k in range(1, len(STEPS) + 1))
    levels = ", ".join(f"bool_or(s{k} IS NOT NULL) AS l{k}" for k in range(1, len(STEPS) + 1))
    return (f"SELECT channel, {reached} FROM (SELECT arg_min(channel, time) AS channel, {levels}"
            f" FROM ({inner}) GROUP BY customer) GROUP BY channel")


DUCKDB = {
    "flow": "SELECT a, event, count(*) FROM (SELECT event, lag(event) OVER (PARTITION BY customer"
            " ORDER BY time) AS a FROM ev) WHERE a IS NOT NULL GROUP BY ALL",
    "flow-times": "SELECT a, event, count(*), quantile_cont(d, 0.5) / 1000, quantile_cont(d, 0.95) / 1000"
                  " FROM (SELECT event, lag(event) OVER w AS a, time - lag(time) OVER w AS d FROM ev"
                  " WINDOW w AS (PARTITION BY customer ORDER BY time)) WHERE a IS NOT NULL GROUP BY ALL",
    "paths": "SELECT n, count(*) OVER () FROM (SELECT count(*) AS n FROM (SELECT list(event ORDER BY time)"
             " AS p FROM ev GROUP BY customer) GROUP BY p) ORDER BY n DESC LIMIT 20",
    "funnel": duckdb_funnel(),
    "retention": f"SELECT c, w - c, count(*) FROM (SELECT DISTINCT customer, (time - {MONDAY_MS}) //"
                 f" {WEEK_MS} AS w, min((time - {MONDAY_MS}) // {WEEK_MS}) OVER (PARTITION BY customer) AS c"
                 " FROM ev) GROUP BY ALL",
    "flow-countries": "SELECT a, event, count(*) FILTER (WHERE country = 'DE'), count(*) FILTER (WHERE"
                      " country = 'FR') FROM (SELECT event, country, lag(event) OVER (PARTITION BY customer ORDER"
                      " BY time) AS a FROM ev WHERE country IN ('DE', 'FR')) WHERE a IS NOT NULL"
                      " GROUP BY ALL",
    "first-to-first": "SELECT count(*), quantile_cont(d, 0.5) / 1000, quantile_cont(d, 0.95) / 1000 FROM"
                      f" (SELECT min(time) FILTER (WHERE event = '{TO}') - min(time) FILTER (WHERE"
                      f" event = '{FROM}')"
                      f" AS d FROM ev WHERE event IN ('{FROM}', '{TO}') GROUP BY customer) WHERE d > 0",
    # The rows as they lie in the table, which was written in order: nothing checks that they do.
    "flow-unsorted": "SELECT a, event, count(*) FROM (SELECT event, lag(event) OVER () AS a, customer,"
                     " lag(customer) OVER () AS c FROM ev) WHERE c = customer GROUP BY ALL",
}


class DuckDB(Peer):
    name = "DuckDB"
    extra = ["flow-unsorted"]
    wrong = {"flow-unsorted": "it goes by the order in which rows happen to lie, which nothing holds together"}

    def __init__(self, folder, n_threads):
        self.folder = pathlib.Path(folder)
        self.n_threads = n_threads
        self.database = self.folder / "duckdb.db"
        for old in self.folder.glob("duckdb.db*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        self.start()

    @staticmethod
    def missing(folder):
        if not shutil.which("node"):
            return "there is no node"
        if not (pathlib.Path(folder) / "node_modules/@duckdb/node-api").is_dir():
            return "`make bench-peers` has not installed @duckdb/node-api"
        return None

    def start(self):
        self.process = subprocess.Popen(
            ["node", str(HERE / "duckdb.mjs"), str(self.folder), str(self.database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = json.loads(self.process.stdout.readline())["version"]
        self.tell(sql=f"SET threads = {self.n_threads}")

    def tell(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failed("DuckDB ended (out of memory?)")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed("DuckDB: " + answer["error"].splitlines()[0][:200])
        return answer

    def load(self, csv, names, countries):
        def kind(values):
            return "ENUM(" + ", ".join(f"'{value}'" for value in values) + ")"
        began = time.monotonic()
        columns = ("{'customer': 'BIGINT', 'time': 'BIGINT', 'event': 'event_name', 'channel':"
                   " 'channel_name', 'country': 'country_name', 'plan': 'plan_name', 'value': 'DOUBLE'}")
        for sql in (f"CREATE TYPE event_name AS {kind(names)}",
                    f"CREATE TYPE channel_name AS {kind(CHANNELS)}",
                    f"CREATE TYPE country_name AS {kind(countries)}",
                    f"CREATE TYPE plan_name AS {kind(PLANS)}",
                    f"CREATE TABLE ev AS SELECT * FROM read_csv('{csv}', header = true, columns ="
                    f" {columns}) ORDER BY customer, time",
                    "CHECKPOINT"):
            self.tell(sql=sql)
        return time.monotonic() - began

    def pid(self):
        return self.process.pid

    def stored(self):
        return n_bytes(self.database)

    def ask(self, question):
        told = self.tell(sql=DUCKDB[question], rows=True)
        return told["seconds"], shaped(question, told["rows"])

    def customers(self, ids):
        told = self.tell(sql="SELECT time, event, channel, value FROM ev WHERE customer = $1"
                             " ORDER BY time", each=ids)
        return told["each"], told["n_rows"]

    def drop(self):
        """Cold: a new process, and the file out of the page cache."""
        from measure import drop_from_memory
        self.end()
        drop_from_memory(self.database)
        self.start()

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


# ---- ClickHouse ---------------------------------------------------------------------------------

SORTED = "arraySort((x, t) -> t, groupArray(event), groupArray(time))"
CLICKHOUSE = {
    "flow": f"SELECT a, b, count() FROM (SELECT {SORTED} AS s FROM ev GROUP BY customer) ARRAY JOIN"
            " arrayPopBack(s) AS a, arrayPopFront(s) AS b GROUP BY a, b",
    # quantiles() would take a sample of 8,192; a t-digest is within 1 %, mostly.
    "flow-times": "SELECT a, b, count(), quantilesTDigest(0.5, 0.95)(d) AS q FROM (SELECT"
                  f" {SORTED} AS s, arrayPopFront(arrayDifference(arraySort(groupArray(time)))) AS"
                  " ds FROM ev GROUP BY customer) ARRAY JOIN arrayPopBack(s) AS a, arrayPopFront(s) AS"
                  " b, ds AS d GROUP BY a, b",
    "paths": "SELECT n, total FROM (SELECT count() AS total, arraySlice(arrayReverseSort(groupArray(c)),"
             " 1, 20) AS most FROM (SELECT count() AS c FROM (SELECT"
             f" {SORTED} AS s FROM ev GROUP BY customer) GROUP BY cityHash64(s))) ARRAY JOIN most AS n",
    # Its times are 32 bits and, inside, signed: ticks of 40 ms are the finest that hold two years.
    "funnel": "SELECT first, countIf(l >= 1), countIf(l >= 2), countIf(l >= 3), countIf(l >= 4),"
              " countIf(l >= 5) FROM (SELECT argMin(channel, time) AS first,"
              f" windowFunnel({WINDOW_MS // 40})(toUInt32(intDiv(time - {OPENED_MS}, 40)), "
              + ", ".join(f"event = '{step}'" for step in STEPS)
              + ") AS l FROM ev GROUP BY customer) GROUP BY first",
    "retention": "SELECT c, w - c, count() FROM (SELECT arrayJoin(ws) AS w, c FROM (SELECT"
                 f" groupUniqArray(intDiv(time - {MONDAY_MS}, {WEEK_MS})) AS ws,"
                 f" min(intDiv(time - {MONDAY_MS}, {WEEK_MS})) AS c FROM ev GROUP BY customer))"
                 " GROUP BY c, w",
    "flow-countries": "SELECT a, b, countIf(land = 'DE'), countIf(land = 'FR') FROM (SELECT"
                      f" any(country) AS land, {SORTED} AS s FROM ev WHERE country IN ('DE', 'FR')"
                      " GROUP BY customer) ARRAY JOIN arrayPopBack(s) AS a, arrayPopFront(s) AS b"
                      " GROUP BY a, b",
    "first-to-first": "SELECT count(), quantilesTDigest(0.5, 0.95)(d) FROM (SELECT"
                      f" minIf(time, event = '{TO}') - minIf(time, event = '{FROM}') AS d, countIf(event ="
                      f" '{TO}') AS n, countIf(event = '{FROM}') AS m FROM ev WHERE event IN ('{FROM}',"
                      f" '{TO}') GROUP BY customer) WHERE n > 0 AND m > 0 AND d > 0",
}
CLICKHOUSE_CONFIG = """<yandex>
  <logger><level>warning</level><log>{folder}/server.log</log><errorlog>{folder}/error.log</errorlog></logger>
  <http_port>{http}</http_port><tcp_port>{tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><user_files_path>{folder}/files/</user_files_path>
  <format_schema_path>{folder}/schemas/</format_schema_path>
  <users_config>{folder}/users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database><timezone>UTC</timezone>
  <mark_cache_size>1073741824</mark_cache_size>
</yandex>
"""
CLICKHOUSE_USERS = """<yandex>
  <profiles><default><max_memory_usage>0</max_memory_usage><max_threads>{threads}</max_threads></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default/></quotas>
</yandex>
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ClickHouse(Peer):
    name = "ClickHouse"
    extra = []
    wrong = {"funnel": "its funnel counts in ticks of 40 ms: an event at the very end of the window may fall out"}

    def __init__(self, folder, n_threads):
        self.folder = pathlib.Path(folder) / "clickhouse"
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("data", "tmp", "files", "schemas"):
            (self.folder / name).mkdir(parents=True)
        self.port = free_port()
        self.n_threads = n_threads
        (self.folder / "config.xml").write_text(CLICKHOUSE_CONFIG.format(
            folder=self.folder, http=self.port, tcp=free_port()))
        (self.folder / "users.xml").write_text(CLICKHOUSE_USERS.format(threads=n_threads))
        self.start()
        self.version = self.query("SELECT version()").strip()

    @staticmethod
    def missing(folder):
        if not shutil.which("clickhouse-server"):
            return "there is no clickhouse-server; `make bench-peers` installs it"
        return None

    def start(self):
        self.process = subprocess.Popen(
            ["clickhouse-server", f"--config-file={self.folder}/config.xml"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.folder)
        self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        for _ in range(200):
            if self.process.poll() is not None:
                raise Failed(f"clickhouse-server ended at once; see {self.folder.name}/error.log")
            try:
                self.query("SELECT 1")
                return
            except OSError:
                self.http.close()
                time.sleep(0.1)
        raise Failed("clickhouse-server does not answer")

    def query(self, sql, body=None):
        path = "/?query=" + re.sub(r"[^A-Za-z0-9]", lambda m: "%%%02X" % ord(m.group()), sql) if body else "/"
        self.http.request("POST", path, body=body if body else sql.encode())
        response = self.http.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise Failed("ClickHouse: " + text.splitlines()[0][:300])
        return text

    def load(self, csv, names, countries):
        def kind(values, width):
            return f"Enum{width}(" + ", ".join(f"'{v}' = {i}" for i, v in enumerate(values)) + ")"
        self.query("DROP TABLE IF EXISTS ev")
        self.query("CREATE TABLE ev (customer UInt64, time UInt64, event"
                   f" {kind(names, 8 if len(names) < 128 else 16)}, channel {kind(CHANNELS, 8)}, country"
                   f" {kind(countries, 8)}, plan {kind(PLANS, 8)}, value Float64) ENGINE = MergeTree"
                   " PARTITION BY tuple() ORDER BY (customer, time)")
        began = time.monotonic()
        with open(csv, "rb") as stream:     # in pieces; HTTP takes CSVWithNames without losing a row
            self.query("INSERT INTO ev FORMAT CSVWithNames", body=stream)
        return time.monotonic() - began

    def settle(self):
        """Merges the parts: the best case for it, not counted as loading."""
        began = time.monotonic()
        self.query("OPTIMIZE TABLE ev FINAL")
        return time.monotonic() - began

    def pid(self):
        return self.process.pid

    def stored(self):
        return int(self.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'ev'"))

    def ask(self, question):
        began = time.monotonic()
        text = self.query(CLICKHOUSE[question] + " FORMAT JSONCompact")
        seconds = time.monotonic() - began
        rows = [[flat for cell in row for flat in (cell if isinstance(cell, list) else [cell])]
                for row in json.loads(text)["data"]]
        rows = [[number(cell) for cell in row] for row in rows]
        if question == "flow-times":
            rows = [[a, b, n, p / 1000, q / 1000] for a, b, n, p, q in rows]
        if question == "first-to-first":
            rows = [[n, p / 1000, q / 1000] for n, p, q in rows]
        return seconds, shaped(question, rows)

    def customers(self, ids):
        took, n = [], 0
        for one in ids:
            began = time.monotonic()
            n += self.query("SELECT time, event, channel, value FROM ev WHERE customer ="
                            f" {one} ORDER BY time FORMAT TSV").count("\n")
            took.append(time.monotonic() - began)
        return took, n

    def drop(self):
        from measure import drop_from_memory
        self.end()
        drop_from_memory(self.folder / "data")
        self.start()

    def end(self):
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def number(cell):
    """JSON of 64-bit numbers comes as text."""
    if isinstance(cell, str) and re.fullmatch(r"-?[0-9]+", cell):
        return int(cell)
    return cell


# ---- SQLite -------------------------------------------------------------------------------------

SQLITE = {
    "flow": "SELECT a, event, count(*) FROM (SELECT event, lag(event) OVER (PARTITION BY customer ORDER BY"
            " time) AS a FROM ev) WHERE a IS NOT NULL GROUP BY a, event",
    "flow-countries": "SELECT a, event, sum(country = 'DE'), sum(country = 'FR') FROM (SELECT event,"
                      " country, lag(event) OVER (PARTITION BY customer ORDER BY time) AS a FROM ev WHERE"
                      " country IN ('DE', 'FR')) WHERE a IS NOT NULL GROUP BY a, event",
    "paths": "SELECT n, count(*) OVER () FROM (SELECT count(*) AS n FROM (SELECT group_concat(event) AS p"
             " FROM (SELECT customer, event FROM ev ORDER BY customer, time) GROUP BY customer) GROUP BY"
             " p) ORDER BY n DESC LIMIT 20",
    "funnel": duckdb_funnel().replace("arg_min(channel, time)", "first").replace("bool_or", "max")
              .replace("SELECT customer, time, event, channel,", "SELECT customer, time, event, first,")
              .replace("SELECT customer, time, event, first, max(CASE WHEN event = 'landing'",
                       "SELECT customer, time, event, first_value(channel) OVER w AS first,"
                       " max(CASE WHEN event = 'landing'"),
    "retention": f"SELECT c, w - c, count(*) FROM (SELECT DISTINCT customer, (time - {MONDAY_MS}) /"
                 f" {WEEK_MS} AS w, min((time - {MONDAY_MS}) / {WEEK_MS}) OVER (PARTITION BY customer) AS"
                 " c FROM ev) GROUP BY c, w",
    "first-to-first": "SELECT count(*) FROM (SELECT min(time) FILTER (WHERE event = "
                      f"'{TO}') - min(time) FILTER (WHERE event = '{FROM}') AS d FROM ev WHERE event IN"
                      f" ('{FROM}', '{TO}') GROUP BY customer) WHERE d > 0",
}


class SQLite(Peer):
    """Through the sqlite3 of Python, in a process of its own."""
    name = "SQLite"
    extra = []
    wrong = {"first-to-first": "it has no quantiles: the count alone is asked"}
    most_events = 10_000_000

    def __init__(self, folder, n_threads):
        self.database = pathlib.Path(folder) / "sqlite.db"
        for old in pathlib.Path(folder).glob("sqlite.db*"):
            old.unlink()
        self.start()

    @staticmethod
    def missing(folder):
        return None

    def start(self):
        self.process = subprocess.Popen([sys.executable, str(HERE / "peers.py"), str(self.database)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = json.loads(self.process.stdout.readline())["version"]

    def tell(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failed("SQLite ended (out of memory?)")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed("SQLite: " + answer["error"])
        return answer

    def load(self, csv, names, countries):
        return self.tell(load=str(csv))["seconds"]

    def pid(self):
        return self.process.pid

    def stored(self):
        return n_bytes(self.database)

    def ask(self, question):
        if question not in SQLITE:
            raise Failed("SQLite has no quantiles")
        told = self.tell(sql=SQLITE[question])
        return told["seconds"], shaped(question, told["rows"])

    def customers(self, ids):
        told = self.tell(sql="SELECT time, event, channel, value FROM ev WHERE customer = ?"
                             " ORDER BY time", each=ids)
        return told["each"], told["n_rows"]

    def drop(self):
        from measure import drop_from_memory
        self.end()
        drop_from_memory(self.database)
        self.start()

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def serve_sqlite(database):
    """The other end of SQLite's pipe."""
    import csv
    import sqlite3
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA cache_size = -1000000")
    connection.execute("PRAGMA mmap_size = 20000000000")
    connection.execute("PRAGMA temp_store = MEMORY")
    print(json.dumps({"version": sqlite3.sqlite_version}), flush=True)

    def load(name):
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE staged (customer INTEGER, time INTEGER, event TEXT, channel"
                           " TEXT, country TEXT, plan TEXT, value REAL)")
        connection.execute("BEGIN")
        with open(name, newline="") as stream:
            rows = csv.reader(stream)
            next(rows)
            connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''))", rows)
        # In the order of the questions, without rowids: the table is its own index.
        connection.execute("CREATE TABLE ev (customer INTEGER, time INTEGER, event TEXT, channel TEXT,"
                           " country TEXT, plan TEXT, value REAL, PRIMARY KEY (customer, time))"
                           " WITHOUT ROWID")
        connection.execute("INSERT INTO ev SELECT * FROM staged ORDER BY customer, time")
        connection.execute("DROP TABLE staged")
        connection.execute("COMMIT")
        connection.execute("VACUUM")

    for line in sys.stdin:
        what = json.loads(line)
        try:
            began = time.monotonic()
            if "load" in what:
                load(what["load"])
                answer = {"seconds": time.monotonic() - began}
            elif "each" in what:
                took, n = [], 0
                for one in what["each"]:
                    began = time.monotonic()
                    n += len(connection.execute(what["sql"], (one,)).fetchall())
                    took.append(time.monotonic() - began)
                answer = {"each": took, "n_rows": n}
            else:
                rows = connection.execute(what["sql"]).fetchall()
                answer = {"seconds": time.monotonic() - began, "rows": rows}
        except Exception as problem:        # whatever it is, it goes to the other end
            answer = {"error": str(problem)[:300]}
        print(json.dumps(answer), flush=True)


# ---- Answers ------------------------------------------------------------------------------------

def shaped(question, rows):
    """Rows as an answer that can be held against another."""
    if question in ("flow", "flow-unsorted"):
        return {"edges": sorted([str(a), str(b), n] for a, b, n in rows)}
    if question == "flow-times":
        rows = sorted([str(a), str(b), n, p, q] for a, b, n, p, q in rows)
        return {"edges": [row[:3] for row in rows], "quantiles": [row[3:] for row in rows]}
    if question == "flow-countries":
        return {"edges": sorted([str(a), str(b), n, m] for a, b, n, m in rows if n or m)}
    if question == "paths":
        return {"paths": rows[0][1], "top": [row[0] for row in rows]}
    if question == "funnel":
        return {"reached": sorted([str(row[0]), *row[1:]] for row in rows)}
    if question == "retention":
        return {"cohorts": sorted([c, w, n] for c, w, n in rows)}
    if question == "first-to-first":
        return {"pairs": rows[0][0], "quantiles": [rows[0][1:]] if len(rows[0]) > 1 else []}
    raise Failed(f"nobody knows the question {question}")


def ours(question, answer):
    """What bench-questions prints, in the same shape."""
    if question == "flow-countries" and "segments" in answer:
        counted = {}
        for at, edges in enumerate(answer["segments"]):
            for a, b, n in edges:
                counted.setdefault((a, b), [0, 0])[at] = n
        return {"edges": sorted([*pair, *row] for pair, row in counted.items())}
    if "began" in answer:
        return {"cohorts": sorted([(ms - MONDAY_MS) // WEEK_MS, k, n] for ms, k, n in answer["began"])}
    if "quantiles" in answer and "edges" in answer:
        both = sorted(zip(answer["edges"], answer["quantiles"]))
        return {**answer, "edges": [a for a, _ in both], "quantiles": [b for _, b in both]}
    return {key: sorted(value) if key in ("edges", "reached", "cohorts") else value
            for key, value in answer.items()}


def agree(question, mine, theirs, least=1000):
    """None, or in words how the answers differ. Counts must be equal; how far the quantiles of
    what was seen `least` times are apart at most comes second."""
    differs = None
    for what in theirs:
        if what == "quantiles":
            continue
        a, b = mine.get(what), theirs[what]
        if a != b:
            if isinstance(a, list) and isinstance(b, list):
                only_a = len([row for row in a if row not in b])
                only_b = len([row for row in b if row not in a])
                differs = f"{what}: {only_b} of {len(b)} rows differ ({only_a} of ours)"
            else:
                differs = f"{what}: {b} instead of {a}"
    apart = 0.0
    counts = [edge[2] for edge in mine.get("edges", [])] or [mine.get("pairs", 0)]
    for n, own, other in zip(counts, mine.get("quantiles", []), theirs.get("quantiles", [])):
        for x, y in zip(own, other):
            if n >= least and x is not None and y is not None and x > 0:
                apart = max(apart, abs(y - x) / x)
    return differs, apart


def reset_peak(pid):
    try:
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        pass


def peak(pid):
    return status_bytes(pid, "VmHWM")[0]


ALL = [DuckDB, ClickHouse, SQLite]

if __name__ == "__main__":
    serve_sqlite(sys.argv[1])
