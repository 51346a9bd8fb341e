// Plans stops: reads `velocity acceleration max_acceleration max_jerk`, one a line, and writes for each the duration and
// then position, velocity and acceleration at evenly spaced times from the beginning to the end.
#include <iostream>

#include "../src/stopping.hpp"

int main() {
    constexpr int kSteps = 400;
    std::cout.precision(17);
    double velocity, acceleration, max_acceleration, max_jerk;
    while (std::cin >> velocity >> acceleration >> max_acceleration >> max_jerk) {
        const eca::JointStop stop(0.0, velocity, acceleration, max_acceleration, max_jerk);
        std::cout << stop.duration_s();
        for (int i = 0; i <= kSteps; ++i) {
            // Just before the end, where nothing was rounded to rest yet.
            double p, v, a;
            stop.at(stop.duration_s() * (1.0 - 1e-12) * i / kSteps, p, v, a);
            std::cout << ' ' << p << ' ' << v << ' ' << a;
        }
        std::cout << '\n';
    }
}
