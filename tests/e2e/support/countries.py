"""A database of countries by address, written as small as the format allows (MaxMind DB 2.0, https://maxmind.github.io/MaxMind-DB/)."""

from __future__ import annotations

import ipaddress
from pathlib import Path

BUILT = 1_790_000_000  # What the database says of its age, in Unix seconds.
NODES_END = bytes(16)  # Between the tree and the data.


def flat(code: str) -> bytes:
    """An entry as some vendors write it: `{"country_code": "AT"}`."""
    return _map({"country_code": _text(code)})


def nested(code: str) -> bytes:
    """An entry as others write it: `{"country": {"iso_code": "AT"}}`, and more beside it."""
    return _map({"continent": _map({"code": _text("XX")}), "country": _map({"iso_code": _text(code)})})


def write(path: Path, entries: dict[str, bytes]) -> Path:
    """Writes a database of these networks, which must not overlap, to their entries."""
    nodes: list[list] = [[None, None]]
    data = b""
    for network, entry in entries.items():
        _put(nodes, ipaddress.ip_network(network), len(data))
        data += entry
    count = len(nodes)
    tree = b"".join(_child(child, count).to_bytes(4, "big") for node in nodes for child in node)
    path.write_bytes(tree + NODES_END + data + b"\xab\xcd\xefMaxMind.com" + _metadata(count))
    return path


def _put(nodes: list[list], network, offset: int) -> None:
    """IPv4 networks stand in the first of the IPv6 addresses, at ::/96."""
    length = network.prefixlen + (96 if network.version == 4 else 0)
    bits = f"{int(network.network_address):0128b}"[:length]
    node = 0
    for bit in bits[:-1]:
        if nodes[node][int(bit)] is None:
            nodes.append([None, None])
            nodes[node][int(bit)] = ("node", len(nodes) - 1)
        node = nodes[node][int(bit)][1]
    nodes[node][int(bits[-1])] = ("data", offset)


def _child(child, count: int) -> int:
    match child:
        case None:
            return count
        case ("node", number):
            return number
        case (_, offset):
            return count + len(NODES_END) + offset


def _metadata(count: int) -> bytes:
    return _map({
        "binary_format_major_version": _number(5, 2, 2), "binary_format_minor_version": _number(5, 0, 2),
        "build_epoch": _number(9, BUILT, 8), "database_type": _text("Test-Country"), "description": _map({"en": _text("of a test")}),
        "ip_version": _number(5, 6, 2), "languages": bytes([0, 4]), "node_count": _number(6, count, 4), "record_size": _number(5, 32, 2),
    })  # fmt: skip


def _text(text: str) -> bytes:
    assert len(text) < 29, "longer texts have a longer head"
    return bytes([2 << 5 | len(text)]) + text.encode()


def _number(kind: int, value: int, size: int) -> bytes:
    head = bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
    return head + value.to_bytes(size, "big")


def _map(pairs: dict[str, bytes]) -> bytes:
    return bytes([7 << 5 | len(pairs)]) + b"".join(_text(key) + value for key, value in pairs.items())
