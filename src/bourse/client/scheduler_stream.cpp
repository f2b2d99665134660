#include <bourse/client/scheduler_stream.hpp>

#include <bourse/client/stream_json.hpp>
#include <bourse/codec/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace bourse::client::stream {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<CommandKind, std::string_view>, 5> kStreamCommandNames{{
    {CommandKind::kAssign, "assign"},
    {CommandKind::kReveal, "reveal"},
    {CommandKind::kUpload, "upload"},
    {CommandKind::kComplete, "complete"},
    {CommandKind::kAbort, "abort"},
}};

constexpr std::array<std::string_view, 19> kStreamStatuses{
    "STARTED",
    "APP_DOWNLOADING",
    "APP_DOWNLOAD_FAILED",
    "APP_DOWNLOADED",
    "DATA_DOWNLOADING",
    "DATA_DOWNLOAD_FAILED",
    "DATA_DOWNLOADED",
    "COMPUTING",
    "COMPUTE_FAILED",
    "COMPUTED",
    "CONTRIBUTING",
    "CONTRIBUTED",
    "REVEALING",
    "REVEALED",
    "RESULT_UPLOADING",
    "RESULT_UPLOADED",
    "RESULT_UPLOAD_FAILED",
    "CONTRIBUTE_AND_FINALIZE_DONE",
    "COMPLETED",
};

Json limits_to_json(const TaskLimits& l) {
    return {{"seconds", l.seconds},
            {"cpus", l.cpus},
            {"memory_bytes", l.memory_bytes},
            {"processes", l.processes},
            {"open_files", l.open_files},
            {"disk_bytes", l.disk_bytes},
            {"inodes", l.inodes},
            {"download_bytes", l.download_bytes},
            {"image_bytes", l.image_bytes}};
}

TaskLimits limits_from(StreamFields fields) {
    TaskLimits l;
    l.seconds = fields.u64("seconds");
    l.cpus = fields.u32("cpus");
    l.memory_bytes = fields.u64("memory_bytes");
    l.processes = fields.u32("processes");
    l.open_files = fields.u32("open_files");
    l.disk_bytes = fields.u64("disk_bytes");
    l.inodes = fields.u64("inodes");
    l.download_bytes = fields.u64("download_bytes");
    l.image_bytes = fields.u64("image_bytes");
    return l;
}

Json command_to_json(const Command& c) {
    Json out{{"type", "command"}, {"seq", c.seq}, {"kind", to_text(c.kind)}, {"task", to_hex(c.task)}};
    switch (c.kind) {
        case CommandKind::kAssign:
            out["deal"] = to_hex(c.deal);
            out["index"] = c.index;
            out["authorization"] = to_hex(c.authorization);
            out["limits"] = limits_to_json(c.limits);
            out["fast"] = c.fast;
            out["contribution_deadline_s"] = c.contribution_deadline_s;
            out["final_deadline_s"] = c.final_deadline_s;
            break;
        case CommandKind::kReveal:
            out["block"] = c.block;
            break;
        case CommandKind::kAbort:
            out["cause"] = c.cause;
            break;
        case CommandKind::kUpload:
        case CommandKind::kComplete:
            break;
    }
    return out;
}

Command command_from(StreamFields& fields) {
    Command c;
    c.seq = fields.u64("seq");
    const auto kind = fields.text("kind");
    const auto found = std::ranges::find(kStreamCommandNames, kind, [](const auto& row) { return row.second; });
    if (found == kStreamCommandNames.end()) {
        fields.refuse("kind");
        return c;
    }
    c.kind = found->first;
    c.task = poco::TaskId(fields.hash("task"));
    switch (c.kind) {
        case CommandKind::kAssign:
            c.deal = poco::DealId(fields.hash("deal"));
            c.index = fields.u64("index");
            c.authorization = fields.bytes("authorization");
            c.limits = limits_from(fields.object("limits"));
            c.fast = fields.boolean("fast");
            c.contribution_deadline_s = fields.u64("contribution_deadline_s");
            c.final_deadline_s = fields.u64("final_deadline_s");
            break;
        case CommandKind::kReveal:
            c.block = fields.u64("block");
            break;
        case CommandKind::kAbort:
            c.cause = fields.text("cause");
            break;
        case CommandKind::kUpload:
        case CommandKind::kComplete:
            break;
    }
    return c;
}

struct ServerToJson {
    Json operator()(const Hello& m) const {
        return {{"type", "hello"},           {"version", m.version},   {"pool", to_checksum(m.pool)},
                {"hub", to_checksum(m.hub)}, {"chain_id", m.chain_id}, {"nonce", to_hex(m.nonce)},
                {"stream_id", m.stream_id}};
    }
    Json operator()(const Welcome& m) const {
        return {{"type", "welcome"}, {"scheduler", to_checksum(m.scheduler)}, {"signature", to_hex(m.signature)}};
    }
    Json operator()(const Refused& m) const { return {{"type", "refused"}, {"code", m.code}, {"message", m.message}}; }
    Json operator()(const Command& m) const { return command_to_json(m); }
    Json operator()(const ReportAck& m) const { return {{"type", "report_ack"}, {"number", m.number}}; }
    Json operator()(const FetchAnswer& m) const {
        return {{"type", "fetch_answer"}, {"task", to_hex(m.task)}, {"key", m.key}, {"fetched", m.fetched_elsewhere}};
    }
    Json operator()(const Pong& m) const { return {{"type", "pong"}, {"sent_ms", m.sent_ms}}; }
    Json operator()(const Pause& m) const {
        Json out{{"type", "pause"}, {"paused", m.paused}, {"chain_s", m.chain_s}};
        if (m.only_idle) out["only_idle"] = true;
        return out;
    }
};

Json status_to_json(const StatusReport& m) {
    Json out{{"type", "status"}, {"task", to_hex(m.task)}, {"status", m.status}};
    if (!m.cause.empty()) out["cause"] = m.cause;
    Json details = Json::object();
    if (!m.message.empty()) details["message"] = m.message;
    if (m.exit_code) details["exit_code"] = *m.exit_code;
    if (!m.cid.empty()) details["cid"] = m.cid;
    if (!m.link.empty()) details["link"] = m.link;
    if (!m.callback_data.empty()) details["callback_data"] = to_hex(m.callback_data);
    if (!m.fetched.empty()) details["fetched"] = m.fetched;
    if (m.paused_ms > 0) details["paused_ms"] = m.paused_ms;
    out["details"] = std::move(details);
    return out;
}

struct WorkerToJson {
    Json operator()(const StatusReport& m) const { return status_to_json(m); }
    Json operator()(const FreeReport& m) const { return {{"type", "free"}, {"slots", m.slots}}; }
    Json operator()(const AckReport& m) const { return {{"type", "ack"}, {"seq", m.seq}}; }
    Json operator()(const LogReport& m) const {
        return {{"type", "log"},
                {"task", to_hex(m.task)},
                {"stdout", base64_encode(m.out)},
                {"stderr", base64_encode(m.err)},
                {"exit_code", m.exit_code}};
    }
    Json operator()(const FetchQuery& m) const {
        return {{"type", "fetch_query"}, {"task", to_hex(m.task)}, {"key", m.key}};
    }
    Json operator()(const Ping& m) const {
        return {{"type", "ping"}, {"sent_ms", m.sent_ms}, {"pong_ms", m.pong_ms}, {"heard_ms", m.heard_ms}};
    }
    Json operator()(const OutputReport& m) const {
        return {{"type", "output"},
                {"task", to_hex(m.task)},
                {"run", m.run},
                {"error", m.error},
                {"offset", m.offset},
                {"ms", m.ms},
                {"bytes", base64_encode(m.bytes)}};
    }
};

StatusReport status_from(StreamFields& fields) {
    StatusReport m;
    m.task = poco::TaskId(fields.hash("task"));
    m.status = fields.text("status", 64);
    if (!is_known_status(m.status)) fields.refuse("status");
    m.cause = fields.text_or_empty("cause", 128);
    if (!fields.has("details")) return m;
    auto details = fields.object("details");
    m.message = details.text_or_empty("message", 2048);
    if (details.has("exit_code")) m.exit_code = details.i64("exit_code");
    m.cid = details.text_or_empty("cid", 128);
    m.link = details.text_or_empty("link", 512);
    if (details.has("callback_data")) m.callback_data = details.bytes("callback_data");
    m.fetched = details.texts_or_empty("fetched", 64, 2048);
    m.paused_ms = details.u64_or("paused_ms", 0);
    return m;
}

template <class Variant>
Result<Variant> finished(const StreamFields& fields, Variant value) {
    if (auto wrong = fields.wrong()) {
        return fail("STREAM_BAD_MESSAGE", "The message's field \"" + *wrong + "\" is missing or malformed.");
    }
    return value;
}

}  // namespace

std::string_view to_text(CommandKind kind) noexcept {
    return std::ranges::find(kStreamCommandNames, kind, [](const auto& row) { return row.first; })->second;
}

bool is_known_status(std::string_view status) noexcept {
    return status == "ABORTED" || std::ranges::find(kStreamStatuses, status) != kStreamStatuses.end();
}

std::string to_text(const ServerMessage& message) { return std::visit(ServerToJson{}, message).dump(); }

Result<ServerMessage> server_message_from(std::string_view text) {
    BOURSE_TRY(auto document, parse_stream_object(text));
    StreamFields fields(document);
    const auto type = fields.text("type");
    ServerMessage out;
    if (type == "hello") {
        out = Hello{fields.u64("version"),  fields.address("pool"), fields.address("hub"),
                    fields.u64("chain_id"), fields.hash("nonce"),   fields.text("stream_id")};
    } else if (type == "welcome") {
        out = Welcome{fields.address("scheduler"), fields.bytes("signature")};
    } else if (type == "refused") {
        out = Refused{fields.text("code"), fields.text("message")};
    } else if (type == "command") {
        out = command_from(fields);
    } else if (type == "report_ack") {
        out = ReportAck{fields.u64("number")};
    } else if (type == "fetch_answer") {
        out = FetchAnswer{poco::TaskId(fields.hash("task")), fields.text("key"), fields.boolean("fetched")};
    } else if (type == "pong") {
        out = Pong{fields.u64_or("sent_ms", 0)};
    } else if (type == "pause") {
        out = Pause{fields.boolean("paused"), fields.u64("chain_s"),
                    fields.has("only_idle") && fields.boolean("only_idle")};
    } else {
        fields.refuse("type");
    }
    return finished(fields, std::move(out));
}

std::string to_text(const WorkerMessage& message) {
    // Names, causes and messages come from programs outside: broken UTF-8 is replaced instead of refused.
    return std::visit(WorkerToJson{}, message).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<WorkerMessage> worker_message_from(std::string_view payload) {
    BOURSE_TRY(auto document, parse_stream_object(payload));
    StreamFields fields(document);
    const auto type = fields.text("type");
    WorkerMessage out;
    if (type == "status") {
        out = status_from(fields);
    } else if (type == "free") {
        out = FreeReport{fields.u64("slots")};
    } else if (type == "ack") {
        out = AckReport{fields.u64("seq")};
    } else if (type == "log") {
        out = LogReport{poco::TaskId(fields.hash("task")), fields.base64("stdout"), fields.base64("stderr"),
                        fields.i64("exit_code")};
    } else if (type == "fetch_query") {
        out = FetchQuery{poco::TaskId(fields.hash("task")), fields.text("key", 2048)};
    } else if (type == "ping") {
        out = Ping{fields.u64_or("sent_ms", 0), fields.u64_or("pong_ms", 0), fields.u64_or("heard_ms", 0)};
    } else if (type == "output") {
        OutputReport report{poco::TaskId(fields.hash("task")),
                            fields.u64("run"),
                            fields.boolean("error"),
                            fields.u64("offset"),
                            fields.u64("ms"),
                            fields.base64("bytes")};
        if (report.bytes.size() > kMaxOutputBytes) fields.refuse("bytes");
        out = std::move(report);
    } else {
        fields.refuse("type");
    }
    return finished(fields, std::move(out));
}

}  // namespace bourse::client::stream
