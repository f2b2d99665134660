#include <bourse/db/kv.hpp>

namespace bourse::db {

void Batch::sort() {
    std::ranges::stable_sort(ops_, [](const Op& a, const Op& b) { return as_text(a.key) < as_text(b.key); });
}

}  // namespace bourse::db
