#include "postgres_fixture.hpp"
#include "support/certificate.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using ::testing::HasSubstr;

/// Connects with what the URL says about TLS.
class PostgresTls : public postgres_test {
protected:
  result<std::unique_ptr<store>> open(const std::string& parameters) {
    const std::string plain = database.url();
    const std::string url = plain.substr(0, plain.find('?')) + "?" + parameters;
    return make_postgres_factory(url, statement_timeout)->open_reader();
  }

  /// How many connections to the database are encrypted.
  std::string encrypted() const {
    return query("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                 " WHERE ssl AND datname = current_database()");
  }

  maque::test::temporary_folder certificates;
};

TEST_F(PostgresTls, Asvs12_3_IsUsedIfTheUrlRequiresIt) {
  EXPECT_EQ(encrypted(), "0");
  const auto opened = open("sslmode=require");
  ASSERT_TRUE(opened) << opened.error().cause;
  EXPECT_EQ(encrypted(), "1");
}

TEST_F(PostgresTls, Asvs12_3_TakesAServerWhoseCertificateAndNameAreRight) {
  const auto opened = open("sslmode=verify-full&sslrootcert=" + server.certificate().string());
  ASSERT_TRUE(opened) << opened.error().cause;
  EXPECT_EQ(encrypted(), "1");
}

TEST_F(PostgresTls, Asvs12_3_RefusesAServerThatAnotherAuthorityVouchesFor) {
  const auto other = certificates.path() / "other.crt";
  maque::test::write_certificate(other, certificates.path() / "other.key", "IP:127.0.0.1");
  const auto opened = open("sslmode=verify-full&sslrootcert=" + other.string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::database_unavailable);
  EXPECT_THAT(opened.error().cause, HasSubstr("certificate verify failed"));
  EXPECT_EQ(encrypted(), "0");
}

} // namespace
} // namespace maque::db::test
