#include "simulated.hpp"

#include <algorithm>
#include <cmath>

namespace eca {
namespace {

constexpr double kServoFrequency = 125.0;     // rad/s; critically damped
constexpr int kSubsteps = 4;                  // of a period, so that the stiff servo integrates well
constexpr JointArray kInertia = {1.0, 1.2, 0.7, 0.6, 0.15, 0.1, 0.05};  // kg m^2, about each joint
constexpr JointArray kFriction = {2.0, 2.0, 1.5, 1.5, 0.5, 0.5, 0.3};   // N m s, viscous
constexpr double kGripperAcceleration = 4.0;  // m/s^2
constexpr double kForceRise = 0.05;           // s, from first touch to full force
constexpr double kGripperArrived = 1e-4;      // m

}  // namespace

SimulatedArm::SimulatedArm(double period_s, const SimulationOptions& options)
    : period_s_(period_s), options_(options) {
    now_.positions = kHome;
    now_.gripper_width = kGripperWidth;
}

void SimulatedArm::write(const JointState& arm, const GripperCommand& gripper) {
    for (int i = 0; i < kSubsteps; ++i) move_joints(arm, period_s_ / kSubsteps);
    move_gripper(gripper, period_s_);
    const auto& fault = options_.fault;
    const bool faulty = fault && now_.positions[fault->joint] > fault->position;
    now_.fault = faulty ? "a drive reports a fault (simulated)" : nullptr;
}

void SimulatedArm::move_joints(const JointState& target, double dt) {
    for (std::size_t j = 0; j < kJoints; ++j) {
        double& position = now_.positions[j];
        double& velocity = now_.velocities[j];
        const double acceleration = target.accelerations[j] +
                                    2.0 * kServoFrequency * (target.velocities[j] - velocity) +
                                    kServoFrequency * kServoFrequency * (target.positions[j] - position);
        velocity += acceleration * dt;
        position += velocity * dt;
        now_.efforts[j] = kInertia[j] * acceleration + kFriction[j] * velocity;
        if (options_.wall && options_.wall->joint == j && position > options_.wall->position) {
            position = options_.wall->position;
            velocity = 0.0;
        }
    }
}

void SimulatedArm::move_gripper(const GripperCommand& command, double dt) {
    const double object = options_.object_width;
    const bool touches = object > 0.0 && now_.gripper_width <= object + 1e-9;
    const bool closes = command.width < now_.gripper_width - kGripperArrived;
    if (touches && closes) {
        // The fingers stand and the force rises to what was asked, or falls to it.
        const double step = kGripperForce / kForceRise * dt;
        now_.gripper_force += std::clamp(command.force - now_.gripper_force, -step, step);
        gripper_velocity_ = 0.0;
        now_.gripper_still = std::abs(command.force - now_.gripper_force) < 1e-3;
        return;
    }
    now_.gripper_force = 0.0;
    const double away = command.width - now_.gripper_width;
    // As fast as it may and can still brake in time.
    const double brakes = std::sqrt(2.0 * kGripperAcceleration * std::abs(away));
    const double speed = command.hold ? 0.0 : std::min({command.speed, brakes, std::abs(away) / dt});
    const double wanted = std::copysign(speed, away);
    const double step = kGripperAcceleration * dt;
    gripper_velocity_ += std::clamp(wanted - gripper_velocity_, -step, step);
    now_.gripper_width = std::clamp(now_.gripper_width + gripper_velocity_ * dt, 0.0, kGripperWidth);
    if (object > 0.0 && gripper_velocity_ < 0.0) now_.gripper_width = std::max(now_.gripper_width, object);
    now_.gripper_still = std::abs(gripper_velocity_) < 1e-3 && (command.hold || std::abs(away) < kGripperArrived);
}

}  // namespace eca
