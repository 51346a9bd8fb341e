"""The simulated Panda as a robot of its own: a controller process with a real-time loop, and the table on its far side.

``driver``    the robot that ``embodied-codeact controller tabletop`` serves
``messages``  what it says beyond the controller protocol: scenes, poses of objects, contacts
``table``     the table as it is seen over the protocol; ``execution`` has the controller carry motions out
"""
