"""Running a program and knowing what it cost: time, memory, page cache."""
import ctypes
import json
import os
import pathlib
import subprocess
import threading
import time


class Failed(Exception):
    """A sentence for the person at the screen."""


def median(numbers):
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2]


def quantile(numbers, share):
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def status_bytes(pid, *names):
    """Fields of /proc/PID/status, in bytes; 0 where the process is gone."""
    found = dict.fromkeys(names, 0)
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        pass
    return tuple(found[name] for name in names)


class Watch(threading.Thread):
    """Looks at a process every 2 ms. What it held at most: `own_bytes` is memory of its own
    (anonymous pages and shared memory), without the pages of files that it maps."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.own_bytes = 0
        self.over = threading.Event()
        self.start()

    def run(self):
        while True:
            self.own_bytes = max(self.own_bytes, sum(status_bytes(self.pid, "RssAnon", "RssShmem")))
            if self.over.wait(0.002):
                return

    def end(self):
        self.over.set()
        self.join()
        return self.own_bytes


def run(command, stdin=None, cwd=None, stdout=subprocess.PIPE):
    """Runs it to the end. Gives a dict: seconds, cpu_seconds, rss_bytes (the high-water mark of all
    resident pages, mapped files included), own_bytes (see Watch), out (text)."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdin=stdin, stdout=stdout,
                               stderr=subprocess.PIPE, cwd=cwd)
    watch = Watch(process.pid)
    texts = {}

    def drain(name, stream):
        texts[name] = stream.read() if stream else b""

    readers = [threading.Thread(target=drain, args=pair) for pair in
               (("out", process.stdout), ("err", process.stderr))]
    for reader in readers:
        reader.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    own_bytes = watch.end()
    for reader in readers:
        reader.join()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    if process.returncode:
        words = " ".join(pathlib.Path(str(word)).name for word in command[:3])
        raise Failed(f"{words} … ended with {process.returncode}: "
                     + texts["err"].decode(errors="replace").strip()[-600:])
    return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "rss_bytes": usage.ru_maxrss * 1024, "own_bytes": own_bytes,
            "out": texts["out"].decode(errors="replace"),
            "err": texts["err"].decode(errors="replace")}


def run_json(command, **more):
    """The same, with the lines that it printed read as JSON in `lines`."""
    done = run(command, **more)
    done["lines"] = [json.loads(line) for line in done.pop("out").splitlines() if line.strip()]
    return done


def files_in(place):
    place = pathlib.Path(place)
    return [place] if place.is_file() else [p for p in sorted(place.rglob("*")) if p.is_file()]


def drop_from_memory(place):
    """Takes the files' pages out of the page cache (they are synced before, for dirty pages stay)."""
    for path in files_in(place):
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(fd)


def share_in_memory(place):
    """How much of the files lies in the page cache, 0 to 1: the proof that a cold run is one."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                          ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    page, pages, resident = os.sysconf("SC_PAGE_SIZE"), 0, 0
    for path in files_in(place):
        size = path.stat().st_size
        if not size:
            continue
        fd = os.open(path, os.O_RDONLY)
        at = libc.mmap(None, size, 1, 1, fd, 0)
        os.close(fd)
        n = (size + page - 1) // page
        there = ctypes.create_string_buffer(n)
        if libc.mincore(at, size, there) == 0:
            resident += sum(byte & 1 for byte in there.raw[:n])
            pages += n
        libc.munmap(at, size)
    return resident / pages if pages else 0.0


def read_into_memory(place):
    for path in files_in(place):
        with open(path, "rb", buffering=0) as stream:
            while stream.read(1 << 22):
                pass


def n_bytes(place):
    return sum(path.stat().st_size for path in files_in(place))
