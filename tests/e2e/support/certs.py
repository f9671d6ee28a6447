"""Certificates for the run: one authority that the gateway trusts, and one that nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass
class Certificate:
    cert: Path
    key: Path


class Authority:
    """Issues server certificates into a folder. `ca` is the file a client is given."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.ca)

    def issue(self, *names: str) -> Certificate:
        leaf = self._authority.issue_cert(*names)
        stem = names[0].replace("*", "any")
        made = Certificate(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        made.cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        leaf.private_key_pem.write_to_path(made.key)
        return made
