// The body of Boost.Asio, compiled once (BOOST_ASIO_SEPARATE_COMPILATION). Nothing of ours lives
// here.
#include <utility>
//
#include <boost/asio/impl/src.hpp>
