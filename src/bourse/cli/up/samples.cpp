#include <bourse/cli/up/dev_setup.hpp>
#include <bourse/cli/up/samples.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>

#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

constexpr std::uint64_t kBuildLimitMs = 300'000;

Result<nlohmann::json> build_samples(const std::filesystem::path& folder, const std::filesystem::path& work,
                                     const std::string& registry) {
    sys::ProcessSpec build;
    build.argv = {"/bin/bash", (folder / "build.sh").string(), work.string(), registry};
    build.timeout_ms = kBuildLimitMs;
    BOURSE_TRY(const auto done, sys::run_process(build));
    if (!done.ok())
        return fail("SAMPLES_FAILED",
                    "The sample images could not be built by " + build.argv[1] + ": " +
                        (done.timed_out ? "it took too long"
                                        : done.err.substr(done.err.size() > 2000 ? done.err.size() - 2000 : 0)));
    BOURSE_TRY(const auto text, sys::read_file(work / "samples.json"));
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail("SAMPLES_INVALID", (work / "samples.json").string() + " is no JSON.");
    return json;
}

Result<Hash> checksum_of(const nlohmann::json& entry) {
    const auto hash = hash_from_hex(entry.at("checksum").get<std::string>());
    if (!hash) return fail("SAMPLES_INVALID", "A checksum in samples.json is not 32 bytes of hex.");
    return *hash;
}

/// The file that the member names; empty where it names none.
Result<std::string> text_of_page(const nlohmann::json& entry, const char* name) {
    const auto page = entry.find("page");
    if (page == entry.end() || !page->contains(name)) return std::string();
    return sys::read_file(page->at(name).get<std::string>());
}

}  // namespace

std::filesystem::path find_samples_folder() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return {};
    for (auto folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        for (const char* place : {"samples", "share/bourse/samples"})
            if (std::filesystem::exists(folder / place / "build.sh", error)) return folder / place;
    }
    return {};
}

Result<Samples> provide_samples(const std::filesystem::path& folder, const std::filesystem::path& work,
                                const std::string& registry, const std::string& store_url) {
    BOURSE_TRY(const auto json, build_samples(folder, work, registry));
    Samples samples;
    try {
        for (const auto& [name, entry] : json.at("apps").items()) {
            BOURSE_TRY(const auto checksum, checksum_of(entry));
            SampleImage image{name, entry.at("multiaddr").get<std::string>(), checksum, {}, {}};
            BOURSE_TRY(image.readme, text_of_page(entry, "readme"));
            BOURSE_TRY(image.parameters, text_of_page(entry, "parameters"));
            samples.images.push_back(std::move(image));
        }
        const client::StoreClient store(store_url);
        const auto owner = dev_key("dataset_provider");
        for (const auto& [name, entry] : json.at("datasets").items()) {
            BOURSE_TRY(const auto checksum, checksum_of(entry));
            BOURSE_TRY(const auto stored, store.upload(entry.at("file").get<std::string>(), owner));
            samples.data.push_back({name, store_url + "/ipfs/" + stored.digests.cid, checksum});
        }
    } catch (const nlohmann::json::exception& wrong) {
        return fail("SAMPLES_INVALID", std::string("samples.json lacks what is expected: ") + wrong.what());
    }
    return samples;
}

Result<std::vector<std::string>> registry_command(const std::filesystem::path& folder, std::uint16_t port) {
    std::error_code ignored;
    std::filesystem::create_directories(folder / "blobs", ignored);
    const std::string config =
        "version: 0.1\n"
        "log:\n  level: warn\n  accesslog:\n    disabled: true\n"
        "storage:\n  filesystem:\n    rootdirectory: " +
        (folder / "blobs").string() +
        "\n"
        "http:\n  addr: 127.0.0.1:" +
        std::to_string(port) + "\n";
    BOURSE_CHECK(sys::write_file_atomic(folder / "config.yml", config));
    return std::vector<std::string>{"docker-registry", "serve", (folder / "config.yml").string()};
}

}  // namespace bourse::cli
