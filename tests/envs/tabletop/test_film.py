"""The film of the table: frames by the world's own time, drawn when they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from embodied_codeact.contracts import FRAMES_PER_SECOND, Filmed, Task, WorldContext
from embodied_codeact.envs.tabletop import film
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.film import FilmLog
from embodied_codeact.envs.tabletop.renderer import Renderer
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, Simulation
from embodied_codeact.errors import ConfigurationError
from tests.envs.tabletop.tables import block

LIFT = Task("lift", "tabletop", "")


def test_a_film_shows_what_moved_from_the_start_on() -> None:
    adapter = TabletopAdapter(TabletopOptions(record=True), WorldContext())
    assert isinstance(adapter, Filmed)
    try:
        adapter.reset(LIFT)
        opening = adapter.film(5)
        assert len(opening) == 1
        assert adapter.film(5) == []
        before = adapter.simulation.time
        adapter.primitives()["gripper"].close()
        frames: list[bytes] = []
        while more := adapter.film(6):
            assert len(more) <= 6
            frames += more
        due = (adapter.simulation.time - before) * FRAMES_PER_SECOND
        assert abs(len(frames) - due) <= 1
        first, last = (simplejpeg.decode_jpeg(frame) for frame in (opening[0], frames[-1]))
        assert first.shape == last.shape == (480, 640, 3)
        changed = np.abs(first.astype(int) - last).max(axis=2) > 60
        assert 5 < np.count_nonzero(changed) < 5000, "only the fingers have moved"
        adapter.reset(LIFT)
        assert len(adapter.film(50)) == 1, "a new episode is a new film"
    finally:
        adapter.close()


def test_a_world_that_keeps_no_film_says_so() -> None:
    adapter = TabletopAdapter(TabletopOptions(), WorldContext())
    try:
        adapter.reset(LIFT)
        with pytest.raises(ConfigurationError, match="record=true"):
            adapter.film(1)
    finally:
        adapter.close()


def test_a_long_stretch_is_kept_in_time_lapse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "_MOST", 8)
    simulation, renderer = Simulation(), Renderer()
    log = FilmLog(simulation, renderer)
    simulation.hooks.append(log.step)
    try:
        simulation.build(SceneSpec((block(),)))
        log.begin()
        for _ in range(RATE_HZ):
            simulation.step()
        assert len(log.film(100)) < 8
        for _ in range(RATE_HZ // FRAMES_PER_SECOND * 3):
            simulation.step()
        assert len(log.film(100)) == 3, "what follows is shown at its own pace again"
    finally:
        renderer.close()
        simulation.close()
