#include "limits.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "refused.hpp"

namespace eca {
namespace {

// Differences of a sampled curve exaggerate, those of a jerk most.
constexpr double kTolerance = 1.05;
constexpr double kJerkTolerance = 1.5;
// The curve between the rows. The protocol bounds its jerk; these bound also what the motors would see of it. A smooth
// motion that was sampled coarsely swings a little beyond its rows, one whose positions and velocities contradict each
// other swings wildly: only the second kind should fail.
constexpr double kBetweenVelocity = 1.2;
constexpr double kBetweenAcceleration = 2.0;
constexpr double kBetweenPosition = 1e-3;  // rad
constexpr double kLeastPeriod = 1e-5;      // s
// Rounding, on the sender's side or its way through a planner.
constexpr double kPositionRounding = 1e-9;  // rad
constexpr double kRestVelocity = 1e-6;      // rad/s

/// Where the check stands, for the message.
struct Place {
    std::size_t row, joint;
};

[[noreturn]] void refuse(const Place& place, const std::string& what, double value, double limit, const char* unit) {
    std::ostringstream message;
    message << kRobot[place.joint].name << ": " << what << ' ' << value << ' ' << unit << " at row " << place.row
            << " is beyond its limit of " << limit << ' ' << unit << "; plan within the limits of the description";
    throw LimitExceeded(message.str());
}

void check_magnitude(const Place& place, const char* what, double value, double limit, double tolerance,
                     const char* unit) {
    if (!(std::abs(value) <= limit * tolerance)) refuse(place, what, value, limit, unit);
}

void check_position(const Place& place, const char* what, double value, double tolerance) {
    const Joint& joint = kRobot[place.joint];
    if (value < joint.lower - tolerance) refuse(place, what, value, joint.lower, "rad");
    if (value > joint.upper + tolerance) refuse(place, what, value, joint.upper, "rad");
}

/// One joint at its rows, as the protocol says: positions, velocities, and differences of the velocities.
void check_rows(const Trajectory& trajectory, std::size_t j) {
    const Joint& joint = kRobot[j];
    const double h = trajectory.period_s();
    const auto acceleration = [&](std::size_t row) {
        return (trajectory.velocity(row, j) - trajectory.velocity(row - 1, j)) / h;
    };
    for (std::size_t row = 0; row < trajectory.rows(); ++row) {
        const Place here{row, j};
        check_position(here, "position", trajectory.position(row, j), kPositionRounding);
        check_magnitude(here, "velocity", trajectory.velocity(row, j), joint.velocity, kTolerance, "rad/s");
        if (row < 1) continue;
        check_magnitude(here, "acceleration", acceleration(row), joint.acceleration, kTolerance, "rad/s^2");
        if (row < 2) continue;
        const double jerk = (acceleration(row) - acceleration(row - 1)) / h;
        check_magnitude(here, "jerk", jerk, joint.jerk, kJerkTolerance, "rad/s^3");
    }
}

/// One joint between its rows, where the motors really go.
void check_between(const Trajectory& trajectory, std::size_t j) {
    const Joint& joint = kRobot[j];
    const double h = trajectory.period_s();
    for (std::size_t row = 0; row + 1 < trajectory.rows(); ++row) {
        const Place here{row, j};
        const double p0 = trajectory.position(row, j);
        const double step = trajectory.position(row + 1, j) - p0;
        const double v0 = trajectory.velocity(row, j) * h, v1 = trajectory.velocity(row + 1, j) * h;
        const double b = 3.0 * step - 2.0 * v0 - v1;
        const double c = v0 + v1 - 2.0 * step;
        check_magnitude(here, "jerk (of the curve after it)", 6.0 * c / (h * h * h), joint.jerk, kJerkTolerance,
                        "rad/s^3");
        check_magnitude(here, "acceleration (of the curve after it)", 2.0 * b / (h * h), joint.acceleration,
                        kBetweenAcceleration, "rad/s^2");
        check_magnitude(here, "acceleration (of the curve after it)", (2.0 * b + 6.0 * c) / (h * h),
                        joint.acceleration, kBetweenAcceleration, "rad/s^2");
        if (const double s = -b / (3.0 * c); s > 0.0 && s < 1.0)
            check_magnitude(here, "velocity (of the curve after it)", (v0 + s * (2.0 * b + s * 3.0 * c)) / h,
                            joint.velocity, kBetweenVelocity, "rad/s");
        // The cubic's turning points: v0 + 2 b s + 3 c s^2 = 0, by the form that does not cancel.
        const double root = std::sqrt(std::max(b * b - 3.0 * c * v0, 0.0));
        const double q = -(b + std::copysign(root, b));
        for (const double s : {q / (3.0 * c), v0 / q})
            if (s > 0.0 && s < 1.0)
                check_position(here, "position (of the curve after it)", p0 + s * (v0 + s * (b + s * c)),
                               kBetweenPosition);
    }
}

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace

Trajectory trajectory_from(const Array& positions, const Array& velocities, double period_s) {
    const std::string shape = "(n, " + std::to_string(kJoints) + ")";
    if (positions.shape.size() != 2 || positions.shape[1] != kJoints || positions.shape[0] < 2)
        throw InvalidArgument("positions: " + shape + " rad with n of at least 2 is expected");
    if (velocities.shape != positions.shape)
        throw InvalidArgument("velocities: the same shape " + shape + " as that of the positions is expected");
    if (!std::isfinite(period_s) || period_s < kLeastPeriod)
        throw InvalidArgument("period_s: a time from 1e-5 s up is expected");
    if (!all_finite(positions.data) || !all_finite(velocities.data))
        throw InvalidArgument("positions and velocities: a number among them is not finite");
    Trajectory trajectory(positions.data, velocities.data, period_s);
    if (trajectory.duration_s() > kMaxDuration * (1.0 + 1e-9))
        throw LimitExceeded("the motion lasts longer than 120 s; send it in parts");
    for (std::size_t j = 0; j < kJoints; ++j)
        for (const std::size_t row : {std::size_t{0}, trajectory.rows() - 1})
            if (std::abs(trajectory.velocity(row, j)) > kRestVelocity)
                throw InvalidArgument("velocities: the first and the last row are 0, a motion begins and ends at rest");
    return trajectory;
}

void check_limits(const Trajectory& trajectory) {
    for (std::size_t j = 0; j < kJoints; ++j) {
        check_rows(trajectory, j);
        check_between(trajectory, j);
    }
}

void check_gripper(const GripperCommand& command) {
    if (!std::isfinite(command.width) || !std::isfinite(command.force) || !std::isfinite(command.speed))
        throw InvalidArgument("gripper: width, force and speed are numbers, in m, N and m/s");
    const auto within = [](const char* what, double value, bool above, double limit, const char* unit) {
        if (above && value <= limit) return;
        std::ostringstream message;
        message << "gripper: " << what << ' ' << value << ' ' << unit << " is beyond its limits, 0 to " << limit << ' '
                << unit;
        throw LimitExceeded(message.str());
    };
    within("width", command.width, command.width >= 0.0, kGripperWidth + 1e-9, "m");
    within("force", command.force, command.force > 0.0, kGripperForce, "N");
    within("speed", command.speed, command.speed > 0.0, kGripperSpeed, "m/s");
}

}  // namespace eca
