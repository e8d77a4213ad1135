# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every kind of volume does the same; and a deploy comes out the same on each of them."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chargerctl.deploy.image import Image
from chargerctl.deploy.records import COMMIT
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.preview import PreviewVolume
from chargerctl.transport.volume import Volume

from tests.host.deploy.virtual import FACTORY, deploy, live
from tests.host.transport.fat import IMAGES, FatFormat, format_image
from tests.host.transport.fat_image import FatImageVolume, opened_image
from tests.host.transport.faulty import CutError, FaultyVolume, Tree


@pytest.fixture(params=["folder", "memory", "preview", *IMAGES])
def volume(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Volume]:
    if request.param == "memory":
        yield FaultyVolume({})
    elif request.param == "preview":
        yield PreviewVolume(FaultyVolume({}))
    elif request.param == "folder":
        yield FolderVolume(tmp_path)
    else:
        image = format_image(tmp_path / "drive.img", IMAGES[request.param])
        with opened_image(image) as opened:
            yield opened


def tree_of(volume: Volume) -> Tree:
    return {path: volume.read(path) for path in volume.list()[0]}


def test_a_file_reads_back_as_it_was_written_also_when_it_is_replaced(volume: Volume) -> None:
    volume.make_folder("lib")
    for content in (b"x" * 5000, b"", b"short", b"y" * 9000):
        volume.write("lib/adafruit_displayio_ssd1306.mpy", content)
        volume.sync(["lib/adafruit_displayio_ssd1306.mpy", "lib"])
        assert tree_of(volume) == {"lib/adafruit_displayio_ssd1306.mpy": content}
    assert volume.list()[1] == {"lib"}


def test_a_rename_moves_the_content_to_another_folder(volume: Volume) -> None:
    volume.make_folder("a")
    volume.make_folder("b")
    volume.write("a/one", b"1" * 3000)
    volume.rename("a/one", "b/Another long name.py")
    assert tree_of(volume) == {"b/Another long name.py": b"1" * 3000}


def test_a_rename_replaces_nothing(volume: Volume) -> None:
    volume.write("one", b"1")
    volume.write("two", b"2")
    with pytest.raises(FileExistsError):
        volume.rename("one", "two")
    assert tree_of(volume) == {"one": b"1", "two": b"2"}


# Not a folder: others write to the disk that it is on.
@pytest.mark.parametrize("volume", ["memory", *IMAGES], indirect=True)
def test_a_removal_frees_its_space(volume: Volume) -> None:
    volume.make_folder("lib")
    free = volume.free()
    volume.write("lib/x", b"x" * (3 * volume.cluster + 1))
    assert volume.free() == free - 4 * volume.cluster
    volume.remove("lib/x")
    assert volume.free() == free
    volume.remove_folder("lib")
    assert not volume.list()[1]


def test_a_folder_that_is_not_empty_is_not_removed(volume: Volume) -> None:
    volume.make_folder("lib")
    volume.write("lib/x", b"")
    with pytest.raises(OSError, match=os.strerror(errno.ENOTEMPTY)):
        volume.remove_folder("lib")


@pytest.mark.parametrize("act", ["read", "remove"])
def test_a_missing_file_is_an_os_error(volume: Volume, act: str) -> None:
    with pytest.raises(FileNotFoundError):
        getattr(volume, act)("nothing.py")
    with pytest.raises(FileNotFoundError):
        volume.sync(["nothing.py"])
    with pytest.raises(FileNotFoundError):
        list(volume.differing({"nothing.py": b""}))


def test_a_deploy_over_an_older_one_leaves_exactly_the_new_tree(
    volume: Volume, old_image: Image, new_image: Image, new_tree: Tree
) -> None:
    for path, content in FACTORY.items():
        if content is not None:
            volume.write(path, content)
    deploy(volume, old_image)
    deploy(volume, new_image)
    assert without_salt(live(tree_of(volume))) == without_salt(live(new_tree))
    assert not {folder for folder in volume.list()[1] if folder.startswith((".deploy", "charger/gone"))}
    assert deploy(volume, new_image).nothing_to_do


def without_salt(tree: Tree) -> Tree:
    """The manifest has a random salt in it; everything else is the same each time."""
    return {path: content for path, content in tree.items() if path != ".chargerctl"}


@pytest.mark.parametrize("kind", IMAGES.values(), ids=IMAGES)
def test_other_software_reads_what_was_deployed_to_an_image(
    kind: FatFormat, tmp_path: Path, new_image: Image
) -> None:
    if shutil.which("mcopy") is None and os.environ.get("CI") != "true":
        pytest.skip("mtools is not installed")
    image, out = format_image(tmp_path / "drive.img", kind), tmp_path / "out"
    with opened_image(image) as volume:
        deploy(volume, new_image)
        written = tree_of(volume)
    out.mkdir()
    subprocess.run(["mcopy", "-s", "-n", "-i", image, "::", str(out)], check=True)
    assert {
        path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()
    } == written


@pytest.mark.parametrize("kind", IMAGES.values(), ids=IMAGES)
def test_a_deploy_needs_the_space_that_was_planned(
    kind: FatFormat, tmp_path: Path, old_image: Image, new_image: Image
) -> None:
    with opened_image(format_image(tmp_path / "drive.img", kind)) as volume:
        lowest = Lowest(volume)
        for image in (old_image, new_image):
            free = lowest.lowest = volume.free()
            plan = deploy(lowest, image)
            assert free - volume.free() == plan.space.growth
            assert free - lowest.lowest <= plan.space.peak <= free - lowest.lowest + 16 * volume.cluster


class Lowest:
    """A volume that remembers how little room there was."""

    def __init__(self, volume: FatImageVolume) -> None:
        self._volume = volume
        self.lowest = volume.free()

    def __getattr__(self, name: str) -> object:
        self.lowest = min(self.lowest, self._volume.free())
        return getattr(self._volume, name)


class Cut:
    """A volume whose laptop disappears before the operation `at` (from 1)."""

    CHANGES = ("write", "sync", "rename", "remove", "make_folder", "remove_folder")

    def __init__(self, volume: Volume, at: int) -> None:
        self._volume = volume
        self._at = at
        self.count = 0

    def __getattr__(self, name: str) -> object:
        if name in self.CHANGES:
            self.count += 1
            if self.count == self._at:
                raise CutError
        return getattr(self._volume, name)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        IMAGES["FAT12 of 960 KB, 512-byte clusters"],
        pytest.param(IMAGES["FAT16 of 3776 KB, 512-byte clusters"], marks=pytest.mark.soak),
    ],
    ids=["FAT12", "FAT16"],
)
def test_a_deploy_to_an_image_that_is_cut_is_repaired_by_the_next(
    kind: FatFormat, tmp_path: Path, old_image: Image, new_image: Image
) -> None:
    """The image is copied as it is when the laptop disappears, before the driver could tidy it up."""
    before, cut = format_image(tmp_path / "before.img", kind), tmp_path / "cut.img"
    with opened_image(before) as volume:
        deploy(volume, old_image)
        old = live(tree_of(volume))
    shutil.copy(before, tmp_path / "whole.img")
    with opened_image(tmp_path / "whole.img") as volume:
        counting = Cut(volume, 0)
        deploy(counting, new_image)
        new = live(tree_of(volume))
    states = set()
    for at in range(1, counting.count + 1, 74):
        shutil.copy(before, tmp_path / "running.img")
        with opened_image(tmp_path / "running.img") as volume:
            with pytest.raises(CutError):
                deploy(Cut(volume, at), new_image)
            shutil.copy(tmp_path / "running.img", cut)
        with opened_image(cut) as volume:
            left = live(tree_of(volume))
            states.add(
                "old"
                if left == old
                else "new"
                if left == new
                else "committed"
                if COMMIT in left
                else "broken"
            )
            deploy(volume, new_image)
            assert live(tree_of(volume)) == new, f"cut before operation {at}"
    assert states <= {"old", "committed", "new"}
    assert {"old", "committed"} <= states


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A FAT image that mtools filled: lower-case 8.3 names as a short name and two bits, without a long name."""
    if shutil.which("mcopy") is None and os.environ.get("CI") != "true":
        pytest.skip("mtools is not installed")
    image = format_image(tmp_path / "drive.img", next(iter(IMAGES.values())))
    for name in ("boot_out.txt", "code.py", "UPPER.TXT", "Mixed.txt"):
        (tmp_path / name).write_bytes(FACTORY.get(name) or name.encode())
        subprocess.run(["mcopy", "-i", image, tmp_path / name, f"::{name}"], check=True)
    subprocess.run(["mmd", "-i", image, "::lib"], check=True)
    subprocess.run(["mcopy", "-i", image, tmp_path / "code.py", "::lib/mine.py"], check=True)
    return image


def test_names_are_shown_as_other_software_wrote_them(filled: Path) -> None:
    with opened_image(filled) as volume:
        files, folders, _ = volume.list()
    assert set(files) == {"boot_out.txt", "code.py", "UPPER.TXT", "Mixed.txt", "lib/mine.py"}
    assert folders == {"lib"}


def test_names_are_found_in_any_case(filled: Path) -> None:
    with opened_image(filled) as volume:
        assert volume.read("LIB/Mine.PY") == FACTORY["code.py"]
        with pytest.raises(FileExistsError):
            volume.rename("upper.txt", "CODE.PY")
        with pytest.raises(FileExistsError):
            volume.make_folder("Lib")
        volume.write("lib/MINE.py", b"new")
        volume.rename("Lib/mine.py", "lib/other.py")
        volume.remove("upper.TXT")
        assert tree_of(volume).keys() == {"boot_out.txt", "code.py", "Mixed.txt", "lib/other.py"}
        assert volume.read("lib/other.py") == b"new"


def test_a_deploy_to_an_image_that_other_software_filled_makes_no_name_twice(
    filled: Path, tmp_path: Path, new_image: Image
) -> None:
    with opened_image(filled) as volume:
        deploy(volume, new_image)
        written = tree_of(volume)
        assert deploy(volume, new_image).nothing_to_do
    assert {path: written[path] for path in new_image} == new_image
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(["mcopy", "-s", "-n", "-i", filled, "::", str(out)], check=True)
    assert {
        path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()
    } == written
