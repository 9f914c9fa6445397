"""What the bytes of a store are for, read from the column files themselves (docs/formats/log.md)."""
import pathlib
import sqlite3
import struct

MAGIC = b"trodpart"
HEAD_BYTES, ENTRY_BYTES = 128, 32
KINDS = {1: "head", 2: "events a customer", 3: "names", 4: "first times", 5: "times between", 6: "undated",
         7: "ends", 8: "sources", 9: "ids", 10: "hashes of ids", 11: "times between",
         12: "spans", 13: "late times"}
COLUMNS = range(32, 64)


def field_names(store):
    """{number: name} of the columns, from the catalogue."""
    connection = sqlite3.connect(f"file:{pathlib.Path(store) / 'catalogue.db'}?mode=ro", uri=True)
    try:
        return dict(connection.execute("SELECT field_id, text FROM fields"))
    finally:
        connection.close()


def sections(store):
    """{what: bytes} of all column files in the store."""
    found, fields = {}, field_names(store)

    def add(what, n):
        found[what] = found.get(what, 0) + n

    for path in sorted(pathlib.Path(store).rglob("*.part")):
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            if head[:8] != MAGIC:
                raise ValueError(f"{path.name} is no column file")
            n_sections, n_bytes = struct.unpack_from("<IQ", head, 12)
            rest = n_bytes
            for _ in range(n_sections):
                kind, field, _, length, _ = struct.unpack("<IIQQQ", stream.read(ENTRY_BYTES))
                if kind in COLUMNS:
                    add(f"column {fields.get(field, field)}", length)
                else:
                    add(KINDS.get(kind, f"kind {kind}"), length)
                rest -= length
            add("heads, checksums, padding", rest)
    return found
