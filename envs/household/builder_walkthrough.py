"""The commands that win a made-up game, for one who knows where everything is: the proof that it can be won."""

from __future__ import annotations

from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing
from embodied_codeact.envs.household.builder_plans import LAMP
from embodied_codeact.envs.household.builder_tasks import LOOK, TREATMENTS, TWO, Assignment


def walkthrough(assignment: Assignment, home: Home) -> list[str]:
    """Return the commands of a plan, in the words of the installed ALFWorld's grammar."""
    player = Player(home)
    things = home.things_of(assignment.thing)
    if assignment.task_type == LOOK:
        player.take(things[0])
        player.use(home.things_of(LAMP)[0])
        return player.commands
    destination = home.receptacles_of(assignment.receptacle)[0]
    if assignment.container != "None":
        container = home.things_of(assignment.container)[0]
        player.take(things[0])
        player.put_into(things[0], container)
        player.take(container)
        player.put(container, destination)
        return player.commands
    treatment = TREATMENTS.get(assignment.task_type)
    for thing in things[: 2 if assignment.task_type == TWO else 1]:
        player.take(thing)
        if treatment:
            player.treat(treatment.verb, thing, home.receptacles_of(treatment.appliance)[0])
        player.put(thing, destination)
    return player.commands


class Player:
    """Writes down commands, keeping in mind where it stands and what is open."""

    def __init__(self, home: Home) -> None:
        self.commands: list[str] = []
        self._names = home.names()
        self._spot = home.start
        self._open = {receptacle.id for receptacle in home.receptacles if not receptacle.hides}

    def reach(self, receptacle: Receptacle, *, inside: bool = True) -> None:
        """Stand before a receptacle; with ``inside``, open it too."""
        name = self._names[receptacle.id]
        if receptacle.spot != self._spot:
            self.commands.append(f"go to {name}")
            self._spot = receptacle.spot
        if inside and receptacle.id not in self._open:
            self.commands.append(f"open {name}")
            self._open.add(receptacle.id)

    def take(self, thing: Thing) -> None:
        self.take_from(thing, thing.receptacle)

    def close(self, receptacle: Receptacle) -> None:
        self.reach(receptacle, inside=False)
        self.commands.append(f"close {self._names[receptacle.id]}")
        self._open.discard(receptacle.id)

    def take_from(self, thing: Thing, receptacle: Receptacle) -> None:
        """Take a thing from where it is now."""
        self.reach(receptacle)
        self.commands.append(f"take {self._names[thing.id]} from {self._names[receptacle.id]}")

    def treat(self, verb: str, thing: Thing, appliance: Receptacle) -> None:
        self.reach(appliance, inside=False)
        self.commands.append(f"{verb} {self._names[thing.id]} with {self._names[appliance.id]}")

    def put(self, thing: Thing, receptacle: Receptacle) -> None:
        self.reach(receptacle)
        self.commands.append(f"move {self._names[thing.id]} to {self._names[receptacle.id]}")

    def put_into(self, thing: Thing, container: Thing) -> None:
        self.reach(container.receptacle)
        self.commands.append(f"move {self._names[thing.id]} to {self._names[container.id]}")

    def use(self, lamp: Thing) -> None:
        self.reach(lamp.receptacle, inside=False)
        self.commands.append(f"use {self._names[lamp.id]}")
