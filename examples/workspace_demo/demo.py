"""What CodeAct was first shown with, in an environment without a robot and without a language model: the replies are
read from ``points.txt`` and ``cars.txt``, everything else is real.

The first conversation draws 100 random points and groups them by k-means. The second reads a table, holds back a part
of it, stumbles over a column that is no number, corrects itself, fits a regression and draws how good it is; the
environment judges its predictions on cars that it never saw.

Run it with ``python examples/workspace_demo/demo.py [FOLDER]``; the trajectory and the pictures go to that folder. It
needs the extra ``science``.
"""

import importlib.util
import sys
from pathlib import Path

from msgspec.structs import replace

import embodied_codeact
from embodied_codeact import CodeActAgent, TrajectoryWriter
from embodied_codeact.contracts import Episode, Task
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.trajectories import Recording

HERE = Path(__file__).parent
POINTS = "draw 100 random points of the plane, group them by k-means, and show me the pictures"


def model_of(name: str) -> ReplayModel:
    """Return a model that gives the replies of a file, one after another."""
    replies = (HERE / f"{name}.txt").read_text().split("--- next reply ---\n")
    recording = Recording(name, "demo", "", "", replies, [], success=True, end="finish", dialect="native")
    return ReplayModel([recording], f"replay:{name}.txt", pinned=True)


def tell(episode: Episode) -> None:
    """Print the conversation after its opening."""
    print(f"### {episode.task.instruction}\n")
    for turn in episode.turns:
        print(turn.reply.strip(), turn.observation, sep="\n\n", end="\n\n")
    print(f"### {episode.end}: {episode.status.reason}\n")


def keep_pictures(episode: Episode, name: str, folder: Path) -> list[Path]:
    """Write the figures of an episode as PNG files and return where they are."""
    figures = [figure for turn in episode.turns if turn.result is not None for figure in turn.result.figures]
    paths = [folder / f"{name}-{number}.png" for number in range(1, len(figures) + 1)]
    for path, figure in zip(paths, figures, strict=True):
        path.write_bytes(figure.data)
    return paths


def main(folder: Path) -> None:
    """Play both conversations."""
    if missing := [name for name in ("matplotlib", "pandas", "sklearn") if importlib.util.find_spec(name) is None]:
        sys.exit(f"This needs {', '.join(missing)}: pip install -c constraints.txt -e '.[science]'")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        embodied_codeact.make("workspace", sandbox="best") as env,
        TrajectoryWriter(folder / "trajectory.jsonl") as writer,
    ):
        tasks: dict[str, Task] = {task.id: task for task in env.tasks}
        plays = {"points": replace(tasks["free"], instruction=POINTS), "cars": tasks["regression"]}
        for name, task in plays.items():
            episode = CodeActAgent(model_of(name)).run(env, task)
            writer.write(episode)
            tell(episode)
            for path in keep_pictures(episode, name, folder):
                print("picture:", path)
            print()
    print("trajectory:", folder / "trajectory.jsonl")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/workspace_demo"))
