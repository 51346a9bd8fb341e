"""The household expert: what it understands, and that its scripts win games that it knows only from the messages."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.contracts import Message, Task, WorldContext
from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household.builder import build_game, write_game
from embodied_codeact.envs.household.expert import HouseholdExpert
from embodied_codeact.envs.household.expert_habits import KNOWN_KINDS, search_order
from embodied_codeact.envs.household.expert_reading import Goal, read_briefing, read_goal, read_memory
from embodied_codeact.envs.household.games import TASK_TYPES
from embodied_codeact.registry import load_expert

ROOM = "You are in the middle of a room. Looking quickly around you, you see "
FLAT_API = "take_from(object: str, receptacle: str) -> str\n"


class OutOfTime(Exception):
    """The deadline of a script, for the tests."""


class LiveState:
    """The state that a script reads: always current."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        return self._adapter.observe().state[name]


@dataclass
class Conversation:
    """Plays one game with the expert. ``deadlines`` limits the primitive calls of the first scripts."""

    adapter: Any
    task: Task
    flat: bool = False
    deadlines: Sequence[int] = ()
    plain: bool = False
    messages: list[Message] = field(default_factory=list)
    turns: int = 0

    def play(self, turns: int) -> bool:
        opening = self.adapter.reset(self.task)
        example = f"{ROOM}a piano 1.\nYour task is to: put a cat on piano.\n"
        api = FLAT_API if self.flat else "house.take(object, receptacle)\n"
        self.messages = [Message("system", "Act."), Message("user", f"{api}{example}\n---\n{opening.text}")]
        expert = HouseholdExpert(plain=self.plain)
        while self.turns < turns and not self.adapter.judge().success:
            text = expert.reply(self.messages, stop=["</execute>"]).text
            self.messages.append(Message("assistant", text))
            if "<execute>" not in text:
                break
            self.messages.append(Message("user", f"Observation:\n{self._run(text.partition('<execute>')[2])}"))
            self.turns += 1
        return bool(self.adapter.judge().success)

    def _run(self, code: str) -> str:
        left = self.deadlines[self.turns] if self.turns < len(self.deadlines) else 10_000
        command = self.adapter._play.command

        def limited(text: str) -> Any:
            nonlocal left
            if left == 0:
                raise OutOfTime
            left -= 1
            return command(text)

        self.adapter._play.command = limited
        printed = io.StringIO()
        names = dict(self.adapter.primitives())
        if not self.flat:
            names["state"] = LiveState(self.adapter)
        try:
            with contextlib.redirect_stdout(printed), contextlib.suppress(OutOfTime):
                exec(compile(code, "script", "exec"), names)
        finally:
            self.adapter._play.command = command
        return printed.getvalue()


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("games")
    for task_type in TASK_TYPES:
        write_game(build_game(task_type, 21), folder / task_type / "game.tw-pddl")
    return folder


@contextlib.contextmanager
def household(games: Path, *, flat: bool = False) -> Iterator[Any]:
    options = HouseholdOptions(games=str(games), api="mint" if flat else "object")
    adapter = environment.adapter(options, WorldContext())
    try:
        yield adapter
    finally:
        adapter.close()


def tasks_by_type(games: Path) -> dict[str, Task]:
    return {task.metadata["type"]: task for task in environment.tasks(HouseholdOptions(games=str(games)))}


# The flat functions lack `examine`, `inventory` and `state`; three task types go through all that differs for that.
@pytest.mark.parametrize(("flat", "task_types"), [(False, TASK_TYPES), (True, TASK_TYPES[1::2])], ids=["house", "mint"])
def test_wins_in_one_turn(games: Path, flat: bool, task_types: Sequence[str]) -> None:
    with household(games, flat=flat) as adapter:
        for task_type in task_types:
            conversation = Conversation(adapter, tasks_by_type(games)[task_type], flat)
            assert conversation.play(turns=1), (task_type, conversation.messages[-1].content)


@pytest.mark.parametrize("flat", [False, True], ids=["house", "mint"])
def test_the_plain_one_writes_in_one_way(games: Path, flat: bool) -> None:
    """Programs of a kind differ in what they are about alone, and win in one turn."""
    with household(games, flat=flat) as adapter:
        for task_type in TASK_TYPES[1::2]:
            conversation = Conversation(adapter, tasks_by_type(games)[task_type], flat, plain=True)
            assert conversation.play(turns=1), (task_type, conversation.messages[-1].content)
            code = conversation.messages[2].content
            assert "\nlikely = [" in code
            assert code.count("places = sorted(") == 1
            assert ("state.places" in code) is not flat
    said = []
    for thing in ("mug", "book"):
        message = Message("user", f"{ROOM}a desk 1, and a bed 1.\nYour task is to: put a {thing} in desk.")
        text = HouseholdExpert(plain=True).reply([message]).text.replace(thing, "thing")
        said.append(re.sub(r"(likely = ).*", r"\1", text))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("flat", "task_type"), [(False, "pick_two_obj_and_place"), (True, "pick_heat_then_place_in_recep")]
)
def test_goes_on_from_where_a_script_was_cut_off(games: Path, flat: bool, task_type: str) -> None:
    with household(games, flat=flat) as adapter:
        conversation = Conversation(adapter, tasks_by_type(games)[task_type], flat, deadlines=[4, 5])
        assert conversation.play(turns=3), conversation.messages[-1].content
    assert conversation.turns > 1, "the deadline did not cut it off"
    assert conversation.messages[4].content != conversation.messages[2].content, "it did the same thing again"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_wins_the_real_games(data_dir: Path) -> None:
    folder = data_dir / "alfworld" / "valid_unseen"
    tasks = environment.tasks(HouseholdOptions(games=str(folder)))
    with household(folder) as adapter:
        episodes = [Conversation(adapter, task) for task in tasks]
        lost = [episode.task.id for episode in episodes if not episode.play(turns=5)]
    assert lost == []
    assert sum(episode.turns for episode in episodes) / len(episodes) <= 2.0


HOME = ("countertop", "drawer", "cabinet", "shelf", "sinkbasin", "desk", "garbagecan", "safe")


@pytest.mark.parametrize(
    ("sentence", "goal"),
    [
        ("put a saltshaker in drawer.", Goal("place", "saltshaker", "drawer")),
        ("put some saltshaker on cabinet", Goal("place", "saltshaker", "cabinet")),
        ("put a clean cloth in countertop.", Goal("clean", "cloth", "countertop")),
        ("clean some pan and put it in countertop.", Goal("clean", "pan", "countertop")),
        ("put a hot mug in cabinet.", Goal("heat", "mug", "cabinet")),
        ("heat some egg and put it in garbagecan.", Goal("heat", "egg", "garbagecan")),
        ("put a cool tomato in shelf.", Goal("cool", "tomato", "shelf")),
        ("cool some mug and put it in cabinet.", Goal("cool", "mug", "cabinet")),
        ("put two keychain in safe.", Goal("two", "keychain", "safe")),
        ("find two soapbar and put them in cabinet.", Goal("two", "soapbar", "cabinet")),
        ("look at bowl under the desklamp.", Goal("look", "bowl", "desklamp")),
        ("examine the cd with the floorlamp.", Goal("look", "cd", "floorlamp")),
        ("Put two salt shakers on the shelf", Goal("two", "saltshaker", "shelf")),
        ("Chill the mug, then leave it on the counter.", Goal("cool", "mug", "countertop")),
        ("Read the newspaper by the light of a lamp", Goal("look", "newspaper", "desklamp")),
        ("put a kazoo in drawer", Goal("place", "kazoo", "drawer")),
        ("put spoon in a mug and then put them in cabinet", Goal("within", "spoon", "cabinet", "mug")),
        ("put a bowl of egg in countertop", Goal("within", "egg", "countertop", "bowl")),
        ("put spoon mug in shelf", Goal("within", "spoon", "shelf", "mug")),
        ("Put a mug with a spoon in it in the sink.", Goal("within", "spoon", "sinkbasin", "mug")),
        ("put a salt shaker in drawer", Goal("place", "saltshaker", "drawer")),
        ("Make everybody happy.", None),
        ("", None),
    ],
)
def test_understands_the_sentences_of_tasks(sentence: str, goal: Goal | None) -> None:
    assert read_goal(sentence, HOME) == goal


def test_the_last_room_and_task_of_the_prompt_count() -> None:
    prompt = (
        f"{FLAT_API}{ROOM}a piano 1.\nYour task is to: put a cat on piano.\nOn the piano 1, you see a cat 1.\n---\n"
        f"{ROOM}a drawer 10, a drawer 1, and a toilet 1.\nYour task is to: put a mug in drawer.\n"
    )
    briefing = read_briefing([Message("system", "Act."), Message("user", prompt)])
    assert briefing.places == ("drawer 10", "drawer 1", "toilet 1")
    assert (briefing.sentence, briefing.flat) == ("put a mug in drawer", True)


def test_remembers_what_was_seen_taken_and_put() -> None:
    memory = read_memory(
        [
            Message("user", "On the bed 1, you see a pillow 9."),
            Message("assistant", "<execute>\n...\n</execute>"),
            Message(
                "user",
                "The safe 1 is open. In it, you see a mug 10, and a mug 1.\nOn the desk 1, you see nothing.\n"
                "You pick up the mug 1 from the safe 1.\nYou heat the mug 1 using the microwave 1.\n"
                "You put the mug 1 in/on the desk 1.\nYou pick up the mug 10 from the safe 1.",
            ),
        ]
    )
    assert memory.contents == {"safe 1": [], "desk 1": ["mug 1"]}
    assert (memory.holding, memory.put, memory.treated) == ("mug 10", {"mug 1": "desk 1"}, {("heat", "mug 1")})
    assert memory.scripts == 1


def test_learns_from_the_state_what_a_script_did_not_print() -> None:
    told = (
        "Changes of state:\nstate.holding: 'mug 2' -> 'mug 3'\nstate.seen['desk 1']: now ['pen 1']\n"
        "state.seen['bed 1']: ['mug 3'] -> []"
    )
    memory = read_memory([Message("user", ""), Message("assistant", ""), Message("user", told)])
    assert (memory.holding, memory.contents) == ("mug 3", {"desk 1": ["pen 1"], "bed 1": []})
    memory = read_memory([Message("assistant", ""), Message("user", f"{told}\nstate.holding: 'mug 3' -> None")])
    assert memory.holding is None


def test_a_search_covers_every_place_and_starts_with_the_likely_ones() -> None:
    places = ["piano 1", "drawer 2", "drawer 1", "garbagecan 1", "fridge 1", "countertop 1"]
    for kind in (*KNOWN_KINDS, "kazoo"):
        assert sorted(search_order(kind, places)) == sorted(places)
    # The countertop takes one command to see, the fridge two: going, and opening it.
    assert search_order("egg", places)[:2] == ["countertop 1", "fridge 1"]
    # A lamp is wanted as well, and stands on a desk.
    assert search_order(["book", "desklamp"], ["toilet 1", "drawer 1", "desk 1"])[0] == "desk 1"


def reply(*contents: str) -> str:
    messages = [Message("assistant" if index % 2 else "user", text) for index, text in enumerate(contents)]
    return HouseholdExpert().reply(messages).text


def test_finishes_when_the_task_is_done_or_hopeless_and_explores_what_it_does_not_understand() -> None:
    mug = f"{ROOM}a desk 1, and a bed 1.\nYour task is to: put a mug in desk."
    script = "<execute>\npass\n</execute>"
    done = "Observation:\nYou pick up the mug 1 from the bed 1.\nYou move the mug 1 to the desk 1."
    assert "<solution>" in reply(mug, script, done)
    nothing = "Observation:\nOn the desk 1, you see nothing.\nOn the bed 1, you see nothing."
    assert "<execute>" in reply(mug, script, nothing)
    assert "<solution>" in reply(mug, script, nothing, script, nothing, script, nothing)
    seen = "Observation:\nOn the bed 1, you see a mug 1."
    assert "<execute>" in reply(mug, *[script, seen] * 7)
    assert "<solution>" in reply(mug, *[script, seen] * 8)
    riddle = f"{ROOM}a desk 1, and a bed 1.\nYour task is to: be good."
    assert "look_into" in reply(riddle)
    assert "<solution>" in reply(riddle, script, nothing)
    assert "<solution>" in reply("Good morning!")
    assert HouseholdExpert().reply([]).text


def test_acts_command_by_command_and_goes_on_from_what_it_saw() -> None:
    mug = f"{ROOM}a desk 1, a desk 10, and a bed 1.\nYour task is to: put a mug in desk."
    messages = [Message("system", "Reply with two lines.\nThought: why\nAction: what"), Message("user", mug)]
    empty, full = "On the bed 1, you see nothing.", "On the desk 1, you see a mug 1."
    taken, put = "You pick up the mug 1 from the desk 1.", "You move the mug 1 to the desk 1."
    answers = [empty, full, taken, "Nothing happens.", full, put]
    said = []
    for answer in answers:
        said.append(HouseholdExpert().reply(messages, stop=["\nObservation:"]).text)
        messages += [Message("assistant", said[-1]), Message("user", f"Observation:\n{answer}\n\n9 turns left.")]
    assert said[0].startswith("Thought: ")
    commands = [text.partition("Action: ")[2] for text in said]
    assert commands[:3] == ["go to bed 1", "go to desk 1", "take mug 1 from desk 1"]
    # It stands at the desk, which nothing happening tells, and so looks closely at it.
    assert commands[3] == "go to desk 1"
    assert commands[-1] == "put mug 1 in/on desk 1"
    assert all(text.startswith("Action: ") for text in said[1:])
    assert HouseholdExpert().reply(messages).text.endswith("Action: finish(done)")


def test_is_the_household_s_expert_and_stops_where_it_is_told() -> None:
    expert = load_expert("household")
    expert.start_episode()
    message = Message("user", f"{ROOM}a desk 1, and a bed 1.\nYour task is to: put a mug in desk.")
    text = expert.reply([message], stop=["</execute>", "Observation:"]).text
    assert expert.name == "expert"
    assert "<execute>" in text
    assert "</execute>" not in text
