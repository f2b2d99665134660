// Passes messages between a page and the `bourse companion` in a terminal, whose keys sign what the page asks for
// (web-ui.md §7.2). The market sees what is signed and keeps nothing; the terminal's user decides. Protocol:
// docs/reference/companion.md.
#pragma once

#include <bourse/net/http_server.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace bourse::market {

struct CompanionLimits {
    std::size_t pairings = 1'000;
    std::size_t open_codes = 64;             ///< that wait for a terminal: few, so that a code cannot be guessed
    std::size_t wrong_codes_of_one = 10;     ///< a minute, from one address
    std::size_t wrong_codes_of_all = 100;    ///< a minute
    std::uint64_t code_ms = 120'000;         ///< a code's life
    std::uint64_t absence_ms = 10 * 60'000;  ///< a pairing whose sides are not both here is forgotten after that
};

/// Safe from any thread.
class CompanionRelay {
public:
    static constexpr std::size_t kFrameBytes = 64 << 10;
    explicit CompanionRelay(std::function<std::uint64_t()> now_ms, CompanionLimits limits = {});

    /// For a WebSocket route. The relay must outlive the server.
    net::WsHandlers handlers();
    /// What a frame of a client does.
    void receive(const net::WsConnectionPtr& connection, std::string_view text);
    void closed(const net::WsConnectionPtr& connection);
    std::size_t pairings() const;

private:
    enum class Side : std::uint8_t { kPage, kTerminal };
    struct Pairing {
        std::string code;  ///< empty once the terminal joined
        std::string tokens[2];
        net::WsConnectionPtr sides[2];
        std::uint64_t since_ms = 0;  ///< opened, or a side left
    };
    using PairingPtr = std::shared_ptr<Pairing>;
    struct Place {
        PairingPtr pairing;
        Side side;
    };

    void open(const net::WsConnectionPtr& connection);
    void join(const net::WsConnectionPtr& connection, const std::string& code);
    void resume(const net::WsConnectionPtr& connection, const std::string& token);
    void pass(const net::WsConnectionPtr& connection, std::string data);
    void take_place(const net::WsConnectionPtr& connection, const PairingPtr& pairing, Side side);
    void leave(const net::WsConnection* connection);
    void forget_old();
    bool may_try(const std::string& address);
    std::size_t open_codes() const;
    std::string fresh_code() const;

    const std::function<std::uint64_t()> now_ms_;
    const CompanionLimits limits_;
    mutable std::mutex mutex_;
    std::map<std::string, Place> by_token_;
    std::map<const net::WsConnection*, Place> by_connection_;
    std::uint64_t wrong_since_ms_ = 0;
    std::map<std::string, std::size_t> wrong_codes_;  ///< by address; "" for all together
};

}  // namespace bourse::market
