"""Entering something in a table that stands in Python code, and leaving the rest as it is."""

from __future__ import annotations

import ast

from autograder.errors import UserError


def reference_functions_in(text: str) -> dict[str, tuple[str, ...]]:
    """The table of functions in ``solutions/__init__.py``, by module.

    Raises:
        UserError: it is not written as a plain dictionary of tuples.
    """
    try:
        return dict(ast.literal_eval(_value_of("_FUNCTIONS", text)))
    except (ValueError, TypeError, SyntaxError):
        raise UserError(
            "solutions/__init__.py should define _FUNCTIONS, a plain dictionary from the names of "
            "modules to tuples of functions."
        ) from None


def with_reference(text: str, module: str, function: str) -> str:
    """The text of ``solutions/__init__.py`` with one more function in its table.

    Raises:
        UserError: see :func:`reference_functions_in`.
    """
    functions = reference_functions_in(text)
    functions[module] = tuple(sorted({*functions.get(module, ()), function}))
    lines = [line for name in sorted(functions) for line in _row(name, functions[name])]
    return _replaced(text, _value_of("_FUNCTIONS", text), "\n".join(["{", *lines, "}"]))


def _row(module: str, functions: tuple[str, ...]) -> list[str]:
    if len(functions) == 1:
        return [f'    "{module}": ("{functions[0]}",),']
    return [f'    "{module}": (', *(f'        "{name}",' for name in functions), "    ),"]


def with_assignment(text: str, entry: str) -> str:
    """The text of ``course_config.py`` with one more assignment, behind the others.

    Raises:
        UserError: it cannot be entered there; the message holds what to enter.
    """
    try:
        table = _value_of("ASSIGNMENTS", text)
        written = ast.get_source_segment(text, table) or ""
        changed = _replaced(text, table, f"{written[:-1].rstrip()}\n    {entry},\n)")
        if _entries(changed) == [*_entries(text), ast.dump(ast.parse(entry, mode="eval").body)]:
            return changed
    except (ValueError, SyntaxError):
        pass
    raise UserError(
        "course_config.py: a new assignment can be entered only where ASSIGNMENTS is a plain tuple "
        f"with a comma behind its last entry; enter it yourself and run this again: {entry}"
    )


def _entries(text: str) -> list[str]:
    table = _value_of("ASSIGNMENTS", text)
    if not isinstance(table, ast.Tuple):
        raise ValueError("no tuple")
    return [ast.dump(entry) for entry in table.elts]


def _value_of(name: str, text: str) -> ast.expr:
    """What a module assigns to a name, as code; ``ValueError`` if it does not."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [
            name
        ]:
            return node.value
    raise ValueError(f"no {name}")


def _replaced(text: str, node: ast.expr, by: str) -> str:
    """The text with an expression replaced; columns are counted in bytes."""
    lines = text.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + (node.end_col_offset or 0)
    code = text.encode()
    return (code[:start] + by.encode() + code[end:]).decode()
