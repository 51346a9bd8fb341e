"""The first program: an agent solves a task in an environment, then another while its events are watched.

Run it with ``python examples/first_program.py``.
"""

import embodied_codeact
from embodied_codeact import CodeActAgent
from embodied_codeact.agent.events import ReplyReceived
from embodied_codeact.contracts import CodeAction, OutputChunk

model = embodied_codeact.load_model("expert", "tabletop")  # or "hf:PATH_OR_ID", "openai:NAME@URL"

with embodied_codeact.make("tabletop", task="stack-two", seed=3, sandbox="best") as env:
    episode = CodeActAgent(model).run(env)
    print(f"{episode.task.instruction} {'solved' if episode.status.success else 'not solved'}")

    env.task = next(task for task in env.tasks if task.id == "sort-by-color")
    for event in CodeActAgent(model).stream(env):
        if isinstance(event, ReplyReceived) and isinstance(event.action, CodeAction):
            print("runs a script of", len(event.action.code.splitlines()), "lines")
        elif isinstance(event, OutputChunk):
            print(event.text, end="")
