// The only include of Boost.Asio. Single headers, and <utility> first: Boost 1.74 with g++ 12 does
// not build otherwise (ARCHITECTURE.md, Libraries).
#pragma once

#include <utility>
// clang-format off
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
// clang-format on
