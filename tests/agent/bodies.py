"""A body with a house, an arm and a gripper, whose tools the tests of parsers call."""

from __future__ import annotations

from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import ApiDescription, ErrorSpec, FieldSpec, MethodSpec, PrimitiveSpec
from embodied_codeact.describe import describe_primitive
from embodied_codeact.primitives.fakes import FakeHouse
from embodied_codeact.primitives.household import House

ARM = PrimitiveSpec(
    name="arm",
    doc="The arm.",
    methods=[
        MethodSpec("pick", "(object: str, *, force: float = 20.0) -> MotionResult", "Pick an object."),
        MethodSpec(
            "place", "(target: str | Sequence[float] | Array, *, yaw: float | None = None) -> MotionResult", "Place it."
        ),
        MethodSpec(
            "move_to",
            "(position: Vector, *, yaw: float | None = None, touching: Sequence[str] = ()) -> MotionResult",
            "Move the tool.\n\n>>> above = arm.move_to([0.5, 0.0, 0.3])\n>>> arm.move_to([0.5, 0.0, 0.3], yaw=0.4)\n",
        ),
        MethodSpec("home", "(speed: float = 1.0) -> MotionResult", "Go home."),
    ],
)
GRIPPER = PrimitiveSpec(
    name="gripper",
    doc="The gripper.",
    methods=[
        MethodSpec("open", "(width: float | None = None) -> GripperState", "Open the fingers."),
        MethodSpec("state", "() -> GripperState", "Return the state of the fingers."),
    ],
)
BEEP = PrimitiveSpec(
    name="beep",
    doc="",
    function=MethodSpec("beep", "(times: int = 1, /, *pauses: float, **options) -> None", "Make a noise."),
)
API = ApiDescription(
    primitives=[describe_primitive("house", House(FakeHouse())), ARM, GRIPPER, BEEP],
    state=[FieldSpec("holding", "str | None", "What the hand holds."), FieldSpec("place", "str", "Where it is.")],
    errors=[
        ErrorSpec("PrimitiveError", ["Exception"], "Could not be done."),
        ErrorSpec("CallLimitReached", ["PrimitiveError"], "Too many calls."),
        ErrorSpec("NotApproved", ["PrimitiveError"], "A person has to agree."),
    ],
)
TOOLS = Toolbox(API)
