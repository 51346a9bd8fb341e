#include "stopping.hpp"

#include <algorithm>
#include <cmath>

namespace eca {

// Say the joint would still go forwards if its acceleration went straight to zero (else everything is mirrored). Then
// the acceleration falls from a0 to some -p, stays there, and rises to zero:
//
//     a0 -> -p     in |a0 + p| / J, which changes the velocity by (a0 - p) / 2 times that
//     -p           for as long as the remaining velocity needs, none where p can be less than the limit
//     -p -> 0      in p / J, which changes the velocity by -p^2 / (2 J)
//
// Without the middle piece, v0 + (a0^2 - p^2) / (2 J) - p^2 / (2 J) = 0 gives p^2 = J v0 + a0^2 / 2.
JointStop::JointStop(double position, double velocity, double acceleration, double max_acceleration, double max_jerk)
    : position_(position), velocity_(velocity), acceleration_(acceleration) {
    const double coasting = velocity + acceleration * std::abs(acceleration) / (2.0 * max_jerk);
    const double side = coasting < 0.0 ? -1.0 : 1.0;
    const double v0 = side * velocity, a0 = side * acceleration;
    const double peak = std::min(std::sqrt(std::max(max_jerk * v0 + a0 * a0 / 2.0, 0.0)), max_acceleration);
    times_[0] = std::abs(a0 + peak) / max_jerk;
    times_[2] = peak / max_jerk;
    const double remaining = v0 + (a0 - peak) / 2.0 * times_[0] - peak / 2.0 * times_[2];
    times_[1] = peak > 0.0 ? std::max(remaining / peak, 0.0) : 0.0;
    jerks_[0] = side * (a0 > -peak ? -max_jerk : max_jerk);
    jerks_[2] = side * max_jerk;
}

void JointStop::at(double time_s, double& position, double& velocity, double& acceleration) const {
    position = position_;
    velocity = velocity_;
    acceleration = acceleration_;
    double left = std::max(time_s, 0.0);
    for (int piece = 0; piece < 3; ++piece) {
        const double t = std::min(left, times_[piece]);
        const double j = jerks_[piece];
        position += t * (velocity + t * (acceleration / 2.0 + t * j / 6.0));
        velocity += t * (acceleration + t * j / 2.0);
        acceleration += t * j;
        left -= t;
    }
    if (time_s >= duration_s()) velocity = acceleration = 0.0;  // but for rounding they are
}

StopPlan::StopPlan(const JointState& from) {
    for (std::size_t j = 0; j < kJoints; ++j) {
        joints_[j] = JointStop(from.positions[j], from.velocities[j], from.accelerations[j], kRobot[j].acceleration,
                               kRobot[j].jerk);
        duration_s_ = std::max(duration_s_, joints_[j].duration_s());
    }
}

JointState StopPlan::at(double time_s) const {
    JointState state;
    for (std::size_t j = 0; j < kJoints; ++j)
        joints_[j].at(time_s, state.positions[j], state.velocities[j], state.accelerations[j]);
    return state;
}

}  // namespace eca
