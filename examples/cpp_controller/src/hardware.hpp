// What moves: the line between this controller and motors. YOUR ROBOT GOES HERE: write a class with these two
// functions, and give it to the Controller in main.cpp in place of SimulatedArm.
//
// Both are called by the loop's thread, once in every period, `read` first. They must return well within the period:
// no waiting for a reply that may not come, no locks, no allocation, no printing.
#pragma once

#include "trajectory.hpp"

namespace eca {

/// What the gripper is to do: move towards a width, pressing with at most the force where something is in the way.
struct GripperCommand {
    double width = 0.0;  ///< m, between the fingers
    double force = 0.0;  ///< N
    double speed = 0.0;  ///< m/s, of the width
    /// A stop: do not move on, and keep the force on whatever is held.
    bool hold = false;
};

/// What the sensors say.
struct Sensed {
    JointArray positions{};      ///< rad
    JointArray velocities{};     ///< rad/s
    JointArray efforts{};        ///< N m
    double gripper_width = 0.0;  ///< m
    double gripper_force = 0.0;  ///< N
    bool gripper_still = true;   ///< it has arrived, or presses with the force that it was told
    /// Why the robot cannot go on: a collision, a drive's fault. A text that lives as long as this object; null while
    /// all is well. The motion fails, the arm is brought to rest, and a protective stop is latched, again after each
    /// `clear` until this is null.
    const char* fault = nullptr;
};

class Hardware {
  public:
    virtual ~Hardware() = default;
    virtual Sensed read() = 0;
    /// The arm should be here now; it continues with these velocities and accelerations.
    virtual void write(const JointState& arm, const GripperCommand& gripper) = 0;
};

}  // namespace eca
