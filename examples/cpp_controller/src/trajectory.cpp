#include "trajectory.hpp"

#include <algorithm>

namespace eca {

JointState Trajectory::at(double time_s) const {
    JointState state;
    if (time_s >= duration_s()) {
        for (std::size_t j = 0; j < kJoints; ++j) state.positions[j] = position(rows() - 1, j);
        return state;
    }
    const double h = period_s_;
    const double in_rows = std::max(time_s, 0.0) / h;
    const std::size_t row = std::min(static_cast<std::size_t>(in_rows), rows() - 2);
    const double s = in_rows - static_cast<double>(row);
    for (std::size_t j = 0; j < kJoints; ++j) {
        const double step = position(row + 1, j) - position(row, j);
        const double v0 = velocity(row, j) * h, v1 = velocity(row + 1, j) * h;
        // p(s) = p0 + v0 s + b s^2 + c s^3, for s from 0 to 1.
        const double b = 3.0 * step - 2.0 * v0 - v1;
        const double c = v0 + v1 - 2.0 * step;
        state.positions[j] = position(row, j) + s * (v0 + s * (b + s * c));
        state.velocities[j] = (v0 + s * (2.0 * b + s * 3.0 * c)) / h;
        state.accelerations[j] = (2.0 * b + s * 6.0 * c) / (h * h);
    }
    return state;
}

}  // namespace eca
