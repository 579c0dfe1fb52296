"""Packs the programs of Linux targets as one image from nothing: an OCI layout in a .tar whose
bytes depend on names and contents alone.

The image has no certificates: the program uses its bundled roots where the system has none.

usage: image.py ARCHIVE TREE…     (TREE: what packaging/archive made for a musl target)
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile
import time
import tomllib

OCI = "application/vnd.oci.image"
ARCHITECTURES = {"x86_64-unknown-linux-musl": "amd64", "aarch64-unknown-linux-musl": "arm64"}

archive = pathlib.Path(sys.argv[1])
trees = sorted(map(pathlib.Path, sys.argv[2:]))
package = tomllib.loads(pathlib.Path("Cargo.toml").read_text(encoding="utf-8"))["package"]
version = package["version"]
seconds = int(os.environ["SOURCE_DATE_EPOCH"])
created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
labels = {
    "org.opencontainers.image.created": created,
    "org.opencontainers.image.description": package["description"],
    "org.opencontainers.image.licenses": package["license"],
    "org.opencontainers.image.title": "skia-auth",
    "org.opencontainers.image.version": version,
}
if repository := os.environ["repository"]:
    labels |= {
        "org.opencontainers.image.source": repository,
        "org.opencontainers.image.url": repository,
    }
layout = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}


def tar(files):
    """The bytes of a .tar with the parent directories of its files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        parents = {str(parent) for name in files for parent in pathlib.PurePosixPath(name).parents}
        for name in sorted(parents - {"."} | files.keys()):
            entry = tarfile.TarInfo(name)
            entry.mtime, entry.mode = seconds, 0o755
            if name in parents:
                entry.type = tarfile.DIRTYPE
                packed.addfile(entry)
            else:
                if not name.startswith("usr/bin/"):
                    entry.mode = 0o644
                entry.size = len(files[name])
                packed.addfile(entry, io.BytesIO(files[name]))
    return out.getvalue()


def blob(media_type, content, **more):
    """Stores a blob and returns its descriptor."""
    if not isinstance(content, bytes):
        content = json.dumps(content, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()
    layout[f"blobs/sha256/{digest}"] = content
    descriptor = {"mediaType": f"{OCI}.{media_type}", "digest": f"sha256:{digest}"}
    return descriptor | {"size": len(content)} | more


def manifest(tree):
    documents = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENCES"]
    files = {f"usr/share/doc/skia-auth/{name}": (tree / name).read_bytes() for name in documents}
    layer = tar(files | {"usr/bin/skia-auth": (tree / "skia-auth").read_bytes()})
    architecture = ARCHITECTURES[tree.name.removeprefix(f"skia-auth-{version}-")]
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": {
            "User": "65532:65532",
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": ["/usr/bin/skia-auth"],
            "WorkingDir": "/",
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": created, "created_by": "packaging/image.py"}],
    }
    content = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": blob("config.v1+json", config),
        "layers": [blob("layer.v1.tar+gzip", gzip.compress(layer, 9, mtime=0))],
        "annotations": labels,
    }
    platform = {"architecture": architecture, "os": "linux"}
    return blob("manifest.v1+json", content, platform=platform)


def index(manifests, **more):
    media_type = f"{OCI}.index.v1+json"
    return {"schemaVersion": 2, "mediaType": media_type, "manifests": manifests} | more


image = index([manifest(tree) for tree in trees], annotations=labels)
name = {"org.opencontainers.image.ref.name": version}
tagged = index([blob("index.v1+json", image, annotations=name)])
layout["index.json"] = json.dumps(tagged, sort_keys=True).encode()
archive.write_bytes(tar(layout))
