#include <bourse/net/server_parts.hpp>

#include <bourse/sys/clock.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace bourse::net {

namespace {

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 507:
            return "Insufficient Storage";
    }
    return "Status";
}

/// IMF-fixdate of now, made once a second for each thread.
const std::string& http_date() {
    thread_local std::uint64_t made_s = 0;
    thread_local std::string text;
    const auto now_s = sys::unix_time_s();
    if (now_s != made_s) {
        const auto seconds = static_cast<std::time_t>(now_s);
        std::tm parts = {};
        ::gmtime_r(&seconds, &parts);
        char buffer[64];
        // The C locale is never changed by this program, so the names are the English ones that the RFC asks for.
        text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
        made_s = now_s;
    }
    return text;
}

bool has_line_break(std::string_view text) noexcept {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string json_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    return out + "\"";
}

}  // namespace

Response refusal(int status, std::string_view error) {
    return Response::json(status, R"({"ok":false,"error":)" + json_quoted(error) + "}");
}

std::string answer_head(const Response& answer, const HeadFacts& facts) {
    std::string out;
    out.reserve(384);
    out += "HTTP/1.1 ";
    out += std::to_string(answer.status);
    out += ' ';
    out += reason_phrase(answer.status);
    out += "\r\ndate: ";
    out += http_date();
    out += "\r\n";
    for (const auto& [name, value] : answer.headers) {
        if (has_line_break(name) || has_line_break(value)) continue;
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    if (!facts.allow_origin.empty() && !answer.headers.contains("access-control-allow-origin")) {
        out += "access-control-allow-origin: " + facts.allow_origin + "\r\n";
        if (facts.allow_origin != "*") out += "vary: origin\r\n";
        out += "access-control-expose-headers: etag, content-range, content-length\r\n";
    }
    // 204 and 304 carry no body and no length (RFC 9110 §8.6).
    if (facts.chunked && !facts.http_1_0)
        out += "transfer-encoding: chunked\r\n";
    else if (!facts.chunked && answer.status != 204 && answer.status != 304)
        out += "content-length: " + std::to_string(facts.content_length) + "\r\n";
    if (!facts.keep_alive)
        out += "connection: close\r\n";
    else if (facts.http_1_0)
        out += "connection: keep-alive\r\n";
    out += "\r\n";
    return out;
}

Response preflight_answer(const Request& request) {
    Response out;
    out.status = 204;
    out.headers["access-control-allow-methods"] = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
    const auto wanted = request.header("access-control-request-headers");
    out.headers["access-control-allow-headers"] = wanted.empty() ? "content-type, authorization" : wanted;
    out.headers["access-control-max-age"] = "600";
    return out;
}

SpoolFile::SpoolFile(const std::filesystem::path& folder) {
    std::error_code ec;
    std::string name =
        ((folder.empty() ? std::filesystem::temp_directory_path(ec) : folder) / "bourse-body-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ >= 0) path_ = name;
}

SpoolFile::~SpoolFile() {
    close();
    if (!path_.empty()) ::unlink(path_.c_str());
}

bool SpoolFile::write(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto done = ::write(fd_, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
}

bool SpoolFile::close() noexcept {
    if (fd_ < 0) return true;
    const int result = ::close(fd_);
    fd_ = -1;
    return result == 0;
}

RateLimit::RateLimit(std::size_t per_minute, std::vector<std::string> exempt)
    : per_minute_(per_minute), exempt_(std::move(exempt)) {}

unsigned RateLimit::refuse_for_s(const std::string& address) {
    if (per_minute_ == 0 || address == "127.0.0.1" || address == "::1" || std::ranges::count(exempt_, address) > 0)
        return 0;
    const auto now_s = sys::unix_time_s();
    const std::lock_guard lock(mutex_);
    if (now_s / 60 != minute_) {
        minute_ = now_s / 60;
        counts_.clear();
    }
    if (++counts_[address] <= per_minute_) return 0;
    return static_cast<unsigned>(60 - now_s % 60);
}

}  // namespace bourse::net
