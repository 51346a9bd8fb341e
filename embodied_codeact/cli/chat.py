"""``chat``: a person and the agent, in one world."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from embodied_codeact.agent.events import EventSink
from embodied_codeact.cli import agents, common
from embodied_codeact.cli.chat_commands import FILM, Workbench
from embodied_codeact.cli.chat_film import ChatFilm, check_film
from embodied_codeact.cli.chat_keys import CtrlC
from embodied_codeact.cli.chat_person import ChatPerson
from embodied_codeact.cli.chat_session import ChatSession
from embodied_codeact.cli.chat_view import ChatView
from embodied_codeact.cli.chat_worlds import Worlds
from embodied_codeact.cli.recording import both, is_mcap_place, mcap_recorder, prepare_recording, watched
from embodied_codeact.contracts import EnvironmentSession, Task
from embodied_codeact.errors import ModelError
from embodied_codeact.models import default_model
from embodied_codeact.tasks import is_free
from embodied_codeact.trajectories import TrajectoryWriter

TURNS = 20
"""Turns for each instruction: a person is there to stop it."""


@common.operator_errors
def chat(
    environment: common.Environment,
    task: Annotated[
        str | None,
        typer.Option(
            help="Whose scene it is: a task id, or a part of it that only one has.",
            show_default="the one that is for any instruction, else the first",
        ),
    ] = None,
    model: common.UsualModel = None,
    model_option: agents.ModelOption = None,
    action: agents.ActionOption = "code",
    games: common.Games = None,
    api: common.Api = None,
    engine: common.Engine = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    seed: common.Seed = None,
    max_turns: Annotated[int, typer.Option(min=1, help="Turns for each instruction.")] = TURNS,
    reply_tokens: agents.ReplyTokens = None,
    context_tokens: agents.ContextTokens = None,
    approve: agents.Approve = None,
    script_timeout: common.ScriptTimeout = 60.0,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    key: common.Key = None,
    server_key: common.ServerKey = None,
    out: common.Out = None,
    record: Annotated[bool, typer.Option("--record", help=f"Film the chat; it is written to {FILM}.")] = False,
    record_to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.mp4|FILE.mcap",
            help="Like --record, to this file; or record everything to an MCAP file.",
            show_default=False,
        ),
    ] = None,
    calls: Annotated[bool, typer.Option("--calls/--no-calls", help="Show each primitive call.")] = True,
) -> None:
    """Tell the agent what to do, watch it, answer it, stop it, and go on in the same world."""
    console = Console(highlight=False)
    options = common.environment_options(option, games=games, api=api, engine=engine, feedback=feedback)
    place = record_to or (FILM if record else None)
    film_to = None if is_mcap_place(place) else place
    if film_to is not None:
        check_film(film_to)
    prepare_recording(place, environment, options, connect=connect)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    security = common.keys_for(connect, key, server_key)
    maker = agents.AgentMaker(
        environment,
        model or default_model(environment, action, options),
        action=action,
        model_options=model_option,
        approve=approve,
    )
    maker.limit(
        turns=max_turns,
        reply_tokens=reply_tokens,
        context_tokens=context_tokens,
        script_timeout_s=script_timeout,
    )
    with contextlib.ExitStack() as stack:
        stack.callback(maker.close)
        writer = stack.enter_context(TrajectoryWriter(out)) if out is not None else None
        client = stack.enter_context(
            common.open_session(environment, options, sandbox=sandbox, connect=connect, security=security)
        )
        keys = CtrlC(lambda: client.halt("the user pressed Ctrl-C"))
        description = client.describe()
        film = stack.enter_context(contextlib.closing(ChatFilm(client.frames))) if film_to is not None else None
        recorder = None
        if place is not None and is_mcap_place(place):
            recorder = stack.enter_context(mcap_recorder(console, place))
        view = ChatView(console, show_calls=calls)
        chosen = common.with_seed(_scene(description.tasks, task), seed)
        bench = Workbench(client, view, maker, chosen, Worlds(client), film)
        session = ChatSession(client, keys)
        person = ChatPerson(console, session, keys, bench)

        sink: EventSink = view
        for follower in (film, recorder):
            sink = sink if follower is None else both(console, sink, follower)
        acts_in: EnvironmentSession = session
        if recorder is not None:
            acts_in = stack.enter_context(watched(recorder, session, client))
        bench.agent = maker.make(sink, real=description.real, approver=person, person=person)
        try:
            with keys:
                bench.agent.run(acts_in, chosen)
        finally:
            if writer is not None and bench.agent.episode is not None:
                writer.write(bench.agent.episode)
            if film is not None and film_to is not None and film.begun:
                console.print(f"video: {film.write(film_to, last=True)}", markup=False, soft_wrap=True)
    if keys.leaving:
        raise typer.Exit(common.INTERRUPTED)
    if out is not None:
        console.print(f"trajectory: {out}", markup=False, soft_wrap=True)
    if person.unanswered:
        raise ModelError(person.unanswered)


def _scene(tasks: Sequence[Task], wanted: str | None) -> Task:
    """Whose scene it is: where the person does not say, one that has no goal of its own."""
    free = [task for task in tasks if is_free(task)]
    return common.choose_task(free if free and wanted is None else tasks, wanted)
