# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Archives, commits and manifests that a stranger wrote, or that were damaged: checked before anything is written, and one
line each. `make test` tries a fixed sample of random ones, `make soak` thousands; a failure prints how to try it again."""

from __future__ import annotations

import binascii
import io
import json
import os
import random
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chargerctl.boards.boot_out import BOOT_OUT
from chargerctl.deploy.apply import why_stuck
from chargerctl.deploy.backup import unpack
from chargerctl.deploy.change import size_text
from chargerctl.deploy.image_zip import write_zip
from chargerctl.deploy.records import COMMIT, MANIFEST, Commit, DamagedError, Manifest, Mark
from chargerctl.deploy.rollback import kept_for
from chargerctl.errors import ChargerctlError
from chargerctl.transport.names import problem_of, problem_of_all
from chargerctl.transport.volume import folder_of
from hypothesis import example, given
from hypothesis import strategies as st

from tests.host.commands import Run, contents
from tests.host.deploy.virtual import deploy, live
from tests.host.transport.faulty import FaultyVolume, Tree

GOOD_NAMES = [
    "code.py",
    "lib/a b.py",
    "LIB.txt",
    ".hidden",
    "a/b/c",
    "ä.txt",
    "com10.py",
    "nullify",
    "console.py",
    "a.b.c",
    "~1",
    "settings~1.toml",
    "SETTIN~1.TOML",
    "a~b.txt",
    "emoji\u200djoined",
    "x" * 255,
]
BAD_NAMES = [
    *(
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        ".",
        "a/./b",
        "a//b",
        "a/",
        "C:/x",
        "C:x",
        "\\\\host\\x",
        "a\\b",
    ),
    *(
        "a\0b",
        "a\nb",
        "a\x1b[2Jb",
        "a\x7fb",
        "a\x9bb",
        "a\u2028b",
        "a<b",
        "a>b",
        'a"b',
        "a|b",
        "a?b",
        "a*b",
        "a:b",
    ),
    *(
        "x.",
        "x ",
        "lib /x",
        "lib./x",
        "con",
        "NUL",
        "Aux.txt",
        "com1",
        "LPT9.log",
        "lib/prn/x",
        "COM¹",
        "CONIN$",
        "SETTIN~1.TOM",
        "charge~1",
        "DEPLOY~1/commit",
        "x/A~12345.py",
        "gpj.\u202egnp",
        "code\u200b.py",
        "code\ufeff.py",
        "a\tb",
    ),
    *("x" * 256, "ä" * 128, "/".join("d" * 40), "\udcff"),
]
BAD_SETS = [
    (["a", "a"], "is there twice"),
    (["Lib/x.py", "lib/X.py"], "lib/X.py is the same for FAT as Lib/x.py"),
    (["\u00e9", "e\u0301"], "is the same for FAT as"),
    (["ä/x", "Ä/X"], "is the same for FAT as"),
    (["a", "A/b"], "A/b is in a, which is a file"),
    (["A/b", "a"], "a is a file and, with A/b, a folder"),
    ([".deploy/commit"], "is in .deploy, which is chargerctl's own"),
    ([".DEPLOY/0"], "is in .deploy"),
    ([".deploy"], "is in .deploy"),
    ([f"{number}" for number in range(10_001)], "is one of more than 10,000 files"),
]
GOOD_SETS = [["strasse", "straße"], ["a/b", "a/c", "b"], ["Ä", "A"]]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_name_that_every_system_takes_is_taken(name: str) -> None:
    assert problem_of(name) is None


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_name_that_leads_elsewhere_or_that_a_system_refuses_is_refused(name: str) -> None:
    assert problem_of(name)


@pytest.mark.parametrize(("names", "said"), BAD_SETS, ids=lambda value: str(value)[:20])
def test_names_that_do_not_fit_together_are_refused(names: list[str], said: str) -> None:
    assert said in (problem_of_all(names) or "")


@pytest.mark.parametrize("names", GOOD_SETS, ids=str)
def test_names_that_fat_tells_apart_fit_together(names: list[str]) -> None:
    assert problem_of_all(names) is None


# The same function for each way in.

HEAD = {"board_id": "raspberry_pi_pico2_w", "circuitpython": "10.1.3", "secrets": False}


def archive(files: list[tuple[str, bytes]], head: object = HEAD, **about: object) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("backup.json", head if isinstance(head, bytes) else json.dumps(head))
        for name, content in files:
            entry = zipfile.ZipInfo("drive/" + name)
            entry.filename = "drive/" + name  # as it is: ZipInfo ends a name at a NUL
            entry.external_attr = int(str(about.get("mode", 0o600))) << 16
            made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def sealed(*lines: str) -> bytes:
    body = "".join(line + "\n" for line in ("chargerctl 1", *lines)).encode(errors="surrogateescape")
    return body + b"crc32 %08x\n" % binascii.crc32(body)


AS_LINES = [name for name in BAD_NAMES if "\n" not in name]


@pytest.mark.parametrize(
    "name",
    [*AS_LINES, *(names[0] for names, said in BAD_SETS if said.startswith("is in .deploy"))],
    ids=ascii,
)
def test_archives_commits_and_manifests_refuse_the_same_names(name: str, tmp_path: Path) -> None:
    mark = " ".join(Mark.of(b"").words())
    for line in (
        f"put {mark} .deploy/0 {name}",
        f"move .deploy/0 {name}" if " " not in name else "",
        f"remove {name}",
    ):
        with pytest.raises(DamagedError):
            Commit.read(sealed(line))
    with pytest.raises(DamagedError):
        Manifest.read(sealed(f"file {mark} {name}"))
    if "\udcff" in name or not name or name.endswith("/") or "\0" in name:
        return  # a zip has no such names, or they are folders
    (tmp_path / "x.zip").write_bytes(archive([("code.py", b""), (name, b"")]))
    with pytest.raises(ChargerctlError) as caught:
        unpack(tmp_path / "x.zip")
    assert "is not a chargerctl backup" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_source_of_a_step_is_on_the_drive_too() -> None:
    mark = " ".join(Mark.of(b"").words())
    for line in (f"put {mark} ../x y", "move /etc/passwd y", "move ../../x y"):
        with pytest.raises(DamagedError):
            Commit.read(sealed(line))


BAD_ARCHIVES = {
    "no zip": b"rubbish",
    "empty": b"",
    "no head": archive([], head=b"").replace(b"backup.json", b"backup.jsox"),
    "head no JSON": archive([], head=b"{"),
    "head deep": archive([], head=b"[" * 100_000),
    "head a list": archive([], head=[1]),
    "head of other types": archive([], head={"board_id": 1, "secrets": "no"}),
    "head no UTF-8": archive([], head=b"\xff"),
    "a symbolic link": archive([("code.py", b"/etc/passwd")], mode=stat.S_IFLNK | 0o777),
    "a pipe": archive([("code.py", b"")], mode=stat.S_IFIFO | 0o600),
    "a bomb": archive([("code.py", bytes(20 << 20))]),
    "two bombs": archive([("code.py", bytes(9 << 20)), ("main.py", bytes(9 << 20))]),
    "the head a bomb": archive([], head=b" " * (2 << 20) + b"{}"),
    "a name twice": archive([("code.py", b"1"), ("CODE.py", b"2")]),
    "a file and a folder": archive([("lib", b"1"), ("lib/x.py", b"2")]),
}


def encrypted() -> bytes:
    """The bit that says so, in both places that have it."""
    data = bytearray(archive([("code.py", b"secret" * 9)]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (found := data.find(signature, start)) >= 0:
            data[found + offset] |= 1
            start = found + 4
    return bytes(data)


def another_method() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("backup.json", json.dumps(HEAD))
        made.writestr("drive/code.py", b"x" * 100)
    return packed.getvalue()


BAD_ARCHIVES |= {
    "encrypted": encrypted(),
    "LZMA": another_method(),
    "cut": archive([("code.py", b"x" * 999)])[:-30],
}


@pytest.mark.parametrize("packed", BAD_ARCHIVES.values(), ids=BAD_ARCHIVES)
def test_an_archive_that_is_no_backup_is_refused_in_one_line_before_anything_is_written(
    run: Run, drive: Path, tmp_path: Path, packed: bytes
) -> None:
    (tmp_path / "x.zip").write_bytes(packed)
    before = contents(drive)
    status, out, err = run("restore", "x.zip", "--json")
    assert (status, err) == (2, "")
    assert "is not a chargerctl backup" in json.loads(out)["error"]
    assert contents(drive) == before


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"[" * 100_000, "backup.json is not JSON that chargerctl writes"),
        (b'{"board_id": ' + b"1" * 5000 + b"}", "backup.json is not JSON that chargerctl writes"),
        ({"secrets": True}, "backup.json is not that of a backup"),
    ],
    ids=["deep", "long number", "no board"],
)
def test_a_damaged_head_of_a_backup_is_explained_without_words_of_python(
    run: Run, tmp_path: Path, head: object, said: str
) -> None:
    (tmp_path / "x.zip").write_bytes(archive([], head))
    status, _, err = run("restore", str(tmp_path / "x.zip"))
    assert (status, err.count("\n"), f"({said})" in err) == (2, 1, True), err


def test_a_size_below_a_tenth_of_a_kilobyte_is_in_bytes() -> None:
    assert [size_text(size) for size in (0, 1, 99, 1300)] == ["0 bytes", "1 byte", "99 bytes", "1.3 KB"]


def test_an_archive_that_is_a_pipe_a_device_or_too_large_is_not_read(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 30)
    for name, said in (("pipe", "pipe or a device"), ("/dev/zero", "pipe or a device"), ("large", "at most")):
        status, _, err = run("restore", str(tmp_path / name))
        assert (status, said in err, err.count("\n")) == (2, True, 1), err


def test_what_a_backup_never_has_is_not_restored(run: Run, drive: Path, tmp_path: Path) -> None:
    boot_out = (drive / BOOT_OUT).read_bytes()
    (tmp_path / "x.zip").write_bytes(
        archive([("boot_out.txt", b"UID:1"), ("a/._x", b""), ("mine.txt", b"1")])
    )
    status, _, err = run("restore", "x.zip")
    assert status == 0, err
    assert (drive / BOOT_OUT).read_bytes() == boot_out
    assert not (drive / "a").exists()
    assert (drive / "mine.txt").read_bytes() == b"1"


def test_a_damaged_record_for_a_rollback_is_one_line(state: Path) -> None:
    (state / "replaced").mkdir()
    record = state / "replaced" / "key.zip"
    write_zip(record, {"code.py": b"old"}, ["boot.py"], "added.json")
    assert kept_for(state, "key").added == ["boot.py"]
    for about in ({"a": 1}, [1], "boot.py"):
        write_zip(record, {}, about, "added.json")
        with pytest.raises(ChargerctlError, match="are damaged: deploy the version you want instead"):
            kept_for(state, "key")


# Commits that cannot be carried out.

NEW = b"print('new')\n"


def put(source: str, target: str, content: bytes = NEW) -> str:
    return f"put {' '.join(Mark.of(content).words())} {source} {target}"


STUCK: dict[str, tuple[dict[str, bytes], str]] = {
    "a staged file is damaged": ({COMMIT: sealed(put(".deploy/0", "new.py")), ".deploy/0": b"half"}, ".deploy/0 is damaged"),
    "a staged file is missing": ({COMMIT: sealed(put(".deploy/0", "new.py"))}, "new.py is missing"),
    "the checksum is wrong": ({COMMIT: sealed("remove x")[:-2] + b"x\n"}, "its checksum is wrong"),
    "it is empty": ({COMMIT: b""}, "its checksum is wrong"),
    "a line is short": ({COMMIT: sealed("put 1")}, "'put 1' has 2 words"),
    "a size is no number": ({COMMIT: sealed("put x 00000000 .deploy/0 new.py")}, "is no size and CRC-32"),
    "a step is unknown": ({COMMIT: sealed("turn round")}, "the unknown step turn"),
    "a blank line": ({COMMIT: sealed("", "remove x")}, "it has a line without a step"),
    "it is no UTF-8": ({COMMIT: sealed("remove \udcff")}, "not UTF-8"),
    "another format": ({COMMIT: sealed().replace(b"chargerctl 1", b"chargerctl 2")}, "its commit is damaged"),
    "it writes elsewhere": ({COMMIT: sealed(put(".deploy/0", "../out.py")), ".deploy/0": NEW}, "../out.py has a part"),
    "it writes among staged files": (
        {COMMIT: sealed(put(".deploy/0", ".Deploy/x")), ".deploy/0": NEW},
        "is in .deploy",
    ),
    "a folder has the name": (
        {COMMIT: sealed(put(".deploy/0", "late.py")), ".deploy/0": NEW, "late.py/mine.txt": b"mine"},
        "late.py on the drive is not what the commit needs",
    ),
    "a file has the folder's name": (
        {COMMIT: sealed(put(".deploy/0", "late/x.py")), ".deploy/0": NEW, "late": b"mine"},
        "late on the drive is not what the commit needs",
    ),
    "a file is its own place": ({COMMIT: sealed("move code.py code.py")}, "code.py is to be moved to its own place"),
    "its own place in other case": ({COMMIT: sealed("move code.py CODE.PY")}, "CODE.PY is to be moved to its own place"),
    "a name differs in case": (
        {COMMIT: sealed("move .deploy/0 CODE.PY"), ".deploy/0": NEW},
        "code.py on the drive is not what the commit needs",
    ),
    "its own names differ in case": (
        {COMMIT: sealed("move .deploy/0 a/x", "move .deploy/1 A/y"), ".deploy/0": NEW, ".deploy/1": NEW},
        "a on the drive is not what the commit needs",
    ),
    "more steps than a deploy has": (
        {COMMIT: sealed(*["remove zz"] * 4_001), "zz/zz": b"mine"},
        "it has 4,001 steps, more than any deploy",
    ),
}  # fmt: skip


def lay(drive: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (drive / path).parent.mkdir(parents=True, exist_ok=True)
        (drive / path).write_bytes(content)


@pytest.mark.parametrize(("files", "said"), STUCK.values(), ids=STUCK)
def test_a_commit_that_cannot_be_carried_out_is_said_once_and_a_deploy_repairs_it(
    run: Run, drive: Path, tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    lay(drive, files)
    outside = sorted(tmp_path.iterdir())
    for command in (("backup", "--to", str(tmp_path / "b.zip")), ("rollback",)):
        status, _, err = run(*command)
        assert (status in (0, 1), err.count("\n")) == (True, 1), err
    (tmp_path / "b.zip").unlink()
    status, out, _ = run("deploy", "--dry-run")
    assert (status, out.count("an earlier deploy cannot be finished"), said in out) == (0, 1, True), out
    status, out, err = run("deploy")
    assert status == 0, err
    assert (out.count("an earlier deploy cannot be finished"), "it must be finished first" in out) == (
        1,
        False,
    )
    assert not (drive / ".deploy").exists()
    assert not (drive / "code.txt").exists()
    assert run("deploy")[1].count("nothing to do") == 1
    mine = {path: content for path, content in files.items() if content == b"mine"}
    assert mine.items() <= contents(drive).items()
    assert sorted(tmp_path.iterdir()) == outside


@pytest.mark.parametrize("name", ["a staged file is missing", "a line is short", "a folder has the name"])
def test_a_commit_that_cannot_be_carried_out_can_be_undone(run: Run, drive: Path, name: str) -> None:
    before = contents(drive)
    run("deploy")
    lay(drive, STUCK[name][0])
    status, out, err = run("rollback")
    assert (status, out.count("an earlier deploy cannot be finished")) == (0, 1), err
    mine = {path: content for path, content in STUCK[name][0].items() if content == b"mine"}
    assert contents(drive) == before | mine


BAD_MANIFESTS = {
    "short lines": sealed("file 1", "setting x", "pin relay"),
    "a size that is no number": sealed("file -1 00000000 code.py"),
    "more digits than an int takes": sealed(f"file {'9' * 5000} 00000000 code.py"),
    "names that lead elsewhere": sealed("file 0 00000000 ../../notes"),
    "a key that leads elsewhere": sealed("names ../../../etc/passwd"),
    "no UTF-8": sealed("file 0 00000000 \udcff"),
    "nothing": b"",
    "of 2 MB": sealed("x " + "y" * (2 << 20)),
}


@pytest.mark.parametrize("manifest", BAD_MANIFESTS.values(), ids=BAD_MANIFESTS)
def test_a_manifest_that_is_no_manifest_is_as_none(
    run: Run, drive: Path, tmp_path: Path, manifest: bytes
) -> None:
    with pytest.raises(DamagedError):
        Manifest.read(manifest)
    (drive / MANIFEST).write_bytes(manifest)
    for command in (("backup", "--to", str(tmp_path / "b.zip")), ("traceback", str(drive / BOOT_OUT))):
        status, _, err = run(*command)
        assert (status in (0, 1), err.count("\n") <= 1) == (True, True), err
    status, _, err = run("deploy")
    assert status == 0, err
    assert run("deploy")[1].count("nothing to do") == 1


# Folders.


def test_a_folder_that_holds_a_link_stays(run: Run, drive: Path, tmp_path: Path) -> None:
    run("deploy")
    lay(drive, {"extra/old.py": b"old"})
    (drive / "extra" / "mine").symlink_to(tmp_path)
    manifest = Manifest.read((drive / MANIFEST).read_bytes())
    files = manifest.files | {"extra/old.py": Mark.of(b"old")}
    (drive / MANIFEST).write_bytes(replace(manifest, files=files).render())
    status, _, err = run("deploy")
    assert status == 0, err
    assert [path.name for path in (drive / "extra").iterdir()] == ["mine"]
    lay(drive, {COMMIT: sealed("remove extra")})  # of an earlier chargerctl
    status, _, err = run("deploy")
    assert status == 0, err
    assert not (drive / ".deploy").exists()
    assert (drive / "extra" / "mine").is_symlink()


def test_many_steps_and_many_files_take_no_longer_than_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: names that are looked at once for each step would be 8 million."""
    looked = 0

    def counted(path: str) -> str:
        nonlocal looked
        looked += 1
        return folder_of(path)

    tree: Tree = {f"zz/{number}": b"" for number in range(2_000)}
    tree |= {f"d{number}": None for number in range(2_000)}
    for module in ("drive", "preview"):
        package = "deploy" if module == "drive" else "transport"
        monkeypatch.setattr(f"chargerctl.{package}.{module}.folder_of", counted)
    steps = ["remove zz", "remove code.txt"] * 1_000 + [f"remove d{number}" for number in range(2_000)]
    assert why_stuck(FaultyVolume(tree), Commit.read(sealed(*steps)), {}) == ""
    assert looked < 20_000


# Random ones.

NAMES = st.sampled_from(
    [
        "code.py",
        "lib",
        "lib/x.py",
        "a/b/c.py",
        "boot.txt",
        "code.txt",
        ".chargerctl",
        "..",
        "/x",
        "a/../b",
        "CON",
        ".deploy/0",
        "x" * 300,
        "Lib/X.py",
        "é\0",
        "",
    ]
)
WORDS = st.one_of(
    NAMES,
    st.sampled_from(
        [
            "put",
            "move",
            "remove",
            "pin",
            "file",
            "setting",
            "names",
            "edited",
            "0",
            "5",
            "-1",
            "00000000",
            "ffffffff",
            ".deploy/0",
            ".deploy/1",
        ]
    ),
    st.text(max_size=5),
)
LINES = st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=8)  # fmt: skip


@given(LINES)
@example(["put 0 00000000 .deploy/0 code.py", "move .deploy/1 lib", "remove lib/x.py"])
def test_any_commit_is_carried_out_or_replaced_by_the_next_deploy(
    new_image: dict[str, bytes], lines: list[str]
) -> None:
    small = {path: new_image[path] for path in ("boot.py", "code.py", "hold.py", "safemode.py")}
    tree: Tree = {**small, "lib/x.py": b"", "mine.txt": b"", ".deploy/0": b"", ".deploy/1": b"staged"}
    tree[COMMIT] = sealed(*(line.replace("\n", " ") for line in lines))
    volume = FaultyVolume(tree)
    try:
        deploy(volume, small)
    except ChargerctlError as error:  # a name of the user's is in the way
        assert "rename or remove it" in str(error)  # noqa: PT017
        return
    left = live(volume.tree())
    assert COMMIT not in left
    assert {path: left[path] for path in small} == small


@given(LINES, st.binary(max_size=40))
def test_any_manifest_is_read_or_is_as_none(lines: list[str], rubbish: bytes) -> None:
    for content in (sealed(*lines), rubbish, sealed(*lines)[:-1] + rubbish):
        try:
            manifest = Manifest.read(content)
        except DamagedError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            assert problem_of_all(manifest.files) is None
            Manifest.read(manifest.render())


def damaged(packed: bytes, chance: random.Random) -> bytes:
    data = bytearray(packed)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place = chance.randrange(len(data))
        what = chance.randrange(4)
        if what == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[place : place + chance.randrange(1, 9)] = chance.randbytes(chance.randrange(9))
        elif what == 2:
            del data[place:]
            data += packed[-chance.randrange(1, 60) :]
        else:
            data[place:place] = packed[place : place + chance.randrange(1, 80)]
        if not data:
            break
    return bytes(data)


def damaged_archives(first: int, count: int) -> Iterator[tuple[int, bytes]]:
    whole = archive([("code.py", b"print(1)\n" * 30), ("lib/x.py", b""), ("settings.toml", b"A = 1\n")])
    for number in range(first, first + count):
        yield number, damaged(whole, random.Random(number))


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.soak)])
def test_any_damaged_archive_is_read_or_refused(tmp_path: Path, count: int) -> None:
    for number, packed in damaged_archives(0, count):
        (tmp_path / "x.zip").write_bytes(packed)
        try:
            backup = unpack(tmp_path / "x.zip")
        except ChargerctlError as error:
            assert "\n" not in str(error), f"seed {number}"  # noqa: PT017
        except Exception as error:
            raise AssertionError(f"seed {number}: {error!r}") from error
        else:
            assert problem_of_all(backup.image) is None, f"seed {number}"
