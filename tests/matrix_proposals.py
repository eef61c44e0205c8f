"""What a failure of the matrix proposes: rows as the portal answers now, to be judged cell by cell.

They are printed last, below the summary. With `CWG_WRITE_MATRIX` in the environment the whole matrix with these rows
in their places is written beside it, into `matrix.proposed.csv`: compare, judge, and take over what is right.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.matrix_world import ROLES

FILE = Path(__file__).parent / "matrix.csv"
PROPOSED = FILE.with_name("matrix.proposed.csv")
PROPERTY = "matrix row"
Row = tuple[str, ...]


def line(route: str, thing: str, method: str, cells: dict[str, str]) -> str:
    return ",".join([route, thing, method, *(cells[role] for role in ROLES)])


def corrected(written: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    """The cells of a row with those that do not hold replaced; the others as they were written ("200|302")."""
    return {role: written[role] if found[role] in written[role].split("|") else found[role] for role in ROLES}


def merged(matrix: list[str], proposals: Iterable[str]) -> list[str]:
    """The lines of the file with the proposals in them: in the place of their row, or behind their nearest kin.

    Nearest is a row of the same address, then one of the same room ("meetings:"), then the end.
    """
    lines = list(matrix)
    for proposal in proposals:
        route, thing, method = proposal.split(",")[:3]
        keys = [tuple(each.split(",")[:3]) for each in lines]
        if (route, thing, method) in keys:
            lines[keys.index((route, thing, method))] = proposal
            continue
        room = route.partition(":")[0]
        kin = [n for n, key in enumerate(keys) if key[0] == route] or [
            n for n, key in enumerate(keys) if key[0].partition(":")[0] == room
        ]
        lines.insert(kin[-1] + 1 if kin else len(lines), proposal)
    return lines


def proposed_in(reports: Iterable) -> list[str]:
    """The rows that failed tests left in their reports, each once. They reach us from the workers of xdist too."""
    found = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    return list(dict.fromkeys(found))


def write(proposals: list[str]) -> Path:
    PROPOSED.write_text("\n".join(merged(FILE.read_text(encoding="utf-8").splitlines(), proposals)) + "\n")
    return PROPOSED
