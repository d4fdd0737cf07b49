"""Otter-Grader beside this kit: ps1's key, graded with the visible checks, on this machine.

    .venv/bin/python benchmarks/otter.py --table docs/otter.md

Otter runs without a container here, as its user would run it at a desk, in an environment of its
own that this script makes. It runs every cell and then the visible checks of the four exercises;
the kit runs what decides the grade, in its sandbox, and asks its hidden tests. One grade of the kit
is a command of its own, eight show what a further one costs.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grading import Part, adopt_orphans, measure

from course_config import COURSE

ASSIGNMENT = COURSE.assignments[0]
PINNED = ("genjax==0.10.3", "jax==0.5.3", "jaxlib==0.5.3", "numpy<2")
PACKAGES = ("otter-grader", *PINNED, "matplotlib", "scipy", "ipykernel")
SEVERAL = 8
REPEATED = 3
TEST = """
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = {points}


@test_case()
def test_check(checks):
    checks.{name}()
"""


def make_environment(folder: Path) -> Path:
    """A virtual environment with Otter-Grader; its ``bin``."""
    programs = folder / "environment" / "bin"
    subprocess.run([sys.executable, "-m", "venv", programs.parent], check=True)
    # pip takes half an hour to find versions that go together.
    subprocess.run([programs / "pip", "install", "-q", "uv"], check=True)
    install = [programs / "uv", "pip", "install", "-q", "--python", programs / "python"]
    subprocess.run([*install, *PACKAGES], check=True)
    return programs


def make_autograder(folder: Path, programs: Path) -> Path:
    """Otter's configuration of the assignment, made from the visible checks."""
    tests = folder / "tests"
    tests.mkdir()
    for name, points in (
        ("posterior_mean", 6),
        ("data_weight", 3),
        ("shrinkage_shift", 3),
        ("plot_shrinkage", 5),
    ):
        (tests / f"{name}.py").write_text(TEST.format(name=name, points=points))
    modules = []
    for path in ASSIGNMENT.release.parent.glob("*.py"):
        modules.append(Path(shutil.copy(path, folder)).name)
    command = [programs / "otter", "generate", "-t", "tests", "-o", "autograder.zip"]
    command += ["--no-environment", "--no-requirements", *modules]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return folder / "autograder.zip"


def otter(folder: Path, programs: Path, autograder: Path, notebook: Path) -> Part:
    """Grade once with Otter."""
    output = folder / "results"
    output.mkdir(exist_ok=True)
    command = [str(programs / "otter"), "run", "-a", str(autograder), "-o", str(output)]
    part = measure("Otter-Grader, one", [*command, "--no-logo", str(notebook)], cwd=folder)
    if '"score": 6.0' not in (output / "results.json").read_text():
        sys.exit("Otter did not give the key full marks.")
    return part


def kit(notebooks: list[Path], name: str) -> Part:
    """Grade with this kit, one after the other in one command."""
    program = str(Path(sys.executable).with_name("autograder"))
    return measure(name, [program, "grade", "--jobs", "1", *map(str, notebooks)])


def as_page(rows: list[tuple[str, int, list[Part]]]) -> str:
    """The measurements as a page: the least of the repetitions."""
    lines = [
        "# Otter-Grader beside this kit",
        "",
        "Made by `.venv/bin/python benchmarks/otter.py --table docs/otter.md`: ps1's answer key, "
        f"the least of {REPEATED} repetitions. Otter runs all cells and the visible checks, "
        "without a container; the kit runs what decides the grade in its sandbox and asks its "
        "hidden tests.",
        "",
        "| graded by | wall s each | CPU s each |",
        "|---|---:|---:|",
    ]
    for name, count, parts in rows:
        wall, cpu = (min(getattr(p, what) for p in parts) / count for what in ("wall", "cpu"))
        lines.append(f"| {name} | {wall:.1f} | {cpu:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print a table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="otter-") as name:
        folder = Path(name)
        programs = make_environment(folder)
        autograder = make_autograder(folder, programs)
        notebook = folder / ASSIGNMENT.key.name
        shutil.copy(ASSIGNMENT.key, notebook)
        copies = [folder / f"{i}" / notebook.name for i in range(SEVERAL)]
        for copy in copies:
            copy.parent.mkdir()
            shutil.copy(notebook, copy)
        each: dict[str, tuple[int, list[Part]]] = {}
        for _ in range(REPEATED):
            for part, count in (
                (otter(folder, programs, autograder, notebook), 1),
                (kit([notebook], "this kit, one"), 1),
                (kit(copies, f"this kit, {SEVERAL} in one command"), SEVERAL),
            ):
                each.setdefault(part.name, (count, []))[1].append(part)
    page = as_page([(name, count, parts) for name, (count, parts) in each.items()])
    print(page)
    if arguments.table:
        arguments.table.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
