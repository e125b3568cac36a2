// The one place that compiles what Boost.Beast defines (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
