# hb_plugin(NAME SOURCE...): NAME.so for heartbeat-plugin-helper. It exports hb_plugin_entry and
# nothing else: by a version script, since hidden visibility leaves libstdc++'s templates exported.
set(HB_PLUGIN_DIR ${CMAKE_BINARY_DIR}/plugins)
function(hb_plugin name)
  add_library(plugin_${name} MODULE ${ARGN})
  target_link_libraries(plugin_${name} PRIVATE hb_plugin_api)
  target_link_options(plugin_${name} PRIVATE
                      -Wl,--version-script=${PROJECT_SOURCE_DIR}/lib/plugin/plugin.map)
  set_target_properties(plugin_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    C_STANDARD 99 C_EXTENSIONS OFF LIBRARY_OUTPUT_DIRECTORY ${HB_PLUGIN_DIR})
  set_property(TARGET plugin_${name} APPEND PROPERTY LINK_DEPENDS
               ${PROJECT_SOURCE_DIR}/lib/plugin/plugin.map)
endfunction()
