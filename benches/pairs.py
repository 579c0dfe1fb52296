"""Times each command in pairs with the last, A C A C … B C B C …, so that what slows the machine slows
both and no third command takes the caches. Prints the medians in milliseconds, then the median ratios.

usage: pairs.py RUNS COMMAND… OTHER     (each command is one string, split as a shell splits words)
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
    runs, (*commands, other) = int(sys.argv[1]), [resolve(command) for command in sys.argv[2:]]
    medians, ratios, beside = [], [], []
    for words in commands:
        for each in [words, other] * 5:
            run(each)
        pairs = [(run(words), run(other)) for _ in range(runs)]
        medians.append(statistics.median(mine for mine, _ in pairs))
        ratios.append(statistics.median(mine / theirs for mine, theirs in pairs))
        beside += [theirs for _, theirs in pairs]
    medians.append(statistics.median(beside))
    print(*(f"{median * 1e3:.3f}" for median in medians), *(f"{ratio:.3f}" for ratio in ratios))


main()
