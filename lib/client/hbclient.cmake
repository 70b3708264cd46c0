# libhbclient.so.1 with the ABI of Debian's libheartbeat2, over Debian's libplumb2 (no -dev package
# is needed: hbclient_plumb.hpp). Without that library it is not built; nothing else needs it.
find_library(HB_LIBPLUMB NAMES libplumb.so.2 plumb)
find_library(HB_LIBGLIB NAMES libglib-2.0.so.0 glib-2.0)
if(HB_LIBPLUMB AND HB_LIBGLIB)
  file(GLOB hbclient_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/hbclient*.cpp)
  add_library(hbclient SHARED ${hbclient_sources})
  target_include_directories(hbclient PUBLIC ${CMAKE_CURRENT_LIST_DIR}/..)
  target_link_libraries(hbclient PRIVATE ${HB_LIBPLUMB} ${HB_LIBGLIB})
  target_link_options(hbclient PRIVATE
                      -Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/hbclient.map)
  if(NOT HB_SANITIZE)  # clang leaves a sanitizer's own symbols to the program
    target_link_options(hbclient PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(hbclient PROPERTIES VERSION 1.0.0 SOVERSION 1 LINK_DEPENDS
                        ${CMAKE_CURRENT_LIST_DIR}/hbclient.map)
else()
  message(STATUS "libhbclient.so.1 is not built: it needs libplumb.so.2 and libglib-2.0.so.0 "
                 "(Debian: libplumb2 libglib2.0-0)")
endif()
