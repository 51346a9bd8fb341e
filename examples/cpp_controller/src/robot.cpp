#include "robot.hpp"

#include <sstream>

namespace eca {
namespace {

constexpr double kFlange = 0.107;       // m, from the last joint to the flange
constexpr double kHandToTool = 0.105;   // m, from the flange to the point between the fingertips
constexpr double kHandTurn = -0.7853981633974483;  // rad, about z: how the hand is mounted

std::string link_name(std::size_t index) { return "panda_link" + std::to_string(index); }

void write_fixed(std::ostream& out, const std::string& name, const std::string& parent, const std::string& child,
                 double z, double yaw) {
    out << "  <link name=\"" << child << "\"/>\n"
        << "  <joint name=\"" << name << "\" type=\"fixed\">\n"
        << "    <origin xyz=\"0 0 " << z << "\" rpy=\"0 0 " << yaw << "\"/>\n"
        << "    <parent link=\"" << parent << "\"/>\n"
        << "    <child link=\"" << child << "\"/>\n"
        << "  </joint>\n";
}

}  // namespace

JointArray limit_of(double Joint::* limit) {
    JointArray values{};
    for (std::size_t i = 0; i < kJoints; ++i) values[i] = kRobot[i].*limit;
    return values;
}

std::string urdf() {
    std::ostringstream out;
    out.precision(17);
    out << "<?xml version=\"1.0\"?>\n<robot name=\"panda\">\n  <link name=\"" << link_name(0) << "\"/>\n";
    for (std::size_t i = 0; i < kJoints; ++i) {
        const Joint& joint = kRobot[i];
        out << "  <link name=\"" << link_name(i + 1) << "\"/>\n"
            << "  <joint name=\"" << joint.name << "\" type=\"revolute\">\n"
            << "    <origin xyz=\"" << joint.x << ' ' << joint.y << ' ' << joint.z << "\" rpy=\"" << joint.roll
            << " 0 0\"/>\n"
            << "    <parent link=\"" << link_name(i) << "\"/>\n"
            << "    <child link=\"" << link_name(i + 1) << "\"/>\n"
            << "    <axis xyz=\"0 0 1\"/>\n"
            << "    <limit lower=\"" << joint.lower << "\" upper=\"" << joint.upper << "\" velocity=\""
            << joint.velocity << "\" effort=\"" << joint.effort << "\"/>\n"
            << "  </joint>\n";
    }
    write_fixed(out, "panda_joint8", link_name(kJoints), "panda_link8", kFlange, 0.0);
    write_fixed(out, "panda_hand_joint", "panda_link8", "panda_hand", 0.0, kHandTurn);
    write_fixed(out, "panda_hand_tcp_joint", "panda_hand", kToolLink, kHandToTool, 0.0);
    out << "</robot>\n";
    return out.str();
}

}  // namespace eca
