#include <bourse/db/kv.hpp>

namespace bourse::db {

void Batch::sort() {
    std::ranges::stable_sort(ops_, [](const Op& a, const Op& b) { return as_text(a.key) < as_text(b.key); });
}

Status<> KvStore::copy_to(const std::filesystem::path& /*folder*/) const {
    return fail("COPY_UNSUPPORTED", "A store in memory cannot be copied to a folder. Start with a --data-dir.");
}

}  // namespace bourse::db
