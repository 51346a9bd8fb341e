// The frames of a message: [identity or topic] [b"ECA1"] [header] [buffer] ...
//
// The header is a MessagePack map; its `body` is the content, and the arrays in it travel as the buffer frames. Here a
// message is frames and nothing more: what it asks for is the server's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "msgpack.hpp"

namespace eca {

constexpr std::string_view kMagic = "ECA1";
/// A larger frame is no message of this protocol.
constexpr std::size_t kMaxFrameBytes = 1024 * 1024;
/// Neither is one of more frames.
constexpr std::size_t kMaxFrames = 16;

/// A message that was read, or one to write but for its buffers. A field with its default is not written.
struct Message {
    std::string type;
    std::int64_t id = 0;
    std::string session;
    std::int64_t seq = 0;
    std::int64_t lease = 0;
    std::optional<double> ttl_s;
    std::int64_t time_ns = 0;
    msgpack::Value body;
    std::vector<std::string> buffers;
};

/// An array of numbers, C order.
struct Array {
    std::vector<std::size_t> shape;
    std::vector<double> data;
};

/// Read the frames after identity or topic; nothing where they are no message of this protocol.
std::optional<Message> read_message(const std::vector<std::string>& frames);

/// The array that stands at `place` of the message's body; nothing where there is none of dtype "<f8".
std::optional<Array> read_array(const Message& message, const msgpack::Value* place);

/// Writes a body: MessagePack, and arrays as buffers beside it.
class BodyWriter : public msgpack::Writer {
  public:
    void array(const double* data, const std::vector<std::size_t>& shape);
    template <typename Fixed>
    void array(const Fixed& values) {
        array(values.data(), {values.size()});
    }

    const std::vector<std::string>& buffers() const { return buffers_; }

  private:
    std::vector<std::string> buffers_;
};

/// The frames after identity or topic. The header's own `body` and `buffers` are not looked at.
std::vector<std::string> write_message(const Message& header, const BodyWriter& body);

}  // namespace eca
