"""Times two commands in turn, A B A B …, so that what slows the machine slows both, and prints medians and their ratio.

usage: pairs.py RUNS COMMAND_A COMMAND_B        (each command is one string, split as a shell splits words)
"""

import os
import shlex
import statistics
import sys
import time

NULL = os.open("/dev/null", os.O_RDWR)
STREAMS = [(os.POSIX_SPAWN_DUP2, NULL, fd) for fd in (0, 1, 2)]


def run(words):
    """Seconds from start to end of one process."""
    begin = time.perf_counter()
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=STREAMS)
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{shlex.join(words)} ended with status {status}")
    return seconds


def resolve(command):
    words = shlex.split(command)
    if "/" not in words[0]:
        places = (os.path.join(place, words[0]) for place in os.environ["PATH"].split(":"))
        words[0] = next(place for place in places if os.access(place, os.X_OK))
    return words


def main():
    runs, first, second = int(sys.argv[1]), resolve(sys.argv[2]), resolve(sys.argv[3])
    for words in (first, second) * 5:
        run(words)
    pairs = [(run(first), run(second)) for _ in range(runs)]
    a = statistics.median(pair[0] for pair in pairs)
    b = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{a * 1e3:.3f} {b * 1e3:.3f} {ratio:.3f}")


main()
