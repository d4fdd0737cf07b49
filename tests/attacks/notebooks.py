"""From attacks to the files that are handed in."""

import json

import nbformat
from conftest import PS1, with_answers, with_cell
from nbformat import NotebookNode

from attacks.corpus import Attack
from autograder.notebooks.cells import grade_id
from autograder.notebooks.reading import released_notebook

GRADED = ("posterior_mean", "data_weight", "shrinkage_shift", "plot_shrinkage")


def without_demonstrations() -> NotebookNode:
    """The released ps1 notebook; cells that only show something are left out, to save time."""
    notebook = released_notebook(PS1)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "code" or grade_id(cell)]
    return notebook


def handed_in(attack: Attack, places: dict) -> str:
    """The text of the file that an attacker hands in."""
    notebook = _with_place_for_answers(without_demonstrations(), [attack])
    if attack.code:
        notebook = with_cell(notebook, code_of(attack, places), after="setup")
    text = attack.change(notebook) if attack.change else None
    return nbformat.writes(notebook) if text is None else text


def all_in_one(attacks: list[Attack], places: dict) -> str:
    """The text of one notebook with a cell for each of some attacks, in their order."""
    notebook = _with_place_for_answers(without_demonstrations(), attacks)
    for attack in reversed(attacks):
        notebook = with_cell(notebook, code_of(attack, places), after="setup")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return nbformat.writes(notebook)


def _with_place_for_answers(notebook: NotebookNode, attacks: list[Attack]) -> NotebookNode:
    """The notebook without its placeholders, if an attack defines the graded functions."""
    if not any(attack.answers for attack in attacks):
        return notebook
    return with_answers(notebook, **dict.fromkeys(GRADED, "# answered above"))


def code_of(attack: Attack, places: dict) -> str:
    """The text of an attack's cell, which knows where to look."""
    code = attack.code.strip("\n")
    return f"places = {json.dumps(places)}\n{code}" if "places" in code else code
