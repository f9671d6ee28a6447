"""A ministry that packs and signs its policy by the command line alone, and puts it where gateways look."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from . import config
from .gateway import Gateway, command

AUDIENCE = "xm.interior"


def seawall(*arguments, code: int = 0, env=None) -> str:
    """Runs a command that must end with this code; returns what it printed."""
    done = command(*map(str, arguments), env=env)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


class Ministry:
    """Keys of an author, a DPO, two root holders and the ministry of justice; a root; a mirror folder."""

    def __init__(self, folder: Path, settings: config.Settings, required: str | None = None):
        self.folder, self.settings = folder, settings
        folder.mkdir(parents=True)
        self.mirror = folder / "mirror"
        self.mirror.mkdir()
        for name in ("olga", "paul", "anna", "ben", "dora", "ida", "stranger"):
            seawall("rules", "keygen", folder / name)
        self.required = None
        if required:
            self.required = folder / "national"
            self.required.mkdir()
            (self.required / "national.policy").write_text(required)
        self.root = self.write_root("root.json")

    def write_root(self, name: str, *more: str, roles: dict[str, str] | None = None) -> Path:
        """A root of these roles: who counts, and how many of them."""
        given = {"root": "2:olga,paul", "authors": "1:anna,ben", "dpo": "1:dora", **({"invariants": "1:ida"} if self.required else {})}
        path = self.folder / name
        chosen = []
        for role, text in (roles or given).items():
            count, _, names = text.partition(":")
            chosen += ["--role", f"{role}={count}:" + ",".join(str(self.folder / f"{name}.pub") for name in names.split(","))]
        seawall("rules", "root", "--name", "ministry", "--audience", AUDIENCE, *chosen, *more, "-o", path)
        return path

    def pack(self, policy: str = "base", *more, previous: Path | None = None, edit=None, days: int = 90, code: int = 0) -> Path:
        """A policy of the suites as the next bundle, not signed yet."""
        folder = self.folder / "policy"
        config.write_policy(replace(self.settings, policy=policy), folder)
        if edit:
            edit(folder)
        line = ["rules", "pack", folder, "--root", self.root, "--days", days, "-o", self.folder, *more]
        line += ["--previous", previous] if previous else []
        line += ["--required", self.required] if self.required and "--required" not in more else []
        # Whoever packs a version once more moves the old file and its signatures away.
        version = int(previous.name.partition("-")[2].partition(".")[0]) + 1 if previous else 1
        for old in self.folder.glob(f"ministry-{version:06}.policy-bundle*"):
            old.unlink()
        said = seawall(*line, code=code)
        return Path(said.splitlines()[0]) if code == 0 else self.folder

    def sign(self, path: Path, *signers: str) -> Path:
        for signer in signers:
            seawall("rules", "sign", path, "--key", self.folder / f"{signer}.key", "--comment", "on a Sunday")
        return path

    def bundle(self, policy: str = "base", *more, **options) -> Path:
        """Packed, and signed by an author and the DPO."""
        return self.sign(self.pack(policy, *more, **options), "anna", "dora")

    def publish(self, path: Path) -> Path:
        """Puts a bundle with all that belongs to it into the mirror, `latest` last."""
        if self.required:
            statement = self.folder / "required.json"
            if not statement.exists():
                seawall("rules", "require", self.required, "--audience", AUDIENCE, "--version", 1, "-o", statement)
                self.sign(statement, "ida")
            for file in self.folder.glob("required.json*"):
                shutil.copy(file, self.mirror)
        for file in self.folder.glob(f"{path.name}*"):
            shutil.copy(file, self.mirror)
        (self.mirror / "latest").write_text(f"{path.name}\n")
        return path

    def found(self, gateway: Gateway) -> Gateway:
        """Puts the root in place and installs what the mirror holds, before the first start."""
        seawall("rules", "trust", self.root, "--store", gateway.folder / "store")
        newest = (self.mirror / "latest").read_text().strip()
        seawall("rules", "install", self.mirror / newest, "--config", gateway.file)
        return gateway
