"""Problems with one right answer: an equation, a shortest way, a number given by its remainders."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Mapping

import numpy as np

from embodied_codeact.envs.workspace.answers import read_names, read_numbers, read_whole_number
from embodied_codeact.envs.workspace.problems import Kind, Problem

_ROOT_TOLERANCE = 1e-5
# fmt: off
_TOWNS = [
    "Aldbrook", "Barrow", "Calder", "Denholm", "Elmswick", "Farley", "Garston", "Holt", "Ilminster", "Kelby",
    "Langdon", "Marsh", "Norwell", "Oakham", "Penrith", "Quarley", "Rothwell", "Selby", "Thornton", "Upton",
]
# fmt: on
Roads = Mapping[str, Mapping[str, int]]

# Equation


def _equation(rng: np.random.Generator) -> Problem[list[float]]:
    """(d x - n) (x^2 - k) (x^2 + b x + c) with c > b^2 / 4, so that the last factor has no real root."""
    denominator, numerator = int(rng.choice([2, 3, 5])), int(rng.choice([-7, -4, -1, 1, 4, 7, 11]))
    square, b = int(rng.choice([2, 3, 5, 6, 7, 10])), int(rng.integers(-3, 4))
    c = b * b // 4 + int(rng.integers(1, 6))
    coefficients = np.array([1])
    for factor in ([denominator, -numerator], [1, 0, -square], [1, b, c]):
        coefficients = np.convolve(coefficients, factor)
    roots = sorted([numerator / denominator, math.sqrt(square), -math.sqrt(square)])

    return Problem(
        instruction=f"Find all real solutions of {_polynomial(coefficients.tolist())} = 0. Submit the list of them, to "
        "at least six decimals, in ascending order.",
        read=read_numbers,
        shown=lambda answer: f"{len(answer)} solutions: {', '.join(f'{root:g}' for root in answer[:5])}",
        is_right=lambda answer: (
            len(answer) == len(roots)
            and all(abs(given - root) <= _ROOT_TOLERANCE for given, root in zip(answer, roots, strict=True))
        ),
    )


def _polynomial(coefficients: list[int]) -> str:
    """Write a polynomial, the highest power first.

    >>> _polynomial([2, 0, -1, 5])
    '2*x**3 - x + 5'
    """
    text = ""
    for power, coefficient in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True):
        if coefficient:
            sign = (" - " if coefficient < 0 else " + ") if text else ("-" if coefficient < 0 else "")
            variable = "" if power == 0 else "x" if power == 1 else f"x**{power}"
            factor = "" if abs(coefficient) == 1 and variable else str(abs(coefficient))
            text += sign + "*".join(part for part in (factor, variable) if part)
    return text


# Shortest way


def _shortest_way(rng: np.random.Generator) -> Problem[list[str]]:
    roads = _make_roads(rng)
    start, goal = (str(town) for town in rng.choice(_TOWNS, 2, replace=False))
    shortest = _distance(roads, start, goal)
    rows = [(a, b, km) for a in _TOWNS for b, km in roads[a].items() if a < b]

    def is_right(way: list[str]) -> bool:
        legs = list(itertools.pairwise(way))
        if not legs or way[0] != start or way[-1] != goal or any(b not in roads[a] for a, b in legs):
            return False
        return sum(roads[a][b] for a, b in legs) == shortest

    return Problem(
        instruction=f"roads.csv lists roads between towns with their length in km; all go both ways. Find the shortest "
        f"way from {start} to {goal}. Submit the list of the towns on it, from {start} to {goal}.",
        read=lambda value: read_names(value, _TOWNS),
        shown=lambda way: f"a way over {len(way)} towns",
        is_right=is_right,
        files={"roads.csv": "from,to,km\n" + "".join(f"{a},{b},{km}\n" for a, b, km in rows)},
    )


def _make_roads(rng: np.random.Generator) -> Roads:
    """A tree over all towns, so that each can be reached, and as many roads again."""
    roads: dict[str, dict[str, int]] = {town: {} for town in _TOWNS}
    pairs = [(_TOWNS[index], _TOWNS[int(rng.integers(index))]) for index in range(1, len(_TOWNS))]
    pairs += [(str(a), str(b)) for a, b in (rng.choice(_TOWNS, 2, replace=False) for _ in _TOWNS)]
    for a, b in pairs:
        roads[a][b] = roads[b][a] = int(rng.integers(3, 60))
    return roads


def _distance(roads: Roads, start: str, goal: str) -> int:
    """Dijkstra's algorithm."""
    best: dict[str, int] = {}
    queue = [(0, start)]
    while queue:
        km, town = heapq.heappop(queue)
        if town not in best:
            best[town] = km
            for other, length in roads[town].items():
                heapq.heappush(queue, (km + length, other))
    return best[goal]


# Remainders


def _remainders(rng: np.random.Generator) -> Problem[int]:
    """The moduli are primes of five digits: their product has up to fifteen, which no loop counts up to."""
    moduli = [int(prime) for prime in rng.choice(_primes(20_000, 100_000), 3, replace=False)]
    solution = int(rng.integers(10**12, math.prod(moduli)))
    conditions = ", ".join(f"{solution % modulus} when divided by {modulus}" for modulus in moduli)

    return Problem(
        instruction=f"Find the smallest positive whole number that leaves the remainders {conditions}. Submit it.",
        read=read_whole_number,
        shown=lambda number: f"the number {number}",
        is_right=lambda number: number == solution,
    )


def _primes(low: int, high: int) -> list[int]:
    """The primes from ``low`` to below ``high``, by Eratosthenes' sieve."""
    prime = np.ones(high, dtype=bool)
    for number in range(2, math.isqrt(high) + 1):
        if prime[number]:
            prime[number * number :: number] = False
    return [int(number) for number in np.flatnonzero(prime) if number >= low]


EQUATION = Kind("equation", "find all real solutions of an equation", _equation)
SHORTEST_WAY = Kind("shortest-way", "find the shortest way between two towns", _shortest_way)
REMAINDERS = Kind("remainders", "find a number by its remainders", _remainders)
