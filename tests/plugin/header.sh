#!/bin/sh
# The plugin headers must be all that a plugin needs, in C99, C++11 and (plugin.hpp) C++17.
# Usage: header.sh CC CXX INCLUDE-FOLDER
set -eu
cc=$1 cxx=$2 include=$3
cd "$(dirname "$0")"
strict="-fsyntax-only -I $include -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
$cc -std=c99 -pedantic-errors $strict -Wc++-compat -Wstrict-prototypes header.c
$cxx -std=c++11 -pedantic-errors $strict header.cpp
$cxx -std=c++17 -pedantic-errors $strict help.cpp
