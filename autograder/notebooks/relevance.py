"""Which cells of a submission have to be run to decide its grade.

Whatever the student wrote or changed is run. A cell of the course that stands there word for word
is left out if it binds no name that code which is run mentions, and changes nothing besides: most
demonstrations only print and draw. Where code that is run finds names in ways that its text does
not tell, everything is run. Below the last graded cell nothing is.

For authors: a demonstration may call whatever it likes, the students' functions too, and may change
objects that it has made itself. A change of what other cells see, such as a library's setting, is
recognised by how it is written (``_changes_others``), not by what a called function does inside.
``autograder verify`` shows that scores are the same when every cell is run.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.notebooks.cells import grade_id, is_autograded, is_solution

# Students' text is read in the grader's own process: what would take long is not read, but run.
_MAX_CHARACTERS = 400_000

# Names by which code finds other names, and modules that help with it.
_LOOKUPS = frozenset(
    """globals locals vars dir exec eval compile execfile get_ipython breakpoint __import__
    __builtins__ __loader__ __spec__ __dict__ __globals__ __code__ __closure__ __getattribute__
    __subclasses__ f_globals f_locals f_back tb_frame gi_frame _getframe _current_frames
    currentframe modules user_ns user_global_ns settrace setprofile get_type_hints attrgetter
    methodcaller FunctionType ModuleType In Out _ih _oh _dh""".split()
)
_LOOKUP_MODULES = frozenset(
    """IPython __main__ builtins cloudpickle code codeop ctypes dill gc imp importlib inspect
    ipykernel marshal pickle pkgutil pydoc runpy shelve timeit trace types unittest""".split()
)
_BY_COMPUTED_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr"})
_LOOKUP_IN_TEXT = re.compile(r"__\w+__|f_globals")
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+")

# Methods that change the object that they belong to, such as ``rows.append`` or
# ``jax.config.update``; so does every name that begins with ``set_``.
_CHANGING_METHODS = frozenset(
    """append extend insert add update remove pop popitem clear discard setdefault seed shuffle use
    filterwarnings simplefilter enable_x64""".split()
)
# Unlike ``jnp.sort(x)``, ``x.sort()`` changes x.
_CHANGING_WITHOUT_ARGUMENTS = frozenset({"sort", "reverse"})


class _Unreadable(Exception):
    """The text of a cell does not tell what it does."""


def cells_that_decide(restored: NotebookNode, released: NotebookNode) -> frozenset[int]:
    """Indices of the code cells of ``restored`` that have to be run to decide the grade."""
    code_cells = {i: cell for i, cell in enumerate(restored.cells) if cell.cell_type == "code"}
    last_test = max((i for i, cell in code_cells.items() if is_autograded(cell)), default=None)
    cells = {
        i: cell
        for i, cell in code_cells.items()
        if not is_autograded(cell) and (last_test is None or i < last_test)
    }
    if last_test is None or sum(len(cell.source) for cell in cells.values()) > _MAX_CHARACTERS:
        return frozenset(cells)
    graded = {str(grade_id(c)).removeprefix("test_") for c in restored.cells if is_autograded(c)}
    try:
        return frozenset(_closed_under_mentions(cells, _texts_of_the_course(released), graded))
    except _Unreadable:
        return frozenset(cells)


def _texts_of_the_course(released: NotebookNode) -> frozenset[str]:
    return frozenset(
        cell.source
        for cell in released.cells
        if cell.cell_type == "code" and not is_solution(cell) and not is_autograded(cell)
    )


def _closed_under_mentions(
    cells: dict[int, NotebookNode], texts_of_the_course: frozenset[str], graded: set[str]
) -> set[int]:
    """The student's cells, and the course's as long as one binds what those already in mention."""
    course = {
        i: _Names(cell.source)
        for i, cell in cells.items()
        if cell.source in texts_of_the_course and not is_solution(cell)
    }
    students = {i: _Names(cell.source) for i, cell in cells.items() if i not in course}
    chosen = students | {i: names for i, names in course.items() if names.changes_others}
    while True:
        if any(names.looks_names_up for names in chosen.values()):
            raise _Unreadable
        mentioned = graded.union(*(names.mentioned for names in chosen.values()))
        missing = {
            i: names for i, names in course.items() if i not in chosen and names.bound & mentioned
        }
        if not missing:
            return set(chosen)
        chosen |= missing


class _Names:
    """What the text of one code cell tells.

    Attributes:
        bound: names of the notebook that it binds or deletes, inside functions too.
        mentioned: names of the notebook that it may read, whenever its functions are called.
        looks_names_up: whether it may read or bind names that are not in its text.
        changes_others: whether it may change an object that it has not made itself.

    Raises:
        _Unreadable: the text is no plain Python, but for cells that cannot run at all.
    """

    def __init__(self, source: str) -> None:
        self.bound: set[str] = set()
        self.mentioned: set[str] = set()
        self.looks_names_up = self.changes_others = False
        tree = _parsed(source)
        if tree is None:
            return
        for scope in _scopes(symtable.symtable(ast.unparse(tree), "<cell>", "exec")):
            for symbol in scope.get_symbols():
                if scope.get_type() == "module" or symbol.is_global():
                    if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                        self.bound.add(symbol.get_name())
                    if symbol.is_referenced():
                        self.mentioned.add(symbol.get_name())
                elif scope.get_type() == "class":  # a class body may read the notebook's name
                    self.mentioned.add(symbol.get_name())
        nodes = list(ast.walk(tree))
        self.mentioned |= {target for node in nodes for target in _read_where_bound(node)}
        self.looks_names_up = any(map(_looks_names_up, nodes)) or any(
            _HISTORY.fullmatch(name) for name in self.mentioned
        )
        made_here = {name for node in nodes for name in _stored(node)}
        self.changes_others = any(_changes_others(n, made_here) for n in _run_at_once(tree))


def _parsed(source: str) -> ast.Module | None:
    """The cell as Python; None if none of it can run.

    Raises:
        _Unreadable: it has magics or shell escapes, or Python refuses to read it.
    """
    try:
        text = TransformerManager().transform_cell(source)
    except SyntaxError:
        return None
    except Exception:
        raise _Unreadable from None
    try:
        tree = ast.parse(text)
        ast.unparse(tree)
    except SyntaxError:  # a word alone may be a magic without its %
        if re.fullmatch(r"\s*\w+( .*)?\s*", text):
            raise _Unreadable from None
        return None
    except (ValueError, RecursionError, MemoryError):
        raise _Unreadable from None
    is_single_word = len(tree.body) == 1 and re.fullmatch(r"\s*[a-z_]+\s*", text)
    if "get_ipython()" in text or is_single_word:
        raise _Unreadable
    return tree


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _read_where_bound(node: ast.AST) -> Iterator[str]:
    """Names that must be there for ``x += 1``, ``del x`` and, as text, for annotations."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
        yield node.id
    for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
        if isinstance(part, ast.AST):
            yield from (name.id for name in ast.walk(part) if isinstance(name, ast.Name))


def _stored(node: ast.AST) -> Iterator[str]:
    """Names that stand for what the cell itself makes; what it imports it has not made."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg


def _looks_names_up(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and _name(node.func) in _BY_COMPUTED_NAME:
        return not (len(node.args) > 1 and isinstance(node.args[1], ast.Constant))
    if isinstance(node, ast.Name | ast.Attribute):
        return _name(node) in _LOOKUPS
    if isinstance(node, ast.Constant):  # "{0.__globals__[rate]}".format(f)
        return isinstance(node.value, str) and bool(_LOOKUP_IN_TEXT.search(node.value))
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [alias.name for alias in node.names]
        names = {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
            if node.level or names & ({"*"} | _LOOKUPS | _BY_COMPUTED_NAME):
                return True
        # Versions of packages may be asked for.
        modules = [module for module in modules if module != "importlib.metadata"]
        return any(module.partition(".")[0] in _LOOKUP_MODULES for module in modules)
    return isinstance(node, ast.Global)


def _run_at_once(tree: ast.Module) -> Iterator[ast.AST]:
    """All of a cell's code but the functions that it defines and does not use itself."""
    definitions = [
        statement
        for statement in tree.body
        if isinstance(statement, ast.FunctionDef) and not statement.decorator_list
    ]
    rest = [statement for statement in tree.body if statement not in definitions]
    used = {_name(node) for statement in rest for node in ast.walk(statement)}
    if used & {definition.name for definition in definitions}:
        rest = tree.body
    for statement in rest:
        yield from ast.walk(statement)


def _changes_others(node: ast.AST, made_here: set[str]) -> bool:
    """Whether a piece of code is written like a change of what the cell has not made."""
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _root(node) not in made_here
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        method = node.func.attr
        is_changing = (
            method in _CHANGING_METHODS
            or method.startswith(("set_", "register"))
            or (method in _CHANGING_WITHOUT_ARGUMENTS and not node.args)
        )
        return is_changing and _root(node.func) not in made_here
    return isinstance(node, ast.Global)


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes, subscripts and calls begins with, if it is one."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _name(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")
