# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A certificate authority for a broker and its chargers, and the broker's certificate. Reads and writes no file.

All keys are on the curve P-256: CircuitPython's mbedTLS has it on every board, and the authority's certificate, which lies
on each board, has less than 700 bytes.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chargerctl.errors import ChargerctlError, InputError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# Nothing can be revoked on a board, so short lives would protect nobody, and an expired certificate stops every charger.
_AUTHORITY_DAYS = 20 * 365
_SERVER_DAYS = 10 * 365
_RENEW_DAYS = 2 * 365
# A laptop whose clock is ahead makes certificates that are valid at once.
_EARLIER = timedelta(days=1)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, in PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def needs_cryptography() -> None:
    """ChargerctlError where the library is not installed."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise ChargerctlError(
            "certificates need cryptography, which is not installed: pip install 'chargerctl[central]'"
        ) from None


def check_name(name: str) -> str:
    """A host name or an address for a certificate, in lower case. InputError."""
    lower = name.lower()
    if address_in(lower) is not None:
        return str(address_in(lower))
    if len(lower) > 253 or not all(_LABEL.fullmatch(label) for label in lower.split(".")):
        raise InputError(
            f"{name!r} is no host name and no address: a certificate is for a name such as broker.lan or 192.168.1.10"
        )
    if lower.replace(".", "").isdigit():
        raise InputError(f"{name!r} is no address: it needs four numbers up to 255")
    return lower


def address_in(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a name is, None where it is none. One with a zone (fe80::1%eth0) is none."""
    try:
        return None if "%" in name else ipaddress.ip_address(name)
    except ValueError:
        return None


def make_authority(now: datetime) -> Pair:
    """A new one, with a name that no other has."""
    from cryptography import x509

    key = _new_key()
    name = _name(f"charger authority {secrets.token_hex(4)}")
    certificate = _sign(
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        # Python 3.13 asks for the two.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False),
        key,
        now,
        _AUTHORITY_DAYS,
    )
    return Pair(_pem(certificate), _key_pem(key))


def make_server(names: Sequence[str], authority: Pair, now: datetime) -> Pair:
    """A certificate for a broker of these names (checked), signed by the authority."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer, issuer_key = certificate_in(authority.certificate), _key_in(authority.key)
    key = _new_key()
    certificate = _sign(
        x509.CertificateBuilder()
        .subject_name(_name(names[0][:64]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .add_extension(_alternatives(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        ),
        issuer_key,
        now,
        _SERVER_DAYS,
    )
    return Pair(_pem(certificate), _key_pem(key))


def chain_in(pem: bytes) -> list[x509.Certificate]:
    """All of them, the broker's first. ValueError where there is none."""
    from cryptography import x509

    return x509.load_pem_x509_certificates(pem)


def certificate_in(pem: bytes) -> x509.Certificate:
    """The first one. ValueError where there is none."""
    return chain_in(pem)[0]


def names_in(certificate: x509.Certificate) -> list[str]:
    """The host names and addresses that it is for, addresses once."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return [*(name for name in found.get_values_for_type(x509.DNSName) if name not in addresses), *addresses]


def is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Directly."""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def belong_together(pair: Pair) -> bool:
    """Whether it is the key of the certificate. ValueError where one of them is none."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pair.key, None)
    except TypeError:
        raise ValueError("the key is encrypted: mosquitto would ask for its password at each start") from None
    return key.public_key() == certificate_in(pair.certificate).public_key()


def ends_soon(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether it is time for a new one."""
    return certificate.not_valid_after_utc - now < timedelta(days=_RENEW_DAYS)


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _key_in(pem: bytes) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("the authority's key is not one of an elliptic curve")
    return key


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _name(common: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(**used: bool) -> x509.KeyUsage:
    from cryptography import x509

    unused = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**unused, **used})


def _alternatives(names: Sequence[str]) -> x509.SubjectAlternativeName:
    """An address is there twice: mbedTLS 2, which some boards have, looks for it among the host names only
    (its issue 5082), everybody else among the addresses."""
    from cryptography import x509

    found: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    addresses = [address for address in map(address_in, names) if address]
    return x509.SubjectAlternativeName([*found, *map(x509.IPAddress, addresses)])


def _sign(
    builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
