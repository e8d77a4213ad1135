# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What can be wrong with the way between the board and the servers, as plain values to be set.

Every value may be changed at any moment; it holds from the next byte, datagram or packet on.
Faults of access point and DHCP are the AccessPoint's, those of its clock the NtpServer's, and what a central system does
wrong is the central system's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Faults:
    """Faults of the IP network. The defaults are a healthy one."""

    delay_us: int = 0
    """Added to the one-way latency of everything, both ways."""

    hold_out: bool = False
    """What the board sends is held up (kept, as TCP keeps it) until this is False again."""

    hold_in: bool = False
    """What the servers send is held up until this is False again."""

    max_write: int = 0
    """The board's send() takes at most this many bytes a call; 0: as many as fit."""

    max_read: int = 0
    """The board's recv_into() gives at most this many bytes a call; 0: as many as there are."""

    memory_short: bool = False
    """The network stack has no memory left. On RP2 a TCP send() waits for some, even with a timeout of 0, for up to 10 s,
    and a UDP sendto() fails at once; on ESP32 nothing of the kind is modelled."""

    trickle_bytes: int = 0
    """Bytes arrive in pieces of this size, `trickle_us` apart; 0: whole."""

    trickle_us: int = 0

    syn_black_hole: bool = False
    """New connections are neither accepted nor refused."""

    drop_datagrams: bool = False
    """UDP gets lost, both ways."""

    dns_hangs: bool = False
    """The name server does not answer: getaddrinfo blocks, then fails; a query over UDP gets nothing."""

    dns_fails: bool = False
    """The name server knows no name: getaddrinfo fails at once, a query over UDP gets NXDOMAIN."""

    def heal(self) -> None:
        """Nothing is wrong any more."""
        vars(self).update(vars(Faults()))


@dataclass
class BrokerFaults:
    """What the broker does wrong. The defaults are a good one."""

    silent: bool = False
    """Takes everything and sends nothing: no CONNACK, SUBACK, PUBACK, PINGRESP, no messages."""

    refuse_with: int = 0
    """CONNACK return code for every client; 0 lets them in."""

    reorder_us: int = 0
    """Messages to a client that come within this time are sent after it, last first; 0: at once, in order."""

    duplicate: int = 0
    """Each message is sent this many times more; QoS 1 with the DUP flag and the same packet id."""
