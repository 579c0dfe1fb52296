"""Writes the software bill of materials of one target: CycloneDX 1.6, JSON.

It lists what is linked into the program. cargo-cyclonedx takes minutes to install, and lists the
procedural macros and the packages for building as well.

usage: sbom.py TARGET FILE
"""

import json
import os
import pathlib
import subprocess
import sys
import time
import tomllib
import urllib.parse

target, file = sys.argv[1:]
lock = tomllib.loads(pathlib.Path("Cargo.lock").read_text(encoding="utf-8"))["package"]
checksums = {(package["name"], package["version"]): package.get("checksum") for package in lock}


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def component(name, version, licence, kind="library"):
    reference = f"pkg:cargo/{name}@{urllib.parse.quote(version)}"
    entry = {"type": kind, "bom-ref": reference, "purl": reference, "name": name}
    entry |= {"version": version, "licenses": [{"expression": licence.replace("/", " OR ")}]}
    if checksum := checksums[name, version]:
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return entry


components, dependencies, above = {}, {}, []
tree = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--target", target]
for line in output(*tree, "--prefix", "depth", "--format", "|{p}|{l}|").splitlines():
    depth, package, licence, _ = line.split("|")
    name, version = package.split()[:2]
    kind = "application" if depth == "0" else "library"
    entry = component(name, version.removeprefix("v"), licence, kind)
    reference = entry["bom-ref"]
    components[reference] = entry
    dependencies.setdefault(reference, set())
    above[int(depth) :] = [reference]
    if len(above) > 1:
        dependencies[above[-2]].add(reference)

program, *libraries = components.values()
release = next(line for line in output("rustc", "-vV").splitlines() if line.startswith("release: "))
linked = [{"type": "library", "bom-ref": "std", "name": "std", "version": release.split()[1]}]
linked[0]["description"] = "the standard library of Rust"
if target.endswith("-linux-musl"):
    tools = pathlib.Path("packaging/requirements.txt").read_text(encoding="utf-8").split()
    zig = next(tool for tool in tools if tool.startswith("ziglang=="))
    linked += [
        {"type": "library", "bom-ref": name, "name": name, "description": f"part of {zig}"}
        for name in ("musl", "libunwind")
    ]
for entry in linked:
    dependencies[program["bom-ref"]].add(entry["bom-ref"])
    dependencies[entry["bom-ref"]] = set()

program["properties"] = [{"name": "cargo:target", "value": target}]
if repository := os.environ["repository"]:
    program["externalReferences"] = [{"type": "vcs", "url": repository}]
seconds = int(os.environ["SOURCE_DATE_EPOCH"])
bill = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)),
        "component": program,
    },
    "components": libraries + linked,
    "dependencies": [
        {"ref": reference, "dependsOn": sorted(needed)}
        for reference, needed in dependencies.items()
    ],
}
pathlib.Path(file).write_bytes(json.dumps(bill, indent=2).encode() + b"\n")
