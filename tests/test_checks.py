"""The checks below the exercises: what they say of right answers, placeholders and slips.

They look for the answers in ``__main__``, as they do in a notebook.
"""

import ast
import importlib
import sys
from functools import cache

import jax
import matplotlib.pyplot as plt
import pytest

from autograder.notebooks.cells import grade_id, is_autograded, is_solution
from autograder.notebooks.reading import read_notebook, released_notebook
from course_config import ASSIGNMENTS, ROOT

BY_NOTEBOOK = {assignment.notebook: assignment for assignment in ASSIGNMENTS}


def defined_by(notebook):
    """What its set-up, tools and answers define; settings would be those of other tests too."""
    names = {"__name__": "__main__"}
    for cell in notebook.cells:
        tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        if grade_id(cell) == "setup":
            tree.body = [part for part in tree.body if not isinstance(part, ast.Expr)]
        elif grade_id(cell) != "tools" and not is_solution(cell):
            continue
        exec(compile(tree, "<notebook>", "exec"), names)
    return names


@cache
def names_of_key(notebook):
    """Those of the answer key, the same ones for all tests: JAX compiles them once."""
    return defined_by(read_notebook(BY_NOTEBOOK[notebook].key))


def exercises(notebook):
    """The functions that a notebook asks for, in its order."""
    released = released_notebook(BY_NOTEBOOK[notebook])
    return [str(grade_id(c)).removeprefix("test_") for c in released.cells if is_autograded(c)]


class Checks:
    """The checks of one notebook, and a notebook's worth of names for them to look at."""

    def __init__(self, notebook, monkeypatch):
        self._monkeypatch = monkeypatch
        for folder in (ROOT / "source" / BY_NOTEBOOK[notebook].name, ROOT / "source"):
            monkeypatch.syspath_prepend(folder)
        self.module = importlib.import_module(f"{notebook}_checks")
        self.names = names_of_key(notebook)
        self.define(self.names)

    def define(self, names):
        """As if a cell of the notebook did."""
        for name, value in names.items():
            if not name.startswith("__"):
                self._monkeypatch.setattr(sys.modules["__main__"], name, value, raising=False)

    def answer(self, source):
        """Run a student's answer."""
        exec(source, self.names)
        self.define(self.names)

    def take_for_passed(self, *names):
        """Spare the checks of earlier exercises, where there is such a note."""
        if hasattr(self.module, "_passed"):
            self.module._passed.update({name: self.names[name] for name in names})

    def complaint(self, function):
        """What the check of a function complains of."""
        with pytest.raises(AssertionError) as caught:
            getattr(self.module, function)()
        plt.close("all")
        return " ".join(str(caught.value).split())


@pytest.fixture
def checks(request, monkeypatch):
    # As in the notebooks whose code takes long to compile.
    setting = "jax_disable_most_optimizations"
    before = jax.config.read(setting)
    jax.config.update(setting, True)
    checks = Checks(request.param, monkeypatch)
    names = dict(checks.names)
    yield checks
    checks.names.clear()
    checks.names.update(names)
    jax.config.update(setting, before)


def name_of(answer):
    return answer.partition(" = ")[0]


def parametrised(*names, rows):
    """The first name is that of a notebook, whose tests stay together."""
    cases = [
        pytest.param(
            *row,
            marks=pytest.mark.xdist_group(f"checks of {row[0]}"),
            id="-".join(map(name_of, row[:2])),
        )
        for row in rows
    ]
    return pytest.mark.parametrize(("checks", *names), cases, indirect=["checks"])


@parametrised(rows=[(notebook,) for notebook in BY_NOTEBOOK])
def test_the_answer_key_passes_and_each_call_has_its_line(checks, capsys):
    for function in exercises(checks.module.__name__.removesuffix("_checks")):
        capsys.readouterr()
        getattr(checks.module, function)()
        plt.close("all")
        *rows, sentence = capsys.readouterr().out.splitlines()
        assert sentence.startswith(function)
        assert rows
        # The columns stand below each other: the last one begins at the same place in all rows.
        starts = {row.rindex("   ") for row in rows}
        assert len(starts) == 1
        assert all(row.startswith(function) and len(row) < 150 for row in rows)


@parametrised("function", rows=[(n, f) for n in BY_NOTEBOOK for f in exercises(n)])
def test_a_placeholder_is_explained(checks, function):
    notebook = checks.module.__name__.removesuffix("_checks")
    checks.take_for_passed("student_tonkatsu", "simulate_population")
    checks.define({function: defined_by(released_notebook(BY_NOTEBOOK[notebook]))[function]})
    assert checks.complaint(function).startswith(f"{function} still has its placeholder.")


@parametrised("function", rows=[(n, exercises(n)[-1]) for n in BY_NOTEBOOK])
def test_a_missing_function_is_explained(checks, function, monkeypatch):
    checks.take_for_passed("student_tonkatsu", "simulate_population")
    monkeypatch.delattr(sys.modules["__main__"], function)
    assert checks.complaint(function).startswith(f"There is no {function} yet.")


# A wrong answer to each exercise, and a few words of what it is told.
SLIPS = """
shrinkage
posterior_mean = lambda a, b, k, n: k / n if n else 0
    That is Alyssa's raw fraction.
data_weight = lambda a, b, n: n / 10
    That compares real bentos with imaginary ones.
shrinkage_shift = lambda a, b, k, n: abs(posterior_mean(a, b, k, n) - k / n)
    The right distance in the wrong direction
plot_shrinkage = lambda names, k, n, a, b, ax=None: None
    End the function with `return ax`
student_model
student_tonkatsu = gen(lambda a, b, n: binomial(n, beta(a, b) @ "theta") @ "k")
    right if 0.05 were a logit
simulate_population = lambda key, a, b, n: jr.binomial(key, n.astype(float), 0.6)
    every student seems to have the rate 0.6
log_joint = lambda theta, k, *args: student_tonkatsu.assess(C.kw(theta=theta, k=k), args)
    Asked for is the first.
prior_predictive = lambda key, a, b, n, num_samples: jr.beta(key, a, b, (num_samples,))
    These look like rates or fractions.
learning_the_prior
log_binom_coeff = lambda n, k: gammaln(n) - gammaln(k) - gammaln(n - k)
    A shift is missing
log_beta_binom = lambda k, n, a, b: jnp.exp(stats.betabinom.logpmf(k, n, a, b))
    That is the probability.
population_loglik = lambda a, b, k, n: jnp.mean(log_beta_binom(k, n, a, b))
    That is the mean over students.
importance_weights = lambda log_w: jnp.exp(log_w)
    The proportions are right.
effective_sample_size = lambda weights: jnp.sum(weights**2)
    That is the sum of the squares.
infer_prior = lambda key, k, n, num_samples=20000, low=0.5, high=20.0: (10.25, 10.25)
    a and b are the same number
two_classrooms
to_mean_concentration = lambda a, b: (a + b, a / (a + b))
    The right two numbers in the wrong order
from_mean_concentration = lambda mu, lam: (mu * lam, lam)
    b counts the hamburgers, and not the whole heap
sample_hyperprior = lambda key, n_samples, **bounds: 1e-6 + jr.uniform(key, (2, n_samples))
    That is the logarithm of lam.
weigh_population = lambda k, n, mu, lam: jnp.ones(len(mu)) / len(mu)
    This is classroom B with three candidates
infer_population = lambda k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0: (41.5, 0.66)
    the mean comes first
shrink = lambda k, n, mu, lam: k / n
    That is Emi's raw fraction, or else
classroom_verdict = lambda k, n, seed=0: infer_population(k, n, seed=seed)
    Return one dictionary
plot_concentration = lambda classrooms: plt.subplots()[1]
    use ax.set_xscale("log")
real_data
predict_three_ways = lambda k, n, *_: {"no_pooling": k / n, "complete_pooling": k.sum() / n.sum()}
    Everybody gets the same rate
log_score = lambda rates, k, n: jnp.sum(xlogy(k, rates) + xlog1py(n - k, -rates))
    The binomial coefficient is missing
replicate_class = lambda key, n, mu, lam, number: jr.binomial(key, n, mu, (number, len(n)))
    That is the variance of luck alone
tail_probability = lambda observed, replicated: jnp.mean(replicated > observed)
    Equal values are left out.
"""


# Mistakes that fresh readers made and that a check took for something else, or let pass.
MORE_SLIPS = """
shrinkage
posterior_mean = lambda a, b, k, n: jnp.round((a + k) / (a + b + n), 4)
    this looks rounded
posterior_mean = lambda a, b, k, n: jnp.round((a + k) / (a + b + n), 3)
    this looks rounded
shrinkage_shift = lambda a, b, k, n: jnp.round((a + k) / (a + b + n) - k / n, 4)
    this looks rounded
student_model
prior_predictive = lambda key, a, b, n, size: simulate_population(key, a, b, jnp.asarray(n * size))
    simulate_population wants an array n
learning_the_prior
population_loglik = lambda *a: jnp.log(jnp.prod(jnp.exp(log_beta_binom(*a[2:], *a[:2]))))
    too small for the computer
infer_prior = lambda key, k, n, **_: jax.vmap(population_loglik)(jnp.ones(9), jnp.ones(9), k, n)
    in_axes=(0, 0, None, None)
infer_prior = lambda key, k, n, **_: float("no number")
    infer_prior(jr.PRNGKey(0), jnp.array([70,
two_classrooms
sample_hyperprior = lambda key, m, **_: (jr.uniform(key, (m,)), jnp.exp(jr.uniform(key, (m,))))
    The bounds are missing
weigh_population = lambda k, n, mu, lam: jnp.ones(6) / 6
    the sum runs over the students', axis=1
infer_population = lambda k, n, seed=0, **_: jr.split(jnp.asarray(0.5))
    jr.PRNGKey(seed) makes one
shrink = lambda k, n, mu, lam: (mu * lam + k) / (mu * lam + n)
    imaginary hamburgers are missing
shrink = lambda k, n, mu, lam: n / (lam + n) * (k / n) + lam / (lam + n) * mu
    find one that does not
classroom_verdict = lambda k, n, seed=0: jnp.where(k > n, "pulled to the group", "no")
    use a list comprehension
real_data
predict_three_ways = lambda k, n, *_: {"no_pooling": (k / n).tolist()}
    got "no_pooling": [0.7, 0.7, 0.6, 0.6, 1.0, 0.0]
predict_three_ways = lambda k, n, *_: {"no_pooling": k / n + 0.1}
    compare its description in the docstring
log_score = lambda rates, k, n: jnp.log(n) + xlogy(k, rates) + xlog1py(n - k, -rates)
    add up over the students
log_score = lambda rates, k, n: jnp.sum(jnp.log(n) + xlogy(k, rates) + xlog1py(n - k, rates))
    for log(1 - p) y is -p
"""
# Drawn as it should be, but for the label of its x axis.
NO_LABEL = """
def plot_concentration(classrooms):
    ax = plt.subplots()[1]
    ax.set_xscale("log")
    return ax
"""


def slips(text=SLIPS):
    """Notebook, wrong answer and words, of each slip above."""
    notebook = answer = ""
    for line in text.strip().splitlines():
        if line in BY_NOTEBOOK:
            notebook = line
        elif line.startswith(" "):
            yield notebook, answer, line.strip()
        else:
            answer = line


@parametrised("answer", "words", rows=slips())
def test_a_slip_is_named(checks, answer, words):
    checks.take_for_passed("student_tonkatsu")
    checks.answer(answer)
    assert words in checks.complaint(name_of(answer))


@parametrised("answer", "words", rows=slips(MORE_SLIPS))
def test_what_misled_a_reader_is_named(checks, answer, words):
    checks.take_for_passed("student_tonkatsu", "simulate_population")
    checks.answer(answer)
    assert words in checks.complaint(name_of(answer))


@parametrised(rows=[("two_classrooms",)])
def test_a_missing_label_of_the_x_axis_is_named(checks):
    checks.answer(NO_LABEL)
    assert "use ax.set_xlabel" in checks.complaint("plot_concentration")


def test_each_exercise_has_its_slip():
    assert [(notebook, name_of(answer)) for notebook, answer, _ in slips()] == [
        (notebook, function) for notebook in BY_NOTEBOOK for function in exercises(notebook)
    ]


@parametrised(rows=[("shrinkage",)])
def test_what_was_right_is_printed_before_the_complaint(checks, capsys):
    checks.answer("posterior_mean = lambda a, b, k, n: (6 + k) / (10 + n)")
    capsys.readouterr()
    assert "Another school, another prior" in checks.complaint("posterior_mean")
    (row,) = capsys.readouterr().out.splitlines()
    assert row == "posterior_mean(6.0, 4.0, 70, 100)   0.6909   Alyssa"


@parametrised(rows=[("student_model",)])
def test_an_exercise_that_builds_on_another_wants_that_one_checked_first(checks):
    checks.module._passed.clear()
    assert "has not passed its check yet" in checks.complaint("log_joint")


EARLIER = """
learning_the_prior infer_prior log_beta_binom
two_classrooms classroom_verdict shrink
"""


@parametrised("later", "earlier", rows=[line.split() for line in EARLIER.strip().splitlines()])
def test_the_earlier_exercise_is_blamed(checks, later, earlier):
    checks.answer(f"{earlier} = lambda *args: jnp.asarray(0.5)")
    assert earlier in checks.complaint(later)
    assert "not right yet" in checks.complaint(later)


@parametrised(rows=[("student_model",)])
def test_a_loop_over_students_and_what_jax_cannot_compile(checks):
    checks.take_for_passed("student_tonkatsu")
    one = "student_tonkatsu.simulate(key, (a, b, x)).get_retval()"
    checks.answer(f"""
def simulate_population(key, a, b, n):
    return jnp.stack([{one} for key, x in zip(jr.split(key, n.shape[0]), n)])
""")
    assert "in a loop" in checks.complaint("simulate_population")
    checks.answer(f"""
@jax.jit
def everybody(keys, a, b, n):
    return jax.vmap(lambda key, x: {one})(keys, n)

def simulate_population(key, a, b, n):
    return np.asarray(everybody(jr.split(key, n.shape[0]), float(a), float(b), n))
""")
    checks.module.simulate_population()


@pytest.mark.parametrize(
    ("python", "genjax", "words"),
    [((3, 13, 0), "0.10.3", "needs Python 3.11 or 3.12"), ((3, 12, 1), "0.9.0", "has 0.9.0: run")],
)
def test_other_versions_are_refused(python, genjax, words, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "source")
    checking = importlib.import_module("checking")
    monkeypatch.setattr(checking.sys, "version_info", python)
    monkeypatch.setattr(checking.metadata, "version", lambda package: genjax)
    with pytest.raises(RuntimeError, match=words):
        checking._look_at_versions()


def test_in_colab_the_way_to_an_older_python_is_told(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "source")
    checking = importlib.import_module("checking")
    monkeypatch.setattr(checking.sys, "version_info", (3, 13, 0))
    monkeypatch.setitem(sys.modules, "google.colab", checking)
    with pytest.raises(RuntimeError, match="choose 'Change runtime version'"):
        checking._look_at_versions()
