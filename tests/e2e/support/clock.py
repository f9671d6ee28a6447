"""A wall clock that stands elsewhere, for one process."""

from __future__ import annotations

import subprocess
import time
from datetime import date
from pathlib import Path

SOURCE = Path(__file__).with_name("shifted.c")


def build(folder: Path) -> Path:
    """Builds the layer that moves the clock."""
    library = folder / "shifted.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


def showing(library: Path, day: str) -> dict[str, str]:
    """The environment of a process whose clock shows this day."""
    noon = (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400 + 43_200
    return {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(noon - int(time.time()))}
