"""Every command in a document is one that there is, and one that a test has run.

A command of this project's that a document names must be run here, as it stands there
(``RUN_HERE``), or by the test that ``RUN_BY`` names.
"""

import itertools
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder import cli
from autograder.commands.options import NOT_ALL_GRADED, OK, WRONG_USAGE
from autograder.doors import doctor
from autograder.sandbox import compiled_code
from course_config import COURSE, ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "release").glob("*/README.md")),
]
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# Commands that are run here, as documents have them, in a small copy of the course: with the exit
# statuses that they may have there.
RUN_HERE = {
    "autograder gradebook": (OK,),
    "autograder doctor": (OK, NOT_ALL_GRADED),
    "autograder grade-class": (WRONG_USAGE,),  # nobody has handed in
}

# Who runs the others: words of a test, or of what continuous integration runs.
RUN_BY = {
    "autograder grade": "tests/test_doors.py: def test_both_doors_give_the_same_scores",
    "autograder new-exercise": "tests/test_new_exercise.py: def test_the_page_is_true",
    "autograder pages": "tests/test_new_exercise.py: def test_the_page_is_true",
    "autograder prepare": "Makefile: /autograder prepare",
    "autograder report": "tests/test_report.py: def test_the_command_writes_a_page",
    "autograder release": "tests/test_new_exercise.py: def test_the_page_is_true",
    "autograder verify": "tests/test_new_exercise.py: def test_the_page_is_true",
    "make demo": "tests/test_demo.py: def test_the_demo_class_gets_what_it_deserves",
    "make lint": "Makefile: test: prepare lint",
    "make prepare": "Makefile: test: prepare lint",
    "make test": ".ci/run: make test",
    "nbgrader autograde": "tests/test_doors.py: def test_both_doors_give_the_same_scores",
    "nbgrader export": "tests/test_doors.py: def test_nbgrader_feedback_and_export_follow",
    "nbgrader generate_feedback": "tests/test_doors.py: def test_nbgrader_feedback_and_export",
    "nbgrader release_assignment": "tests/test_exchange.py: def test_a_student_gets_the_assignment",
    "nbgrader release_feedback": "tests/test_exchange.py: def test_a_student_gets_the_assignment",
    "nbgrader zip_collect": "tests/test_zip_collect.py: zip_collect",
}

# Programs that are not this project's, or that continuous integration runs by itself.
EVERYDAY = {"cd", "chmod", "cp", "git", "grep", "mkdir", "mv", "rm", "source", "sudo", "unzip"}


@dataclass(frozen=True)
class Command:
    """One command of a document, as words."""

    document: str
    line: int
    words: tuple[str, ...]

    def __str__(self):
        return f"{self.document}:{self.line}: {shlex.join(self.words)}"

    @property
    def name(self):
        """The program, by the name that documents use, with its subcommand."""
        program = program_of(self)
        return " ".join([program, *self.words[1:2]]) if program in SUBCOMMANDS else program


def program_of(command):
    """The program without the environment that it is in."""
    return re.sub(r"^.*/bin/", "", command.words[0])


SETTING = re.compile(r"\w+=.*")
SUBCOMMANDS = ("autograder", "nbgrader", "jupyter", "make")


def commands_in(document, text):
    """What stands in a document's ``sh`` blocks."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```sh"
        elif inside:
            words = shlex.split(line, comments=True)
            for is_between, part in itertools.groupby(words, lambda word: word in ("&&", "|")):
                command = list(itertools.dropwhile(SETTING.fullmatch, part))
                if command and not is_between:
                    yield Command(document, number, tuple(command))


COMMANDS = [
    command
    for path in DOCUMENTS
    for command in commands_in(str(path.relative_to(ROOT)), path.read_text("utf-8"))
]
by_command = pytest.mark.parametrize("command", COMMANDS, ids=str)


def problem_with(command):
    """What is wrong with a command, or nothing."""
    program = program_of(command)
    if program in EVERYDAY:
        return ""
    if program in CHECKS:
        return CHECKS[program](command) or ""
    if program.startswith("./"):
        return "" if (ROOT / program).exists() else "there is no such file"
    return "say in EVERYDAY, or in CHECKS, what this program is"


def problem_with_autograder(command):
    parser = cli._parser(COURSE)
    try:
        parser.parse_args(command.words[1:])
    except SystemExit as end:
        return "it does not take these arguments" if end.code else ""


def problem_with_nbgrader(command):
    name = command.words[1] if len(command.words) > 1 else "no subcommand"
    if name.startswith("--"):
        return ""
    if name not in NbGraderApp.subcommands:
        return f"nbgrader has no {name}"
    app = NbGraderApp.subcommands[name][0]()
    flags, aliases = app.flatten_flags()
    traits = {
        f"{one.__name__}.{trait}"
        for known in [*app.classes, type(app)]
        for one in known.mro()
        if hasattr(one, "class_trait_names")
        for trait in known.class_trait_names(config=True)
    }
    for word in command.words[2:]:
        option = word.lstrip("-").partition("=")[0]
        if word.startswith("-") and option not in {*flags, *aliases, *traits, "help"}:
            return f"nbgrader {name} has no option {word}"


def problem_with_make(command):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    unknown = [word for word in command.words[1:] if word not in targets]
    return f"the Makefile has no {', '.join(unknown)}" if unknown else ""


def problem_with_jupyter(command):
    return "" if (BIN / f"jupyter-{command.words[1]}").exists() else "jupyter has no such command"


def problem_with_pip(command):
    action, *rest = command.words[1:]
    extras = set(re.findall(r"\w+", " ".join(re.findall(r"\[(.*?)\]", " ".join(rest)))))
    if action != "install" or not extras <= PROJECT["optional-dependencies"].keys():
        return "there is nothing of that name to install"
    files = [rest[i + 1] for i, word in enumerate(rest) if word == "-r"]
    return "" if all((ROOT / "source" / name).exists() for name in files) else "no such file"


def problem_with_python(command):
    words = command.words[1:]
    if words[:2] == ("-m", "venv"):
        return ""
    if words[:2] == ("-m", "pytest"):
        files = [word for word in words[2:] if word.startswith("tests")]
        return "" if all((ROOT / name).exists() for name in files) else "no such test"
    return "" if words and (ROOT / words[0]).exists() else "there is no such file"


CHECKS = {
    "autograder": problem_with_autograder,
    "nbgrader": problem_with_nbgrader,
    "make": problem_with_make,
    "jupyter": problem_with_jupyter,
    "pip": problem_with_pip,
    "python": problem_with_python,
    "python3": problem_with_python,
    "python3.12": problem_with_python,
}


@by_command
def test_there_is_such_a_command(command, capsys):
    assert not problem_with(command), capsys.readouterr().err


@by_command
def test_a_test_runs_it(command):
    if command.name.startswith(("autograder ", "nbgrader ", "make ")):
        assert command.name in {*RUN_HERE, *RUN_BY}, "say in RUN_HERE or RUN_BY who runs it"


@pytest.mark.parametrize("name", RUN_BY)
def test_who_runs_it_is_there_and_names_it(name):
    place, _, words = RUN_BY[name].partition(": ")
    text = (ROOT / place).read_text("utf-8")
    assert words in text
    assert name.split()[1] in text


def test_commands_stand_in_blocks_that_are_looked_at():
    """In a block of another kind, or of none, a command would be looked at by nobody."""
    for path in DOCUMENTS:
        fences = re.findall(r"^\s*```(.*)$", path.read_text("utf-8"), re.MULTILINE)
        assert not set(fences) & {"bash", "shell", "console", "shell-session"}, path
        inside = False
        for fence, line in re.findall(r"^```(.*)$|^(\S.*)$", path.read_text("utf-8"), re.MULTILINE):
            if not line:
                inside = not inside and fence != "sh"
            elif inside:
                assert not line.startswith(("autograder ", "nbgrader ", "make ")), (path, line)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("autograder grade submitted/ --jsn x", "does not take"),
        ("autograder regrade x", "does not take"),
        ("nbgrader autograd ps1", "no autograd"),
        ("nbgrader autograde ps1 --forc", "no option --forc"),
        ("nbgrader export --CsvExportPlugin.too=x", "no option"),
        ("make tests", "no tests"),
        ('pip install -e ".[clusters]"', "nothing of that name"),
        ("jupyter labs", "no such command"),
        ("./setup.sh", "no such file"),
        ("python benchmarks/none.py", "no such file"),
        ("frobnicate", "what this program is"),
    ],
)
def test_a_command_that_is_none_is_found(line, words, capsys):
    (command,) = commands_in("x.md", f"```sh\n{line}   # a remark\n```")
    assert words in problem_with(command)


def test_lines_are_taken_apart():
    text = "```sh\nPYTHON=py ./set_up.sh && make demo  # both\n\n```\n```python\nmake this\n```"
    assert [command.words for command in commands_in("x.md", text)] == [
        ("./set_up.sh",),
        ("make", "demo"),
    ]


@pytest.fixture(scope="module")
def small_course(tmp_path_factory):
    """A course directory to run commands in, with a roster, and nothing handed in."""
    root = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", "nbgrader_config.json", "course_config.py"):
        shutil.copy(ROOT / name, root)
    for name in ("autograder", "solutions", "source"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "release", root / "release")
    (root / "students.csv").write_text("id,last_name\nalyssa,Hacker\n")
    return root


@pytest.mark.xdist_group("documented commands")
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.name in RUN_HERE], ids=str)
def test_what_is_quick_does_what_it_says(command, small_course, monkeypatch, capsys):
    ps1 = replace(COURSE.assignments[0], root=small_course)
    course = replace(COURSE, root=small_course, assignments=(ps1,))
    monkeypatch.setattr(cli, "load_course", lambda: course)
    # What the doctor tries out takes a quarter of a minute, see test_doctor.py.
    monkeypatch.setattr(doctor, "template_for", lambda setup: None)
    monkeypatch.setattr(compiled_code, "canary", lambda: "")
    monkeypatch.chdir(small_course)
    status = cli.main(list(command.words[1:]))
    assert status in RUN_HERE[command.name], capsys.readouterr()


def test_help_names_every_command():
    told = subprocess.run([BIN / "autograder", "--help"], capture_output=True, text=True)
    documented = {command.name.split()[1] for command in COMMANDS if "autograder " in command.name}
    assert told.returncode == 0
    assert {name for name in documented if f"    {name}" not in told.stdout} == set()


# What the project says of itself, which several files hold.


def test_the_citation_and_the_project_agree():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    required = {"cff-version", "message", "title", "authors"}
    known = {"type", "abstract", "version", "license", "keywords", "date-released"}
    assert required <= cited.keys() <= required | known
    assert str(cited["cff-version"]) == "1.2.0"
    assert cited["type"] == "software"
    assert (cited["version"], cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert cited["authors"] == PROJECT["authors"]
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License\n")
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"the version is {PROJECT['version']}" in changes or (
        f"## {PROJECT['version']} " in changes
    )
