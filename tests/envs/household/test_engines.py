"""The native engine says word for word what TextWorld says, on real games, on built ones and on odd ones."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest

from embodied_codeact.contracts import WorldContext
from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household.builder import build_game, write_game
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.games import TASK_TYPES, Game, read_game
from embodied_codeact.envs.household.native import world as worlds
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure
from tests.envs.household.engines import both_engines, play_alike
from tests.envs.household.small_game import PROBLEM, small_game


def game_of(name: str, *, older: bool = False, **changes: str) -> Game:
    data = {**small_game(older=older), **changes}
    return Game(Path(name), data["pddl_domain"], data["pddl_problem"], data["grammar"])


def built(tmp_path: Path, task_type: str, seed: int) -> Game:
    path = tmp_path / f"{task_type}-{seed}" / "game.tw-pddl"
    write_game(build_game(task_type, seed), path)
    return read_game(path)


def test_a_small_game_is_played_alike_in_both_generations() -> None:
    with both_engines() as (reference, native):
        play_alike(game_of("new"), reference, native, 120)
        play_alike(game_of("old", older=True), reference, native, 60)


def test_built_games_are_played_alike(tmp_path: Path) -> None:
    with both_engines() as (reference, native):
        for task_type in ("pick_two_obj_and_place", "look_at_obj_in_light"):
            play_alike(built(tmp_path, task_type, 3), reference, native, 25)


def test_a_real_game_is_played_alike(data_dir: Path) -> None:
    path = next(iter(sorted((data_dir / "alfworld" / "valid_unseen").glob("pick_clean*/*/game.tw-pddl"))))
    with both_engines() as (reference, native):
        play_alike(read_game(path), reference, native, 30)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_real_game_is_played_alike(data_dir: Path) -> None:
    with both_engines() as (reference, native):
        for path in sorted((data_dir / "alfworld" / "valid_unseen").rglob("*.tw-pddl")):
            play_alike(read_game(path), reference, native, 60, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_built_games_of_every_task_type_are_played_alike(tmp_path: Path) -> None:
    with both_engines() as (reference, native):
        for seed, task_type in enumerate(TASK_TYPES):
            play_alike(built(tmp_path, task_type, seed), reference, native, 80)


MORE_FACTS = """(:init
    (openable CounterTop_bar_1) (opened CounterTop_bar_1) (toggleable Mug_bar_2) (isOn Mug_bar_2) (coolable Mug_bar_2)
    (sliceable Mug_bar_2) (objectAtLocation Mug_bar_2 loc_bar_2) (isReceptacleObject Mug_bar_2) (cleanable Mug_bar_1)
    (inReceptacleObject Mug_bar_1 Mug_bar_2) (objectType Mug_bar_1 KnifeType) (isHot Mug_bar_2)"""


@pytest.mark.parametrize(
    "goal",
    [
        "(and (isHot Mug_bar_1) (not (opened Drawer_bar_1)))",
        "(and (holdsAny agent1) (not (openable Drawer_bar_1)))",
        "(forall (?o - object) (exists (?r - receptacle) (and (openable ?r) (not (opened ?r)) (inReceptacle ?o ?r))))",
        "(exists (?o - object) (imply (heatable ?o) (isSliced ?o)))",
        "(exists (?a ?b - object) (and (not (= ?a ?b)) (isToggled ?a) (or (isHot ?b) (isClean ?b))))",
    ],
)
def test_goals_of_all_kinds_are_judged_alike(goal: str) -> None:
    problem = PROBLEM.replace("(:init", MORE_FACTS).replace("MugType - otype", "MugType KnifeType - otype")
    problem = problem[: problem.index("(:goal")] + f"(:goal {goal}))"
    with both_engines() as (reference, native):
        play_alike(game_of(goal, pddl_problem=problem), reference, native, 60)


def test_words_hear_of_every_effect_as_textworlds_do() -> None:
    # TextWorld tells a grammar of conditional effects that have not come about, and of what is no more only then.
    grammar = small_game()["grammar"]
    for old, new in (
        ("toggleable(o:object) & istoggled(o:object)", "toggleable(o:object) & ison(o:object)"),
        ("There's nothing special about {o.name}.", "[{r.name | not_inreceptacle(o:object, r:receptacle)}] had it"),
        (
            "You move the {o.name}",
            "{o.definite} {o.type} ({o.id or o.name}){#gone# | not_objectatlocation(o:object, l:location)}",
        ),
        ('"notImplemented"', '"gone": [{"rhs": ", gone from {l.name}"}], "notImplemented"'),
    ):
        assert old in grammar
        grammar = grammar.replace(old, new)
    problem = PROBLEM.replace("(:init", MORE_FACTS).replace("MugType - otype", "MugType KnifeType - otype")
    with both_engines() as (reference, native):
        play_alike(game_of("told", pddl_problem=problem, grammar=grammar), reference, native, 150)


def test_effects_under_conditions_for_all_objects_are_told_alike() -> None:
    game = small_game()
    seen = """(atLocation ?a ?lEnd)
        (forall (?q - receptacle) (when (and (receptacleAtLocation ?q ?lEnd) (or (not (openable ?q)) (opened ?q)))
            (checked ?q)))
        (forall (?x - object)
            (when (exists (?q - receptacle) (and (receptacleAtLocation ?q ?lStart) (inReceptacle ?x ?q) (opened ?q)))
                (not (objectAtLocation ?x ?lEnd))))"""
    told = (
        "Saw [{q.name | checked(q:receptacle)}], "
        "gone [{o.name + ' ' + l.id | not_objectatlocation(o:object, l:location)}], "
        "here [{o.name | objectatlocation(o:object, lend:location)}]. You arrive at"
    )
    domain = game["pddl_domain"].replace("(atLocation ?a ?lEnd)\n                ;", f"{seen}\n;", 1)
    assert seen in domain
    grammar = game["grammar"].replace("You arrive at", told)
    problem = PROBLEM.replace("(:init", MORE_FACTS).replace("MugType - otype", "MugType KnifeType - otype")
    with both_engines() as (reference, native):
        play_alike(game_of("seen", pddl_domain=domain, pddl_problem=problem, grammar=grammar), reference, native, 80)


def test_types_above_types_list_as_textworld_does() -> None:
    domain = small_game()["pddl_domain"].replace("  receptacle\n", "  box - receptacle\n  tray - box\n  receptacle\n")
    problem = PROBLEM.replace("Drawer_bar_1 Microwave_bar_1 - receptacle", "Drawer_bar_1 - box Microwave_bar_1 - tray")
    problem = problem.replace("CounterTop_bar_1 Drawer", "CounterTop_bar_1 - receptacle Drawer")
    with both_engines() as (reference, native):
        play_alike(game_of("typed", pddl_domain=domain, pddl_problem=problem), reference, native, 60)


def test_a_saved_state_is_gone_back_to(tmp_path: Path) -> None:
    game, engine = built(tmp_path, "pick_and_place_simple", 1), NativeEngine()
    engine.start(game)
    plan = build_game("pick_and_place_simple", 1)["walkthrough"]
    saved = [engine.save()]
    told = []
    for command in plan:
        told.append((engine.command(command), engine.admissible(), engine.won))
        saved.append(engine.save())
    assert [won for _, _, won in told] == [False] * (len(plan) - 1) + [True]
    for start in (0, len(plan) // 2):
        engine.restore(saved[start])
        assert not engine.won
        assert [(engine.command(command), engine.admissible(), engine.won) for command in plan[start:]] == told[start:]
    other = NativeEngine()
    other.start(game)
    other.restore(saved[-1])
    assert other.won
    other.start(game_of("small"))
    with pytest.raises(EnvironmentFailure, match="another game"):
        other.restore(saved[0])


def test_engines_that_share_a_game_do_not_disturb_each_other() -> None:
    one, two = NativeEngine(), NativeEngine()
    one.start(game_of("shared"))
    two.start(game_of("shared"))
    one.command("go to drawer 1")
    one.command("open drawer 1")
    assert two.command("inventory") == "You are not carrying anything."
    assert "go to drawer 1" in two.admissible()
    assert "close drawer 1" in one.admissible()
    assert two.command("go to drawer 1").endswith("The drawer 1 is closed.")


def test_what_is_forgotten_is_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Distinct from other tests' games, so that the world is made anew, with little room to remember.
    monkeypatch.setattr(worlds, "_MOST_REMEMBERED", 40)
    with both_engines() as (reference, native):
        play_alike(game_of("forgetful", pddl_problem=f"{PROBLEM}; forgetful"), reference, native, 100)


def _play_in_child(path: Path, answers: SimpleQueue[list[str]]) -> None:
    engine = NativeEngine()
    game = read_game(path)
    engine.start(game)
    answers.put([engine.command(command) for command in ("go to bed 1", "look", "inventory")] + engine.admissible())


def test_a_forked_process_plays_on_by_itself(tmp_path: Path) -> None:
    path = built(tmp_path, "pick_and_place_simple", 2).path
    engine = NativeEngine()
    engine.start(read_game(path))
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_play_in_child, args=(path, answers))
    child.start()
    told = answers.get()
    child.join()
    assert child.exitcode == 0
    assert [engine.command(command) for command in ("go to bed 1", "look", "inventory")] + engine.admissible() == told


def test_textworld_is_not_imported_to_play(tmp_path: Path) -> None:
    path = built(tmp_path, "pick_and_place_simple", 2).path
    script = f"""
import sys
from embodied_codeact.contracts import WorldContext
from embodied_codeact.envs.household import HouseholdOptions, environment
options = HouseholdOptions(games={str(path)!r})
adapter = environment.adapter(options, WorldContext())
adapter.reset(environment.tasks(options)[0])
print(adapter.primitives()["house"].look())
print(sorted(name for name in sys.modules if name.split(".")[0] in ("textworld", "alfworld", "fast_downward", "tatsu")))
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [
        "You are in the middle of a room. Looking quickly around you, " + told.split("around you, ")[1].splitlines()[0],
        "[]",
    ]


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (
            "pddl_domain",
            "(:action look",
            "(:derived (checked ?l) (opened ?l)) (:action look",
            ":derived is not supported",
        ),
        ("pddl_domain", "(:action look", "(:durative-action look", ":durative-action is not supported"),
        ("pddl_domain", "(checked ?l)", "(visited ?l)", "'visited' is not declared"),
        ("pddl_domain", "(checked ?l)", "(checked ?l ?a)", "'checked' has 1 arguments, not 2"),
        ("pddl_domain", "(checked ?l)", "(checked ?z)", "?z is not bound"),
        ("pddl_domain", "(increase (total-cost) 1)", "(decrease (total-cost) 1)", "'decrease'"),
        (
            "pddl_domain",
            "?l - location)\n    :precondition",
            "?l - (either location object))\n    :precondition",
            "either",
        ),
        ("pddl_problem", "(openable Drawer_bar_1)", "(openable Drawer_bar_9)", "'drawer_bar_9', which is not declared"),
        ("pddl_problem", "Mug_bar_2 - object", "Mug_bar_2 - thing", "the type 'thing'"),
        ("pddl_problem", "loc_bar_0 loc", "loc_bar_1 loc", "declared twice"),
        ("pddl_problem", "(:domain alfred)", "(:domain kitchen)", "not of 'alfred'"),
        ("pddl_problem", "(objectType ?o MugType)", "(isSliced ?o)", "the goal can never be reached"),
        ("pddl_problem", "(openable Drawer_bar_1)", "(openable Dräwer_bar_1)", "'ä' in line"),
        ("grammar", '"open {r}"', '"open {r.name.upper()}"', "'r.name.upper()' is not supported"),
        ("grammar", "holdsany(a:agent)", "holdsany(a:robot)", "the type 'robot'"),
        ("grammar", "holdsany(a:agent)", "holdsany(a:agent", "cannot be read"),
        ("grammar", '"rhs": "TODO"', '"TODO"', "the grammar: its rules are no JSON"),
        ("grammar", "action OpenObject {", "action OpenObject (", "line"),
    ],
)
def test_what_is_not_supported_is_named(part: str, old: str, new: str, said: str) -> None:
    text = small_game()[part]
    assert old in text
    engine = NativeEngine()
    with pytest.raises(ConfigurationError) as caught:
        engine.start(game_of("odd.tw-pddl", **{part: text.replace(old, new)}))
    assert str(caught.value).startswith("odd.tw-pddl: ")
    assert said in str(caught.value)
    with pytest.raises(EnvironmentFailure, match="reset"):
        engine.command("look")
    with pytest.raises(EnvironmentFailure, match="reset"):
        engine.admissible()


def test_a_command_without_words_ends_the_game_by_name() -> None:
    grammar = small_game()["grammar"].replace("action CloseObject", "action CloseNothing")
    engine = NativeEngine()
    engine.start(game_of("gap.tw-pddl", grammar=grammar))
    engine.command("go to drawer 1")
    for ask in (lambda: engine.command("open drawer 1"), engine.admissible):
        with pytest.raises(EnvironmentFailure, match=r"gap\.tw-pddl.*no action 'closeobject'"):
            ask()


def test_the_engine_that_does_not_explain_is_not_asked_to() -> None:
    with pytest.raises(ConfigurationError, match="choose the engine 'native'"):
        environment.adapter(HouseholdOptions(engine="textworld", feedback="explained"), WorldContext())


def test_games_differ_though_their_rules_are_shared() -> None:
    # Two games of one making share a rulebook; the sentence that says what to do is each game's own.
    one, two = NativeEngine(), NativeEngine()
    game = game_of("one")
    other = replace(game, grammar=game.grammar.replace("put a mug in drawer", "do as you like"))
    assert one.start(game).endswith("put a mug in drawer.")
    assert two.start(other).endswith("do as you like.")
    assert one._world is not None
    assert two._world is not None
    assert one._world.book is two._world.book
