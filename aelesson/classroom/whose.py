"""Whose file is it? Told by its path, as platforms and people name files, or not told.

Moodle (`mod/assign/classes/downloader.php`) writes `Full Name_NUMBER_assignsubmission_
file`, with or without `_` at the end, as a folder or before the file's name; its number
is of the submission, not of the person. Canvas (`lib/content_zipper.rb`) writes
`lastnamefirstname_LATE_PERSON_FILE_name`, without LATE where it was in time.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aelesson.classroom.roster import Student

_MOODLE = re.compile(
    r"(?P<number>(?P<name>.+)_\d+)_assignsubmission_[a-z]+(_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<person>\d{1,18})_(?P<file>\d{3,18})_.+",
    re.DOTALL,
)
_WITHOUT_NAME = re.compile(r"Participant_\d+_assignsubmission|(LATE_)?anon_", re.I)
_ENDING = re.compile(r"(\.(ipynb|py|html?|json|txt|zip))+$", re.IGNORECASE)
_COPY = re.compile(
    r"\(\d+\)|\b(kopie( von)?|copy( of)?|copie( de)?|copia( de)?|final|v\d+"
    r"|solutions?|submission|homework|exercises?)\b",
    re.I,
)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_SHORT = 4
"""Fewer digits than these may be a date's or a copy's."""


@dataclass(frozen=True)
class Owner:
    """Who handed in a file.

    Attributes:
        student: Their id; empty if nobody, or more than one, is named.
        candidates: Who it could be, if it is not clear.
        late: Whether the platform calls it late.
        rank: The platform's number of the file; the higher one came later.
        unnamed: Whether the platform left out the names.
    """

    student: str = ""
    candidates: tuple[Student, ...] = ()
    late: bool = False
    rank: int = 0
    unnamed: bool = False


class Owners:
    """Finds the student whom a path names.

    Args:
        students: All of the class.
        sheets: The names of its sheets, which name no student.
    """

    def __init__(self, students: Sequence[Student], sheets: Iterable[str]) -> None:
        self._students = {student.id: student for student in students}
        self._names: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}
        for student in students:
            for key in _keys(student):
                self._names.setdefault(key, set()).add(student.id)
            if student.lms_user_id:
                number = student.lms_user_id.strip()
                self._numbers.setdefault(number, set()).add(student.id)
        stems = sorted((re.split(r"[\W_]+", s) for s in sheets), key=len, reverse=True)
        words = "|".join(r"[\W_]*".join(map(re.escape, stem)) for stem in stems)
        self._sheets = re.compile(rf"(?<!\d)({words})([ _-]*-\d{{1,2}})?(?!\d)", re.I)

    def of(self, parts: Sequence[str]) -> Owner:
        """Find whose file lies at a path, given in its parts."""
        for part in parts:
            if match := _MOODLE.fullmatch(part):
                unnamed = bool(_WITHOUT_NAME.match(part))
                found = self._whole(match["name"]) | self._number(match["number"])
                return self._owner(found, [match["name"]], unnamed=unnamed)
            if match := _CANVAS.fullmatch(part):
                found = self._whole(match["name"]) | self._number(match["person"])
                late, rank = bool(match["late"]), int(match["file"])
                return self._owner(found, [match["name"]], late=late, rank=rank)
        unnamed = any(_WITHOUT_NAME.match(part) for part in parts)
        bare = [self._bare(part) for part in parts]
        found = set().union(*map(self._within, bare))
        return self._owner(found, bare, unnamed=unnamed)

    def known(self, student: str) -> bool:
        """Tell whether there is a student of that id."""
        return student in self._students

    def _owner(
        self,
        found: set[str],
        texts: list[str],
        late: bool = False,
        rank: int = 0,
        unnamed: bool = False,
    ) -> Owner:
        if len(found) == 1:
            return Owner(found.pop(), late=late, rank=rank)
        likely = sorted(found) or self._likely(texts)
        candidates = tuple(self._students[name] for name in likely)
        return Owner("", candidates, late=late, rank=rank, unnamed=unnamed)

    def _number(self, number: str) -> set[str]:
        return self._numbers.get(number, set())

    def _whole(self, name: str) -> set[str]:
        """Find the students whose name or id is all of a text."""
        return set().union(*(self._names.get(n, set()) for n in _folded(name)))

    def _bare(self, part: str) -> str:
        """Leave out of a name what only says which sheet or which copy it is."""
        plain = unicodedata.normalize("NFC", _ENDING.sub("", part)).replace("_", " ")
        return _COPY.sub(" ", self._sheets.sub(" ", plain)).strip(" -_.")

    def _within(self, text: str) -> set[str]:
        """Find the students whom words of a text name; the longest names count."""
        found: dict[tuple[int, int], set[str]] = {}
        words = re.findall(r"[^\W_]+", text)
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + 8) + 1):
                run = "".join(words[start:end])
                alone = end - start == len(words)
                who = self._whole(run) | self._number(run)
                if who and (alone or _is_telling(run, end - start)):
                    found[start, end] = who
        longest = (
            who
            for (start, end), who in found.items()
            if not any(
                a <= start and end <= b and b - a > end - start for a, b in found
            )
        )
        return set().union(*longest)

    def _likely(self, texts: list[str]) -> list[str]:
        """Name up to three students whose names are in a path, or like it."""
        words = {
            n
            for text in texts
            for w in re.findall(r"[^\W_]+", text)
            for n in _folded(w)
        }
        near = [
            student.id
            for student in self._students.values()
            if any(
                len(word) > 2 and word in words
                for name in (student.first_name, student.last_name)
                for part in name.split()
                for word in _folded(part)
            )
        ]
        for text in texts:
            for name in difflib.get_close_matches(
                min(_folded(text), default=""), self._names, n=3, cutoff=0.8
            ):
                near += sorted(self._names[name])
        return list(dict.fromkeys(near))[:3]


def _keys(student: Student) -> Iterator[str]:
    """Yield all that names a student, folded."""
    first, last = student.first_name, student.last_name
    local = student.email.partition("@")[0]
    names = f"{first}{last}", f"{last}{first}", f"{student.id}{first}{last}"
    for text in (student.id, student.email, local, *names):
        yield from _folded(text)


def _is_telling(run: str, words: int) -> bool:
    """Tell whether a part of a name names somebody: `17` or `ada` must stand alone."""
    if run.isdigit():
        return len(run) >= _SHORT
    return words > 1 or not run.isalpha()


def _folded(text: str) -> set[str]:
    """Leave accents, case, spaces and signs aside; spell umlauts in both ways."""
    plain = unicodedata.normalize("NFC", text).casefold()
    spellings = (plain, plain.translate(_GERMAN))
    bare = (
        unicodedata.normalize("NFKD", spelling.translate(_PLAIN))
        for spelling in spellings
    )
    return {"".join(c for c in text if c.isalnum()) for text in bare} - {""}
