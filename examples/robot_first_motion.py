# ruff: noqa: F821 - arm is there when the script runs
"""The first motion of a robot behind a controller: 5 cm up and down again, slowly.

embodied-codeact run robot:tcp://127.0.0.1:5700 -o full_speed=0.1 --model script:examples/robot_first_motion.py
"""

before = arm.pose()
print("the tool is at", before.position.round(3))
up = arm.move_by([0, 0, 0.05], speed=0.5)
print(f"5 cm up: {1000 * up.position_error:.2f} mm beside, after {up.duration:.1f} s")
down = arm.move_linear(before.position, orientation=before.orientation, speed=0.5)
print(f"and down: {1000 * down.position_error:.2f} mm beside")
