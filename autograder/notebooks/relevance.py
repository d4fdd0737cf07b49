"""Which cells of a submission have to be run to decide its grade.

Whatever the student wrote or changed is run. A cell of the course that stands there word for word
is left out if it binds no name that code which is run mentions, and changes nothing besides: most
demonstrations only print and draw. Where the text does not tell, everything is run: where names
are found in other ways, where a student's function remembers its calls, where a cell is no plain
Python. Below the last graded cell nothing is.

For authors: a demonstration may call whatever it likes, the students' functions too, and may change
objects that it has made itself. A change of what other cells see, such as a library's setting, is
recognised by how it is written (``_changes_others``), not by what a called function does inside.
``autograder verify`` shows that scores are the same when every cell is run.
"""

from __future__ import annotations

import ast
import keyword
import re
import symtable
import warnings
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.notebooks.cells import grade_id, is_autograded, is_solution

# Students' text is read in the grader's own process: what would take long is not read, but run.
_MAX_CHARACTERS = 150_000
_MAX_NODES = 500_000

# Names by which code finds other names, and modules that help with it.
_LOOKUPS = frozenset(
    """globals locals vars dir exec eval compile execfile get_ipython breakpoint getattr setattr
    hasattr delattr attrgetter methodcaller __import__ __builtins__ __loader__ __spec__ __dict__
    __self__ __globals__ __code__ __closure__ __getattribute__ __subclasses__ f_globals f_locals
    f_builtins f_back tb_frame gi_frame cr_frame ag_frame _getframe _current_frames currentframe
    modules displayhook user_ns user_global_ns user_module run_cell run_line_magic settrace
    setprofile get_type_hints FunctionType ModuleType In Out _ih _oh _dh""".split()
)
_LOOKUP_MODULES = frozenset(
    """IPython __main__ autograder bdb builtins cProfile cloudpickle code codeop ctypes dill doctest
    gc imp importlib inspect ipykernel marshal pdb pickle pkgutil profile pydoc rlcompleter runpy
    shelve timeit trace traitlets types unittest""".split()
)
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+")

# Methods that change the object that they belong to, such as ``rows.pop`` or
# ``jax.config.update``, and functions that change what they are given.
_CHANGING_METHODS = frozenset(
    """extend appendleft insert update remove pop popleft popitem clear discard seed shuffle fill
    fill_diagonal put place copyto heappush heappop insort use rc rcdefaults xkcd ion ioff
    switch_backend filterwarnings simplefilter basicConfig disable chdir enable_x64""".split()
)
_CHANGING_PREFIXES = ("set", "reset", "register")
_CHANGING_FUNCTIONS = frozenset("exec eval setattr delattr next".split())
# How many arguments they have: ``x.sort()`` changes x, ``jnp.sort(x)`` does not.
_CHANGING_BY_ARGUMENTS = {"sort": 0, "reverse": 0, "append": 1, "add": 1}

# Lines end in other ways for IPython than for Python; after a prompt, ``... %run`` is a magic.
_UNUSUAL = re.compile(r"[\0\r\v\f\x1c-\x1e\x85\u2028\u2029]|^[ \t]*\.\.\.[ \t]*[%/,;]", re.M)
# What IPython may run although it is no Python: magics, help, prompts, an indented cell, one line.
_MAY_BE_IPYTHON = re.compile(
    r"\?|<>|>>>|^[ \t]*(?:[%!/,;]|\.\.\.|In \[)|=\s*[%!]|\A[ \t]|\A.*\Z", re.M
)
# ``reset -f`` and ``who``, but not ``f(1)``, ``x = 1``, ``x.shape``: magics without their %.
_BARE_WORD = re.compile(r"[^\W\d]\w*\b(?![ \t]*[(.\[=,:])")


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
    names = {i: _read(cell.source) for i, cell in cells.items()}
    course = {
        i: names[i]
        for i, cell in cells.items()
        if cell.source in texts_of_the_course and not is_solution(cell)
    }
    bound = {""}.union(*(cell.bound for cell in names.values()))
    if not {cell.bare_word for cell in names.values()} <= bound:
        raise _Unreadable
    if any(_keeps_state(cell.tree) for i, cell in names.items() if i not in course):
        raise _Unreadable
    chosen = {i for i in names if i not in course or _changes_others_at_once(names[i].tree)}
    while True:
        if any(names[i].looks_names_up for i in chosen):
            raise _Unreadable
        mentioned = graded.union(*(names[i].mentioned for i in chosen))
        missing = {i for i, cell in course.items() if cell.bound & mentioned} - chosen
        if not missing:
            return chosen
        chosen |= missing


class _Names:
    """What the text of one code cell tells.

    Attributes:
        tree: the cell as Python; empty if none of it can run.
        bound: names of the notebook that it binds or deletes, inside functions too.
        mentioned: names of the notebook that it may read, whenever its functions are called.
        looks_names_up: whether it may read or bind names that are not in its text.
        bare_word: if IPython may take its only line for a magic, the name of that.
    """

    def __init__(self, source: str) -> None:
        self.bound: set[str] = set()
        self.mentioned: set[str] = set()
        self.tree = _parsed(source)
        for scope in _scopes(symtable.symtable(source if self.tree.body else "", "cell", "exec")):
            for symbol in scope.get_symbols():
                if scope.get_type() == "module" or symbol.is_global():
                    if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                        self.bound.add(symbol.get_name())
                    if symbol.is_referenced():
                        self.mentioned.add(symbol.get_name())
                elif scope.get_type() == "class":  # a class body may read the notebook's name
                    self.mentioned.add(symbol.get_name())
        nodes = list(ast.walk(self.tree))
        # From Python 3.12 on, symtable overlooks those in comprehensions.
        self.bound |= {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
        self.mentioned |= {target for node in nodes for target in _read_where_bound(node)}
        self.looks_names_up = any(map(_looks_names_up, nodes)) or any(
            _HISTORY.fullmatch(name) for name in self.mentioned
        )
        line = source.strip()
        word = _BARE_WORD.match(line) if "\n" not in line else None
        self.bare_word = word[0] if word and not keyword.iskeyword(word[0]) else ""


def _read(source: str) -> _Names:
    """What a cell tells.

    Raises:
        _Unreadable: it is no plain Python, or Python's own tools give up on it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\\mu" in a label, say
            return _Names(source)
    except Exception:  # too deep, not compilable, ...: no text may stop the grader
        raise _Unreadable from None


def _parsed(source: str) -> ast.Module:
    """The cell as Python; empty if none of it can run."""
    if _UNUSUAL.search(source):
        raise _Unreadable
    try:
        return ast.parse(source)
    except SyntaxError:
        if _MAY_BE_IPYTHON.search(source.strip("\n")):
            raise _Unreadable from None
        return ast.Module([], [])


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
            yield from re.findall(r"\w+", ast.unparse(part))


def _stored(node: ast.AST) -> Iterator[str]:
    """Names that stand for what the cell itself makes; what it imports it has not made."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg


def _looks_names_up(node: ast.AST) -> bool:
    if isinstance(node, ast.Name | ast.Attribute):
        return _name(node) in _LOOKUPS
    if isinstance(node, ast.Constant):  # "{0.__globals__[rate]}".format(f)
        return isinstance(node.value, str) and ("__" in node.value or "f_globals" in node.value)
    if isinstance(node, ast.Import | ast.ImportFrom):
        paths = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            if node.level or _LOOKUPS.union("*") & set(paths):
                return True
            paths = [f"{node.module}.{name}" for name in paths]
        # Versions of packages may be asked for.
        paths = [path for path in paths if not path.startswith("importlib.metadata")]
        return any(path.partition(".")[0] in _LOOKUP_MODULES for path in paths)
    return isinstance(node, ast.Global)


def _keeps_state(tree: ast.Module) -> bool:
    """Whether a function may answer differently once it has been called, by a demonstration say."""
    visited = 0
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes = list(ast.walk(function))
            visited += len(nodes)  # functions in functions in functions are visited again and again
            if visited > _MAX_NODES:
                raise _Unreadable
            own = {name for node in nodes for name in _stored(node)} - _made_once(function.args)
            if any(isinstance(n, ast.Nonlocal) or _changes_others(n, own) for n in nodes):
                return True
    return False


def _made_once(arguments: ast.arguments) -> set[str]:
    """Arguments with a default, such as ``[]``, that all calls share."""
    positional = [*arguments.posonlyargs, *arguments.args][::-1]
    defaults = [
        *zip(positional, arguments.defaults[::-1], strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {arg.arg for arg, value in defaults if not isinstance(value, ast.Constant | None)}


def _changes_others_at_once(tree: ast.Module) -> bool:
    made_here = {name for node in ast.walk(tree) for name in _stored(node)}
    return any(_changes_others(node, made_here) for node in _run_at_once(tree))


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """What a cell defines for later; a decorator may use a function at once."""
    functions = [part for part in tree.body if isinstance(part, ast.FunctionDef)]
    return [function for function in functions if not function.decorator_list]


def _run_at_once(tree: ast.Module) -> Iterator[ast.AST]:
    """All of a cell's code but the functions that it defines and does not use itself."""
    later = _functions(tree)
    names = {function.name for function in later}
    parts: list[ast.AST] = [part for part in tree.body if part not in later]
    parts += [function.args for function in later]  # defaults are made at once
    if any(_name(node) in names for part in parts for node in ast.walk(part)):
        parts = [tree]
    for part in parts:
        yield from ast.walk(part)


def _changes_others(node: ast.AST, made_here: set[str]) -> bool:
    """Whether a piece of code is written like a change of what the cell has not made."""
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _root(node) not in made_here
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        method, owner = node.func.attr, node.func.value
        if isinstance(owner, ast.Subscript) and _name(owner.value) == "at":
            return False  # ``x.at[0].set(1)`` is another array
        is_changing = method in _CHANGING_METHODS or method.startswith(_CHANGING_PREFIXES)
        is_changing |= _CHANGING_BY_ARGUMENTS.get(method) == len(node.args)
        return is_changing and _root(owner) not in made_here
    if isinstance(node, ast.Call) and _name(node.func) in _CHANGING_FUNCTIONS:
        return not node.args or _root(node.args[0]) not in made_here
    if isinstance(node, ast.ImportFrom):  # a star binds whatever there is
        return node.names[0].name == "*"
    return isinstance(node, ast.AugAssign) and _root(node.target) not in made_here


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes, subscripts and calls begins with, if it is one."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _name(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")
