"""Scripts run as in an interactive Python."""

from __future__ import annotations

import pytest

from embodied_codeact.contracts import OutputChunk
from embodied_codeact.interpreter.host import Interpreter
from tests.interpreter.conftest import SMALL, Runs

pytestmark = pytest.mark.keeps_processes


def test_names_definitions_and_imports_last_from_script_to_script(run: Runs) -> None:
    run(
        "import math, pickle\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Cup:\n    size: int\ndef area(r): return math.pi * r**2\nx = 3"
    )
    outcome = run("cup = pickle.loads(pickle.dumps(Cup(x)))\n(cup, round(area(1), 3), __name__)")
    assert outcome.error is None
    assert outcome.value == "(Cup(size=3), 3.142, '__main__')"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 1", "2"),
        ("x = 5", None),
        ("None", None),
        ("'a' 'b'  # a comment", "'ab'"),
        ("7;", None),
        ("import numpy as np\nnp.arange(3)", "array([0, 1, 2])"),
        ("from __future__ import annotations\ndef f(a: Nowhere): ...\nf.__annotations__", "{'a': 'Nowhere'}"),
        ("", None),
    ],
)
def test_the_value_of_a_last_expression_is_echoed(run: Runs, code: str, value: str | None) -> None:
    outcome = run(code)
    assert outcome.error is None
    assert outcome.value == value


def test_a_long_value_is_cut_in_the_middle(run: Runs) -> None:
    value = run("'a' + 'x' * 10**6 + 'z'").value
    assert value is not None
    assert len(value) < 2100
    assert value.startswith("'ax")
    assert "characters left out" in value
    assert value.endswith("xz'")


def test_output_keeps_its_order_and_its_streams(interpreter: Interpreter) -> None:
    chunks: list[OutputChunk] = []
    outcome = interpreter.run(
        "import sys\nfor i in range(3):\n    print('out', i)\n    print('err', i, file=sys.stderr)\n"
        "print('ünï\\0cødé 猫', end='')\nraise ValueError(3)",
        on_output=chunks.append,
    )
    assert outcome.stdout == "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\nünï\0cødé 猫"
    assert "".join(chunk.text for chunk in chunks) == outcome.stdout
    assert "".join(chunk.text for chunk in chunks if chunk.stream == "stderr") == "err 0\nerr 1\nerr 2\n"


def test_output_streams_while_the_script_runs(interpreter: Interpreter) -> None:
    """The script only ends because its first line was seen before its end."""

    def interrupt(chunk: OutputChunk) -> None:
        if "first" in chunk.text:
            interpreter.interrupt("seen")

    outcome = interpreter.run("print('first')\nimport time\ntime.sleep(60)", timeout_s=60, on_output=interrupt)
    assert outcome.interrupted


def test_writes_below_python_are_captured(run: Runs) -> None:
    outcome = run(
        "import os, ctypes, faulthandler\nos.write(1, b'by descriptor\\n')\nos.write(2, b'by error\\n')\n"
        "ctypes.CDLL(None).puts(b'by C'); ctypes.CDLL(None).fflush(None)"
    )
    for text in ("by descriptor", "by error", "by C"):
        assert text in outcome.stdout


def test_streams_that_a_script_closes_are_there_again(run: Runs) -> None:
    run("import os, sys\nsys.stdout.close(); os.close(1); os.close(2)")
    run("sys.stdout = None; sys.stderr = 3")
    outcome = run("import sys\nprint('back'); print('too', file=sys.stderr)")
    assert outcome.stdout == "back\ntoo\n"


def test_input_says_what_to_do_instead(run: Runs) -> None:
    for code in ("input('name? ')", "import sys; sys.stdin.read()"):
        error = run(code).error
        assert error is not None
        assert error.kind == "EOFError"
        assert "nobody is at a keyboard" in error.message


def test_exit_ends_the_script_only(run: Runs) -> None:
    outcome = run("x = 1\nimport sys\nsys.exit()\nx = 2")
    assert outcome.error is None
    assert "sys.exit() ended the script" in outcome.stdout
    error = run("exit('no cup')").error
    assert error is not None
    assert (error.kind, error.message, error.line) == ("SystemExit", "no cup", 1)
    assert run("x").value == "1"


def test_a_warning_is_shown_once(run: Runs) -> None:
    code = "import warnings\nfor _ in range(3): warnings.warn('odd shape')"
    assert run(code).stdout.count("UserWarning: odd shape") == 1
    assert run(code).stdout == ""


def test_scripts_do_not_share_random_numbers_with_other_workers(interpreter: Interpreter) -> None:
    code = "import random, numpy as np\n(random.random(), np.random.rand(), np.random.default_rng().random())"
    first = interpreter.run(code).value
    from embodied_codeact.contracts import ApiDescription

    interpreter.start(ApiDescription())
    second = interpreter.run(code).value
    assert first is not None
    assert second is not None
    assert not set(first.strip("()").split(", ")) & set(second.strip("()").split(", "))


def test_figures_become_pictures(run: Runs) -> None:
    pytest.importorskip("matplotlib")
    outcome = run("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('Line')\nplt.show()")
    assert outcome.error is None
    assert [figure.title for figure in outcome.figures] == ["Line"]
    assert outcome.figures[0].data.startswith(b"\x89PNG")
    assert run("1").figures == []


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("raise ValueError('bad \\ud83d')", "ValueError", "bad \\ud83d"),
        ("class S(str): pass\nclass E(Exception):\n    def __str__(self): return S('odd')\nraise E", "E", "odd"),
    ],
)
def test_an_error_whose_text_could_not_travel_is_told_and_costs_nothing(
    run: Runs, code: str, kind: str, words: str
) -> None:
    outcome = run(f"kept = 1\n{code}")
    assert not outcome.restarted
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == (kind, words)
    assert run("kept").value == "1"


def test_values_and_titles_that_could_not_travel_are_told(run: Runs) -> None:
    shown = "import numpy as np\nshow(np.zeros((2, 2)), '\\ud83d')\n"
    outcome = run(f"{shown}class V:\n    def __repr__(self): return 'v \\udc00'\nV()")
    assert not outcome.restarted
    assert outcome.value == "v \\udc00"
    assert [figure.title for figure in outcome.figures] == ["\\ud83d"]


@pytest.mark.parametrize(
    "broken",
    ["sys.stderr.close()", "sys.stderr = 3", "del sys.stderr", "del sys.stdout", "sys.stdout = sys.stderr = None"],
)
def test_notes_of_ours_need_no_stream_of_the_scripts(run: Runs, broken: str) -> None:
    many = "import numpy as np, sys\nfor _ in range(9): show(np.zeros((2, 2)))\n"
    outcome = run(f"kept = 1\n{many}{broken}\nsys.exit()")
    assert not outcome.restarted
    assert len(outcome.figures) == 8
    assert "1 more pictures were not shown" in outcome.stdout
    assert "sys.exit() ended the script" in outcome.stdout
    again = run("print(kept); print('told', file=sys.stderr)")
    assert (again.error, again.stdout) == (None, "1\ntold\n")


def test_output_that_was_cut_off_leaves_nothing_to_the_next_script(interpreter: Interpreter) -> None:
    long = SMALL.max_output_bytes
    interpreter.run(f"import sys\nsys.stderr.write('é' * {long}); sys.stderr.flush()")
    chunks: list[OutputChunk] = []
    interpreter.run("print('hello')", on_output=chunks.append)
    assert [(chunk.stream, chunk.text) for chunk in chunks] == [("stdout", "hello\n")]


SLOW_TO_DRAW = """
import sys, time, types

class Slow:
    axes = ()
    def savefig(self, buffer, **options):
        buffer.write(b"picture")
        time.sleep(0 if drawn.append(1) or len(drawn) == 1 else 60)

drawn, closed = [], []
sys.modules["matplotlib.pyplot"] = types.SimpleNamespace(
    get_fignums=lambda: [] if closed else [1, 2], figure=lambda number: Slow(), close=lambda which: None
)
6 * 7
"""


def test_a_script_whose_figures_take_too_long_keeps_its_value_and_its_names(run: Runs) -> None:
    outcome = run(SLOW_TO_DRAW, timeout_s=0.5)
    assert (outcome.value, outcome.interrupted, outcome.restarted) == ("42", True, False)
    assert [figure.data for figure in outcome.figures] == [b"picture"]
    assert "figures were not all drawn" in outcome.stdout
    assert run("closed.append(1); len(drawn)").value == "2"
