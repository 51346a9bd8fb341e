"""What scripts call: objects and functions whose docstrings are the model's prompt.

Each depends on a small backend protocol, never on an engine or a simulator, so the same primitives drive every one of
them. They import the core's contracts and errors only.

In a household:
``household``       the ``house`` object
``household_mint``  the flat functions of the MINT benchmark, over the same backend
``fakes``           small worlds that really run, for examples and tests

With an arm, at a table:
``arm_types``       what the objects give back, in SI units
``arm_errors``      what can go wrong
``arm_backend``     what an arm, a perception and cameras must offer to be driven
``arm``             the ``arm`` object at the level of motions
``joint_arm``       the ``arm`` object at the level of joints
``skill_arm``       the ``arm`` object at the level of skills: ``picking``, ``placing``, ``pushing``, which share
                    ``handling``, ``grasps``, ``shapes`` and ``rotations``
``gripper``         the ``gripper`` object
``scene``           the ``scene`` object
``camera``          the ``camera`` object
``arm_arguments``   checks of what scripts pass
``arm_fakes``       an arm over a table that really moves, grips and pushes, without physics; with ``arm_fakes_table``,
                    ``arm_fakes_kinematics`` and ``camera_fakes``
"""
