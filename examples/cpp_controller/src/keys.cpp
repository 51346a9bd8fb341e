#include "keys.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace eca {
namespace {

constexpr std::size_t kKeyCharacters = 40, kKeyBytes = 32;
// The frames of a ZAP request: version, id, domain, address, identity, mechanism, credentials ...
constexpr std::size_t kVersion = 0, kRequestId = 1, kMechanism = 5, kCredentials = 6, kRequestFrames = 7;

bool is_key(const std::string& text) {
    std::array<std::uint8_t, kKeyBytes> bytes{};
    return text.size() == kKeyCharacters && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

/// A value of ZPL (RFC 4 of ZeroMQ): a line `name = "value"`, within a section or not; empty where there is none.
std::string zpl_value(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    if (!file) throw SetupError(path + " cannot be read as a key");
    for (std::string line; std::getline(file, line);) {
        const std::size_t begin = line.find_first_not_of(" \t");
        const std::size_t equals = line.find('=');
        // A key may hold '=' and '#' itself: the first '=' ends the name, quotes end the value.
        if (begin == std::string::npos || line[begin] == '#' || equals == std::string::npos) continue;
        const std::size_t name_end = line.find_last_not_of(" \t", equals == 0 ? 0 : equals - 1);
        if (name_end == std::string::npos || name_end < begin || line.substr(begin, name_end - begin + 1) != name)
            continue;
        const std::size_t open = line.find_first_of("\"'", equals);
        const std::size_t close = open == std::string::npos ? open : line.find(line[open], open + 1);
        if (close != std::string::npos) return line.substr(open + 1, close - open - 1);
    }
    return {};
}

}  // namespace

KeyPair read_key_pair(const std::string& path) {
    KeyPair pair{zpl_value(path, "public-key"), zpl_value(path, "secret-key")};
    if (!is_key(pair.public_key) || !is_key(pair.secret_key))
        throw SetupError(path + " holds no secret key; name the file that ends in .key_secret");
    struct stat information{};
    if (stat(path.c_str(), &information) != 0 || (information.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw SetupError("others can read " + path + ": chmod 600 " + path);
    return pair;
}

std::set<std::string> read_allowed(const std::string& folder) {
    std::set<std::string> keys;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() != ".key") continue;
        const std::string key = zpl_value(entry.path().string(), "public-key");
        if (!is_key(key)) throw SetupError(entry.path().string() + " holds no public key");
        keys.insert(key);
    }
    if (error) throw SetupError(folder + " is no folder; it should hold the .key file of each client to let in");
    if (keys.empty())
        throw SetupError(folder + " holds no .key file, so nobody could connect; copy those of the clients there");
    return keys;
}

Gatekeeper::Gatekeeper(Context& context, std::set<std::string> allowed)
    : socket_(context, ZMQ_REP), allowed_(std::move(allowed)) {
    socket_.bind("inproc://zeromq.zap.01");
}

void Gatekeeper::secure(Socket& socket, const KeyPair& own) {
    socket.set(ZMQ_CURVE_SERVER, 1);
    socket.set(ZMQ_CURVE_PUBLICKEY, own.public_key);
    socket.set(ZMQ_CURVE_SECRETKEY, own.secret_key);
    socket.set(ZMQ_ZAP_DOMAIN, "controller");
#ifdef ZMQ_ZAP_ENFORCE_DOMAIN
    // Nobody is let in where the question could not be asked.
    socket.set(ZMQ_ZAP_ENFORCE_DOMAIN, 1);
#endif
}

bool Gatekeeper::may_enter(const Frames& request) const {
    if (request[kVersion] != "1.0" || request[kMechanism] != "CURVE") return false;
    const std::string& key = request[kCredentials];
    std::array<char, kKeyCharacters + 1> text{};
    if (key.size() != kKeyBytes) return false;
    zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
    return allowed_.count(text.data()) > 0;
}

void Gatekeeper::answer() {
    while (const auto request = socket_.receive(kRequestFrames)) {
        const bool complete = request->size() == kRequestFrames;
        const bool enters = complete && may_enter(*request);
        socket_.send({"1.0", complete ? (*request)[kRequestId] : "", enters ? "200" : "400",
                      enters ? "OK" : "not on the list", enters ? "client" : "", ""});
    }
}

}  // namespace eca
