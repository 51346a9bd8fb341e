// What a commander is told where it may not have what it asked for.
#pragma once

#include <stdexcept>
#include <string>

namespace eca {

/// Thrown on the server's thread, sent as {"error": {"kind", "message"}}. The message says what to do.
struct Refused : std::runtime_error {
    Refused(const char* the_kind, const std::string& message) : std::runtime_error(message), kind(the_kind) {}
    const char* kind;
};

/// Not now, not you, not so.
struct CommandRefused : Refused {
    explicit CommandRefused(const std::string& message) : Refused("CommandRefused", message) {}
};

struct StopLatched : Refused {
    explicit StopLatched(const std::string& message) : Refused("StopLatched", message) {}
};

/// A motion beyond a limit of the robot.
struct LimitExceeded : Refused {
    explicit LimitExceeded(const std::string& message) : Refused("LimitExceeded", message) {}
};

/// A body of the wrong form, a number that is not finite.
struct InvalidArgument : Refused {
    explicit InvalidArgument(const std::string& message) : Refused("InvalidArgument", message) {}
};

}  // namespace eca
