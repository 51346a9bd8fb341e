// From any state of motion to rest, within the limits of acceleration and jerk: the planned deceleration of a stop.
//
// Each joint comes to rest on its own, as fast as its limits let it, on three pieces of constant jerk. A closed form,
// so that a stop costs the same few hundred nanoseconds whatever the arm was doing, and can be planned within one tick
// of the loop that moves the motors.
#pragma once

#include "trajectory.hpp"

namespace eca {

/// One joint's way to rest.
class JointStop {
  public:
    JointStop() = default;
    /// From `position` rad, `velocity` rad/s and `acceleration` rad/s^2. An acceleration that is already beyond its
    /// limit is brought back by the same jerk.
    JointStop(double position, double velocity, double acceleration, double max_acceleration, double max_jerk);

    double duration_s() const { return times_[0] + times_[1] + times_[2]; }
    /// Position, velocity and acceleration at a time, s.
    void at(double time_s, double& position, double& velocity, double& acceleration) const;

  private:
    double position_ = 0.0, velocity_ = 0.0, acceleration_ = 0.0;
    double times_[3] = {};
    double jerks_[3] = {};
};

/// The whole arm's way to rest.
class StopPlan {
  public:
    StopPlan() = default;
    explicit StopPlan(const JointState& from);

    /// The slowest joint's.
    double duration_s() const { return duration_s_; }
    JointState at(double time_s) const;

  private:
    std::array<JointStop, kJoints> joints_{};
    double duration_s_ = 0.0;
};

}  // namespace eca
