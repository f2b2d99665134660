// Statistics and a map of the world's time zones, from the tables of the tz database (Debian's tzdata).
//
// The dataset is iso3166.tab followed by zone1970.tab. Lines of the first: CODE<tab>name. Lines of the second:
// CODE[,CODE…]<tab>±DDMM[SS]±DDDMM[SS]<tab>Area/Place[<tab>comment].
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Zone {
    std::vector<std::string> countries;
    int latitude_s = 0, longitude_s = 0;  // seconds of arc, north and east positive
    std::string area;
};

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == by) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

/// "+DDMM" or "+DDDMMSS": `degrees` digits of degrees first.
int seconds_of_arc(const std::string& text, std::size_t degrees) {
    const int sign = text[0] == '-' ? -1 : 1;
    const int d = std::atoi(text.substr(1, degrees).c_str());
    const int m = std::atoi(text.substr(1 + degrees, 2).c_str());
    const int s = text.size() > 3 + degrees ? std::atoi(text.substr(3 + degrees, 2).c_str()) : 0;
    return sign * (d * 3600 + m * 60 + s);
}

bool parse_zone(const std::vector<std::string>& columns, Zone& zone) {
    const auto& place = columns[1];
    const auto second = place.find_first_of("+-", 1);
    if (second == std::string::npos) return false;
    zone.countries = split(columns[0], ',');
    zone.latitude_s = seconds_of_arc(place.substr(0, second), 2);
    zone.longitude_s = seconds_of_arc(place.substr(second), 3);
    zone.area = split(columns[2], '/')[0];
    return true;
}

// ---- a PNG file with a palette, stored without compression: the same bytes everywhere ------------------------------

constexpr int kWidth = 720, kHeight = 360;

class Picture {
public:
    Picture() : pixels_(static_cast<std::size_t>(kWidth * kHeight), 0) {}
    void set(int x, int y, std::uint8_t colour) {
        if (x >= 0 && x < kWidth && y >= 0 && y < kHeight) pixels_[static_cast<std::size_t>(y * kWidth + x)] = colour;
    }
    void dot(int x, int y, int radius, std::uint8_t colour) {
        for (int dy = -radius; dy <= radius; ++dy)
            for (int dx = -radius; dx <= radius; ++dx)
                if (dx * dx + dy * dy <= radius * radius) set(x + dx, y + dy, colour);
    }
    std::string png(const std::vector<std::array<std::uint8_t, 3>>& palette) const {
        std::string header;
        put32(header, kWidth);
        put32(header, kHeight);
        header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette
        std::string colours;
        for (const auto& c : palette)
            colours += {static_cast<char>(c[0]), static_cast<char>(c[1]), static_cast<char>(c[2])};
        std::string out = "\x89PNG\r\n\x1A\n";
        chunk(out, "IHDR", header);
        chunk(out, "PLTE", colours);
        chunk(out, "IDAT", stored_zlib(rows()));
        chunk(out, "IEND", "");
        return out;
    }

private:
    std::string rows() const {
        std::string out;
        for (int y = 0; y < kHeight; ++y) {
            out += '\0';  // no filter
            out.append(reinterpret_cast<const char*>(pixels_.data()) + y * kWidth, kWidth);
        }
        return out;
    }
    static void put32(std::string& out, std::uint32_t v) {
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xFF);
    }
    static std::string stored_zlib(const std::string& data) {
        std::string out = "\x78\x01";
        for (std::size_t at = 0; at < data.size(); at += 65535) {
            const auto n = std::min<std::size_t>(65535, data.size() - at);
            out += at + n == data.size() ? '\1' : '\0';
            for (const auto v : {n, ~n}) {
                out += static_cast<char>(v & 0xFF);
                out += static_cast<char>(v >> 8 & 0xFF);
            }
            out += data.substr(at, n);
        }
        std::uint32_t a = 1, b = 0;  // Adler-32
        for (const char c : data) {
            a = (a + static_cast<std::uint8_t>(c)) % 65521;
            b = (b + a) % 65521;
        }
        put32(out, b << 16 | a);
        return out;
    }
    static void chunk(std::string& out, const std::string& type, const std::string& data) {
        put32(out, static_cast<std::uint32_t>(data.size()));
        std::uint32_t crc = 0xFFFFFFFF;
        for (const char c : type + data) {
            crc ^= static_cast<std::uint8_t>(c);
            for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
        }
        out += type + data;
        put32(out, ~crc);
    }

    std::vector<std::uint8_t> pixels_;
};

const std::vector<std::array<std::uint8_t, 3>> kPalette = {
    {13, 27, 42},    {40, 58, 78},  {255, 183, 3},   {251, 133, 0},   {142, 202, 230}, {33, 158, 188},
    {144, 190, 109}, {249, 65, 68}, {201, 160, 220}, {255, 255, 255}, {120, 120, 120}};

std::string map_png(const std::vector<Zone>& zones, const std::map<std::string, std::uint64_t>& areas) {
    Picture picture;
    for (int x = 0; x < kWidth; ++x)
        for (int y = 0; y < kHeight; ++y)
            if (x % 60 == 0 || y % 60 == 0) picture.set(x, y, 1);  // every 30 degrees
    for (const auto& zone : zones) {
        std::uint8_t colour = 2;
        for (const auto& [area, count] : areas) {
            if (area == zone.area) break;
            colour = static_cast<std::uint8_t>(colour < kPalette.size() - 1 ? colour + 1 : colour);
        }
        const int x = (zone.longitude_s + 180 * 3600) * kWidth / (360 * 3600);
        const int y = (90 * 3600 - zone.latitude_s) * kHeight / (180 * 3600);
        picture.dot(x, y, 3, colour);
    }
    return picture.png(kPalette);
}

struct Summary {
    std::vector<Zone> zones;
    std::map<std::string, std::string> names;    // country code → name
    std::map<std::string, std::uint64_t> areas;  // zones in each area
    std::map<std::string, std::uint64_t> zones_of_country;
};

Summary read_tables(std::istream& in) {
    Summary summary;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#') continue;
        const auto columns = split(line, '\t');
        Zone zone;
        if (columns.size() == 2) {
            summary.names[columns[0]] = columns[1];
        } else if (columns.size() >= 3 && parse_zone(columns, zone)) {
            ++summary.areas[zone.area];
            for (const auto& country : zone.countries) ++summary.zones_of_country[country];
            summary.zones.push_back(std::move(zone));
        }
    }
    return summary;
}

/// Decimals without floating point: the same digits on every machine.
std::string degrees(int seconds) {
    const int milli = std::abs(seconds) * 10 / 36;
    std::string fraction = std::to_string(milli % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return (seconds < 0 ? "-" : "") + std::to_string(milli / 1000) + "." + fraction;
}

std::string report(const Summary& summary) {
    std::uint64_t north = 0, east = 0, shared = 0;
    const Zone *northernmost = nullptr, *southernmost = nullptr;
    for (const auto& zone : summary.zones) {
        north += zone.latitude_s >= 0;
        east += zone.longitude_s >= 0;
        shared += zone.countries.size() > 1;
        if (northernmost == nullptr || zone.latitude_s > northernmost->latitude_s) northernmost = &zone;
        if (southernmost == nullptr || zone.latitude_s < southernmost->latitude_s) southernmost = &zone;
    }
    std::string most = "";
    for (const auto& [country, count] : summary.zones_of_country)
        if (most.empty() || count > summary.zones_of_country.at(most)) most = country;
    const auto name = summary.names.find(most);
    std::ostringstream out;
    out << "{\n  \"zones\": " << summary.zones.size() << ",\n  \"countries\": " << summary.names.size()
        << ",\n  \"countries_with_zone\": " << summary.zones_of_country.size()
        << ",\n  \"zones_shared_by_countries\": " << shared << ",\n  \"north_of_equator\": " << north
        << ",\n  \"east_of_greenwich\": " << east << ",\n  \"northernmost_latitude\": \""
        << degrees(northernmost->latitude_s) << "\",\n  \"southernmost_latitude\": \""
        << degrees(southernmost->latitude_s) << "\",\n  \"most_zones\": {\"country\": \""
        << (name != summary.names.end() ? name->second : most) << "\", \"zones\": " << summary.zones_of_country.at(most)
        << "},\n  \"areas\": {";
    const char* separator = "";
    for (const auto& [area, count] : summary.areas) {
        out << separator << "\n    \"" << area << "\": " << count;
        separator = ",";
    }
    out << "\n  }\n}\n";
    return out.str();
}

std::string variable(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

int main() {
    const std::string in = variable("IEXEC_IN", "/iexec_in"), out = variable("IEXEC_OUT", "/iexec_out");
    const std::string dataset = variable("IEXEC_DATASET_FILENAME", "");
    if (dataset.empty()) {
        std::cerr << "timezones: this app computes on a dataset; none was ordered\n";
        return 2;
    }
    std::ifstream table(in + "/" + dataset);
    const Summary summary = read_tables(table);
    if (summary.zones.empty()) {
        std::cerr << "timezones: " << dataset << " has no time zones\n";
        return 1;
    }
    std::ofstream(out + "/statistics.json") << report(summary);
    std::ofstream(out + "/map.png", std::ios::binary) << map_png(summary.zones, summary.areas);
    std::ofstream computed(out + "/computed.json");
    computed << "{\"deterministic-output-path\":\"" << out << "\"}";
    computed.close();
    if (!computed) {
        std::cerr << "timezones: cannot write to " << out << "\n";
        return 1;
    }
    std::cout << summary.zones.size() << " zones in " << summary.zones_of_country.size() << " countries\n";
    return 0;
}
