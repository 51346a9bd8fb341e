"""Trajectories: episodes on disk, one a line, and the recordings that others publish.

``codec``       one episode as one line of JSON
``writer``      appends, and survives a crash
``reader``      iterates, and names the line that is wrong
``mcap``        reads episodes back from recordings in MCAP
``recordings``  recorded replies of either format, to be replayed and compared
"""

from embodied_codeact.trajectories.reader import read_episodes
from embodied_codeact.trajectories.recordings import Recording, read_recordings
from embodied_codeact.trajectories.writer import TrajectoryWriter

__all__ = ["Recording", "TrajectoryWriter", "read_episodes", "read_recordings"]
