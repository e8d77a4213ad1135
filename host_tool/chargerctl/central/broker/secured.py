# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which certificates the broker gets: those that its owner names, those that were made before, or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chargerctl.central.broker import certificates
from chargerctl.central.broker.certificates import Pair
from chargerctl.central.broker.folder import File, read
from chargerctl.central.broker.mosquitto import Values
from chargerctl.errors import InputError

if TYPE_CHECKING:
    from cryptography import x509

CA, CA_KEY, SERVER, SERVER_KEY = "ca.pem", "ca.key", "server.pem", "server.key"


@dataclass(frozen=True)
class Secured:
    """Files to write, the names and addresses that the broker's certificate is for, and what the owner should know."""

    files: Sequence[File] = ()
    names: Sequence[str] = ()
    notes: Sequence[str] = ()


def secure(folder: Path, values: Values, now: datetime) -> Secured:
    """What TLS needs, as Values (checked) ask for it. InputError for files that are unusable or somebody else's."""
    if not values.certificate:
        return Secured()
    certificates.needs_cryptography()
    return _made(folder, values, now) if values.names else _given(values, now)


def _given(values: Values, now: datetime) -> Secured:
    pair = Pair(_content(values.certificate), _content(values.key))
    certificate = _certificate(values.certificate, pair.certificate)
    _refuse_stranger_key(pair, values.certificate, values.key)
    if values.ca and not any(
        certificates.is_signed_by(each, _certificate(values.ca, _content(values.ca)))
        for each in certificates.chain_in(pair.certificate)
    ):
        raise InputError(f"{values.certificate}: is not signed by {values.ca}")
    if certificate.not_valid_after_utc <= now:
        raise InputError(
            f"{values.certificate}: expired on {certificate.not_valid_after_utc:%Y-%m-%d}: get a new one"
        )
    names = certificates.names_in(certificate)
    if not names:
        raise InputError(
            f"{values.certificate}: has no subjectAltName: chargers would refuse it, whatever the broker's name is"
        )
    return Secured(names=names)


def _made(folder: Path, values: Values, now: datetime) -> Secured:
    authority, server = _pair(folder, CA, CA_KEY, b""), _pair(folder, SERVER, SERVER_KEY)
    notes = []
    if authority is None:
        if server is not None:
            raise InputError(
                f"{folder / SERVER} is there, but not the authority that signed it ({CA}): bring that back, the drive of "
                f"each charger has it, or name {SERVER} and {SERVER_KEY} with --cert and --key"
            )
        authority = certificates.make_authority(now)
        notes = [
            f"keep a copy of {folder / CA_KEY}: without it a new certificate needs a new {CA} on every charger"
        ]
    issuer = _certificate(str(folder / CA), authority.certificate)
    if server is not None:
        old = _certificate(str(folder / SERVER), server.certificate)
        if not certificates.is_signed_by(old, issuer):
            raise InputError(f"{folder / SERVER} was not made by this command: name it with --cert and --key")
        has_names = certificates.names_in(old) == list(values.names)
        end = old.not_valid_after_utc
        if has_names and certificates.ends_soon(old, now) and not authority.key and now < end:
            # Accounts and rights do not wait for it.
            notes = [
                f"{folder / SERVER} ends on {end:%Y-%m-%d}: bring {CA_KEY} back before, so that it is made anew"
            ]
        elif not has_names or certificates.ends_soon(old, now):
            server = None
    if server is None:
        if not authority.key:
            raise InputError(
                f"{folder / CA_KEY} is not there, and a certificate for {', '.join(values.names)} needs it: bring it back. "
                f"If it is lost, make a new authority in another folder (--out), whose {CA} each charger needs"
            )
        try:
            server = certificates.make_server(values.names, authority, now)
        except ValueError as error:
            raise InputError(f"{folder / CA_KEY}: {error}") from None
    return Secured(
        [
            *([File(CA_KEY, authority.key)] if authority.key else []),
            File(CA, authority.certificate, public=True),
            File(SERVER_KEY, server.key, for_broker=True),
            File(SERVER, server.certificate, for_broker=True),
        ],
        values.names,
        notes,
    )


def _pair(folder: Path, certificate: str, key: str, absent: bytes | None = None) -> Pair | None:
    """absent: taken where there is no key, which has to be there if it is None. An authority's key is needed only to sign,
    and its owner keeps it elsewhere."""
    found = read(folder / certificate), read(folder / key)
    if found == (None, None):
        return None
    if found[1] is None:
        found = found[0], absent
    if found[0] is None or found[1] is None:
        there, missing = (certificate, key) if found[1] is None else (key, certificate)
        raise InputError(
            f"{folder / there} is there, but {missing} is not: bring it back, or move {there} away"
        )
    pair = Pair(found[0], found[1])
    if pair.key:
        _refuse_stranger_key(pair, str(folder / certificate), str(folder / key))
    return pair


def _refuse_stranger_key(pair: Pair, certificate: str, key: str) -> None:
    _certificate(certificate, pair.certificate)
    try:
        fits = certificates.belong_together(pair)
    except ValueError as error:
        raise InputError(f"{key}: is no private key in PEM that can be used: {error}") from None
    if not fits:
        raise InputError(f"{key}: is not the key of {certificate}")


def _certificate(path: str, pem: bytes) -> x509.Certificate:
    try:
        return certificates.certificate_in(pem)
    except ValueError:
        raise InputError(f"{path}: holds no certificate in PEM") from None


def _content(path: str) -> bytes:
    content = read(Path(path))
    if content is None:
        raise InputError(f"{path}: there is no such file")
    return content
