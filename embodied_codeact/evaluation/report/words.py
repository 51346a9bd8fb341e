"""How figures are written for people."""

from __future__ import annotations

from embodied_codeact.evaluation.statistics import Rate

NOTHING = "–"


def percent(share: float) -> str:
    """A share as per cent with one decimal.

    >>> percent(0.8666)
    '86.7 %'
    """
    return f"{100 * share:.1f} %"


def interval(rate: Rate) -> str:
    """The bounds of a rate.

    >>> interval(Rate(44, 36, 36 / 44, 0.68, 0.905))
    '68.0–90.5 %'
    """
    return f"{100 * rate.low:.1f}–{100 * rate.high:.1f} %"


def number(value: float | None) -> str:
    """A number with as many digits as say something, thousands apart.

    >>> [number(value) for value in (None, 3, 1.5, 17.2, 10482.3)]
    ['–', '3', '1.50', '17.2', '10,482']
    """
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def seconds(value: float | None) -> str:
    """A time.

    >>> [seconds(value) for value in (None, 0.0423, 2.5, 75.0, 7261.0)]
    ['–', '42 ms', '2.5 s', '1 min 15 s', '2 h 1 min']
    """
    if value is None:
        return NOTHING
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, left = divmod(minutes, 60)
    return f"{hours} h {left} min" if hours else f"{minutes} min {rest} s"


def points(share: float) -> str:
    """A difference of two shares, with its sign.

    >>> points(-0.025)
    '−2.5'
    """
    return f"{100 * share:+.1f}".replace("-", "−")


def p_value(p: float) -> str:
    """A p-value.

    >>> p_value(0.00001), p_value(0.0734)
    ('p < 0.001', 'p = 0.073')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "run"), plural(2000, "episode")
    ('1 run', '2,000 episodes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
