#include "load_generator/plan.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace maque::bench {

namespace {

constexpr char record_end = '\x1E';
constexpr char field_end = '\x1F';
const std::string number_mark(10, '#');

std::string read_file(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  if (!file) throw std::runtime_error{"can't read " + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

prepared_request prepare(const std::string& record) {
  const std::size_t middle = record.find(field_end);
  if (middle == std::string::npos) throw std::runtime_error{"a record without expected text"};
  prepared_request made{record.substr(0, middle), record.substr(middle + 1)};
  made.number_at = made.text.find(number_mark);
  made.expected_at = made.expected.find(number_mark);
  made.token_at = made.text.find("@@@@@@@@");
  if (made.token_at != std::string::npos)
    made.token_size = made.text.find_first_not_of('@', made.token_at) - made.token_at;
  return made;
}

std::vector<prepared_request> read_requests(const std::string& file) {
  const std::string text = read_file(file);
  std::vector<prepared_request> made;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find(record_end, begin);
    if (end == std::string::npos) throw std::runtime_error{file + ": the last record has no end"};
    made.push_back(prepare(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (made.empty()) throw std::runtime_error{file + " is empty"};
  return made;
}

} // namespace

load_plan read_plan(const std::string& file) {
  const auto json = nlohmann::json::parse(read_file(file));
  load_plan plan;
  plan.port = json.at("port");
  plan.connections = json.at("connections");
  plan.threads = json.at("threads");
  plan.rate = json.at("rate");
  plan.warm_up = std::chrono::duration<double>{json.at("warm_up").get<double>()};
  plan.measured = std::chrono::duration<double>{json.at("seconds").get<double>()};
  if (json.contains("setup")) plan.setup = read_requests(json.at("setup"));
  for (const auto& each : json.at("kinds"))
    plan.kinds.push_back({each.at("name"), each.at("weight"), each.at("status"),
                          read_requests(each.at("requests"))});
  if (plan.kinds.empty() || plan.threads == 0 || plan.connections < plan.threads)
    throw std::runtime_error{"a plan without requests, threads or connections"};
  return plan;
}

} // namespace maque::bench
