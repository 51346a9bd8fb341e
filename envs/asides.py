"""What people say around what they want: why they ask, who is waiting, what else is on their minds.

None of it bears on the task, and none of it names a thing, a place or a colour that a task could be about. A model that
has read many of these learns to look for what does.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from embodied_codeact.envs.grammar import expand

_RULES: Mapping[str, str] = {
    "someone": "my sister|my brother|my mother|my father|mom|dad|grandma|grandpa|my aunt|my uncle|my cousin|my wife|"
    "my husband|my boss|my neighbour|the neighbor|the landlord|the teacher|the doctor|the caretaker|the plumber|"
    "the babysitter|a colleague|a friend of mine|an old friend|Anna|Peter|Maria|Sam|Mr. Miller|Mrs. Jones|somebody|"
    "everybody|the team|the family|the visitor|our guest|a customer|the inspector|the manager",
    "people": "the kids|the children|the twins|my parents|our guests|the neighbours|the others|my friends|some people|"
    "the students|the customers|the visitors|my colleagues",
    "when": "today|tonight|tomorrow|this morning|this afternoon|this evening|at noon|before lunch|before dinner|in an "
    "hour|in ten minutes|any minute|later|soon|next week|on Monday|on Friday|at the weekend",
    "while": "all day|all week|for hours|for days|since yesterday|since this morning|again and again|every day",
    "does": "is coming over {when}|is arriving {when}|will be here {when}|is waiting for it|has been asking about it "
    "{while}|keeps asking|insists on it|wants it that way|told me so|likes it that way|would be pleased|gets upset "
    "otherwise|complained about it|forgot about it|never does it|left in a hurry|went out|is asleep|is talking {while}|"
    "is away {while}|is busy {while}|needs it {when}|promised to check {when}|will take a picture of it {when}|"
    "started this and never finished|is too tired|is ill {while}|has a bad back|cannot reach it|is afraid to do it",
    "do": "are coming over {when}|will be here {when}|are waiting for it|keep asking|insist on it|want it that way|"
    "like it that way|would be pleased|complained about it|forgot about it|never do it|left in a hurry|went out|are "
    "asleep|are away {while}|need it {when}|will have a look {when}|made a mess of it|played in here {while}",
    "me": "I am late|I'm tired|I'm so tired today|my back hurts|my hands are wet|my arm is in plaster|my head hurts|I "
    "broke my glasses|I don't see well|I have to leave {when}|I have a meeting {when}|I've been working {while}|I "
    "forgot it {while}|I keep forgetting|I can't bend down|I'm no good at this|I don't know how|I tried and failed|I "
    "promised it|I lost a bet|I'm about to leave|I'm writing a report|I'm making a film about robots|I want to show "
    "somebody what you can do|this has bothered me {while}|I've been meaning to do this {while}",
    "it": "it rained {while}|it is late|it's getting dark|the weather is awful|there was a storm|the power was out "
    "{while}|this place is a mess|nothing is where it should be|everything is upside down|there was a party here|we "
    "are moving out {when}|we just moved in|the holidays begin {when}|it's a big day|this is an exam|this is a test|it "
    "is part of a game|time is short|there is no hurry|it's about time|it won't take long|it is easier than it looks|"
    "things have been like this {while}|strange things happen in here|rules are rules",
    "aside": "{someone} {does}|{someone} {does}|{people} {do}|{me}|{me}|{it}|{it}",
}
_BEFORE = (
    "{aside}, so |{aside}. |{aside}. |{aside}. |since {aside}, |as {aside}, |{aside} and {aside}. |you know, {aside}. "
)
_AFTER = (
    " {aside}.| {aside}.| {aside}!| you see, {aside}.| {aside}, that's why.| after all, {aside}.| {aside}, and {aside}."
)
_SHARE = 0.12


def before(rng: random.Random) -> str:
    """What is said before a request, in one case out of eight; else nothing."""
    return expand(_BEFORE, _RULES, rng) if rng.random() < _SHARE else ""


def after(rng: random.Random) -> str:
    """What is said after a request, in one case out of eight; else nothing."""
    return expand(_AFTER, _RULES, rng) if rng.random() < _SHARE else ""
