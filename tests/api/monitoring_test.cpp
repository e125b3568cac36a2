// That what is written for Prometheus and Grafana goes with what the server shows.
#include "api_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace maque::test {

namespace {

using promql_list = std::vector<std::string>;

std::string read_document(const std::string& name) {
  std::stringstream text;
  text << std::ifstream{MAQUE_DOCS "/" + name}.rdbuf();
  return text.str();
}

nlohmann::json grafana_dashboard() {
  return nlohmann::json::parse(read_document("grafana-dashboard.json"));
}

/// With values for Grafana's own variables.
std::string without_variables(std::string expression) {
  for (const auto& [variable, value] :
       {std::pair{R"(\$__rate_interval)", "5m"}, std::pair{R"(\$instance)", ".*"}})
    expression = std::regex_replace(expression, std::regex{variable}, value);
  return expression;
}

promql_list of_dashboard() {
  promql_list all;
  const auto read = grafana_dashboard();
  for (const auto& panel : read["panels"])
    for (const auto& target : panel.value("targets", nlohmann::json::array()))
      all.push_back(without_variables(target["expr"]));
  return all;
}

promql_list of_alerts() {
  promql_list all;
  for (const auto& group : YAML::LoadFile(MAQUE_DOCS "/alerts.yaml")["groups"])
    for (const auto& rule : group["rules"])
      all.push_back(rule["expr"].as<std::string>());
  return all;
}

/// The families that an expression asks for.
std::set<std::string> names_in(const std::string& expression) {
  static const std::regex name{R"(\b(maque|process)_[a-z_]+)"};
  std::set<std::string> names;
  for (std::sregex_iterator each{expression.begin(), expression.end(), name}, end; each != end;
       ++each)
    names.insert(std::regex_replace(each->str(), std::regex{"_(bucket|sum|count)$"}, ""));
  return names;
}

std::set<std::string> families_in(const std::string& metrics) {
  std::set<std::string> families;
  std::istringstream lines{metrics};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string mark;
    std::string kind;
    std::string name;
    words >> mark >> kind >> name;
    if (mark == "#" && kind == "TYPE") families.insert(name);
  }
  return families;
}

/// What a server shows that has everything switched on.
std::string all_metrics() {
  test_server server{
      [](config::settings& all) { all.tracing.endpoint = "http://127.0.0.1:1/v1/traces"; }};
  const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Get("/metrics");
  return reply ? reply->body : "";
}

int exit_code_of(const std::string& command) {
  return std::system((command + " >/dev/null").c_str());
}

} // namespace

TEST(Monitoring, AsksForMetricsThatThereAre) {
  const auto families = families_in(all_metrics());
  ASSERT_FALSE(families.empty());
  std::set<std::string> asked;
  for (const auto& all : {of_dashboard(), of_alerts()})
    for (const std::string& expression : all)
      for (const std::string& name : names_in(expression)) {
        asked.insert(name);
        EXPECT_TRUE(families.contains(name)) << name << " in " << expression;
      }
  EXPECT_EQ(asked, families) << "the dashboard shows all that there is";
}

TEST(Monitoring, IsDescribedWithEachMetric) {
  const std::string text = read_document("operations.md");
  const auto has = [&](const std::string& name) {
    return text.find("`" + name + "`") != std::string::npos;
  };
  for (const std::string& name : families_in(all_metrics())) {
    bool described = has(name);
    // "`maque_lane_connections`, `…_requests_in_flight`"
    for (auto cut = name.find('_'); cut != std::string::npos; cut = name.find('_', cut + 1))
      described = described || has("…" + name.substr(cut));
    EXPECT_TRUE(described) << name;
  }
}

TEST(Monitoring, HasADashboardThatGrafanaLoads) {
  const auto all = grafana_dashboard();
  EXPECT_EQ(all["schemaVersion"], 36); // Of Grafana 9.0.
  std::set<std::string> titles;
  std::set<int> ids;
  for (const auto& panel : all["panels"]) {
    EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second) << panel["id"];
    const auto& place = panel["gridPos"];
    EXPECT_LE(place["x"].get<int>() + place["w"].get<int>(), 24) << panel["title"];
    if (panel["type"] == "row") titles.insert(panel["title"].get<std::string>());
    for (const auto& target : panel.value("targets", nlohmann::json::array()))
      EXPECT_EQ(target["datasource"]["uid"], "${datasource}") << panel["title"];
  }
  EXPECT_EQ(titles, (std::set<std::string>{"Overview", "Routes", "Stages", "Lanes", "Actors",
                                           "Database", "WeChat", "Security events", "Runtime"}));
  EXPECT_EQ(all["templating"]["list"][0]["type"], "datasource");
}

TEST(Monitoring, HasADashboardWhosePanelsArePromQl) {
  const temporary_folder folder;
  YAML::Node rules;
  for (const std::string& expression : of_dashboard()) {
    YAML::Node rule;
    rule["record"] = "panel";
    // Each has to be another one.
    rule["labels"]["panel"] = std::to_string(rules.size());
    rule["expr"] = expression;
    rules.push_back(rule);
  }
  YAML::Node group;
  group["name"] = "dashboard";
  group["rules"] = rules;
  YAML::Node all;
  all["groups"].push_back(group);
  const auto file = folder.path() / "rules.yaml";
  std::ofstream{file} << all;
  EXPECT_GT(rules.size(), 50U);
  EXPECT_EQ(exit_code_of(MAQUE_PROMTOOL " check rules " + file.string()), 0);
}

TEST(Monitoring, HasAlertsThatPrometheusTakesAndThatSayWhatToDo) {
  EXPECT_EQ(exit_code_of(MAQUE_PROMTOOL " check rules " MAQUE_DOCS "/alerts.yaml"), 0);
  for (const auto& group : YAML::LoadFile(MAQUE_DOCS "/alerts.yaml")["groups"])
    for (const auto& rule : group["rules"]) {
      const auto name = rule["alert"].as<std::string>();
      EXPECT_GT(rule["annotations"]["runbook"].as<std::string>("").size(), 50U) << name;
      EXPECT_FALSE(rule["annotations"]["summary"].as<std::string>("").empty()) << name;
      EXPECT_FALSE(rule["labels"]["severity"].as<std::string>("").empty()) << name;
    }
}

TEST(Monitoring, HasAlertsThatFireWhenTheyShould) {
  EXPECT_EQ(
      exit_code_of(MAQUE_PROMTOOL " test rules " MAQUE_DOCS "/../tests/alerts/alerts_test.yaml"),
      0);
}

} // namespace maque::test
