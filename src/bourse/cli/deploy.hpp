// Deployment of apps, datasets and workerpools.
#pragma once

#include <bourse/cli/context.hpp>
#include <bourse/client/project_file.hpp>

#include <string>

namespace bourse::cli {

/// Values given on the command line; empty ones come from iexec.json.
struct DeployArgs {
    std::string name;  ///< a workerpool's description
    std::string multiaddr;
    std::string checksum;
    std::string file;
};

/// Errors: DEPLOY_INVALID, IMAGE_WITHOUT_REGISTRY, IMAGE_NOT_FOUND, ALREADY_DEPLOYED, and those of the transaction.
Result<Answer> deploy_resource(Context& context, client::OrderKind kind, const DeployArgs& args);

/// The registry's host of an image reference: the part before the first slash when it has a dot or a port or is
/// localhost, as Docker decides it; empty for "hello:1.0" or "library/hello".
std::string image_registry(std::string_view multiaddr);
/// SHA-256 of the manifest as the registry serves it (skopeo). Errors: IMAGE_NOT_FOUND, SKOPEO_MISSING.
Result<Hash> image_digest(const std::string& multiaddr);

}  // namespace bourse::cli
