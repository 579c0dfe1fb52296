"""Finds syntax errors in PowerShell, where there is no PowerShell: in scripts, and in the blocks of
Markdown files.

usage: powershell.py FILE…
"""

import pathlib
import re
import sys

import tree_sitter
import tree_sitter_powershell

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def scripts(path):
    """The scripts in a file, each with the number of its first line."""
    text = path.read_text()
    if path.suffix != ".md":
        return [(1, text)]
    blocks = re.finditer(r"^```powershell\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, block.start(1)) + 1, block[1]) for block in blocks]


def errors(node):
    if node.is_error or node.is_missing:
        yield node.start_point
    for child in node.children:
        yield from errors(child)


found = [
    f"{path}:{line + row}:{column + 1}: syntax error"
    for path in map(pathlib.Path, sys.argv[1:])
    for line, script in scripts(path)
    for row, column in errors(parser.parse(script.encode()).root_node)
]
sys.exit("\n".join(found) or None)
