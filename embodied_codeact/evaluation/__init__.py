"""Evaluation: runs tasks, sums up how they went, and compares with what others recorded.

``runner``    runs tasks, one after another or several at a time
``sessions``  lends sessions to episodes
``scores``    the figures of an evaluation in short
``facts``     the figures of one episode, of which all others are made
``summary``   the figures of many episodes: success, turn budgets, costs, errors
``pairs``     two runs compared, episode by episode
``published`` results of others, to stand beside one's own
``report``    the figures of runs, for people and for programs
``compare``   recorded and replayed output, without decoration
``replay``    replays recorded episodes and reports where the environment answers otherwise
"""

from embodied_codeact.evaluation.replay import Difference, ReplayReport, replay_recordings
from embodied_codeact.evaluation.runner import evaluate
from embodied_codeact.evaluation.scores import EvaluationReport, GroupScore, score
from embodied_codeact.evaluation.sessions import SessionPool
from embodied_codeact.evaluation.statistics import wilson_interval

__all__ = [
    "Difference",
    "EvaluationReport",
    "GroupScore",
    "ReplayReport",
    "SessionPool",
    "evaluate",
    "replay_recordings",
    "score",
    "wilson_interval",
]
