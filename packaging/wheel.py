"""Packs the program of one target as a wheel whose bytes depend on names and contents alone.

usage: wheel.py TARGET TREE DIRECTORY     (TREE: what packaging/archive made)
"""

import base64
import hashlib
import os
import pathlib
import re
import sys
import time
import tomllib
import zipfile

PLATFORMS = {
    "x86_64-unknown-linux-musl": "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-musl": "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
    "x86_64-apple-darwin": "macosx_11_0_x86_64",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
    "x86_64-pc-windows-gnu": "win_amd64",
    "x86_64-pc-windows-msvc": "win_amd64",
}

platforms = PLATFORMS[sys.argv[1]]
tree, directory = map(pathlib.Path, sys.argv[2:])
package = tomllib.loads(pathlib.Path("Cargo.toml").read_text(encoding="utf-8"))["package"]
repository = os.environ["repository"]
# PEP 440 writes 0.2.0-rc.1 as 0.2.0rc1.
version = re.sub(r"-(a|b|rc)[a-z]*\.", r"\1", package["version"])
licences = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENCES"]

readme = (tree / "README.md").read_text(encoding="utf-8")
metadata = f"Metadata-Version: 2.4\nName: skia-auth\nVersion: {version}\n"
metadata += f"Summary: {package['description']}\nKeywords: {','.join(package['keywords'])}\n"
metadata += f"License-Expression: {package['license']}\n"
metadata += "".join(f"License-File: {name}\n" for name in licences)
if repository:
    metadata += f"Project-URL: Repository, {repository}\n"
    # PyPI does not resolve links that are relative to the repository.
    readme = re.sub(
        r"(!?)\[[^]]*\]\((?!#|[a-z]+:)",
        lambda link: f"{link[0]}{repository}/{'raw' if link[1] else 'blob'}/v{package['version']}/",
        readme,
    )
metadata += f"Description-Content-Type: text/markdown\n\n{readme}"

wheel = "Wheel-Version: 1.0\nGenerator: skia-auth\nRoot-Is-Purelib: false\n"
wheel += "".join(f"Tag: py3-none-{platform}\n" for platform in platforms.split("."))

info = f"skia_auth-{version}.dist-info"
program = next(tree.glob("skia-auth*"))
files = {f"skia_auth-{version}.data/scripts/{program.name}": program.read_bytes()}
files |= {f"{info}/licenses/{name}": (tree / name).read_bytes() for name in licences}
files |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": wheel.encode()}
record = ""
for name, content in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    record += f"{name},sha256={digest},{len(content)}\n"
files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

date = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
with zipfile.ZipFile(
    directory / f"skia_auth-{version}-py3-none-{platforms}.whl", "w", compresslevel=9
) as packed:
    for name, content in files.items():
        entry = zipfile.ZipInfo(name, date)
        entry.create_system = 3  # Unix, on Windows too: the mode is kept.
        entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        packed.writestr(entry, content)
