"""Many homes: the same bytes for the same arguments, only from floor plans that may be used, and always solvable."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from embodied_codeact.envs.household.builder_levels import Difficulty
from embodied_codeact.envs.household.builder_plans import KEPT_BACK, NEVER_USED, Split, floor_plans
from embodied_codeact.envs.household.builder_tasks import BUILDABLE
from embodied_codeact.envs.household.games import GAME_NAME, MOVABLE_TASK, TASK_TYPES, list_tasks, read_game
from embodied_codeact.envs.household.generator import GeneratorOptions, Summary, generator
from embodied_codeact.envs.household.generator_verify import PlanPlayer
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure

MEDIUM = GeneratorOptions()


def generate(out: Path, count: int, seed: int = 0, options: GeneratorOptions = MEDIUM) -> Summary:
    return generator.generate(options, out, count=count, seed=seed, on_made=lambda: None)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def beside(folder: Path) -> list[dict[str, object]]:
    """The content of each traj_data.json."""
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("traj_data.json"))]


def facts(game_file: Path) -> list[list[str]]:
    lines = read_game(game_file).problem.splitlines()
    return [line.strip("() ").split() for line in lines if line.startswith("    (")]


# In a process of its own: an audit hook stays for good, and floor plans that were read before are not read again.
OPENED = """
import re, sys
from pathlib import Path
opened = set()
def watch(event, arguments):
    if event == "open" and (found := re.search(r"FloorPlan(\\d+)-", str(arguments[0]))):
        opened.add(int(found[1]))
sys.addaudithook(watch)
from embodied_codeact.envs.household.generator import GeneratorOptions, generator
out, split = sys.argv[1:]
generator.generate(GeneratorOptions(split=split, rooms=3), Path(out), count=40, seed=0, on_made=lambda: None)
print(*sorted(opened))
"""


@pytest.mark.parametrize("split", ["training", "generalisation"])
def test_floor_plans_that_may_not_be_used_are_not_even_opened(tmp_path: Path, split: Split) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(tmp_path / split), split], capture_output=True, text=True, check=True
    )
    opened = {int(number) for number in done.stdout.split()}
    kept_back = set(KEPT_BACK)
    assert opened == (kept_back if split == "generalisation" else opened - kept_back)
    assert not opened & NEVER_USED
    assert opened == {plan.number for plan in floor_plans(split)}
    used = {number for data in beside(tmp_path / split) for number in data["generated"]["floor_plans"]}  # type: ignore[index]
    assert used <= opened
    assert used


def test_the_floor_plans_are_those_that_alfworld_has() -> None:
    assert {10, 219, 308, 424} == NEVER_USED
    assert {11, 220, 309, 425} == KEPT_BACK
    by_room = Counter(plan.room for plan in floor_plans("training"))
    assert by_room == {"Kitchen": 28, "LivingRoom": 28, "Bedroom": 28, "Bathroom": 28}
    for plan in floor_plans("training"):
        assert sum(plan.kinds.values()) >= 6, plan.number
        assert len(plan.things) >= 6, plan.number


def test_the_same_arguments_give_the_same_folder_in_any_process(tmp_path: Path) -> None:
    generate(tmp_path / "here", 14, seed=3)
    code = (
        "import sys; from pathlib import Path; from embodied_codeact.envs.household.generator import *;"
        "generator.generate(GeneratorOptions(), Path(sys.argv[1]), count=14, seed=3, on_made=lambda: None)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")], check=True, env={**os.environ, "PYTHONHASHSEED": "1"}
    )
    assert tree(tmp_path / "here") == tree(tmp_path / "there")
    generate(tmp_path / "other", 14, seed=4)
    assert not set(tree(tmp_path / "here")) & set(tree(tmp_path / "other")) - {"generated.json"}


def test_a_run_that_was_cut_short_is_taken_up_again(tmp_path: Path) -> None:
    generate(tmp_path / "whole", 9)
    made = 0

    def stop_after_four() -> None:
        nonlocal made
        made += 1
        if made == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generator.generate(MEDIUM, tmp_path / "cut", count=9, seed=0, on_made=stop_after_four)
    # As a process leaves it that is killed while it writes: half a file under another name, and no game.
    game_file = next((tmp_path / "cut").rglob(GAME_NAME))
    game_file.rename(game_file.with_name(".game-half"))
    summary = generate(tmp_path / "cut", 9)
    assert (summary.there_before, summary.made) == (3, 6)
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cut").rglob(GAME_NAME)}
    assert generate(tmp_path / "cut", 9).made == 0
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "cut").rglob(GAME_NAME)}


def test_more_of_the_same_may_be_added(tmp_path: Path) -> None:
    generate(tmp_path / "grown", 5)
    generate(tmp_path / "grown", 8)
    generate(tmp_path / "whole", 8)
    assert tree(tmp_path / "grown") == tree(tmp_path / "whole")
    with pytest.raises(ConfigurationError, match="is for 8 homes, not 5"):
        generate(tmp_path / "grown", 5)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigurationError, match="is not empty"):
        generate(tmp_path / "full", 2)
    assert list(tree(tmp_path / "full")) == ["letter.txt"]
    with pytest.raises(ConfigurationError, match="is a file"):
        generate(tmp_path / "full" / "letter.txt", 2)
    generate(tmp_path / "homes", 2)
    with pytest.raises(ConfigurationError, match="holds homes made with seed 0, not 1"):
        generate(tmp_path / "homes", 2, seed=1)
    with pytest.raises(ConfigurationError, match="made with difficulty medium, not hard"):
        generate(tmp_path / "homes", 2, options=GeneratorOptions(difficulty="hard"))
    (tmp_path / "homes" / "generated.json").write_text("{")
    with pytest.raises(ConfigurationError, match="damaged"):
        generate(tmp_path / "homes", 2)


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    def start_another() -> None:
        with pytest.raises(ConfigurationError, match="another run writes"):
            generate(tmp_path, 2)

    generator.generate(MEDIUM, tmp_path, count=1, seed=0, on_made=start_another)
    assert generate(tmp_path, 2).made == 1, "the lock is gone with the run that held it"


def test_a_full_disk_is_told_and_leaves_no_half_a_game(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embodied_codeact.envs.household.generator import *\n"
        "try: generator.generate(GeneratorOptions(), Path(sys.argv[1]), count=2, seed=0, on_made=lambda: None)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    most = 20_000  # bytes a file: enough for traj_data.json, too little for a game
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "homes")],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert done.stdout.startswith("EnvironmentFailure ")
    assert "make room there" in done.stdout
    assert not [path for path in (tmp_path / "homes").rglob("*") if path.is_file() and "game" in path.name]
    assert generate(tmp_path / "homes", 2).made == 2


def test_the_folders_are_those_of_alfworlds_data(tmp_path: Path) -> None:
    generate(tmp_path, 14, seed=2, options=GeneratorOptions(task_type=list(BUILDABLE)))
    numbers = set()
    for game_file in tmp_path.rglob(GAME_NAME):
        task_type, thing, container, receptacle, number = game_file.parent.parent.name.split("-")
        numbers.add(int(number))
        data = json.loads((game_file.parent / "traj_data.json").read_text())
        assert data["task_type"] == task_type == read_game(game_file).task_type
        assert data["task_id"] == game_file.parent.name
        assert data["scene"]["scene_num"] == int(number) > 430, "no floor plan of ALFRED has this number"
        wanted = data["pddl_params"]
        assert (wanted["object_target"], wanted["mrecep_target"] or "None") == (thing, container)
        assert receptacle in (wanted["parent_target"], wanted["toggle_target"])
        sentences = [annotation["task_desc"] for annotation in data["turk_annotations"]["anns"]]
        assert read_game(game_file).instruction.removesuffix(".") in sentences
    assert len(numbers) == 14
    tasks = list_tasks("household", str(tmp_path))
    assert Counter(task.metadata["type"] for task in tasks) == dict.fromkeys(BUILDABLE, 2)


def test_the_sentences_vary_as_alfworlds_do(tmp_path: Path) -> None:
    generate(tmp_path, 60, options=GeneratorOptions(task_type=["pick_two_obj_and_place"]))
    words = Counter(task.instruction.split()[0] for task in list_tasks("household", str(tmp_path)))
    assert set(words) == {"put", "find"}
    assert min(words.values()) > 10


def test_options_say_how_large_and_how_hidden(tmp_path: Path) -> None:
    hard = GeneratorOptions(rooms=3, distractors=31, furniture=4, closed=1.0, hidden="closed")
    generate(tmp_path / "hard", 30, options=hard)
    for data, game_file in zip(beside(tmp_path / "hard"), sorted((tmp_path / "hard").rglob(GAME_NAME)), strict=True):
        known = facts(game_file)
        kinds = {fact[1]: fact[2] for fact in known if fact[0] in ("objectType", "receptacleType")}
        assert len(data["generated"]["floor_plans"]) == 3  # type: ignore[index]
        wanted = f"{data['pddl_params']['object_target']}Type"  # type: ignore[index]
        others = [fact[1] for fact in known if fact[0] == "objectType" and fact[2] not in (wanted, "DeskLampType")]
        assert len(others) == 31
        assert max(Counter(fact[2] for fact in known if fact[0] == "receptacleType").values()) <= 3 * 4
        assert not [fact for fact in known if fact[0] == "opened"]
        doors = {kinds[fact[1]] for fact in known if fact[0] == "openable"}
        assert doors <= {"CabinetType", "DrawerType", "FridgeType", "MicrowaveType", "SafeType"}
    easy = GeneratorOptions(distractors=0, closed=0.0, hidden="open")
    generate(tmp_path / "easy", 30, options=easy)
    for game_file in (tmp_path / "easy").rglob(GAME_NAME):
        known = facts(game_file)
        assert {fact[1] for fact in known if fact[0] == "openable"} == {
            fact[1] for fact in known if fact[0] == "opened"
        }
        assert not any(command.startswith("open") for command in json.loads(game_file.read_text())["walkthrough"])


def test_what_is_wanted_is_behind_doors_where_doors_can_hide_it(tmp_path: Path) -> None:
    options = GeneratorOptions(task_type=["pick_and_place_simple"], room_type=["Kitchen"], difficulty="hard", rooms=1)
    generate(tmp_path, 60, options=options)
    opened = 0
    for game_file in tmp_path.rglob(GAME_NAME):
        first, second = json.loads(game_file.read_text())["walkthrough"][:2]
        opened += first.startswith("go to") and second.startswith("open")
    # Some things, such as bread in a kitchen whose fridge they are to be put into, have no closed place but that one.
    assert opened > 45


def test_rooms_and_tasks_that_do_not_go_together(tmp_path: Path) -> None:
    bedroom = GeneratorOptions(room_type=["Bedroom"])
    assert set(generate(tmp_path / "bedroom", 12, options=bedroom).task_types) == {
        "pick_and_place_simple",
        "look_at_obj_in_light",
        "pick_two_obj_and_place",
    }
    heat = GeneratorOptions(room_type=["Bedroom"], task_type=["pick_heat_then_place_in_recep"])
    with pytest.raises(ConfigurationError, match="pick_heat_then_place_in_recep cannot be done in Bedroom"):
        generate(tmp_path / "heat", 1, options=heat)
    with pytest.raises(ConfigurationError, match="Did you mean 'Kitchen'"):
        generate(tmp_path / "heat", 1, options=GeneratorOptions(room_type=["Kitchn"]))
    with pytest.raises(ConfigurationError, match="Did you mean 'look_at_obj_in_light'"):
        generate(tmp_path / "heat", 1, options=GeneratorOptions(task_type=["look_at_obj_in_ligt"]))
    assert not (tmp_path / "heat").exists()


def test_plans_are_replayed_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    options = GeneratorOptions(difficulty="easy", verify=True)
    assert generate(tmp_path, 6, options=options).verified == 6
    game_file = next(path for path in tmp_path.rglob(GAME_NAME) if "clean" in str(path))
    game = json.loads(game_file.read_text())
    plan = game["walkthrough"]
    says = {
        "does not win": plan[:-1],
        "cannot be carried out": ["open nothing 1", *plan],
        "has won before": [*plan, "look"],
    }
    with PlanPlayer() as player:
        assert player.check(game_file) == len(plan)
        for what, wrong in says.items():
            game_file.write_text(json.dumps({**game, "walkthrough": wrong}))
            with pytest.raises(EnvironmentFailure, match=what):
                player.check(game_file)
    with pytest.raises(EnvironmentFailure, match=game_file.parent.parent.name):
        generate(tmp_path, 6, options=options)


def test_a_movable_receptacle_is_filled_carried_and_emptied(tmp_path: Path) -> None:
    from embodied_codeact.contracts import WorldContext
    from embodied_codeact.envs.household import environment
    from embodied_codeact.envs.household.environment import HouseholdOptions

    generate(tmp_path, 1, options=GeneratorOptions(task_type=[MOVABLE_TASK], difficulty="easy"))
    (game_file,) = tmp_path.rglob(GAME_NAME)
    plan = json.loads(game_file.read_text())["walkthrough"]
    filling, taking, placing = [step for step in plan if not step.startswith(("go", "open"))][1:]
    thing, container = filling.removeprefix("move ").split(" to ")
    start, destination = taking.split(" from ")[1], placing.split(" to ")[1]
    options = HouseholdOptions(games=str(tmp_path))
    adapter = environment.adapter(options, WorldContext())
    try:
        adapter.reset(environment.tasks(options)[0])
        house = adapter.primitives()["house"]
        for step in plan[: plan.index(filling)]:
            adapter._play.command(step)
        assert house.put(thing, container) == f"You move the {thing} to the {container}."
        assert f" {thing}," not in house.examine(start), "it is in the container now"
        assert house.take(thing, start) == "Nothing happens."
        assert house.take(thing, container) == f"You pick up the {thing} from the {container}."
        assert adapter.observe().state["holding"] == thing
        assert house.put(thing, container) != "Nothing happens."
        assert house.take(container, start) == f"You pick up the {container} from the {start}."
        assert house.examine(container) == f"This is a normal {container}. In it, you see a {thing}."
        assert not adapter.judge().success
        for step in plan[plan.index(taking) + 1 :]:
            adapter._play.command(step)
        assert destination in plan[-1]
        assert adapter.judge().success
    finally:
        adapter.close()


def test_a_movable_receptacle_of_a_domain_without_its_actions_is_not_played(tmp_path: Path) -> None:
    options = GeneratorOptions(task_type=[MOVABLE_TASK, "pick_and_place_simple"])
    generate(tmp_path / "both", 2, options=options)
    assert len(list_tasks("household", str(tmp_path / "both"))) == 2
    stock = read_game(next((tmp_path / "both").rglob("pick_and_place_simple*/*/game.tw-pddl"))).domain
    (game_file,) = (tmp_path / "both").rglob(f"{MOVABLE_TASK}*/*/game.tw-pddl")
    game_file.write_text(json.dumps({**json.loads(game_file.read_text()), "pddl_domain": stock}))
    (left,) = list_tasks("household", str(tmp_path / "both"))
    assert left.metadata["type"] == "pick_and_place_simple"
    assert "PutObjectInReceptacleObject" in stock, "the disabled action stands in the comments"


def test_all_six_kinds_of_task_come_by_turns(tmp_path: Path) -> None:
    assert generate(tmp_path, 15).task_types == {kind: 3 if index < 3 else 2 for index, kind in enumerate(TASK_TYPES)}


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("split", ["training", "generalisation"])
def test_every_plan_wins(tmp_path: Path, difficulty: Difficulty, split: Split) -> None:
    options = GeneratorOptions(task_type=list(BUILDABLE), difficulty=difficulty, split=split, verify=True)
    assert generate(tmp_path, 35, seed=11, options=options).verified == 35


def test_what_is_asked_for_can_be_absent(tmp_path: Path) -> None:
    """The same homes, whose sentences name a kind of thing that is nowhere in them, and a receptacle that is."""
    generate(tmp_path / "usual", 24, seed=5)
    generate(tmp_path / "absent", 24, seed=5, options=GeneratorOptions(absent=True))
    for usual, absent in zip(beside(tmp_path / "usual"), beside(tmp_path / "absent"), strict=True):
        assert usual["pddl_params"] == absent["pddl_params"]
    kinds = {thing.lower() for plan in floor_plans("training") for thing in plan.things}
    for task in list_tasks("household", str(tmp_path / "absent")):
        game = read_game(Path(task.metadata["game"]))
        there = {fact[2].lower() for fact in facts(Path(task.metadata["game"])) if fact[0] == "objectType"}
        (asked,) = kinds & set(re.findall(r"[a-z]+", task.instruction)) - {"clean", "cool"}
        assert there
        assert f"{asked}type" not in there
        assert game.problem == read_game(tmp_path / "usual" / Path(task.id) / GAME_NAME).problem
    with pytest.raises(ConfigurationError, match="'absent' is for tasks of ALFWorld's kinds"):
        generate(tmp_path / "atomic", 2, options=GeneratorOptions(absent=True, set="atomic"))
