"""Submissions that cheat, break out or break things: plain data, one record an attack.

Each is put into the ps1 notebook without answers (see ``notebooks.py``), so whatever it does, no
test cell may score. Where a secret lies that it could read, or a file that it could write, it is
told as ``places``; the secrets themselves are planted by ``planted.py``.
"""

from attacks.corpus.answers import ANSWERS
from attacks.corpus.attack import Attack
from attacks.corpus.endings import ENDINGS
from attacks.corpus.exhausting import EXHAUSTING
from attacks.corpus.floods import FLOODS
from attacks.corpus.handed_in import HANDED_IN
from attacks.corpus.patches import PATCHES
from attacks.corpus.reading import READING
from attacks.corpus.walls import WALLS

ATTACKS: tuple[Attack, ...] = (
    *READING,
    *WALLS,
    *ENDINGS,
    *EXHAUSTING,
    *FLOODS,
    *PATCHES,
    *ANSWERS,
    *HANDED_IN,
)
