// A simulated arm: each joint a servo of second order, a gripper that can press on something.
#pragma once

#include <optional>

#include "hardware.hpp"

namespace eca {

struct SimulationOptions {
    /// Width of an object between the fingers, m; none where 0.
    double object_width = 0.0;
    /// A joint's position, rad.
    struct Place {
        std::size_t joint;
        double position;
    };
    /// A wall: the joint does not get beyond.
    std::optional<Place> wall;
    /// A drive that reports a fault while its joint is beyond this.
    std::optional<Place> fault;
};

class SimulatedArm : public Hardware {
  public:
    SimulatedArm(double period_s, const SimulationOptions& options);

    Sensed read() override { return now_; }
    void write(const JointState& arm, const GripperCommand& gripper) override;

  private:
    void move_joints(const JointState& target, double dt);
    void move_gripper(const GripperCommand& command, double dt);

    double period_s_;
    SimulationOptions options_;
    Sensed now_;
    double gripper_velocity_ = 0.0;  // m/s
};

}  // namespace eca
