#include <bourse/worker/inputs.hpp>

#include <bourse/worker/app_contract.hpp>

#include <fmt/core.h>
#include <sys/stat.h>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

/// A download's failure is the requester's, the disk's is not.
bool disk_is_full(const fs::path& folder) {
    std::error_code ec;
    const auto space = fs::space(folder, ec);
    return !ec && space.available < (1 << 20);
}

InputFailure dataset_failure(const Error& error, std::string key) {
    const bool forbidden = error.code == "FETCH_FORBIDDEN";
    return {forbidden ? "INPUT_FILE_FORBIDDEN" : "DATASET_FILE_DOWNLOAD_FAILED", error.message,
            forbidden ? "" : std::move(key)};
}
InputFailure input_failure(const Error& error, std::string key) {
    const bool forbidden = error.code == "FETCH_FORBIDDEN";
    return {forbidden ? "INPUT_FILE_FORBIDDEN" : "INPUT_FILES_DOWNLOAD_FAILED", error.message,
            forbidden ? "" : std::move(key)};
}

Result<client::Fetched, InputFailure> fetch_dataset(const DealFacts& facts, const fs::path& folder,
                                                    const client::FetchPolicy& policy) {
    const auto key = "dataset:" + to_hex(facts.deal.dataset.pointer);
    const auto reference = client::reference_of_multiaddr(facts.dataset.multiaddr);
    if (!reference)
        return fail(InputFailure{"DATASET_FILE_DOWNLOAD_FAILED",
                                 "The dataset's multiaddr is neither a URL nor an IPFS address.", ""});
    auto fetched = client::fetch_file(*reference, folder / dataset_file_name(facts.deal.dataset.pointer), policy);
    if (!fetched) return fail(dataset_failure(fetched.error(), key));
    if (!facts.dataset.checksum.is_zero() && fetched->sha256 != facts.dataset.checksum)
        return fail(InputFailure{"DATASET_FILE_BAD_CHECKSUM",
                                 fmt::format("The dataset's file has the SHA-256 {} instead of {}.",
                                             to_hex(fetched->sha256), to_hex(facts.dataset.checksum)),
                                 key});
    return *fetched;
}

}  // namespace

Result<FetchedInputs, InputFailure> fetch_inputs(const DealFacts& facts, const std::vector<std::string>& urls,
                                                 const fs::path& folder, client::FetchPolicy policy) {
    std::error_code ec;
    fs::remove_all(folder, ec);
    fs::create_directories(folder, ec);
    if (ec)
        return fail(
            InputFailure{"WORKER_DISK_FULL", fmt::format("Cannot make {}: {}.", folder.string(), ec.message()), ""});
    ::chmod(folder.c_str(), 0755);
    FetchedInputs inputs;
    const auto own_fault = [&](InputFailure failure) {
        if (disk_is_full(folder)) failure = {"WORKER_DISK_FULL", "The worker's disk is full: " + failure.message, ""};
        return fail(std::move(failure));
    };
    if (facts.has_dataset()) {
        auto fetched = fetch_dataset(facts, folder, policy);
        if (!fetched) return own_fault(std::move(fetched).error());
        policy.max_bytes -= std::min(policy.max_bytes, fetched->size_bytes);
        inputs.keys.push_back("dataset:" + to_hex(facts.deal.dataset.pointer));
    }
    for (const auto& url : urls) {
        const auto name = input_file_name(url);
        const auto fetched = client::fetch_file(url, folder / name, policy);
        if (!fetched) return own_fault(input_failure(fetched.error(), "input:" + url));
        policy.max_bytes -= std::min(policy.max_bytes, fetched->size_bytes);
        inputs.names.push_back(name);
        inputs.keys.push_back("input:" + url);
    }
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
        ::chmod(it->path().c_str(), 0644);
    return inputs;
}

}  // namespace bourse::worker
