"""The page of a report: its figures, its episodes, and that nothing in them becomes markup."""

from __future__ import annotations

import base64
import hashlib
import os
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from embodied_codeact.contracts import Episode, ExecutionResult, Figure, Task, Turn
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.report import make_report
from embodied_codeact.evaluation.report.html import write_report
from embodied_codeact.evaluation.report.payload import MOST_CALLS, MOST_CHARS, EpisodeView, Share, view_of
from embodied_codeact.evaluation.report.report import Report
from embodied_codeact.evaluation.report.video_links import find_video
from embodied_codeact.evaluation.report.words import interval, percent
from embodied_codeact.evaluation.run_folder import EPISODES, MANIFEST, RunManifest, key_of
from embodied_codeact.evaluation.scored_run import read_scored_runs
from tests.cli.support import error_line, invoke
from tests.evaluation.made import episode, trials, write_episodes, write_run
from tests.evaluation.report.pages import GUIDE, HOSTILE, PNG, Page, full_episode, hostile, spoilt_type


def page_of(folder: Path, *runs: Path, videos: bool = False, name: str = "page.html") -> tuple[Report, Page]:
    report = make_report(read_scored_runs(runs), compare=len(runs) > 1)
    write_report(report, folder / name, videos=videos)
    return report, Page(folder / name)


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[Path, Path]:
    """Runs that differ in what they solved, how long it took, and how it failed."""
    first = [
        episode(
            str(n),
            ["KeyError"] * (n % 3) + ["run"],
            success=n % 4 != 0,
            kind=f"kind-{n % 2}",
            trial=f"part-{n % 3}/{n}#0",
        )
        for n in range(30)
    ]
    second = [
        episode(
            str(n),
            ["run"] * (1 + n % 5),
            success=n % 3 != 0,
            kind=f"kind-{n % 2}",
            action="json",
            trial=f"part-{n % 3}/{n}#0",
        )
        for n in range(30)
    ]
    return write_run(tmp_path / "one", first, trials("0", "1", "more")), write_run(tmp_path / "two", second)


def test_the_page_says_what_the_report_says(tmp_path: Path, two_runs: tuple[Path, Path]) -> None:
    report, page = page_of(tmp_path, *two_runs)
    groups = [group for run in report.runs for group in run.groups]
    summary = page.table("Run", "Model", "Action")
    for group, row in zip(groups, summary, strict=True):
        s = group.summary
        assert row[:3] == [group.name, group.model, group.action]
        assert row[3] == f"{percent(s.success.rate)} {interval(s.success)}"
        assert row[4] == f"{s.success.solved}/{s.success.episodes}"
        assert float(row[5]) == pytest.approx(s.costs.turns.all.mean, abs=0.005)
        assert float(row[7].replace(",", "")) == pytest.approx(s.costs.tokens.all.mean, abs=0.5)
    parts = [[group.name, part, str(rate.solved)] for group in groups for part, rate in group.summary.by_part.items()]
    assert [[row[0], row[1], row[4]] for row in page.table("Run", "Part")] == parts
    types = [
        [group.name, kind, percent(rate.rate), interval(rate), str(rate.solved), str(rate.episodes)]
        for group in groups
        for kind, rate in group.summary.by_type.items()
    ]
    assert page.table("Run", "Type") == types
    curves = page.table("Run", "k = 1")
    for group, row in zip(groups, curves, strict=True):
        assert [cell for cell in row[1:] if cell] == [percent(rate.rate) for rate in group.summary.curve]
    formats = page.table("Suite", "Model", "Success")[1:]
    assert [row[2:4] for row in formats] == [
        [percent(row.by_action[a].success.rate) for a in ("code", "json")] for row in report.formats
    ]
    pairs = report.comparisons[0].by_type
    assert [row[1:6] for row in page.table("Type", "Pairs")] == [
        [str(n) for n in (c.pairs, c.both, c.only_first, c.only_second, c.neither)] for c in pairs.values()
    ]
    said = " ".join(" ".join(page.words).split())
    assert "one is not complete: 3 of 3 episodes have not ended." in said
    assert "MINT, ALFWorld: success by turn budget" in said


def test_the_page_says_when_and_where_a_run_was_made(tmp_path: Path) -> None:
    begun, machine = "2026-01-02T03:04:05+00:00", {"system": "Linux", "cores": 2}
    run = write_run(tmp_path / "run", [full_episode()], started_at=begun, version="0.1.0", machine=machine)
    _, page = page_of(tmp_path, run)
    assert "kitchen, begun 2026-01-02 03:04:05 UTC, on Linux, 2 cores, version 0.1.0." in " ".join(page.words)


def test_the_table_of_episodes_has_their_facts(tmp_path: Path, two_runs: tuple[Path, Path]) -> None:
    report, page = page_of(tmp_path, *two_runs)
    facts = [facts for run in report.runs for facts in run.facts]
    assert len(page.rows) == len(facts) == 60
    for row, one in zip(page.rows, facts, strict=True):
        assert row["key"] == one.key
        assert row["verdict"] == ("solved" if one.success else "failed")
        assert (row["turns"], row["calls"], row["tokens"]) == (one.turns, one.calls, one.tokens)
        assert (row["seconds"], row["errors"], row["end"]) == (one.seconds, one.script_errors, one.end)
    assert page.value("index")["groups"] == ["one", "two"]


def share_in(kept: list[str]) -> Share:
    def share(kind: str, text: str) -> list[int]:
        del kind
        kept.append(text)
        return [len(kept) - 1]

    return share


def places(view: EpisodeView) -> list[list[int]]:
    """Where the texts and figures are that a view shares with others."""
    said = [message.at for message in view.opening if message.at]
    pictures = [*(m.images for m in view.opening), *(turn.figures for turn in view.turns)]
    return said + [picture.at for some in pictures for picture in some]


def test_the_page_holds_the_episodes(tmp_path: Path) -> None:
    episodes = [full_episode(n) for n in range(30)]
    _, page = page_of(tmp_path, write_run(tmp_path / "run", episodes))
    for row, one in zip(page.rows, episodes, strict=True):
        shared: list[str] = []
        expected = view_of(one, key_of(one), share_in(shared))
        got = msgspec.convert(page.at(row["at"]), EpisodeView)
        assert [page.at(at) for at in places(got)] == [shared[at] for (at,) in places(expected)]
        assert GUIDE in shared
        assert base64.b64encode(PNG).decode() in shared
        for view in (got, expected):
            for at in places(view):
                at.clear()
        assert got == expected
    turns = page.at(page.rows[3]["at"])["turns"]
    assert [turn["kind"] for turn in turns] == ["code", "call", "call", "invalid", "message", "finish"]
    assert turns[0]["calls"] == [{"text": 'house.look(1, "two", far=true)', "result": "a room", "seconds": 0.002}]
    assert turns[1]["code"] == "look(far=[1, null])"


def test_a_prompt_and_a_figure_are_there_once(tmp_path: Path) -> None:
    _, page = page_of(tmp_path, write_run(tmp_path / "run", [full_episode(n) for n in range(40)]))
    texts = [
        value
        for name in page.scripts
        if name.startswith("block-")
        for value in page.value(name)
        if isinstance(value, str)
    ]
    assert sorted(texts) == sorted([GUIDE, base64.b64encode(PNG).decode()])


def test_an_episode_that_counts_once_is_there_once(tmp_path: Path) -> None:
    faulted = episode("a", end="error", error="the endpoint is gone")
    again = [faulted, episode("b"), episode("a", ["run"] * 3), episode("b", ["run"] * 4)]
    run = write_episodes(tmp_path / "run.jsonl", again)
    _, page = page_of(tmp_path, run)
    assert {row["key"]: row["turns"] for row in page.rows} == {"pantry/b#0": 1, "pantry/a#0": 3}


def test_nothing_that_was_said_becomes_markup(tmp_path: Path) -> None:
    bad = [spoilt_type(hostile(full_episode(n, success=n > 1))) for n in range(4)]
    bad.append(msgspec.structs.replace(hostile(full_episode(9)), end="error", error=f"gone{HOSTILE}"))
    runs = [write_run(tmp_path / f"run{place}", bad) for place in range(2)]
    for run in runs:
        manifest = msgspec.json.decode((run / MANIFEST).read_bytes(), type=RunManifest)
        spoilt = hostile(
            msgspec.structs.replace(manifest, machine={"host": "h"}, parameters={"games": "g"}, incomplete="few")
        )
        suite = msgspec.structs.replace(spoilt.suite, title=HOSTILE)
        (run / MANIFEST).write_bytes(msgspec.json.encode(msgspec.structs.replace(spoilt, suite=suite)))
    clean = [write_run(tmp_path / "clean" / f"run{place}", [full_episode(n) for n in range(4)]) for place in range(2)]
    _, page = page_of(tmp_path, *runs)
    _, plain = page_of(tmp_path, *clean, name="plain.html")
    assert "onerror=alert(1)" in " ".join(page.words)
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in plain.elements} | {"wbr"}
    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "object", "base", "link"), attributes
        assert not [name for name in attributes if name.startswith("on") or name == "style"], attributes
        assert all(str(value).startswith("#") for name, value in attributes.items() if name in ("href", "src"))
    assert "\x00" not in page.text
    own = [name for name in page.scripts if not name.startswith(("block-", "index"))]
    assert own == ["own"]
    assert page.at(page.rows[0]["at"])["turns"][0]["stdout"].endswith(HOSTILE)


def test_only_its_own_script_and_style_may_run(tmp_path: Path) -> None:
    _, page = page_of(tmp_path, write_run(tmp_path / "run", [full_episode()]))
    for kind, text in (("script", page.scripts["own"]), ("style", page.style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page.policy
    assert page.policy.startswith("default-src 'none'")
    assert "unsafe" not in page.policy
    assert "http" not in page.scripts["own"]
    assert "innerHTML" not in page.scripts["own"]


def test_long_texts_and_many_calls_are_cut(tmp_path: Path) -> None:
    result = ExecutionResult("x" * 10**6, calls_total=5000)
    call = full_episode().turns[0].result
    assert call is not None
    result = msgspec.structs.replace(result, calls=call.calls * 5000)
    long = msgspec.structs.replace(
        full_episode(), turns=[msgspec.structs.replace(full_episode().turns[0], result=result)]
    )
    _, page = page_of(tmp_path, write_run(tmp_path / "run", [long]))
    (turn,) = page.at(page.rows[0]["at"])["turns"]
    assert MOST_CHARS < len(turn["stdout"]) < MOST_CHARS + 100
    assert "980,000 characters left out" in turn["stdout"]
    assert (len(turn["calls"]), turn["calls_total"]) == (MOST_CALLS, 5000)


def test_the_page_is_written_without_holding_the_episodes(tmp_path: Path) -> None:
    def drawn(number: int) -> Episode:
        figure = Figure(os.urandom(400_000))
        return Episode(
            Task(f"t{number}", "pantry", "draw"),
            "m",
            turns=[Turn(0, "x", full_episode().turns[0].action, result=ExecutionResult(figures=[figure]))],
        )

    run = write_run(tmp_path / "run", (drawn(number) for number in range(30)))
    report = make_report(read_scored_runs([run]))
    heard: list[tuple[int, int]] = []
    tracemalloc.start()
    write_report(report, tmp_path / "page.html", on_episode=lambda done, total: heard.append((done, total)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = (tmp_path / "page.html").stat().st_size
    assert size > 30 * 400_000
    assert peak < size / 2
    assert heard == [(number, 30) for number in range(1, 31)]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [full_episode(n) for n in range(3)])
    page = tmp_path / "page.html"
    page.write_text("the old page")
    report = make_report(read_scored_runs([run]))
    with (run / EPISODES).open("ab") as out:
        out.write(b"no episode\n")
    with pytest.raises(ConfigurationError, match="line 4"):
        write_report(report, page)
    assert page.read_text() == "the old page"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "run"]


def test_a_page_in_a_place_that_is_no_folder(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [episode()])
    (tmp_path / "file").write_text("")
    result = invoke("report", run, "--html", tmp_path / "file" / "page.html")
    assert error_line(result).startswith(f"cannot write the report to {tmp_path}/file/page.html")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [episode()])
    result = invoke("report", run, "--html", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert [row["key"] for row in Page(tmp_path / "page.html").rows] == ["pantry/a#0"]


def test_the_same_runs_give_the_same_page(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [full_episode(n) for n in range(3)])
    pages = [page_of(tmp_path, run, name=name)[1].text for name in ("a.html", "b.html")]
    assert pages[0] == pages[1]


def filmed(folder: Path, name: str, content: bytes = b"film") -> Path:
    video = folder / name
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_bytes(content)
    return write_run(folder, [msgspec.structs.replace(episode(), metadata={"video": name})])


def test_a_video_near_the_page_is_linked(tmp_path: Path) -> None:
    run = filmed(tmp_path / "run", "media/a b#1.mp4")
    _, page = page_of(tmp_path, run)
    assert page.rows[0]["video"] == {"href": "./run/media/a%20b%231.mp4", "note": ""}
    _, inside = page_of(run, run)
    assert inside.rows[0]["video"]["href"] == "./media/a%20b%231.mp4"


def test_a_video_is_embedded_where_that_is_asked_for(tmp_path: Path) -> None:
    content = os.urandom(1_700_001)
    _, page = page_of(tmp_path, filmed(tmp_path / "run", "media/a.mp4", content), videos=True)
    entry = page.rows[0]["video"]
    assert entry["type"] == "video/mp4"
    assert base64.b64decode(page.scripts[entry["block"]], validate=True) == content


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../secret.mp4", "no video in the run's folder"),
        ("/etc/passwd", "no video in the run's folder"),
        ("javascript:alert(1)", "no video in the run's folder"),
        ("media/gone.mp4", "not there any more"),
        ("link.mp4", "no video in the run's folder"),
    ],
)
def test_what_is_no_video_of_the_run_is_not_shown(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    for embed in (True, False):
        video = find_video(name, tmp_path / "run", tmp_path / "page.html", embed=embed)
        assert video is not None
        assert (video.embed, video.href) == (None, "")
        assert why in video.note


def test_a_video_that_lies_far_from_the_page_is_told_of(tmp_path: Path) -> None:
    run = filmed(tmp_path / "a" / "run", "media/a.mp4")
    far = tmp_path / "b" / "c" / "d"
    far.mkdir(parents=True)
    video = find_video("media/a.mp4", run, far / "page.html", embed=False)
    assert video is not None
    assert "--videos" in video.note
