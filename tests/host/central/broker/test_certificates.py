# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Certificates for a broker, in handshakes as strict as those of Python 3.13."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from charger.net.dialer import make_tls_context
from chargerctl.central.broker.certificates import (
    Pair,
    belong_together,
    certificate_in,
    is_signed_by,
    make_authority,
    make_server,
    names_in,
)

NAMES = ("broker.lan", "192.168.1.10", "fd00::1")


@pytest.fixture(scope="module")
def authority():
    return make_authority(datetime.now(UTC))


@pytest.fixture(scope="module")
def server(authority):
    return make_server(NAMES, authority, datetime.now(UTC))


@pytest.fixture
def shake_hands(tmp_path, server):
    """shake_hands(ca, name): a charger that trusts `ca` asks for the broker `name`."""

    def shake(ca, name):
        for file, content in (("ca.pem", ca), ("server.pem", server.certificate), ("server.key", server.key)):
            (tmp_path / file).write_bytes(content)
        # The firmware's own; CPython adds the system's roots, of which none has signed this.
        charger = make_tls_context(str(tmp_path / "ca.pem"))
        charger.verify_flags |= ssl.VERIFY_X509_STRICT
        # From Python 3.13 on any certificate among the trusted ones may end a chain.
        charger.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
        broker = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        broker.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = [
            charger.wrap_bio(down, up, server_hostname=name),
            broker.wrap_bio(up, down, server_side=True),
        ]
        for _ in range(4):
            for end in ends:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
        return ends[0].cipher()

    return shake


@pytest.mark.parametrize("name", NAMES)
def test_a_charger_accepts_the_broker_under_each_of_its_names(shake_hands, authority, name):
    assert shake_hands(authority.certificate, name)


@pytest.mark.parametrize("name", ["other.lan", "192.168.1.11", "fd00::2", "x.broker.lan"])
def test_it_refuses_it_under_another(shake_hands, authority, name):
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(authority.certificate, name)


def test_it_refuses_one_that_another_authority_has_signed(shake_hands):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(make_authority(datetime.now(UTC)).certificate, "broker.lan")


def test_the_brokers_certificate_is_no_authority(shake_hands, server):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server.certificate, "broker.lan")


def test_an_address_is_among_the_names_too_where_mbedtls_2_looks_for_it(server):
    from cryptography import x509

    found = certificate_in(server.certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert "192.168.1.10" in found.value.get_values_for_type(x509.DNSName)
    assert names_in(certificate_in(server.certificate)) == list(NAMES)


def test_a_board_has_little_to_keep_and_to_read(authority, server):
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1

    assert len(authority.certificate) < 700
    for pair in (authority, server):
        assert isinstance(certificate_in(pair.certificate).public_key().curve, SECP256R1)


def test_they_are_valid_from_the_day_before_for_years(authority, server):
    now = datetime.now(UTC)
    for pair, years in ((authority, 20), (server, 10)):
        certificate = certificate_in(pair.certificate)
        assert certificate.not_valid_before_utc < now - timedelta(hours=23)
        assert abs(certificate.not_valid_after_utc - now - timedelta(days=365 * years)) < timedelta(days=1)


def test_two_authorities_have_two_names(authority, server):
    other = make_authority(datetime.now(UTC))
    assert certificate_in(other.certificate).subject != certificate_in(authority.certificate).subject
    assert is_signed_by(certificate_in(server.certificate), certificate_in(authority.certificate))
    assert not is_signed_by(certificate_in(server.certificate), certificate_in(other.certificate))


def test_a_key_and_the_certificate_of_another(authority, server):
    assert belong_together(server)
    assert not belong_together(Pair(server.certificate, authority.key))


def test_no_key_is_in_what_python_shows(authority):
    assert "PRIVATE" not in repr(authority)
