// Tables of the index. Accounts and order hashes are numbered by their first appearance, so that rows are small and an
// index that was stopped a hundred times has the same contents as one that was not.
#pragma once

#include <string>
#include <vector>

namespace bourse::explorer {

/// For db::Database::migrate.
std::vector<std::string> index_migrations();
/// All tables but those of the migration itself, in a fixed order: for dumps and for emptying the index.
const std::vector<std::string>& index_tables();

}  // namespace bourse::explorer
