"""Holds what a program printed against what was expected.

In the expected text a line `...` alone stands for any number of lines (none too), and `...` inside
a line for any text within that line. Everything else is taken as it stands.
"""
import difflib
import re

ANY_LINES = "..."
LONGEST = 2000      # lines that are compared one by one


def _pattern(line):
    if ANY_LINES not in line:
        return None
    return re.compile(".*".join(re.escape(part) for part in line.split(ANY_LINES)), re.S)


def _fits(line, pattern, actual):
    return line == actual if pattern is None else pattern.fullmatch(actual) is not None


def difference(expected, actual, what):
    """None if `actual` is what was expected, else the lines of a readable difference."""
    if expected == actual:
        return None
    wanted, got = expected.splitlines(), actual.splitlines()
    if max(len(wanted), len(got)) > LONGEST:
        return list(difflib.unified_diff(wanted, got, f"expected {what}", f"actual {what}",
                                         lineterm=""))[:200]
    patterns = [_pattern(line) for line in wanted]

    # cost[i][j]: the fewest lines in which wanted[i:] and got[j:] differ.
    n, m = len(wanted), len(got)
    cost = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n, -1, -1):
        for j in range(m, -1, -1):
            if i == n:
                cost[i][j] = m - j
            elif wanted[i] == ANY_LINES:
                cost[i][j] = min(cost[i + 1][j], cost[i][j + 1] if j < m else n + m)
            elif j == m:
                cost[i][j] = 1 + cost[i + 1][j]
            elif _fits(wanted[i], patterns[i], got[j]):
                cost[i][j] = cost[i + 1][j + 1]
            else:
                cost[i][j] = 1 + min(cost[i + 1][j], cost[i][j + 1])
    if cost[0][0] == 0:
        if expected and actual and not wanted[-1:] == [ANY_LINES] and \
                expected.endswith("\n") != actual.endswith("\n"):
            return [f"the last line of the {what} has no newline" if expected.endswith("\n") else
                    f"the last line of the {what} has a newline that was not expected"]
        return None

    lines, i, j = [], 0, 0
    while i < n or j < m:
        if i < n and wanted[i] == ANY_LINES:
            if cost[i][j] == cost[i + 1][j]:
                i += 1
            else:
                lines.append(("~", got[j]))
                j += 1
        elif i < n and j < m and _fits(wanted[i], patterns[i], got[j]):
            lines.append((" ", got[j]))
            i, j = i + 1, j + 1
        elif j == m or (i < n and cost[i][j] == 1 + cost[i + 1][j]):
            lines.append(("-", wanted[i]))
            i += 1
        else:
            lines.append(("+", got[j]))
            j += 1
    return [f"{what}: - was expected, + was printed"] + _around(lines)


def _around(lines, context=3):
    """Only the lines near a difference, as text."""
    near = set()
    for at, (sign, _) in enumerate(lines):
        if sign in "+-":
            near.update(range(at - context, at + context + 1))
    shown, gap = [], False
    for at, (sign, text) in enumerate(lines):
        if at in near:
            shown.append(f"{' ' if sign == '~' else sign} {text}")
            gap = False
        elif not gap:
            shown.append("  (…)")
            gap = True
    return shown[:200]
