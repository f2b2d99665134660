// Restrictions that name a contract: what is known of them, and what has to be asked.
#include <bourse/broker/books.hpp>
#include <bourse/poco/match.hpp>

#include <algorithm>
#include <tuple>

namespace bourse::broker {

void Broker::Books::ask_about(const Address& restriction) const {
    if (restriction.is_zero() || groups.contains(restriction)) return;
    const GroupQuestion question{restriction, std::nullopt};
    if (asked.insert(question).second) questions.insert(question);
}

void Broker::Books::ask_about_all(const Order& order) const {
    using poco::OrderKind;
    if (order.kind == OrderKind::kRequest) {
        ask_about(order.workerpool);
        return;
    }
    if (order.kind != OrderKind::kApp) ask_about(order.app);
    if (order.kind != OrderKind::kDataset) ask_about(order.dataset);
    if (order.kind != OrderKind::kWorkerpool) ask_about(order.workerpool);
    ask_about(order.requester);
}

std::optional<bool> Broker::Books::allowed(const Address& restriction, const Address& account) const {
    if (poco::plainly_allowed(restriction, account)) return true;
    const auto group = groups.find(restriction);
    if (group == groups.end()) return std::nullopt;
    if (!group->second) return false;
    const auto member = members.find({restriction, account});
    if (member == members.end()) return std::nullopt;
    return member->second;
}

bool Broker::Books::allows(const Address& restriction, const Address& account) const {
    const auto known = allowed(restriction, account);
    if (known) return *known;
    GroupQuestion question{restriction, std::nullopt};
    if (groups.contains(restriction)) question.account = account;
    if (asked.insert(question).second) questions.insert(question);
    return false;
}

namespace {

void note_answer(std::set<GroupQuestion>& refused, const GroupQuestion& question, bool yes) {
    if (yes)
        refused.erase(question);
    else
        refused.insert(question);
}

}  // namespace

bool Broker::Books::names_group(const Restricted& key) const {
    for (const auto* address : {&key.app, &key.dataset, &key.requester}) {
        const auto found = groups.find(*address);
        if (found != groups.end() && found->second) return true;
    }
    return false;
}

void Broker::set_group(const Address& address, bool is_group) {
    auto& books = *books_;
    const auto known = books.groups.find(address);
    if (known != books.groups.end() && known->second == is_group) return;
    books.groups.insert_or_assign(address, is_group);
    books.asked.insert({address, std::nullopt});
    note_answer(books.refused, {address, std::nullopt}, is_group);
    if (!is_group) return;
    for (auto& [id, category] : books.categories) {
        category.with_group.clear();
        for (const auto& [key, shelf] : category.restricted)
            if (books.names_group(key)) category.with_group.push_back(key);
        // The order of a flat map must not decide anything.
        std::ranges::sort(category.with_group, [](const Restricted& a, const Restricted& b) {
            return std::tie(a.app, a.dataset, a.requester) < std::tie(b.app, b.dataset, b.requester);
        });
    }
    if (books.matching) books.wake_all();
}

void Broker::set_member(const Address& group, const Address& account, bool member) {
    auto& books = *books_;
    const auto [place, fresh] = books.members.try_emplace({group, account}, member);
    const bool opened = member && (fresh || !place->second);
    place->second = member;
    books.asked.insert({group, account});
    note_answer(books.refused, {group, account}, member);
    if (opened && books.matching) books.wake_requests_of(account);
}

std::optional<bool> Broker::allowed(const Address& restriction, const Address& account) const {
    return books_->allowed(restriction, account);
}

std::vector<Address> Broker::members_of(const Address& group, std::size_t limit) const {
    std::vector<Address> out;
    for (auto at = books_->members.lower_bound({group, Address{}});
         at != books_->members.end() && at->first.first == group && out.size() < limit; ++at)
        if (at->second) out.push_back(at->first.second);
    return out;
}

std::vector<GroupQuestion> Broker::take_questions() {
    std::vector<GroupQuestion> out(books_->questions.begin(), books_->questions.end());
    books_->questions.clear();
    return out;
}

std::vector<GroupQuestion> Broker::refusals(const std::optional<GroupQuestion>& after, std::size_t limit) const {
    const auto& refused = books_->refused;
    std::vector<GroupQuestion> out;
    for (auto at = after ? refused.upper_bound(*after) : refused.begin(); at != refused.end() && out.size() < limit;
         ++at)
        out.push_back(*at);
    return out;
}

}  // namespace bourse::broker
