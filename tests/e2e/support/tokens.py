"""An identity provider: keys of the kinds that providers sign with, its key set, and tokens."""

from __future__ import annotations

import base64
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "https://login.ministry.test/realms/agency"
AUDIENCE = "seawall"


def coded(data: bytes | dict) -> str:
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, length: int) -> bytes:
    return value.to_bytes(length, "big")


class IdentityProvider:
    """Signs with RSA, on P-256, P-384 and Ed25519."""

    def __init__(self):
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.points = {"ES256": ec.generate_private_key(ec.SECP256R1()), "ES384": ec.generate_private_key(ec.SECP384R1())}
        self.edwards = ed25519.Ed25519PrivateKey.generate()

    def keys(self) -> str:
        """The set as its `jwks_uri` would give it."""
        modulus = self.rsa.public_key().public_numbers()
        keys = [{"kty": "RSA", "kid": "rsa", "use": "sig", "e": coded(number(modulus.e, 3)), "n": coded(number(modulus.n, 256))}]
        for name, curve, length in (("ES256", "P-256", 32), ("ES384", "P-384", 48)):
            point = self.points[name].public_key().public_numbers()
            keys.append({"kty": "EC", "crv": curve, "kid": name, "x": coded(number(point.x, length)), "y": coded(number(point.y, length))})
        keys.append({"kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": coded(self.edwards.public_key().public_bytes_raw())})
        return json.dumps({"keys": keys})

    def token(self, algorithm: str = "RS256", header: dict | None = None, **claims) -> str:
        """A token of Anna's for an hour, with these claims in place of the usual; `None` leaves one out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "groups": ["staff"], "iat": now, "exp": now + 3600}
        body = {name: value for name, value in (usual | claims).items() if value is not None}
        kid = "rsa" if algorithm[1] == "S" and algorithm[0] in "RP" else algorithm
        message = f"{coded({'typ': 'JWT', 'alg': algorithm, 'kid': kid} | (header or {}))}.{coded(body)}"
        return f"{message}.{coded(self.sign(algorithm, message.encode()))}"

    def sign(self, algorithm: str, message: bytes) -> bytes:
        digest = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}.get(algorithm[2:], hashes.SHA256)()
        match algorithm[:2]:
            case "RS":
                return self.rsa.sign(message, padding.PKCS1v15(), digest)
            case "PS":
                return self.rsa.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
            case "ES":
                length = {"ES256": 32, "ES384": 48}[algorithm]
                halves = decode_dss_signature(self.points[algorithm].sign(message, ec.ECDSA(digest)))
                return b"".join(number(half, length) for half in halves)
            case _:
                return self.edwards.sign(message)
