#include <bourse/market/api_schemas.hpp>

#include <bourse/market/schemas/shapes.hpp>

#include <vector>

namespace bourse::market {

std::span<const ApiShape> api_shapes() {
    static const auto kAll = [] {
        std::vector<ApiShape> all;
        for (const auto part : {network_shapes(), market_shapes(), explorer_shapes(), operator_shapes()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return kAll;
}

}  // namespace bourse::market
