"""One check that any environment can be put through, also a third party's.

    from embodied_codeact.conformance import check_environment

    def test_my_environment() -> None:
        check_environment(my_environment, oracle=lambda scripts: scripts["house"].goto("drawer 1"))

It makes real adapters, resets and calls them, and raises :class:`ConformanceError` naming every rule that does not
hold. The rules are those of ``contracts.environment``.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import io
import keyword
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact import wire
from embodied_codeact.bridge.branches import Branches, BranchFailed, Save
from embodied_codeact.contracts import (
    Environment,
    EnvironmentAdapter,
    EnvironmentDescription,
    Observation,
    RenewsAfterFork,
    Task,
    WorldContext,
)
from embodied_codeact.describe import DescriptionError, describe_environment, is_forkable, public_methods
from embodied_codeact.errors import ConfigurationError, ModelFacingError
from embodied_codeact.registry import parse_options

_PLAY_S = 300.0

Oracle = Callable[[Mapping[str, Any]], None]
"""Solves the first task with the primitives, by the names that scripts see."""


class Finding(msgspec.Struct, frozen=True):
    """One rule that does not hold: its name, and what was seen."""

    rule: str
    detail: str


class ConformanceError(AssertionError):
    """An environment breaks the contract; ``findings`` lists how."""

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        lines = [f"  {finding.rule}: {finding.detail}" for finding in findings]
        super().__init__("\n".join([f"environment {name!r} breaks the contract:", *lines]))


def check_environment(
    environment: Environment,
    options: Mapping[str, Any] | None = None,
    *,
    oracle: Oracle | None = None,
    probe: bool = True,
) -> None:
    """Put an environment through the whole contract.

    Args:
        environment: what the entry point names.
        options: its options, as the command line would give them.
        oracle: solves the first task; with it, success is seen to be judged by the environment.
        probe: call methods without parameters, and others with unusable arguments. Say False for a real robot.

    Raises:
        ConformanceError: one or more rules do not hold.
    """
    check = _Check(environment, parse_options(environment, options or {}))
    with _private_temporary_folder() as folder:
        before = _resources()
        check.run(oracle, probe)
        check.leftovers(before, folder)
    if check.findings:
        raise ConformanceError(environment.name, check.findings)


class _Check:
    def __init__(self, environment: Environment, options: Any) -> None:
        self.environment = environment
        self.options = options
        self.findings: list[Finding] = []

    def expect(self, holds: bool, rule: str, detail: str) -> None:
        if not holds:
            self.findings.append(Finding(rule, detail))

    def run(self, oracle: Oracle | None, probe: bool) -> None:
        tasks = self.tasks()
        if not tasks:
            return
        adapter = self.adapter()
        try:
            description = self.description(adapter, tasks)
            if description is None:
                return
            first = adapter.reset(tasks[0])
            self.observation(first, "after reset")
            self.expect(bool(first.text.strip()), "reset tells what is there", "the observation's text is empty")
            self.expect(not adapter.observe().instruction, "only a reset gives an instruction", "observe() gives one")
            self.unsolved(adapter)
            self.repeatable(adapter, tasks[0], first)
            if probe:
                self.probe(adapter)
            self.same_api(adapter, tasks, description)
            self.unknown_task(adapter, tasks[0])
            if oracle is not None:
                self.oracle(adapter, tasks[0], oracle)
        finally:
            adapter.close()
            self.closes_twice(adapter)
        if is_forkable(self.environment):
            self.forks(tasks[0], oracle)

    def adapter(self) -> EnvironmentAdapter:
        return self.environment.adapter(self.options, WorldContext())

    def tasks(self) -> Sequence[Task]:
        tasks = self.environment.tasks(self.options)
        ids = [task.id for task in tasks]
        self.expect(bool(tasks), "there are tasks", "tasks() is empty")
        self.expect(len(set(ids)) == len(ids), "task ids are unique", f"{len(ids) - len(set(ids))} are repeated")
        for task in tasks:
            self.expect(
                task.environment == self.environment.name,
                "tasks name their environment",
                f"{task.id!r} names {task.environment!r}",
            )
            self.expect(bool(task.instruction.strip()), "tasks have instructions", f"{task.id!r} has none")
        self.expect(_travels(list(tasks)), "tasks are plain data", "a task's metadata cannot travel")
        return tasks

    def description(self, adapter: EnvironmentAdapter, tasks: Sequence[Task]) -> EnvironmentDescription | None:
        try:
            description = describe_environment(self.environment, adapter, tasks)
        except DescriptionError as error:
            self.expect(False, "primitives and state are documented", str(error))
            return None
        for spec in description.api.primitives:
            usable = spec.name.isidentifier() and not keyword.iskeyword(spec.name) and spec.name != "state"
            self.expect(usable, "primitives have usable names", f"{spec.name!r} cannot be a name in a script")
            if spec.function is None:
                self.expect(bool(spec.methods), "primitives can be called", f"{spec.name!r} has no public method")
                self.expect(
                    not hasattr(builtins, spec.name),
                    "primitives hide no builtin",
                    f"{spec.name!r} is a builtin of Python",
                )
        document, buffers = wire.pack(description)
        same = wire.unpack(document, buffers, type=EnvironmentDescription) == description
        self.expect(same, "the description travels", "it is not the same after the wire")
        return description

    def observation(self, observation: Observation, when: str) -> None:
        fields = set(self.environment.state_type.__struct_fields__)
        given = set(observation.state)
        self.expect(
            fields == given,
            "state is always complete",
            f"{when}: missing {sorted(fields - given)}, unknown {sorted(given - fields)}",
        )
        try:
            msgspec.convert(observation.state, self.environment.state_type)
        except msgspec.ValidationError as error:
            self.expect(False, "state has its declared types", f"{when}: {error}")
        declared = {sensor.name for sensor in self.environment.sensors}
        extra = set(observation.sensors) - declared
        self.expect(not extra, "sensors are declared", f"{when}: {sorted(extra)} are not")
        self.expect(_travels(wire.plain(observation)), "observations are plain data", f"{when}: it cannot travel")

    def unsolved(self, adapter: EnvironmentAdapter) -> None:
        self.expect(not adapter.observe().status.success, "a fresh task is unsolved", "success right after reset")
        self.expect(not adapter.judge().success, "doing nothing does not succeed", "judge() says success after reset")

    def repeatable(self, adapter: EnvironmentAdapter, task: Task, first: Observation) -> None:
        again = adapter.reset(task)
        self.expect(_same(first, again), "reset is deterministic by seed", "a second reset of one adapter differs")
        once, twice = adapter.observe(), adapter.observe()
        self.expect(_same(once, twice), "observing changes nothing", "two observations in a row differ")
        other = self.adapter()
        try:
            fresh = other.reset(task)
        finally:
            other.close()
        self.expect(_same(first, fresh), "reset is deterministic by seed", "a reset of a fresh adapter differs")

    def probe(self, adapter: EnvironmentAdapter) -> None:
        """Call what takes no arguments, and everything else with arguments that no primitive can use."""
        for name, function in _callables(adapter.primitives()):
            parameters = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
            required = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
            printed = io.StringIO()
            try:
                with contextlib.redirect_stdout(printed):
                    value = function(*([object()] * len(required)))
                self.expect(_travels(wire.plain(value)), "results are plain data", f"{name}() returns a {type(value)}")
            except ModelFacingError as error:
                self.expect(bool(str(error).strip()), "errors say what to do", f"{name}() raises an empty error")
            except Exception as error:  # noqa: BLE001 - that anything else comes out is the finding
                self.expect(False, "unusable arguments are a model-facing error", f"{name}() raises {error!r}")
            self.expect(not printed.getvalue(), "primitives do not print", f"{name}() prints {printed.getvalue()!r}")
            self.observation(adapter.observe(), f"after {name}()")

    def same_api(self, adapter: EnvironmentAdapter, tasks: Sequence[Task], description: EnvironmentDescription) -> None:
        now = describe_environment(self.environment, adapter, tasks)
        self.expect(now.api == description.api, "the API does not change", "it differs after a reset")

    def unknown_task(self, adapter: EnvironmentAdapter, known: Task) -> None:
        unknown = msgspec.structs.replace(known, id="no/such task", metadata={})
        try:
            adapter.reset(unknown)
        except ConfigurationError:
            return
        except Exception as error:  # noqa: BLE001 - that anything else comes out is the finding
            self.expect(False, "an unknown task is a configuration error", f"reset raises {error!r}")
            return
        self.expect(False, "an unknown task is a configuration error", "reset accepts it")

    def oracle(self, adapter: EnvironmentAdapter, task: Task, oracle: Oracle) -> None:
        adapter.reset(task)
        oracle(adapter.primitives())
        self.observation(adapter.observe(), "after the oracle")
        self.expect(adapter.judge().success, "success is judged by the environment", "the oracle's work is no success")
        adapter.reset(task)
        self.expect(not adapter.judge().success, "a reset forgets success", "judge() says success after reset")

    def forks(self, task: Task, oracle: Oracle | None) -> None:
        """Play the task in a process of its own, and again from a save at its start and one before its end."""

        def play(save: Save) -> dict[str, Any]:
            adapter = self.adapter()
            threads = len(os.listdir("/proc/self/task")) - 1
            seen: list[Any] = [self.streams(adapter.reset(task))]
            for work in (oracle, None):
                if save() and isinstance(adapter, RenewsAfterFork):
                    adapter.after_fork()
                if work is not None:
                    work(adapter.primitives())
                seen += [self.streams(adapter.observe()), adapter.judge()]
            adapter.close()
            return {"seen": seen, "threads": threads}

        try:
            with Branches(play, timeout_s=_PLAY_S) as branches:
                threads = branches.result["threads"]
                self.expect(not threads, "a forkable world has one thread", f"it has {threads} more")
                for index in (1, 0, 0):
                    same = wire.pack(branches.go_on(index)) == wire.pack(branches.result)
                    self.expect(same, "a restored world is the saved one", f"going on from save {index} differs")
        except (BranchFailed, TimeoutError) as error:
            self.expect(False, "a restored world is the saved one", str(error))

    def streams(self, observation: Observation) -> Observation:
        """Leave out the sensors without a rate: they may tell how long something took."""
        kept = {spec.name for spec in self.environment.sensors if spec.rate_hz > 0}
        sensors = {name: value for name, value in observation.sensors.items() if name in kept}
        return msgspec.structs.replace(observation, sensors=sensors)

    def closes_twice(self, adapter: EnvironmentAdapter) -> None:
        try:
            adapter.close()
        except Exception as error:  # noqa: BLE001 - that anything comes out is the finding
            self.expect(False, "close may be called twice", f"the second close raises {error!r}")

    def leftovers(self, before: _Resources, folder: Path) -> None:
        after = _resources()
        files = sorted(path.name for path in folder.iterdir())
        self.expect(not files, "close leaves no files", f"{files[:5]} in the temporary folder")
        children = sorted(after.children - before.children)
        self.expect(not children, "close leaves no processes", f"processes {children}")
        threads = sorted(after.threads - before.threads)
        self.expect(not threads, "close leaves no threads", f"threads {threads}")


class _Resources(msgspec.Struct, frozen=True):
    children: frozenset[int]
    threads: frozenset[str]


def _resources() -> _Resources:
    children: set[int] = set()
    for listing in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children |= {int(pid) for pid in listing.read_text().split()}
    return _Resources(frozenset(children), frozenset(f"{t.name} {t.ident}" for t in threading.enumerate()))


@contextlib.contextmanager
def _private_temporary_folder() -> Iterator[Path]:
    """Send temporary files into a folder of their own, so that what is left behind is seen."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def _callables(primitives: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, primitive in primitives.items():
        if inspect.isroutine(primitive):
            yield name, primitive
        else:
            for key, method in public_methods(primitive).items():
                yield f"{name}.{key}", method


def _travels(value: Any) -> bool:
    try:
        wire.pack(value)
    except TypeError:
        return False
    return True


def _same(one: Observation, other: Observation) -> bool:
    return wire.pack(wire.plain(one)) == wire.pack(wire.plain(other))
