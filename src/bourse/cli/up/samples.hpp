// The sample applications of `bourse up`: images in a local registry, the dataset in the store.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace bourse::cli {

struct SampleImage {
    std::string name;
    std::string multiaddr;   ///< host:port/repository:tag
    Hash checksum;           ///< SHA-256 of the manifest
    std::string readme;      ///< of its page; empty: none
    std::string parameters;  ///< JSON text of its parameter schema; empty: none
};
struct SampleData {
    std::string name;
    std::string url;  ///< where a worker fetches it
    Hash checksum;    ///< SHA-256 of the bytes
};
struct Samples {
    std::vector<SampleImage> images;
    std::vector<SampleData> data;
};

/// The folder `samples` beside the program's source tree or under share/bourse; empty if there is none.
std::filesystem::path find_samples_folder();

/// Builds the images where they are not built yet, pushes them to the registry, uploads the datasets to the store.
/// `work` keeps what was built. Errors: SAMPLES_FAILED with the end of the script's output, SAMPLES_INVALID, those of
/// client/store_client.hpp.
Result<Samples> provide_samples(const std::filesystem::path& folder, const std::filesystem::path& work,
                                const std::string& registry, const std::string& store_url);

/// The command line of a registry on `port` that keeps its blobs under `folder`; writes its configuration file.
Result<std::vector<std::string>> registry_command(const std::filesystem::path& folder, std::uint16_t port);

}  // namespace bourse::cli
