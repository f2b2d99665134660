// How a command reaches the node that has its data folder open: `admin.json` there (mode 0600) holds the node's URL on
// loopback and a token that is new with every start. Who may read the folder may ask.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/engine/engine.hpp>
#include <bourse/net/http_server.hpp>

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bourse::node {

/// Height, hash, state root, kept states, chain and format: what `bourse node status` shows of a chain.
nlohmann::json chain_status(const engine::Application& application);

/// GET /admin/status and POST /admin/copy {"to": folder}; anything without the token: 403. The engine must outlive the
/// server.
void serve_admin(net::HttpServer& server, engine::Engine& engine, const std::string& token);
/// Errors: FILE_UNWRITABLE.
Status<> write_admin_file(const std::filesystem::path& data_dir, const std::string& bind, std::uint16_t port,
                          const std::string& token);
void remove_admin_file(const std::filesystem::path& data_dir) noexcept;

/// Asks the running node. Errors: ADMIN_UNREACHABLE (another kind of process has the folder, or the node does not
/// answer), and what the node refuses with.
Result<nlohmann::json> ask_running_node(const std::filesystem::path& data_dir, const std::string& method,
                                        const std::string& path, const nlohmann::json& body);

}  // namespace bourse::node
