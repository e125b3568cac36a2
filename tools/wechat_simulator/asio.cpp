// For the program, which has no other library that compiles what Boost.Asio defines
// (BOOST_ASIO_SEPARATE_COMPILATION); the server takes it from the actors'.
#include <boost/asio/impl/src.hpp>
