// Unpacked images by checksum, shared by the workers of a machine, within a budget of disk (least recently used first).
//
// Layout: images/<hex>/{rootfs, config.json, size}; an image appears there by one rename, so a killed worker leaves
// only something under tmp/, which the next start removes. locks/<hex> is locked shared while an app runs from an image
// and exclusively while it is fetched or removed.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/worker/image_config.hpp>
#include <bourse/worker/image_source.hpp>

#include <filesystem>
#include <string>

namespace bourse::worker {

/// The use of an image: it is not removed while this lives.
class ImageLease {
public:
    ImageLease(std::filesystem::path rootfs, ImageConfig config, int lock_fd)
        : rootfs_(std::move(rootfs)), config_(std::move(config)), lock_fd_(lock_fd) {}
    ImageLease(ImageLease&& other) noexcept;
    ImageLease& operator=(ImageLease&& other) noexcept;
    ~ImageLease();
    const std::filesystem::path& rootfs() const noexcept { return rootfs_; }
    const ImageConfig& config() const noexcept { return config_; }

private:
    std::filesystem::path rootfs_;
    ImageConfig config_;
    int lock_fd_ = -1;
};

class ImageCache {
public:
    ImageCache(std::filesystem::path dir, std::uint64_t budget_bytes)
        : dir_(std::move(dir)), budget_bytes_(budget_bytes) {}
    /// Makes the folders and removes what killed workers left half done. Errors: FILE_UNWRITABLE.
    Status<> open();
    /// From the cache, or fetched and unpacked. Blocks while another worker fetches the same image.
    /// Errors: those of fetch_image; WORKER_DISK_FULL.
    Result<ImageLease> get(const std::string& multiaddr, const std::string& default_registry, const Hash& checksum,
                           std::uint64_t max_bytes, const ImageSourceConfig& source);
    /// Removes images that nobody uses, the longest unused first, until the rest fits.
    void evict();

private:
    std::filesystem::path image_dir(const Hash& checksum) const;
    Result<ImageLease> lease(const Hash& checksum, int lock_fd) const;
    Status<> fetch(const std::string& multiaddr, const std::string& default_registry, const Hash& checksum,
                   std::uint64_t max_bytes, const ImageSourceConfig& source);

    std::filesystem::path dir_;
    std::uint64_t budget_bytes_;
};

}  // namespace bourse::worker
