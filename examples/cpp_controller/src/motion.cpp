#include "motion.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace eca {
namespace {

constexpr double kStillVelocity = 2e-3;   // rad/s: slower is standing
constexpr double kArrived = 2e-3;         // rad: nearer to the command is there
constexpr double kSettlingTime = 1.0;     // s: longer, and the arm is not settling
constexpr double kLeftBehind = 0.1;       // rad: further from the command, and the arm is not following
constexpr double kFadingTime = 0.25;      // s, over which a difference at the start fades at least
constexpr double kGripperPatience = 2.0;  // s more than its way takes

/// From 1 to 0 with no velocity, acceleration at either end: the quintic of minimum jerk, and its derivatives.
struct Fading {
    double value, first, second;
    Fading(double time_s, double duration_s) {
        const double s = std::clamp(time_s / duration_s, 0.0, 1.0);
        value = 1.0 - s * s * s * (10.0 + s * (6.0 * s - 15.0));
        first = -30.0 * s * s * (1.0 + s * (s - 2.0)) / duration_s;
        second = -60.0 * s * (1.0 + s * (2.0 * s - 3.0)) / (duration_s * duration_s);
    }
};

}  // namespace

Motion::Motion(double period_s, const Sensed& standing) : period_s_(period_s) {
    commanded_.positions = standing.positions;
    gripper_width_ = standing.gripper_width;
    gripper_.width = gripper_width_;
    gripper_.hold = true;
}

void Motion::begin(Phase phase, double duration_s) {
    phase_ = phase;
    time_s_ = 0.0;
    duration_s_ = duration_s;
    ++number_;
    outcome_ = Outcome::running;
    ends_as_ = Outcome::done;
    message_ = "";
}

void Motion::start(std::unique_ptr<const Trajectory>& trajectory) {
    trajectory_.swap(trajectory);
    double largest = 0.0;
    for (std::size_t j = 0; j < kJoints; ++j) {
        offset_[j] = commanded_.positions[j] - trajectory_->position(0, j);
        largest = std::max(largest, std::abs(offset_[j]));
    }
    const double duration_s = trajectory_->duration_s();
    begin(Phase::following, largest > 1e-9 ? std::max(duration_s, kFadingTime) : duration_s);
}

void Motion::start(const GripperCommand& gripper) {
    const double way = std::abs(gripper.width - gripper_width_);
    gripper_ = gripper;
    begin(Phase::gripping, way / gripper.speed);
}

void Motion::halt() {
    if (phase_ == Phase::following) {
        plan_ = StopPlan(commanded_);
        phase_ = Phase::braking;
        time_s_ = 0.0;
    }
    if (phase_ == Phase::gripping) {
        gripper_.hold = true;
        phase_ = Phase::settling;
        time_s_ = 0.0;
    }
    if (phase_ != Phase::standing && ends_as_ == Outcome::done) ends_as_ = Outcome::stopped;
}

void Motion::step(const Sensed& sensed) {
    gripper_width_ = sensed.gripper_width;
    if (sensed.fault != nullptr && !at_rest()) {
        fail(sensed.fault);
        halt();
    }
    time_s_ += period_s_;
    switch (phase_) {
        case Phase::standing: break;
        case Phase::following:
            follow();
            fail_if_left_behind(sensed);
            break;
        case Phase::braking: brake(); break;
        case Phase::gripping:
            // The first step only hands the command over; what is sensed is of before.
            if (time_s_ > 1.5 * period_s_ && sensed.gripper_still) phase_ = Phase::settling;
            else if (time_s_ > duration_s_ + kGripperPatience) {
                fail("the gripper does not arrive; look what holds it");
                halt();
            }
            break;
        case Phase::settling: settle(sensed); break;
    }
}

void Motion::follow() {
    commanded_ = trajectory_->at(time_s_);
    const Fading fading(time_s_, duration_s_);
    for (std::size_t j = 0; j < kJoints; ++j) {
        commanded_.positions[j] += offset_[j] * fading.value;
        commanded_.velocities[j] += offset_[j] * fading.first;
        commanded_.accelerations[j] += offset_[j] * fading.second;
    }
    if (time_s_ < duration_s_) return;
    phase_ = Phase::settling;
    time_s_ = 0.0;
}

void Motion::brake() {
    commanded_ = plan_.at(time_s_);
    if (time_s_ < plan_.duration_s()) return;
    phase_ = Phase::settling;
    time_s_ = 0.0;
}

void Motion::settle(const Sensed& sensed) {
    std::size_t fastest = 0, furthest = 0;
    JointArray speeds{}, distances{};
    for (std::size_t j = 0; j < kJoints; ++j) {
        speeds[j] = std::abs(sensed.velocities[j]);
        distances[j] = std::abs(sensed.positions[j] - commanded_.positions[j]);
        if (speeds[j] > speeds[fastest]) fastest = j;
        if (distances[j] > distances[furthest]) furthest = j;
    }
    const bool still = speeds[fastest] < kStillVelocity && sensed.gripper_still;
    const bool arrived = distances[furthest] < kArrived || ends_as_ != Outcome::done;
    if (time_s_ < kSettlingTime && !(still && arrived)) return;
    // What swings for ever is not standing, but waiting longer will not help: the outcome says so.
    if (speeds[fastest] >= kStillVelocity)
        fail(fastest, "does not come to rest; it moves by", speeds[fastest], "rad/s");
    else if (!sensed.gripper_still)
        fail("the gripper does not come to rest");
    else if (!arrived)
        fail(furthest, "does not reach the end of the motion; it is away by", distances[furthest], "rad");
    outcome_ = ends_as_;
    phase_ = Phase::standing;
}

void Motion::fail_if_left_behind(const Sensed& sensed) {
    for (std::size_t j = 0; j < kJoints; ++j) {
        const double away = std::abs(sensed.positions[j] - commanded_.positions[j]);
        if (away <= kLeftBehind) continue;
        fail(j, "does not follow; it is behind by", away, "rad");
        halt();
        return;
    }
}

void Motion::fail(const char* why) {
    ends_as_ = Outcome::failed;
    if (message_.empty()) message_ = why;
}

void Motion::fail(std::size_t joint, const char* why, double value, const char* unit) {
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(), "%s %s %.3f %s; look what is in its way", kRobot[joint].name, why, value,
                  unit);
    fail(text.data());
}

}  // namespace eca
