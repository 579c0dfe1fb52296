"""Finds syntax errors in PowerShell scripts, where there is no PowerShell.

usage: powershell.py SCRIPT…
"""

import pathlib
import sys

import tree_sitter
import tree_sitter_powershell

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def errors(node):
    if node.is_error or node.is_missing:
        yield node.start_point
    for child in node.children:
        yield from errors(child)


found = [
    f"{script}:{row + 1}:{column + 1}: syntax error"
    for script in sys.argv[1:]
    for row, column in errors(parser.parse(pathlib.Path(script).read_bytes()).root_node)
]
sys.exit("\n".join(found) or None)
