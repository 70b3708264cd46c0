# Where everything goes: the paths of Heartbeat 3.0.6 on Debian, whatever CMAKE_INSTALL_PREFIX says.
# `DESTDIR=X cmake --install build/release` puts the whole tree below X. What this build has not
# made (HB_SHELL=OFF) is not installed.
set(HB_DOC_DIR /usr/share/doc/heartbeat)

# A link LINK -> TARGET below DESTDIR.
function(hb_install_link target link)
  cmake_path(GET link PARENT_PATH folder)
  install(CODE "
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}${folder}\")
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"${link}\")
    file(CREATE_LINK \"${target}\" \"\$ENV{DESTDIR}${link}\" SYMBOLIC)
    message(STATUS \"Installing: \$ENV{DESTDIR}${link} -> ${target}\")")
endfunction()

function(hb_install_program name folder)
  if(TARGET ${name})
    install(TARGETS ${name} RUNTIME DESTINATION ${folder})
  endif()
endfunction()

# --- programs ---
hb_install_program(heartbeatd /usr/sbin)
if(TARGET heartbeatd)
  # Old init scripts and cluster tools start the daemon by this name.
  hb_install_link(/usr/sbin/heartbeatd /usr/libexec/heartbeat/heartbeat)
endif()
foreach(tool hb_standby hb_takeover)
  hb_install_program(${tool} /usr/share/heartbeat)
  if(TARGET ${tool})
    hb_install_link(../share/heartbeat/${tool} /usr/sbin/${tool})
  endif()
endforeach()
hb_install_program(hb_send_arp /usr/libexec/heartbeat)
hb_install_program(hb_agent /usr/libexec/heartbeat)
hb_install_program(heartbeat-plugin-helper /usr/libexec/heartbeat)
hb_install_program(drbd-peer-outdater /usr/libexec/heartbeat)
hb_install_program(hb_replay /usr/bin)
hb_install_program(hb_check_program /usr/sbin)
# The package makes it set-gid haclient (2555), as Debian's is: the daemon looks at the primary group of
# whoever asks, and a build cannot know whether the group is there. Root needs neither.
hb_install_program(cl_status /usr/bin)
# --- shell scripts: the helpers of 3.0.6 that scripts in the field call, and hb_report ---
if(TARGET heartbeatd)
  set(legacy ${CMAKE_SOURCE_DIR}/tools/legacy)
  install(PROGRAMS ${legacy}/harc DESTINATION /etc/ha.d)
  install(PROGRAMS ${legacy}/ResourceManager ${legacy}/req_resource ${legacy}/mach_down
                   ${CMAKE_SOURCE_DIR}/tools/hb_report
          DESTINATION /usr/share/heartbeat)
  install(FILES ${legacy}/legacy-functions ${legacy}/legacy-scripts ${legacy}/legacy-daemon
          DESTINATION /usr/share/heartbeat)
  # Not in /etc/ha.d/rc.d: the daemon does their work itself, and files there are the administrator's.
  install(DIRECTORY ${legacy}/rc.d DESTINATION /usr/share/heartbeat USE_SOURCE_PERMISSIONS)
  install(PROGRAMS ${legacy}/membership DESTINATION /usr/share/heartbeat RENAME hb_addnode)
  foreach(name hb_delnode hb_setweight hb_setsite)
    hb_install_link(hb_addnode /usr/share/heartbeat/${name})
  endforeach()
endif()
# cluster-glue has commands of these names in /usr/sbin; they are left alone when they are there.
foreach(tool stonith meatclient hb_report)
  hb_install_program(${tool} /usr/share/heartbeat)
  if(TARGET heartbeatd)
    install(CODE "
      set(link \"\$ENV{DESTDIR}/usr/sbin/${tool}\")
      if(EXISTS \"\${link}\" AND NOT IS_SYMLINK \"\${link}\")
        message(STATUS \"Left alone: \${link} (of cluster-glue)\")
      else()
        file(CREATE_LINK ../share/heartbeat/${tool} \"\${link}\" SYMBOLIC)
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES /usr/sbin/${tool})
      endif()")
  endif()
endforeach()

# --- plugins: the folder, and what others need to write one ---
install(DIRECTORY DESTINATION /usr/lib/heartbeat/plugins)
if(TARGET plugin_ipfail)
  install(TARGETS plugin_ipfail LIBRARY DESTINATION /usr/lib/heartbeat/plugins)
endif()
if(TARGET plugin_dopd)
  install(TARGETS plugin_dopd LIBRARY DESTINATION /usr/lib/heartbeat/plugins)
endif()
# Fencing devices; `external` and `rhcs` are for scripts and agents of one's own.
install(DIRECTORY DESTINATION /usr/lib/heartbeat/plugins/stonith/external)
install(DIRECTORY DESTINATION /usr/lib/heartbeat/plugins/stonith/rhcs)
get_property(fence_plugins GLOBAL PROPERTY HB_FENCE_PLUGINS)
install(TARGETS ${fence_plugins} LIBRARY DESTINATION /usr/lib/heartbeat/plugins/stonith)
install(FILES ${CMAKE_SOURCE_DIR}/lib/plugin/include/heartbeat/plugin.h
        ${CMAKE_SOURCE_DIR}/lib/plugin/include/heartbeat/plugin.hpp
        DESTINATION /usr/include/heartbeat)

# --- the client library; libhbclient.so.1 of 3.0.6 has another name and stays ---
set(lib_dir /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
install(TARGETS heartbeat_client LIBRARY DESTINATION ${lib_dir})
install(FILES ${CMAKE_BINARY_DIR}/client/libheartbeat.pc DESTINATION ${lib_dir}/pkgconfig)
install(FILES ${CMAKE_SOURCE_DIR}/lib/client/include/heartbeat/client.h
        ${CMAKE_SOURCE_DIR}/lib/client/include/heartbeat/client.hpp
        DESTINATION /usr/include/heartbeat)
# --- libhbclient.so.1, for programs of old ---
# Debian's libheartbeat2 has a file of this name in /usr/lib; it is left alone when it is there, and
# whoever packs a tree below DESTDIR decides which of the two gets the name.
if(TARGET hbclient)
  install(TARGETS hbclient LIBRARY DESTINATION /usr/lib/heartbeat NAMELINK_SKIP)
  install(CODE "
    set(link /usr/lib/libhbclient.so.1)
    if(\"\$ENV{DESTDIR}\" STREQUAL \"\")
      if(EXISTS \"\${link}\")
        message(STATUS \"Left alone: \${link} (of libheartbeat2)\")
      else()
        file(CREATE_LINK heartbeat/libhbclient.so.1 \"\${link}\" SYMBOLIC)
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${link}\")
      endif()
    endif()")
endif()

# --- configuration: the agents are programs, README.md explains their contract ---
file(GLOB agents CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/resource.d/*)
list(FILTER agents EXCLUDE REGEX "\\.md$")
install(PROGRAMS ${agents} DESTINATION /etc/ha.d/resource.d)
install(DIRECTORY DESTINATION /etc/ha.d/rc.d)

# --- samples and documentation ---
file(GLOB samples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ha.d/*)
foreach(page README.md CHANGELOG.md ARCHITECTURE.md COPYING)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${page})
    list(APPEND samples ${CMAKE_SOURCE_DIR}/${page})
  endif()
endforeach()
if(TARGET cl_status)
  list(APPEND samples ${CMAKE_SOURCE_DIR}/man/heartbeat-status.schema.json)
endif()
install(FILES ${samples} DESTINATION ${HB_DOC_DIR})
if(EXISTS ${CMAKE_SOURCE_DIR}/resource.d/README.md)
  install(FILES ${CMAKE_SOURCE_DIR}/resource.d/README.md DESTINATION ${HB_DOC_DIR}
          RENAME README.agents.md)
endif()
foreach(section 1 3 5 7 8)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.${section})
  if(NOT TARGET cl_status)
    list(FILTER pages EXCLUDE REGEX "/cl_status\\.1$")
  endif()
  if(pages)
    install(FILES ${pages} DESTINATION /usr/share/man/man${section})
  endif()
endforeach()

# --- systemd ---
install(FILES ${CMAKE_SOURCE_DIR}/packaging/heartbeat.service DESTINATION /lib/systemd/system)
