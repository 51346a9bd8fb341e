"""Evaluation: runs tasks, sums up how they went, and compares with what others recorded.

``runner``    runs tasks, one after another or several at a time
``sessions``  lends sessions to episodes
``scores``    the figures of a run
``compare``   recorded and replayed output, without decoration
``replay``    replays recorded episodes and reports where the environment answers otherwise
"""

from embodied_codeact.evaluation.replay import Difference, ReplayReport, replay_recordings
from embodied_codeact.evaluation.runner import evaluate
from embodied_codeact.evaluation.scores import EvaluationReport, GroupScore, score, wilson_interval
from embodied_codeact.evaluation.sessions import SessionPool

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
