"""Packs a directory into a .tar.gz or a .zip whose bytes depend on names and contents alone.

usage: pack.py DIRECTORY ARCHIVE
"""

import gzip
import os
import pathlib
import sys
import tarfile
import time
import zipfile

directory, archive = map(pathlib.Path, sys.argv[1:])
seconds = int(os.environ["SOURCE_DATE_EPOCH"])
files = sorted(path for path in directory.rglob("*") if path.is_file())


def name(path):
    return path.relative_to(directory.parent).as_posix()


def mode(path):
    return 0o755 if path.stem == "skia-auth" and path.parent == directory else 0o644


if archive.suffix == ".zip":
    date = time.gmtime(seconds)[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in files:
            entry = zipfile.ZipInfo(name(path), date)
            entry.create_system = 3  # Unix, on Windows too: the mode is kept.
            entry.external_attr = mode(path) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())
else:
    with (
        archive.open("wb") as out,
        gzip.GzipFile("", "wb", 9, out, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as packed,
    ):
        for path in files:
            entry = tarfile.TarInfo(name(path))
            entry.size, entry.mtime, entry.mode = path.stat().st_size, seconds, mode(path)
            with path.open("rb") as content:
                packed.addfile(entry, content)
