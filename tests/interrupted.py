"""Runs of the grader that are ended by force, for test_crash_safety. Started as a program:

python tests/interrupted.py ROOT TROUBLE...

where TROUBLE is one or more of

class:SEED:KILLS   kills of ``nbgrader autograde``
json:KILLS         kills of ``autograder grade --json``, but one at each of its steps at most
demo:SEED          a kill of ``autograder demo``
lock               runs of ``nbgrader autograde`` with a gradebook that is locked
disk               runs of it on a disk that is full; needs a namespace in which it can mount

Each run is a child that is forked when all imports are done, in which grading takes no time. A kill
is a SIGKILL to itself at one of its steps: when it opens, removes or renames a file in its course
directory, has written half a notebook, or talks to the gradebook. Prints what it found as JSON.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import small_class
from nbconvert.writers import FilesWriter
from nbgrader.apps.nbgraderapp import NbGraderApp
from rich.console import Console
from small_class import PS1
from sqlalchemy import Engine, event

from autograder import cli
from autograder.authoring import demo
from autograder.doors import autograde_run, nbgrader
from autograder.grading import grade
from autograder.notebooks.reading import read_notebook
from autograder.records import Result
from course_config import COURSE

# The kinds of steps; there are hundreds of the last and few of the first.
HALF_WRITTEN, COMMIT, STATEMENT = "half written", "commit", "before_cursor_execute"
ON_FILES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.copyfile")
KINDS = (HALF_WRITTEN, COMMIT, *ON_FILES, STATEMENT)


def nbgrader_autograde(root, *options, lock_after=0):
    """``nbgrader autograde``, as a command; from some submission on the gradebook may be locked."""

    def run():
        nbgrader.grade = _noting(root, lock_after)
        os.chdir(root)
        NbGraderApp.launch_instance(["autograde", PS1.name, *options])

    return run


def autograder_grade(root):
    """``autograder grade --json``, as a command."""

    def run():
        grade.grade = _noting(root)
        arguments = ["grade", str(root / "submitted"), "--json", str(root / "results.json")]
        sys.exit(cli.main([*arguments, "--jobs", "1"]))

    return run


def autograder_demo(root):
    """``autograder demo`` for the first assignment, as a command, without feedback pages."""

    def grade_file(path, course, *, assignment):
        graded = small_class.quick_grade(read_notebook(path), assignment, course)
        return Result(
            str(path), None, None, None, "graded", "", 0, graded.cells, graded.graded_notebook
        )

    def run():
        demo.DEMO_CLASS = {"alyssa": "solves everything", "ben": "solves it his own way"}
        demo.grade_file = grade_file
        demo.NbGraderCourse.generate_feedback = lambda *_: None
        sys.exit(not demo.run_demo(replace(COURSE, assignments=(PS1,)), root, Console(), jobs=1))

    return run


def _noting(root, lock_after=0):
    """Quick grading that notes each time that it grades, and may lock the gradebook then."""
    holder = sqlite3.connect(root / "gradebook.db", isolation_level=None)

    def quick(notebook, assignment, course):
        if lock_after and _count(root) == lock_after:
            holder.execute("BEGIN EXCLUSIVE")
        graded = small_class.quick_grade(notebook, assignment, course)
        with (root / "graded.log").open("a") as log:
            log.write("one\n")
        return graded

    return quick


def forked(run, root, kill_at=0):
    """Run a command in a child; the kinds of its steps, how it ended, and what it said."""
    with tempfile.TemporaryDirectory() as notes:  # not on the disk that may be full
        return _forked(run, root, kill_at, Path(notes))


def _forked(run, root, kill_at, notes):
    said, counted = notes / "said", notes / "steps"
    child = os.fork()
    if not child:
        status = 99
        try:
            with said.open("w") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            steps = Steps(root, kill_at)
            run()
        except SystemExit as end:
            status = end.code or 0
        except BaseException as error:
            said.write_text(f"{said.read_text()}\n{type(error).__name__}: {error}")
        finally:
            counted.write_text(json.dumps(steps.taken))
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(counted.read_text()) if counted.exists() else [], status, said.read_text()


class Steps:
    """Notes the steps of this process, and ends it at one of them."""

    def __init__(self, root, kill_at):
        self.taken, self._root, self._kill_at = [], str(root), kill_at
        sys.addaudithook(self._audit)
        for moment in (STATEMENT, COMMIT):
            event.listen(Engine, moment, lambda *_, kind=moment: self.take(kind))
        write = FilesWriter.write

        def write_in_two(writer, output, resources, **of_it):
            write(writer, output[: len(output) // 2], resources, **of_it)
            self.take(HALF_WRITTEN)
            return write(writer, output, resources, **of_it)

        FilesWriter.write = write_in_two

    def _audit(self, name, arguments):
        if name in ON_FILES and str(arguments[0]).startswith(self._root):
            self.take(name)

    def take(self, kind):
        self.taken.append(kind)
        if len(self.taken) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def some_step(choice, steps, number):
    """The number of a step to kill a run at: of a kind in turn, so that rare ones have theirs."""
    kinds = [kind for kind in KINDS if kind in steps]
    kind = kinds[number % len(kinds)]
    return choice.choice([i for i, step in enumerate(steps, 1) if step == kind])


def graded_entirely(root):
    """The students whose grade is complete."""
    rows = small_class.exported(root)
    return {student for student, row in rows.items() if not row["why_not_graded"]}


def kills_of_a_class(root, seed, kills):
    """Kill and run again: a class that was never graded, and one that is graded by force."""
    choice = random.Random(seed)
    scenarios = {}
    for name, options in (("never graded", []), ("graded again", ["--force"])):
        template = root / name.replace(" ", "-")
        shutil.copytree(root / "course", template)
        if options:
            forked(nbgrader_autograde(template), template)
            work_of_a_teacher(template)
        undisturbed = shutil.copytree(template, root / f"undisturbed-{template.name}")
        steps, status, said = forked(nbgrader_autograde(undisturbed, *options), undisturbed)
        expected = small_class.contents(undisturbed), small_class.exported(undisturbed)
        scenarios[name] = (template, options, steps, status, expected)
        assert status == 1, said  # one of the class cannot be graded
    found = []
    for number in range(kills):
        name = list(scenarios)[number % len(scenarios)]
        template, options, steps, status, expected = scenarios[name]
        kill_at = some_step(choice, steps, number // len(scenarios))
        place = shutil.copytree(template, root / "killed")
        ending = forked(nbgrader_autograde(place, *options), place, kill_at)[1]
        rows = small_class.exported(place)
        complete = graded_entirely(place)
        graded_before = _count(place)
        again = forked(nbgrader_autograde(place, *options), place)
        wrong = []
        if ending not in (-signal.SIGKILL, status):
            wrong.append(f"ended with {ending}")
        for student, row in rows.items():
            if not row["why_not_graded"] and row != expected[1][student]:
                wrong.append(f"after the kill {student} has {row}")
        if again[1] != status:
            wrong.append(f"the next run ended with {again[1]}: {again[2]}")
        if small_class.contents(place) != expected[0]:
            wrong.append("the gradebook or a notebook differs")
        if small_class.exported(place) != expected[1]:
            wrong.append("grades.csv differs")
        left = len(expected[0]) - (0 if options else len(complete & set(expected[0])))
        if _count(place) - graded_before > left:
            wrong.append("a complete grade was made once more")
        found.append({"of": name, "at": steps[kill_at - 1], "step": kill_at, "wrong": wrong})
        shutil.rmtree(place)
    return found


def _count(root):
    log = root / "graded.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def work_of_a_teacher(root):
    with small_class.gradebook_of(root) as gradebook:
        names = ("explain_shrinkage", PS1.notebook, PS1.name, "alyssa")
        grade = gradebook.find_grade(*names)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, 0.5, False
        gradebook.find_comment(*names).manual_comment = "Nicely put."
        gradebook.db.commit()


def kills_of_json(root, kills):
    """Kill ``autograder grade --json`` at its steps; what is in the file afterwards."""
    root = shutil.copytree(root / "course", root / "json")
    steps, _, said = forked(autograder_grade(root), root)
    results = root / "results.json"
    expected = without_time(results)
    found = []
    last, tried = len(steps), min(kills, len(steps))
    for kill_at in (1 + number * (last - 1) // (tried - 1) for number in range(tried)):
        results.unlink(missing_ok=True)
        forked(autograder_grade(root), root, kill_at)
        kept = without_time(results) if results.exists() else []
        found.append({"step": kill_at, "kept": len(kept), "right": kept == expected[: len(kept)]})
    forked(autograder_grade(root), root)
    return {"found": found, "complete": without_time(results) == expected, "said": said}


def without_time(results):
    submissions = json.loads(results.read_text())["submissions"]
    return [{**submission, "seconds": 0} for submission in submissions]


def kills_of_the_demo(root, seed):
    """Kill ``autograder demo`` while it enters a grade; how the next run goes."""
    place = root / "demo"
    steps, _, _ = forked(autograder_demo(place), place)
    expected = small_class.contents(place), small_class.exported(place)
    _, ending, _ = forked(autograder_demo(place), place, some_step(random.Random(seed), steps, 0))
    _, status, said = forked(autograder_demo(place), place)
    same = (small_class.contents(place), small_class.exported(place)) == expected
    return {"killed": ending == -signal.SIGKILL, "status": status, "said": said, "same": same}


@contextmanager
def small_disk(place):
    """A disk of its own at a place, and a function that sets its size in KiB."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], check=True)

    def resize(kib):
        subprocess.run(["mount", "-o", f"remount,size={kib}k", place], check=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def full_disks(root):
    """Grade on disks with more and more room, and then on one with enough; what came of it."""
    undisturbed = shutil.copytree(root / "course", root / "undisturbed")
    _, status, _ = forked(nbgrader_autograde(undisturbed), undisturbed)
    expected, grades = small_class.contents(undisturbed), small_class.exported(undisturbed)
    found = []
    for room, least in ((300, autograde_run.LEAST_ROOM_BYTES), (8, 0), (60, 0), (200, 0), (280, 0)):
        autograde_run.LEAST_ROOM_BYTES = least
        with small_disk(root / "disk") as resize:
            place = shutil.copytree(root / "course", root / "disk" / "course")
            resize(shutil.disk_usage(root / "disk").used // 1024 + room)
            _, first, said = forked(nbgrader_autograde(place), place)
            resize(64 * 1024)
            wrong = [
                f"after the first run: {row}"
                for student, row in small_class.exported(place).items()
                if not row["why_not_graded"] and row != grades[student]
            ]
            _, second, _ = forked(nbgrader_autograde(place), place)
            if second != status or small_class.contents(place) != expected:
                wrong.append("not complete after the second run")
            found.append({"room": room, "status": first, "said": said, "wrong": wrong})
    return found


def locked_gradebooks(root):
    """Grade while another program holds the gradebook, from the beginning or from halfway on."""
    autograde_run.GRADEBOOK_PATIENCE_SECONDS = 1
    undisturbed = shutil.copytree(root / "course", root / "undisturbed-by-locks")
    _, status, _ = forked(nbgrader_autograde(undisturbed), undisturbed)
    found = []
    for begun in (0, 2):
        place = shutil.copytree(root / "course", root / f"locked-{begun}")
        holder = sqlite3.connect(place / "gradebook.db", isolation_level=None)
        if not begun:
            holder.execute("BEGIN EXCLUSIVE")
        _, first, said = forked(nbgrader_autograde(place, lock_after=begun), place)
        holder.close()
        kept = graded_entirely(place)
        _, second, _ = forked(nbgrader_autograde(place), place)
        right = second == status and (
            small_class.contents(place) == small_class.contents(undisturbed)
        )
        found.append({"status": first, "said": said, "kept": len(kept), "right": right})
    return found


KINDS_OF_TROUBLE = {
    "class": kills_of_a_class,
    "json": kills_of_json,
    "demo": kills_of_the_demo,
    "disk": full_disks,
    "lock": locked_gradebooks,
}

if __name__ == "__main__":
    found = {}
    for trouble in sys.argv[2:]:
        kind, *numbers = trouble.split(":")
        found[kind] = KINDS_OF_TROUBLE[kind](Path(sys.argv[1]), *map(int, numbers))
    print(json.dumps(found))
