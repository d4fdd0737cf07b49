"""What Canvas and Moodle call the files of their students, and the archives that they come in."""

import io
import zipfile

import pytest

from autograder.notebooks import lms_zips
from autograder.notebooks.lms_names import ClassList, OwnerUnknown, Student, first_reading
from autograder.notebooks.lms_zips import extract_notebooks

CLASS = ClassList(
    [
        Student("alyssa", "Alyssa P.", "Hacker", "12345"),
        Student("ben", "Ben", "Bitdiddle"),
        Student("josé", "José", "Ñandú-Ruiz"),
        Student("mallory", "Mallory", "Mal", "99"),
        Student("lem1", "Lem", "Tweakit"),
        Student("lem2", "Lem", "Tweakit"),
        Student("only-an-id"),
    ]
)


@pytest.mark.parametrize(
    ("path", "student", "name"),
    [
        ("hackeralyssa_12345_67890_shrinkage.ipynb", "alyssa", "shrinkage.ipynb"),
        ("hackeralyssa_LATE_12345_67890_shrinkage-1.ipynb", "alyssa", "shrinkage-1.ipynb"),
        # The number tells, whatever somebody is called.
        ("somethingelse_12345_67890_2_shrinkage.ipynb", "alyssa", "2_shrinkage.ipynb"),
        ("hacker_alyssa_12345_67890_my_work.ipynb", "alyssa", "my_work.ipynb"),
        ("bitdiddleben_7_8_a b.ipynb", "ben", "a b.ipynb"),
        ("ñandúruizjosé_7_8_x.ipynb", "josé", "x.ipynb"),
        ("onlyanid_7_8_x.ipynb", "only-an-id", "x.ipynb"),
        ("Ben Bitdiddle_77_assignsubmission_file_/shrinkage.ipynb", "ben", "shrinkage.ipynb"),
        ("Ben Bitdiddle_77_assignsubmission_file/sub/x.ipynb", "ben", "sub/x.ipynb"),
        ("Ben Bitdiddle_77_assignsubmission_file_my_x.ipynb", "ben", "my_x.ipynb"),
        ("BITDIDDLE Ben_77_assignsubmission_file_/x.ipynb", "ben", "x.ipynb"),
        # The archive is called as a teacher likes it.
        ("bayes_2027_02_05.zip/bitdiddleben_7_8_x.ipynb", "ben", "x.ipynb"),
        # What is within a student's own archive or folder is that student's, whatever it is called.
        ("malmallory_99_1_w.zip/hackeralyssa_12345_2_x.ipynb", "mallory", None),
        (
            "all.zip/Mallory Mal_5_assignsubmission_file_/Ben Bitdiddle_6_assignsubmission_file_/x"
            ".ipynb",
            "mallory",
            None,
        ),
    ],
)
def test_whose_a_file_is(path, student, name):
    found = CLASS.owner(tuple(path.split("/")))
    assert found.student.id == student
    assert name is None or found.name == name
    assert found.is_late == ("_LATE_" in path)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nobody_5_6_x.ipynb", "nobody in the gradebook is nobody (Canvas, user 5)"),
        ("Group 7_5_assignsubmission_file_/x.ipynb", "nobody in the gradebook is Group 7 (Moodle)"),
        ("shrinkage.ipynb", "neither of Canvas's form nor of Moodle's"),
        ("Lem Tweakit_5_assignsubmission_file_/x.ipynb", "of several students (lem1, lem2)"),
        ("anon_aB3xY_6_x.ipynb", "Canvas does not say whose it is"),
        ("LATE_anon_aB3xY_6_x.ipynb", "Canvas does not say whose it is"),
        ("Participant_5_assignsubmission_file_/x.ipynb", "Moodle does not say whose it is"),
        # Who is called like Ben and has another number than Mallory's own is neither.
        ("malmallory_98_6_x.ipynb", "nobody in the gradebook is malmallory"),
        # Mallory has called herself "Hacker_ 12345_ 1_ x", and a file like a name of Alyssa's.
        ("hacker_12345_1_x_99_6_x.ipynb", "of several students (alyssa, mallory)"),
        ("malmallory_99_6_12345_1_x.ipynb", "of several students (alyssa, mallory)"),
        ("ben bitdiddle_7_assignsubmission_file_99_6_x.ipynb", "several students (ben, mallory)"),
        ("nobody_5_6_w.zip/hackeralyssa_12345_7_x.ipynb/y.ipynb", None),
        ("x/nobody_5_6_w.zip/hackeralyssa_12345_7_x.ipynb", "nobody in the gradebook is nobody"),
        ("", "neither"),
        ("\x1b[31m_5_6_x.ipynb", "\ufffd[31m"),
    ],
)
def test_who_cannot_be_told_is_said_in_a_sentence(path, told):
    parts = tuple(path.split("/"))
    if told is None:  # a teacher's archive of that name
        assert CLASS.owner(parts).student.id == "alyssa"
        return
    with pytest.raises(OwnerUnknown) as problem:
        CLASS.owner(parts)
    assert told in str(problem.value)
    assert str(problem.value).isprintable()


def test_two_users_of_one_name_are_nobody():
    paths = [
        ("bitdiddleben_7_1_x.ipynb",),
        ("bitdiddleben_8_2_x.ipynb",),
        ("malmallory_99_3_x.ipynb",),
    ]
    owned, problems = CLASS.owners(paths)
    assert list(owned) == [paths[2]]
    assert len(problems) == 2
    assert all("several users are called like ben" in problem for problem in problems)


def test_without_a_class_list_a_name_is_what_there_is():
    reading = first_reading(("all.zip", "hackeralyssa_LATE_12345_6_shrinkage-1.ipynb"))
    assert (reading.person, reading.number, reading.is_late) == ("hackeralyssa", "12345", True)
    assert first_reading(("submitted", "shrinkage.ipynb")) is None


# --- archives ----------------------------------------------------------------------------------


def zipped(**members):
    """A zip file; keyword arguments have names that are no identifiers."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.fixture
def extract(tmp_path):
    """The files that an archive leaves in the folder, and what is said of the others."""

    def run(content):
        path = tmp_path / "download" / "all.zip"
        path.parent.mkdir()
        path.write_bytes(content)
        folder = tmp_path / "folder"
        told = [sentence for _, sentence in extract_notebooks(path, folder)]
        everything = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
        assert all(p == "download/all.zip" or p.startswith("folder/") for p in everything)
        assert all(sentence.isprintable() for sentence in told)
        files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.ipynb")}
        assert len(files) == len(everything) - 1
        return files, told

    return run


def test_notebooks_come_out_and_the_rest_is_told(extract):
    files, told = extract(
        zipped(
            **{
                "a_1_2_x.ipynb": "a",
                "B D. C_3_assignsubmission_file_/sub/x.y.ipynb": "b",
                "d_4_5_X.IPYNB": "d",
                "e_6_7_x.py": "e",
                "__MACOSX/._x.ipynb": "",
                "f/.ipynb_checkpoints/x.ipynb": "",
                "g_8_9_w.zip": zipped(**{"in/x.ipynb": "g", "data.csv": "", "h.zip": "no"}),
                "i_8_9_w.zip": zipped(**{"x.py": ""}),
                "j_8_9_w.zip": "no zip",
            }
        )
    )
    assert files == {
        "a_1_2_x.ipynb": b"a",
        "B D. C_3_assignsubmission_file_/sub/x.y.ipynb": b"b",
        "d_4_5_X.ipynb": b"d",
        "g_8_9_w.zip/in/x.ipynb": b"g",
    }
    assert told == [
        "all.zip: e_6_7_x.py is no notebook.",
        "all.zip: i_8_9_w.zip holds no notebook.",
        "all.zip: j_8_9_w.zip cannot be read as a zip file.",
    ]


@pytest.mark.parametrize("path", ["../x.ipynb", "/tmp/x.ipynb", "a/../../x.ipynb"])
def test_a_path_that_leads_out_is_left_out(extract, path):
    files, told = extract(zipped(**{path: "x", "w.zip": zipped(**{path: "x", "y.ipynb": "y"})}))
    assert files == {"w.zip/y.ipynb": b"y"}
    assert len(told) == 2
    assert all("would lie outside" in sentence for sentence in told)


def test_odd_names_are_written_under_others(extract):
    names = ["x\n\x1b.ipynb", "ü" * 300 + ".ipynb", "C:\\x.ipynb", "a/" * 3000 + "x.ipynb"]
    files, told = extract(zipped(**{name: name for name in names}))
    assert len(files) == 3
    assert [sentence.endswith("cannot be unpacked.") for sentence in told] == [True]


def test_names_that_meet_stay_apart(extract):
    files, told = extract(zipped(**{"x\n.ipynb": "1", "x\t.ipynb": "2", "x\n.ipynb/y.ipynb": "3"}))
    assert files == {"x\ufffd.ipynb": b"1", "x\ufffd (2).ipynb": b"2"}
    assert told == ["all.zip: x\ufffd.ipynb/y.ipynb cannot be unpacked."]


def test_bombs_are_bounded(extract, monkeypatch):
    monkeypatch.setattr(lms_zips, "MAX_FILE_BYTES", 30_000)
    many = zipped(**{f"{i}.ipynb": "" for i in range(200)})
    monkeypatch.setattr(lms_zips, "MOST_NAMES", 100)
    files, told = extract(
        zipped(
            **{
                "large.ipynb": "x" * 50_000,
                "many.zip": many,
                "some.zip": zipped(**{f"{i}.ipynb": "" for i in range(3)}),
                "large.zip": zipped(**{"x.ipynb": "x" * 40_000}),
            }
        )
    )
    assert {name: len(data) for name, data in files.items()} == {
        "large.ipynb": 30_001,
        **{f"some.zip/{i}.ipynb": 0 for i in range(3)},
    }
    assert len(told) == 2


def test_a_student_with_a_hundred_notebooks_gets_some_of_them_out(extract):
    files, told = extract(zipped(**{"w.zip": zipped(**{f"{i}.ipynb": "" for i in range(100)})}))
    assert len(files) == lms_zips.MOST_NOTEBOOKS_OF_A_STUDENT
    assert told == ["all.zip: w.zip holds 100 notebooks, of which some are left out."]


def test_a_broken_download_is_told(extract):
    whole = zipped(**{"x.ipynb": "x" * 1000})
    assert extract(whole[:-30]) == ({}, ["all.zip cannot be read as a zip file: get it once more."])
