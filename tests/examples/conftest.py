"""Only LeRobot's own Python can import the robot that is one of LeRobot's."""

collect_ignore = ["lerobot_robot_sluggish.py"]
