# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The certificates that docs/security.md has people make are valid for those who verify strictly, as Python 3.13 does."""

import shutil
import subprocess

import pytest

from tests.certificates import make_certificates


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_they_are_valid_where_they_are_verified_strictly(tmp_path):
    made = make_certificates(tmp_path, "garage.lan")
    verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "garage.lan"]
    subprocess.run(
        [*verify, "-CAfile", made / "ca.pem", made / "server.pem"], check=True, capture_output=True
    )
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "keyUsage", "-in", made / "ca.pem"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Certificate Sign" in text
