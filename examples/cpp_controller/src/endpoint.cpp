#include "endpoint.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sockets.hpp"

namespace eca {
namespace {

constexpr std::size_t kMaxSocketPath = 107;  // bytes, of Linux

bool starts_with(const std::string& text, const std::string& head) { return text.rfind(head, 0) == 0; }

}  // namespace

Endpoint::Endpoint(const std::string& text) : ipc_(starts_with(text, "ipc://")) {
    const std::string wrong = "endpoint '" + text + "' is neither ipc://FOLDER nor tcp://HOST:PORT";
    if (ipc_) {
        folder_ = text.substr(6);
        if (folder_.empty()) throw SetupError(wrong);
        folder_ = std::filesystem::absolute(folder_).string();
        if (folder_.size() + std::strlen("/control") > kMaxSocketPath)
            throw SetupError("endpoint '" + text + "': the path is too long for a socket; use a shorter one");
        return;
    }
    const std::size_t colon = text.rfind(':');
    if (!starts_with(text, "tcp://") || colon <= 6 || colon + 1 >= text.size()) throw SetupError(wrong);
    const std::string port = text.substr(colon + 1);
    if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos) throw SetupError(wrong);
    port_ = std::stoi(port);
    if (port_ < 1 || port_ > 65534) throw SetupError(wrong + " (with a port of 1 to 65534)");
    host_ = text.substr(6, colon - 6);
    if (host_.size() > 2 && host_.front() == '[' && host_.back() == ']') host_ = host_.substr(1, host_.size() - 2);
}

std::string Endpoint::control() const {
    if (ipc_) return "ipc://" + folder_ + "/control";
    return "tcp://" + (ipv6() ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

std::string Endpoint::state() const {
    if (ipc_) return "ipc://" + folder_ + "/state";
    return "tcp://" + (ipv6() ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_ + 1);
}

bool Endpoint::beyond_loopback() const {
    return !ipc_ && host_ != "localhost" && host_ != "::1" && !starts_with(host_, "127.");
}

Claim::Claim(const Endpoint& endpoint) : folder_(endpoint.folder()) {
    if (folder_.empty()) return;
    std::error_code error;
    made_folder_ = std::filesystem::create_directories(folder_, error);
    if (made_folder_) chmod(folder_.c_str(), S_IRWXU);
    const std::string path = folder_ + "/lock";
    // Held until this process ends, however it ends.
    lock_ = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock_ < 0) throw SetupError("cannot use ipc://" + folder_ + ": " + std::strerror(errno));
    struct stat ours{}, there{};
    // One that ended just now may have removed the very file that was locked here.
    const bool taken = flock(lock_, LOCK_EX | LOCK_NB) != 0 || fstat(lock_, &ours) != 0 ||
                       stat(path.c_str(), &there) != 0 || ours.st_ino != there.st_ino;
    if (!taken) return;
    close(lock_);
    throw SetupError("ipc://" + folder_ + " is in use by another controller; choose another endpoint");
}

Claim::~Claim() {
    if (lock_ < 0) return;
    std::error_code ignored;
    for (const char* name : {"/control", "/state", "/lock"}) std::filesystem::remove(folder_ + name, ignored);
    if (made_folder_) std::filesystem::remove(folder_, ignored);
    close(lock_);
}

}  // namespace eca
