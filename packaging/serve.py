"""Serves releases on 127.0.0.1 with the addresses of GitHub, and runs a command against them.

The command finds the address in SKIA_AUTH_BASE_ADDRESS. Each release is a directory named by its
version; the last one is the latest.

usage: serve.py DIRECTORY… -- COMMAND [ARGUMENT…]
"""

import http.server
import os
import pathlib
import subprocess
import sys
import threading

separator = sys.argv.index("--")
releases = {path.name: path for path in map(pathlib.Path, sys.argv[1:separator])}
latest = list(releases)[-1]
command = sys.argv[separator + 1 :]


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        match self.path.split("/"):
            case ["", "latest", "download", name]:
                self.send_response(302)
                self.send_header("Location", f"/download/v{latest}/{name}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case ["", "download", tag, name] if tag.removeprefix("v") in releases:
                self.directory = releases[tag.removeprefix("v")]
                self.path = f"/{name}"
                super().do_GET()
            case _:
                self.send_error(404)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
sys.exit(subprocess.call(command, env={**os.environ, "SKIA_AUTH_BASE_ADDRESS": address}))
