// A motion is checked as a whole before it begins: half a motion is worse than none.
#pragma once

#include "frames.hpp"
#include "hardware.hpp"
#include "trajectory.hpp"

namespace eca {

/// A motion lasts no longer, s.
constexpr double kMaxDuration = 120.0;

/// Make the trajectory of a `move`. Throws InvalidArgument where shapes or numbers are none of a motion, LimitExceeded
/// where it lasts too long.
Trajectory trajectory_from(const Array& positions, const Array& velocities, double period_s);

/// Throws LimitExceeded, naming joint and limit, where the motion goes beyond the robot's limits.
void check_limits(const Trajectory& trajectory);

/// Throws InvalidArgument or LimitExceeded where the gripper cannot do that.
void check_gripper(const GripperCommand& command);

}  // namespace eca
