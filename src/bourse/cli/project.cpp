#include <bourse/cli/project.hpp>

#include <bourse/codec/text.hpp>

#include <fmt/format.h>

namespace bourse::cli {

namespace {

constexpr const char* kProjectPath = "iexec.json";

const client::DevApp* find_dev_resource(const client::UpFile& up, OrderKind kind, const std::string& name) {
    if (kind != OrderKind::kApp && kind != OrderKind::kDataset) return nullptr;
    const auto& resources = kind == OrderKind::kApp ? up.apps : up.datasets;
    const auto it = resources.find(name);
    return it == resources.end() ? nullptr : &it->second;
}

std::string known_names(const client::UpFile* up, OrderKind kind) {
    if (!up || kind == OrderKind::kWorkerpool) return {};
    std::vector<std::string> names;
    for (const auto& [name, resource] : kind == OrderKind::kApp ? up->apps : up->datasets) names.push_back(name);
    return names.empty() ? std::string() : fmt::format(" Known names here: {}.", fmt::join(names, ", "));
}

}  // namespace

Result<client::ProjectFile> open_project() {
    BOURSE_TRY(auto project, client::ProjectFile::open(kProjectPath, false));
    BOURSE_CHECK(client::check_project(project));
    return project;
}

Result<client::ProjectFile> open_project_or_empty() {
    BOURSE_TRY(auto project, client::ProjectFile::open(kProjectPath, true));
    BOURSE_CHECK(client::check_project(project));
    return project;
}

Result<client::ProjectFile> open_deployed() { return client::ProjectFile::open("deployed.json", true); }

Result<client::ProjectFile> open_orders() { return client::ProjectFile::open("orders.json", true); }

Result<Address> resource_address(Context& context, OrderKind kind, const std::string& text) {
    const std::string name(poco::to_text(kind));
    if (text.empty() || text == "deployed") {
        BOURSE_TRY(const auto chain_id, context.chain_id());
        BOURSE_TRY(const auto deployed, open_deployed());
        if (const auto address = client::deployed_address(deployed, kind, chain_id)) return *address;
        const auto* up = context.up_file();
        if (kind == OrderKind::kWorkerpool && up && !up->workerpool.is_zero()) return up->workerpool;
        return fail("RESOURCE_MISSING",
                    fmt::format("Which {}? Give its address; deployed.json has none for chain {}.{}", name, chain_id,
                                known_names(up, kind)));
    }
    if (text.starts_with("0x")) return parse_address(text);
    const auto* up = context.up_file();
    if (const auto* resource = up ? find_dev_resource(*up, kind, text) : nullptr) return resource->address;
    return fail("ADDRESS_INVALID", fmt::format("'{}' is neither an address (0x and 40 hex digits) nor a known {}.{}",
                                               text, name, known_names(up, kind)));
}

std::string project_template() {
    const nlohmann::ordered_json project{{"description", "My Bourse project"},
                                         {"license", "MIT"},
                                         {"author", ""},
                                         {"social", nlohmann::ordered_json::object()},
                                         {"logo", ""}};
    return project.dump(2) + "\n";
}

}  // namespace bourse::cli
