// One function object of several lambdas, for std::visit.
#pragma once

namespace bourse::scheduler {

template <class... Ts>
struct Overload : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

}  // namespace bourse::scheduler
