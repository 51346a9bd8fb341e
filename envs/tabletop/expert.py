"""The tabletop expert: a model like any other, that knows only what the conversation says.

It recognises the instruction, writes the whole program that a good agent would write for it, reads from the output
whether that worked, and otherwise looks again and does what is left. Where replies hold one call each, it carries the
same program out call by call.
"""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.contracts import Message
from embodied_codeact.envs.error_words import chooser, in_own_words
from embodied_codeact.envs.expert import Expert
from embodied_codeact.envs.tabletop.expert_reading import (
    Briefing,
    Progress,
    read_briefing,
    read_progress,
    succeeded,
)
from embodied_codeact.envs.tabletop.tasks import Level
from embodied_codeact.envs.unrolled import (
    Conclusion,
    Decision,
    EndedProgram,
    Offer,
    Program,
    read_form,
    reply_with_calls,
    write_decision,
)
from embodied_codeact.primitives.arm import MotionArm
from embodied_codeact.primitives.arm_errors import ARM_ERRORS
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.joint_arm import JointArm
from embodied_codeact.primitives.scene import Scene
from embodied_codeact.primitives.skill_arm import SkillArm

_MOST_SCRIPTS = 4
"""After that many, another one would only do the same again."""

_ARMS: dict[Level, type] = {"skills": SkillArm, "motion": MotionArm, "joints": JointArm}
_READS = ("scene.*", "arm.pose", "arm.joints", "arm.limits", "arm.can_reach", "arm.forward", "arm.jacobian")
_ALL_READS = (*_READS, "gripper.state")


class TabletopExpert(Expert):
    """Plans in programs, whatever the form of its replies."""

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the next reply: a program, or its next call."""
        briefing, form = read_briefing(messages), read_form(messages)
        if form == "script":
            return write_decision(form, _decide(briefing, read_progress(messages)))

        def decide(ended: Sequence[EndedProgram]) -> Decision:
            achieved = bool(ended) and not ended[-1].error and succeeded(ended[-1].printed)
            return _decide(briefing, Progress(len(ended), achieved, ended[-1].error if ended else ""))

        return reply_with_calls(messages, form, _offer(briefing), decide)


def _offer(briefing: Briefing) -> Offer:
    primitives = {"arm": _ARMS[briefing.level or "skills"], "gripper": Gripper, "scene": Scene}
    return Offer(primitives, errors=ARM_ERRORS, reads=_ALL_READS, state=briefing.places)


def _decide(briefing: Briefing, progress: Progress) -> Decision:
    """Write the next program, or conclude."""
    if briefing.level is None or briefing.task is None:
        return Conclusion("I do not understand what to do here, or with what.", "I do not understand the task")
    if briefing.task.one_call and briefing.level not in briefing.task.oracles:
        return Conclusion("No call that I have here does that.", "I have no call for that")
    if progress.achieved:
        return Conclusion("The scene is as it should be.", "done")
    if progress.scripts >= _MOST_SCRIPTS:
        return Conclusion("I have tried what I could, and it still does not work.", "not done")
    script = briefing.task.attempt(briefing.level, briefing.parameters, again=progress.scripts > 0)
    return Program(_thought(briefing.task.thought(briefing.parameters), progress, str(briefing.parameters)), script)


def _thought(plan: str, progress: Progress, parameters: str) -> str:
    if progress.scripts == 0:
        return plan
    choose = chooser(parameters, progress)
    if progress.error:
        problem = in_own_words(progress.error, choose)
    else:
        problem = choose(("It is not done yet.", "There was no error, but the check failed.", "The check says no."))
        problem += f" {progress.report}" if progress.report else ""
    rest = choose(
        (
            "I look at the scene as it is now and do what is left.",
            "From the scene as it is now:",
            "I start again from where things are now.",
        )
    )
    return f"{problem}\n{rest} {plan}"
