"""The controller protocol and its two ends: what a robot's own controller speaks, so that a model can drive its arm.

``protocol``  the messages of docs/controller.md, typed
``server``    serves a robot, seen through a :class:`~embodied_codeact.controller.driver.RobotDriver`
``client``    commands a controller: what a world process, or a program of yours, uses
``conformance``  proves an implementation, in any language

A driver knows one robot; the server knows leases, stops, limits and motions. Neither knows a simulator or a primitive.
"""
