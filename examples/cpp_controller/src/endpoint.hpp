// One endpoint names a controller: tcp://HOST:PORT (control is PORT, state PORT + 1) or ipc://FOLDER.
#pragma once

#include <string>

namespace eca {

class Endpoint {
  public:
    /// Throws SetupError where the text is no endpoint.
    explicit Endpoint(const std::string& text);

    std::string control() const;
    std::string state() const;
    /// Whether other machines can reach it.
    bool beyond_loopback() const;
    bool ipv6() const { return host_.find(':') != std::string::npos; }
    /// The folder of an ipc endpoint, else empty.
    const std::string& folder() const { return folder_; }

  private:
    bool ipc_;
    std::string folder_;
    std::string host_;
    int port_ = 0;
};

/// The folder of an ipc endpoint, made for this user alone and claimed: binding would silently take the sockets of a
/// controller that lives there. What was made is removed in the end. Nothing has to be claimed for tcp.
class Claim {
  public:
    /// Throws SetupError where the endpoint is another's, or the folder cannot be made.
    explicit Claim(const Endpoint& endpoint);
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

  private:
    std::string folder_;
    bool made_folder_ = false;
    int lock_ = -1;
};

}  // namespace eca
