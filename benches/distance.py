"""Times a fresh login at a distance: 50 ms round trip, and a host whose IPv6 address is dead.

Two network namespaces are joined by TUN devices; this program carries the packets between them, each 25 ms late, and
drops IPv6. Needs root, iproute2, openssl, nginx and curl.

usage: distance.py RUNS STATIC DYNAMIC
"""

import collections
import ctypes
import fcntl
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

NEAR, FAR = "skia-bench-near", "skia-bench-far"
DELAY = 0.025
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LIBC = ctypes.CDLL(None, use_errno=True)
HOSTS = pathlib.Path("/etc/netns") / NEAR / "hosts"


def sh(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def enter(namespace):
    handle = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    if LIBC.setns(handle, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(handle)


def tun(namespace, address):
    """A TUN device in a namespace, and the descriptor that its packets come from."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter(namespace)
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"t0", IFF_TUN | IFF_NO_PI))
    LIBC.setns(home, 0)
    os.close(home)
    sh("ip", "-n", namespace, "link", "set", "lo", "up")
    sh("ip", "-n", namespace, "addr", "add", address, "dev", "t0")
    sh("ip", "-n", namespace, "link", "set", "t0", "up")
    return device


def carry(source, target):
    """Hands packets on, each DELAY late; IPv6 goes nowhere."""
    waiting, arrived = collections.deque(), threading.Semaphore(0)

    def collect():
        while True:
            packet = os.read(source, 65536)
            if packet[0] >> 4 == 4:
                waiting.append((time.monotonic() + DELAY, packet))
                arrived.release()

    def deliver():
        while True:
            arrived.acquire()
            due, packet = waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            os.write(target, packet)

    for work in (collect, deliver):
        threading.Thread(target=work, daemon=True).start()


def certificates(work):
    def openssl(*words):
        sh("openssl", *words)

    for name in ("ca", "leaf"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{work}/{name}.key")
    openssl("req", "-x509", "-new", "-key", f"{work}/ca.key", "-days", "2", "-subj", "/CN=Bench CA", "-out", f"{work}/ca.pem")
    openssl("req", "-new", "-key", f"{work}/leaf.key", "-subj", "/CN=bench", "-out", f"{work}/leaf.csr")
    (work / "leaf.ext").write_text("subjectAltName=DNS:one.bench,DNS:two.bench\n")
    openssl("x509", "-req", "-in", f"{work}/leaf.csr", "-CA", f"{work}/ca.pem", "-CAkey", f"{work}/ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", f"{work}/leaf.ext", "-out", f"{work}/leaf.pem")


def serve(work):
    (work / "nginx.conf").write_text(f"""
pid {work}/nginx.pid; error_log {work}/error.log; daemon off;
events {{ }}
http {{
    access_log off; default_type application/json;
    client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work}; uwsgi_temp_path {work}; scgi_temp_path {work};
    server {{
        listen 10.99.0.2:443 ssl; ssl_protocols TLSv1.3;
        ssl_certificate {work}/leaf.pem; ssl_certificate_key {work}/leaf.key;
        location / {{ return 200 '{{"Token":"a.b.c","Status":0,"Messages":[]}}'; }}
    }}
}}
""")
    command = ["ip", "netns", "exec", FAR, "nginx", "-c", f"{work}/nginx.conf", "-p", str(work)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def median(work, runs, command):
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "SSL_CERT_FILE": f"{work}/ca.pem",
                   "SKIA_CLIENT_ID": "id", "SKIA_CLIENT_SECRET": "secret", "SKIA_NO_CACHE": "1"}
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(["ip", "netns", "exec", NEAR, *command], check=True, env=environment, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main():
    runs, programs = int(sys.argv[1]), [os.path.abspath(program) for program in sys.argv[2:]]
    work = pathlib.Path(tempfile.mkdtemp())
    work.chmod(0o755)
    server = None
    try:
        for namespace in (NEAR, FAR):
            sh("ip", "netns", "add", namespace)
        HOSTS.parent.mkdir(parents=True)
        HOSTS.write_text("10.99.0.2 one.bench two.bench\n2001:db8::2 two.bench\n")
        near, far = tun(NEAR, "10.99.0.1/24"), tun(FAR, "10.99.0.2/24")
        sh("ip", "-n", NEAR, "addr", "add", "2001:db8::1/64", "dev", "t0", "nodad")
        carry(near, far)
        carry(far, near)
        certificates(work)
        server = serve(work)
        time.sleep(1)
        start = median(work, runs, ["true"])
        one, two = (
            [median(work, runs, [program, "login", "--base-url", f"https://{host}.bench/api"]) - start for program in programs]
            for host in ("one", "two")
        )
        curl = ["curl", "-s", "--cacert", f"{work}/ca.pem", "-d", "{}", "https://one.bench/api/Auth/Login"]
        other = median(work, runs, curl) - start
        trips = " | ".join(f"{seconds / 0.05:.2f} round trips" for seconds in [*one, other])
        more = " | ".join(f"{(b - a) * 1e3:.0f} ms more" for a, b in zip(one, two))
        print(f"| fresh `login` at 50 ms round trip · `curl` | {trips} | | |")
        print(f"| a dead IPv6 address beside a live IPv4 one | {more} | | | |")
    finally:
        if server:
            server.terminate()
            server.wait()
        for namespace in (NEAR, FAR):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(HOSTS.parent, ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)


main()
