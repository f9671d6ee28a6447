#!/usr/bin/env python3
"""Where Seawall's CPU time goes at 4 KB: `perf` samples under load, as shares by what was at work.

Each sample goes to the first kind below that its stack fits, so the shares are exclusive and sum to 100 %. Needs perf, and a
binary with line tables (the release profile). Shares are of this load on this machine; compare kinds, not runs.
"""

from __future__ import annotations

import argparse
import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run

# What a frame looks like, from the most telling to the least: hashing inside a record is hashing.
KINDS = [
    ("kernel: network", r"^__x64_sys_(send|recv|write.*sock)|^tcp_|^__sys_(send|recv)"),
    ("kernel: files", r"^(vfs_|ksys_|do_fsync|__x64_sys_(open|rename|unlink|f|write|pwrite))|ext4_"),
    ("kernel: the rest", r"^(entry_SYSCALL_64|do_syscall_64|asm_)"),
    ("hashing of records and bodies (SHA-256, BLAKE3)", r"sha256|blake3|sha2::|hmac"),
    ("copying", r"^__mem(cpy|move|set)"),
    ("allocator", r"\b_?mi_|^(mi|_mi)_|^cfree|^malloc"),
    ("journal: queue, segments, tiles, checkpoints", r"^(<?journal::)|<journal::|journal::"),
    ("detection", r"\bdetect::"),
    ("reading of bodies", r"\bdialect::"),
    ("policy", r"\bpolicy::"),
    ("records", r"\bincident::|exchange::record|exchange::closed|\bserde"),
    ("the rest of judgement", r"\bexchange::|\bprotect::|\bgeo::"),
    ("own HTTP engine and front, accounting", r"\bproxy::(engine|front|call|gateway|headers|meters|budget)"),
    ("pingora, tokio, HTTP library", r"pingora|tokio|http::|httparse|mio::"),
]


def sample(process: subprocess.Popen, port: int, body: Path, folder: Path, options) -> str:
    data = folder / "perf.data"
    command = ["perf", "record", "-q", "-F", str(options.frequency), "--call-graph", "dwarf,16384", "-p", str(process.pid), "-o", str(data)]
    with subprocess.Popen(command) as perf:
        run.load(port, body, options.seconds, options.connections)
        perf.terminate()
    return subprocess.run(["perf", "script", "-i", str(data), "-F", "ip,sym"], capture_output=True, text=True).stdout


def kind(stack: list[str]) -> str:
    """The first frame from the inside that fits a kind decides, but for the kernel, where the outer frames tell why."""
    in_kernel = any(re.search(KINDS[2][1], frame) for frame in stack)
    for name, pattern in KINDS[: 3 if in_kernel else None]:
        if in_kernel and any(re.search(pattern, frame) for frame in stack):
            return name
    for frame in stack:
        for name, pattern in KINDS[3:]:
            if re.search(pattern, frame):
                return name
    return "not told by its stack"


def shares(stacks: str) -> collections.Counter:
    found: collections.Counter = collections.Counter()
    for block in stacks.split("\n\n"):
        frames = [line.split(None, 1)[1] for line in block.splitlines() if len(line.split(None, 1)) == 2]
        if frames:
            found[kind(frames)] += 1
    return found


def main() -> None:
    target = run.ROOT / "target" / "release" / "seawall"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seawall", type=Path, default=target, help="a binary with line tables")
    parser.add_argument("--mode", default="seawall-async", choices=[mode for mode in run.MODES if mode.startswith("seawall")])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--frequency", type=int, default=997)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seawall-where-") as name:
        folder, upstream = Path(name), run.free_port()
        command = run.nginx("upstream.conf.in", folder, port=upstream, answer=run.json.dumps({"x": "y" * 503}))
        with run.running(run.LOAD_CORE, command, upstream):
            body = run.chat_body(4096, folder)
            with run.proxy(options.mode, upstream, folder, options) as (port, process):
                run.load(port, body, 1, options.connections)
                found = shares(sample(process, port, body, folder, options))
    total = found.total()
    if not total:
        raise SystemExit("perf told nothing: is it installed, and may it look (kernel.perf_event_paranoid)?")
    print(f"{run.TOLD[options.mode]}, 4 KB, {options.connections} connections, {total} samples, {run.machine()}\n")
    print("| share | what |\n|---|---|")
    for what, count in found.most_common():
        print(f"| {100 * count / total:4.1f} % | {what} |")


if __name__ == "__main__":
    main()
