// The curve that a motion follows: cubic Hermite pieces through rows of positions and velocities.
#pragma once

#include <cstddef>
#include <vector>

#include "robot.hpp"

namespace eca {

/// Where the joints are commanded to be, how fast, and how that changes: rad, rad/s, rad/s^2.
struct JointState {
    JointArray positions{};
    JointArray velocities{};
    JointArray accelerations{};
};

/// Rows at times 0, period, 2 period, ... Between two rows each joint moves on the cubic that has their positions and
/// velocities at its ends; an exact copy where the sampled motion had constant jerk.
class Trajectory {
  public:
    /// `positions` and `velocities`: (rows, kJoints), C order; at least two rows.
    Trajectory(std::vector<double> positions, std::vector<double> velocities, double period_s)
        : positions_(std::move(positions)), velocities_(std::move(velocities)), period_s_(period_s) {}

    std::size_t rows() const { return positions_.size() / kJoints; }
    double period_s() const { return period_s_; }
    double duration_s() const { return static_cast<double>(rows() - 1) * period_s_; }
    double position(std::size_t row, std::size_t joint) const { return positions_[row * kJoints + joint]; }
    double velocity(std::size_t row, std::size_t joint) const { return velocities_[row * kJoints + joint]; }

    /// The state at a time, s; at rest in the last row from the end on.
    JointState at(double time_s) const;

  private:
    std::vector<double> positions_;
    std::vector<double> velocities_;
    double period_s_;
};

}  // namespace eca
