#include <bourse/cli/up/ports.hpp>
#include <bourse/sys/file.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

constexpr std::uint16_t kFirstWorkerPort = 8120;
constexpr std::uint16_t kBridgePort = 8130;

nlohmann::json ports_to_json(const UpPorts& ports) {
    return {{"node", ports.node},   {"market", ports.market},     {"scheduler", ports.scheduler},
            {"store", ports.store}, {"registry", ports.registry}, {"workers", ports.workers}};
}

Result<UpPorts> ports_from_json(const std::filesystem::path& file, const std::string& text) {
    try {
        const auto json = nlohmann::json::parse(text);
        UpPorts ports;
        ports.node = json.at("node").get<std::uint16_t>();
        ports.market = json.at("market").get<std::uint16_t>();
        ports.scheduler = json.at("scheduler").get<std::uint16_t>();
        ports.store = json.at("store").get<std::uint16_t>();
        ports.registry = json.at("registry").get<std::uint16_t>();
        ports.workers = json.at("workers").get<std::vector<std::uint16_t>>();
        return ports;
    } catch (const nlohmann::json::exception&) {
        return fail("PORTS_FILE_INVALID", file.string() + " is damaged; delete it to have new ports chosen.");
    }
}

std::vector<std::uint16_t> all_ports(const UpPorts& ports) {
    std::vector<std::uint16_t> all{ports.node, ports.market, ports.scheduler, ports.store, ports.registry};
    all.insert(all.end(), ports.workers.begin(), ports.workers.end());
    return all;
}

}  // namespace

HeldPorts::~HeldPorts() {
    for (const int fd : sockets_) close(fd);
}

Result<std::uint16_t> HeldPorts::bind_one(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail("PORT_TAKEN", "No socket could be opened to find a free port; too many open files?");
    sockets_.push_back(fd);
    const int shared = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &shared, sizeof(shared)) != 0 || bind(fd, generic, size) != 0 ||
        getsockname(fd, generic, &size) != 0)
        return fail("PORT_TAKEN", "No free port was found on 127.0.0.1.");
    return ntohs(address.sin_port);
}

Result<std::uint16_t> HeldPorts::next() { return bind_one(0); }
void HeldPorts::hold(std::uint16_t port) { static_cast<void>(bind_one(port)); }

UpPorts default_ports(unsigned workers) {
    UpPorts ports;
    for (std::uint16_t port = kFirstWorkerPort; ports.workers.size() < workers; ++port)
        if (port != kBridgePort) ports.workers.push_back(port);
    return ports;
}

Result<UpPorts> auto_ports(const std::filesystem::path& file, unsigned workers, HeldPorts& held) {
    UpPorts ports;
    if (std::filesystem::exists(file)) {
        BOURSE_TRY(const auto text, sys::read_file(file));
        BOURSE_TRY(ports, ports_from_json(file, text));
        for (const auto port : all_ports(ports)) held.hold(port);
    } else {
        for (auto* port : {&ports.node, &ports.market, &ports.scheduler, &ports.store, &ports.registry}) {
            BOURSE_TRY(*port, held.next());
        }
    }
    while (ports.workers.size() < workers) {
        BOURSE_TRY(const auto port, held.next());
        ports.workers.push_back(port);
    }
    BOURSE_CHECK(sys::write_file_atomic(file, ports_to_json(ports).dump(2) + "\n"));
    return ports;
}

}  // namespace bourse::cli
