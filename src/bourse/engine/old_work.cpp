#include <bourse/engine/old_work.hpp>

namespace bourse::engine {

thread_local OldWork* OldWork::current_ = nullptr;

void OldWork::spend(std::uint64_t units) {
    if (current_ == nullptr) return;
    if (units > current_->left_) throw OldStateTooFar();
    current_->left_ -= units;
}

}  // namespace bourse::engine
