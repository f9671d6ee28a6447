"""Disks that misbehave: one that is small, and one that forgets at a crash whatever was not synced."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("forgetful.c")


@contextmanager
def small_disk(folder: Path, kilobytes: int):
    """A tmpfs of that size on `folder` (needs root)."""
    folder.mkdir(parents=True, exist_ok=True)
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    size = f"size={kilobytes}k,mode=0777"
    subprocess.run([*sudo, "mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*sudo, "umount", "--lazy", str(folder)], check=True, capture_output=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Takes all free space but `leave` bytes; deleting the returned file gives it back."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize > leave:
                file.write(bytes(4096))
        except OSError:
            pass
    return ballast


GET_GENERATION = 0x80087601  # FS_IOC_GETVERSION.


def key(path: Path) -> str:
    """What `forgetful.c` calls a file or folder: inode and generation."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        generation = struct.unpack("I", fcntl.ioctl(descriptor, GET_GENERATION, bytes(8))[:4])[0]
    except OSError:
        generation = 0
    finally:
        os.close(descriptor)
    return f"{path.stat().st_ino}.{generation}"


class ForgetfulDisk:
    """A layer under the gateway's file calls that keeps a second copy holding only what fsync or fdatasync reached.

    The page cache survives kill -9, so a journal that never syncs would look durable. `env()` loads the layer into the process;
    `crash(folder)` after the kill turns `folder` into what a power cut would have left: files as they were at their last
    sync, names as they were when their directory was last synced, nothing else.
    """

    def __init__(self, folder: Path, watched: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._library = folder / "forgetful.so"
        self._shadow = folder / "shadow"
        self._watched = watched
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", str(self._library), str(SOURCE), "-ldl"], check=True)
        self.forget()

    def forget(self) -> None:
        """Starts anew: what is on the disk now counts as synced."""
        shutil.rmtree(self._shadow, ignore_errors=True)
        self._shadow.mkdir()
        for path in [self._watched, *self._watched.rglob("*")] if self._watched.exists() else []:
            if path.is_file():
                shutil.copyfile(path, self._shadow / f"file-{key(path)}")
            elif path.is_dir():
                names = "".join(f"{key(entry)} {'d' if entry.is_dir() else 'f'} {entry.name}\n" for entry in path.iterdir())
                (self._shadow / f"dir-{key(path)}").write_text(names)

    def env(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "FORGETFUL_DIR": str(self._watched), "FORGETFUL_SHADOW": str(self._shadow)}

    def crash(self) -> list[str]:
        """Makes the watched folder what a power cut leaves. Returns what was lost, by relative path."""
        before = {path.relative_to(self._watched): path.read_bytes() for path in self._watched.rglob("*") if path.is_file()}
        tree = self._survivors(key(self._watched))
        shutil.rmtree(self._watched)
        self._watched.mkdir()
        for relative, content in tree.items():
            target = self._watched / relative
            if content is None:
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        lost = [str(path) for path, content in before.items() if tree.get(path) != content]
        self.forget()
        return lost

    def _survivors(self, of: str, folder: Path = Path()) -> dict[Path, bytes | None]:
        """Relative path -> content (None for a folder) of everything whose name is in a synced folder, also what was removed since."""
        listing = self._shadow / f"dir-{of}"
        found: dict[Path, bytes | None] = {}
        for line in listing.read_text().splitlines() if listing.exists() else []:
            inside, kind, name = line.split(" ", 2)
            path, copy = folder / name, self._shadow / f"file-{inside}"
            if kind == "d":
                found[path] = None
                found |= self._survivors(inside, path)
            else:
                found[path] = copy.read_bytes() if copy.exists() else b""
        return found
