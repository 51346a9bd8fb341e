// eca-controller: a robot controller that language models can drive, through embodied-codeact.
//
// Reading order: hardware.hpp (what moves), robot.hpp (which robot), motion.hpp and stopping.hpp (how), controller.hpp
// (who may), loop.hpp (when), server.hpp (over which sockets).
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "controller.hpp"
#include "loop.hpp"
#include "server.hpp"
#include "simulated.hpp"

namespace {

constexpr const char* kUsage =
    "usage: eca-controller --endpoint tcp://127.0.0.1:5700 | ipc://FOLDER\n"
    "                      [--rate HZ]              of the loop and of the state stream, 50 to 2000 (500)\n"
    "                      [--key FILE.key_secret --allow FOLDER]  CURVE: its own keys, the clients' public ones\n"
    "                      [--real-time]            SCHED_FIFO and locked memory\n"
    "                      [--object M]             width of an object between the simulated fingers (0: none)\n"
    "                      [--wall JOINT:RAD]       a wall in the way of a simulated joint, 1 to 7\n"
    "                      [--fault JOINT:RAD]      a simulated drive that reports a fault beyond this position\n";

struct Options {
    std::string endpoint, key, allow;
    double rate_hz = 500.0;
    bool real_time = false;
    eca::SimulationOptions simulation;
};

double number(const std::string& name, const std::string& text, double lower, double upper) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= lower && value <= upper))
        throw eca::SetupError(name + " '" + text + "': a number from " + std::to_string(lower) + " to " +
                              std::to_string(upper) + " is expected");
    return value;
}

eca::SimulationOptions::Place place(const std::string& name, const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) throw eca::SetupError(name + " '" + text + "': JOINT:RAD is expected");
    const double joint = number(name, text.substr(0, colon), 1, eca::kJoints);
    return {static_cast<std::size_t>(joint) - 1, number(name, text.substr(colon + 1), -10.0, 10.0)};
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--real-time") {
            options.real_time = true;
            continue;
        }
        if (i + 1 >= argc) throw eca::SetupError("option " + name + " is not known, or misses its value");
        const std::string value = argv[++i];
        if (name == "--endpoint") options.endpoint = value;
        else if (name == "--rate") options.rate_hz = number(name, value, 50.0, 2000.0);
        else if (name == "--key") options.key = value;
        else if (name == "--allow") options.allow = value;
        else if (name == "--object") options.simulation.object_width = number(name, value, 0.0, eca::kGripperWidth);
        else if (name == "--wall") options.simulation.wall = place(name, value);
        else if (name == "--fault") options.simulation.fault = place(name, value);
        else throw eca::SetupError("option " + name + " is not known");
    }
    if (options.endpoint.empty()) throw eca::SetupError("--endpoint is missing");
    if (options.key.empty() != options.allow.empty())
        throw eca::SetupError("--key and --allow belong together: without a list, keys would let in anybody");
    return options;
}

std::optional<eca::Security> security(const Options& options) {
    if (options.key.empty()) return std::nullopt;
    return eca::Security{eca::read_key_pair(options.key), eca::read_allowed(options.allow)};
}

/// A descriptor that becomes readable at Ctrl-C, SIGTERM and the end of the terminal. Before any thread begins, so that all of them block both.
int signal_descriptor() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    // nohup ignores it on purpose.
    struct sigaction hangup {};
    sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaddset(&ending, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
}

void run(const Options& options) {
    const int signals = signal_descriptor();
    const double period_s = 1.0 / options.rate_hz;
    // YOUR ROBOT GOES HERE: a Hardware of your own in place of the simulated one.
    eca::SimulatedArm hardware(period_s, options.simulation);
    eca::Controller controller(hardware, period_s);
    eca::Loop loop(controller, options.rate_hz);
    eca::Server server(eca::Endpoint(options.endpoint), security(options), controller, loop, options.rate_hz);
    loop.start(options.real_time);
    std::cout << "listening at " << options.endpoint << std::endl;
    server.run(signals);
    close(signals);
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string(argv[i]) == "--help") {
            std::cout << kUsage;
            return 0;
        }
    try {
        run(parse(argc, argv));
    } catch (const eca::SetupError& error) {
        std::cerr << "eca-controller: " << error.what() << "\n(--help says what it takes)\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "eca-controller: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
