"""Evaluation: runs tasks, sums up how they went, and compares with what others recorded.

``runner``   runs tasks one after the other
``scores``   the figures of a run
``compare``  recorded and replayed output, without decoration
``replay``   replays recorded episodes and reports where the environment answers otherwise
"""

from embodied_codeact.evaluation.replay import Difference, ReplayReport, replay_recordings
from embodied_codeact.evaluation.runner import evaluate
from embodied_codeact.evaluation.scores import EvaluationReport, GroupScore, score, wilson_interval

__all__ = [
    "Difference",
    "EvaluationReport",
    "GroupScore",
    "ReplayReport",
    "evaluate",
    "replay_recordings",
    "score",
    "wilson_interval",
]
