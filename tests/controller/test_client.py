"""The commander's end: how motions end, and what a person is told when the controller is not there."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embodied_codeact.bridge.security import ClientSecurity, KeyPair, ServerSecurity, create_keys, read_key_pair
from embodied_codeact.controller.client import ControllerClient, StopRequested
from embodied_codeact.controller.driver import Trouble
from embodied_codeact.controller.limits import LimitExceeded
from embodied_codeact.controller.protocol import Array
from embodied_codeact.errors import BridgeError, CommandRefused, ConfigurationError, InvalidArgument, StopLatched
from tests.controller.kinematic import START, KinematicDriver, description, served, way

GOAL = START + np.array([0.5, -0.5, 0.25])
TTL_S = 1.0


def after(seconds: float, wanted: bool | str) -> StopRequested:
    """A stop that is wanted from so many seconds on."""
    began = time.monotonic()
    return lambda: wanted if time.monotonic() - began > seconds else False  # type: ignore[return-value]


def test_a_motion_is_followed_to_its_end() -> None:
    with served() as endpoint, ControllerClient(endpoint, commander="anna") as client:
        assert client.acquire(TTL_S).ttl_s == TTL_S
        end = client.follow(*way(START, GOAL, 1.0))
        assert (end.outcome, end.stop) == ("done", "normal")
        np.testing.assert_allclose(client.state(fresh=True).positions, GOAL)
        assert client.ping().commander.startswith("anna-")


def test_the_gripper_closes_on_what_is_there() -> None:
    with served(KinematicDriver(thing_m=0.03)) as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        assert client.move_gripper(0.0, force=20.0, speed=0.2).outcome == "done"
        gripper = client.state(fresh=True).gripper
        assert gripper is not None
        assert (gripper.width, gripper.force) == (0.03, 20.0)


def test_true_ends_a_motion_and_latches_nothing() -> None:
    with served() as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        end = client.follow(*way(START, GOAL, 1.5), stop_requested=after(0.4, True))
        assert (end.outcome, end.stop) == ("stopped", "normal")
        rest = client.state(fresh=True)
        assert not rest.velocities.any()
        assert np.abs(rest.commanded - GOAL).max() > 0.01
        # From where it came to rest, it can go on.
        client.acquire(TTL_S)
        assert client.follow(*way(rest.commanded, START, 1.5)).outcome == "done"


def test_a_level_latches_that_stop() -> None:
    with served() as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        end = client.follow(*way(START, GOAL, 1.5), stop_requested=after(0.4, "protective stop"))
        assert (end.outcome, end.stop, end.reason) == ("stopped", "protective stop", client.stop_reason)
        with pytest.raises(StopLatched, match="a person has to clear it"):
            client.acquire(TTL_S)
        assert client.clear() == "protective stop"


def test_another_may_stop_and_the_commander_learns_of_it() -> None:
    with served() as endpoint, ControllerClient(endpoint) as client, ControllerClient(endpoint) as other:
        client.acquire(TTL_S)

        def stop() -> bool:
            if time.monotonic() > at and other.ping().stop == "normal":
                other.stop("a hand in the way")
            return False

        at = time.monotonic() + 0.4
        end = client.follow(*way(START, GOAL, 1.5), stop_requested=stop)
        assert (end.outcome, end.stop, end.reason) == ("stopped", "emergency stop", "a hand in the way")


def test_ctrl_c_in_the_program_brings_the_arm_to_rest() -> None:
    def interrupt() -> bool:
        if time.monotonic() > at:
            raise KeyboardInterrupt
        return False

    with served() as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        at = time.monotonic() + 0.4
        with pytest.raises(KeyboardInterrupt):
            client.follow(*way(START, GOAL, 1.5), stop_requested=interrupt)
        time.sleep(0.6)
        status = client.ping()
        assert (status.outcome, status.stop, status.lease) == ("stopped", "normal", 0)


class Bumping(KinematicDriver):
    """Meets something at half the way of its base."""

    def begin_motion(self, gripper: bool, extra: dict[str, object]) -> None:
        if extra.get("touching") == "everything":
            raise InvalidArgument("touching is a list")
        del gripper

    def trouble(self) -> Trouble | None:
        return Trouble("Collision", "the arm met the wall") if self.positions[0] > 0.25 else None


def test_a_driver_that_sees_trouble_ends_its_motion() -> None:
    with served(Bumping()) as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        with pytest.raises(InvalidArgument, match="touching is a list"):
            client.follow(*way(START, GOAL, 1.0), extra={"touching": "everything"})
        end = client.follow(*way(START, GOAL, 1.0), extra={"touching": []})
        assert (end.outcome, end.kind, end.message, end.stop) == (
            "failed",
            "Collision",
            "the arm met the wall",
            "normal",
        )


class Stuck(KinematicDriver):
    """Does not follow."""

    def command(self, positions: Array, velocities: Array) -> None:
        """Stay."""


def test_an_arm_that_does_not_follow_is_seen() -> None:
    with served(Stuck()) as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        end = client.follow(*way(START, GOAL, 1.0))
        assert (end.outcome, end.kind) == ("failed", "Collision")
        assert "does not follow" in end.message


def test_a_motion_beyond_the_limits_is_refused() -> None:
    with served() as endpoint, ControllerClient(endpoint) as client:
        with pytest.raises(CommandRefused, match="acquire the lease first"):
            client.follow(*way(START, GOAL, 1.0))
        client.acquire(TTL_S)
        with pytest.raises(LimitExceeded, match="joint base would have the velocity"):
            client.follow(*way(START, GOAL, 0.3))
        many = np.tile(START, (60_000, 1))
        with pytest.raises(LimitExceeded, match="too long for one message"):
            client.follow(many, 0 * many, 0.001)


def test_states_are_recent_after_a_long_pause() -> None:
    with served() as endpoint, ControllerClient(endpoint) as client:
        first = client.state()
        time.sleep(1.0)
        assert (client.state().status.time_ns - first.status.time_ns) / 1e9 > 0.9


@pytest.mark.parametrize("apart_s", [-0.7, 0.7])
def test_clocks_that_part_are_set_again(monkeypatch: pytest.MonkeyPatch, apart_s: float) -> None:
    monkeypatch.setattr("embodied_codeact.controller.connection._CLOCK_AGE_S", 0.0)
    with served() as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        client._connection._behind_ns += int(apart_s * 1e9)
        assert client.follow(*way(START, GOAL, 1.5)).outcome == "done"
        client._connection._behind_ns += int(apart_s * 1e9)
        asked = time.monotonic_ns()
        assert client.state(fresh=True).status.time_ns >= asked


def test_numbers_that_do_not_fit_the_joints_are_told_in_one_line() -> None:
    odd = KinematicDriver(description(upper=np.full(2, 2.0)))
    with served(odd) as endpoint, pytest.raises(BridgeError, match="tells upper that are not 3 finite numbers"):
        ControllerClient(endpoint)
    driver = KinematicDriver()
    with served(driver) as endpoint, ControllerClient(endpoint) as client:
        client.state(fresh=True)
        driver.velocities = np.full(3, np.nan)
        with pytest.raises(BridgeError, match="tells velocities that are not 3 finite numbers"):
            client.state(fresh=True)


# Nobody there


def test_no_controller() -> None:
    with pytest.raises(BridgeError, match="no controller answers at tcp://127.0.0.1:9"):
        ControllerClient("tcp://127.0.0.1:9", connect_s=0.2)


def test_a_controller_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/c"
    with served(endpoint=endpoint):
        client = ControllerClient(endpoint)
    with client, served(endpoint=endpoint), pytest.raises(BridgeError, match="started anew"):
        client.ping()


def test_a_controller_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embodied_codeact.controller.client.ANSWER_S", 0.3)
    endpoint = f"ipc://{tmp_path}/c"
    with served(endpoint=endpoint):
        client = ControllerClient(endpoint)
    with client, pytest.raises(BridgeError, match="no state comes"):
        client.state(fresh=True)


def test_an_endpoint_that_is_taken(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/c"
    with served(endpoint=endpoint), pytest.raises(ConfigurationError, match="in use"), served(endpoint=endpoint):
        pass


def test_a_controller_that_others_reach_needs_keys() -> None:
    driver = KinematicDriver()
    with pytest.raises(ConfigurationError, match="give the controller keys"), served(driver, "tcp://0.0.0.0:0"):
        pass
    assert driver.closed


def test_a_robot_comes_to_rest_before_its_controller_ends() -> None:
    driver = KinematicDriver()
    with served(driver) as endpoint, ControllerClient(endpoint) as client:
        client.acquire(TTL_S)
        positions, velocities, period_s = way(START, GOAL, 1.5)
        body = {"positions": positions, "velocities": velocities, "period_s": period_s}
        client._connection.ask("move", dict, body, lease=client._lease.lease, ttl_s=1.0)
        time.sleep(0.4)
        assert driver.velocities.any()
    assert driver.closed
    assert not driver.velocities.any()
    assert np.abs(driver.positions - GOAL).max() > 0.01


# Keys


def keys(folder: Path, name: str) -> KeyPair:
    return read_key_pair(create_keys(folder, name).secret)


def test_only_those_on_the_list_get_an_answer(tmp_path: Path) -> None:
    robot, friend, stranger = (keys(tmp_path, name) for name in ("robot", "friend", "stranger"))
    with served(security=ServerSecurity(robot, [friend.public])) as endpoint:
        with ControllerClient(endpoint, security=ClientSecurity(friend, robot.public)) as client:
            client.acquire(TTL_S)
            assert client.follow(*way(START, GOAL, 1.0)).outcome == "done"
        for security in (
            None,
            ClientSecurity(stranger, robot.public),
            ClientSecurity(friend, stranger.public),
        ):
            with pytest.raises(BridgeError, match="no controller answers"):
                ControllerClient(endpoint, security=security, connect_s=0.5)


def test_what_is_told_of_a_robot_is_read_back() -> None:
    driver = KinematicDriver()
    with served(driver) as endpoint, ControllerClient(endpoint) as client:
        for name, value in msgspec.structs.asdict(driver.description).items():
            np.testing.assert_array_equal(getattr(client.description, name), value)
