// Which robot this is: its joints, where they sit, their limits, its gripper. Put yours here.
//
// The numbers are those that Franka publishes for its Panda (Franka Control Interface documentation, "Limits for
// Panda"; frames as in its URDF). Everything else - description, URDF, checks, stopping - follows from this table.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace eca {

constexpr std::size_t kJoints = 7;
using JointArray = std::array<double, kJoints>;

/// Where a joint's frame stands in the one before it, and its limits. The joint turns about its own z.
struct Joint {
    const char* name;
    double x, y, z;       ///< m
    double roll;          ///< rad, about x
    double lower, upper;  ///< rad
    double velocity;      ///< rad/s
    double acceleration;  ///< rad/s^2
    double jerk;          ///< rad/s^3
    double effort;        ///< N m
};

constexpr double kQuarter = 1.5707963267948966;

// clang-format off
constexpr std::array<Joint, kJoints> kRobot = {{
    {"panda_joint1",  0.0,     0.0,   0.333,  0.0,      -2.8973,  2.8973, 2.175, 15.0,  7500.0, 87.0},
    {"panda_joint2",  0.0,     0.0,   0.0,   -kQuarter, -1.7628,  1.7628, 2.175,  7.5,  3750.0, 87.0},
    {"panda_joint3",  0.0,    -0.316, 0.0,    kQuarter, -2.8973,  2.8973, 2.175, 10.0,  5000.0, 87.0},
    {"panda_joint4",  0.0825,  0.0,   0.0,    kQuarter, -3.0718, -0.0698, 2.175, 12.5,  6250.0, 87.0},
    {"panda_joint5", -0.0825,  0.384, 0.0,   -kQuarter, -2.8973,  2.8973, 2.61,  15.0,  7500.0, 12.0},
    {"panda_joint6",  0.0,     0.0,   0.0,    kQuarter, -0.0175,  3.7525, 2.61,  20.0, 10000.0, 12.0},
    {"panda_joint7",  0.088,   0.0,   0.0,    kQuarter, -2.8973,  2.8973, 2.61,  20.0, 10000.0, 12.0},
}};
// clang-format on

constexpr const char* kName = "Simulated Panda (C++)";
constexpr const char* kToolLink = "panda_hand_tcp";

/// Where the simulated arm stands at its start: the tool points down.
constexpr JointArray kHome = {0.0, -0.215, 0.0, -2.57, 0.0, 2.356, 0.785};

/// The most that the gripper can: width between the fingers, force, speed of the width.
constexpr double kGripperWidth = 0.08;  // m
constexpr double kGripperForce = 70.0;  // N
constexpr double kGripperSpeed = 0.1;   // m/s

/// One limit of all joints, as `limit_of(&Joint::velocity)`.
JointArray limit_of(double Joint::* limit);

/// The robot's description as text, with these joints and the tool's link.
std::string urdf();

}  // namespace eca
