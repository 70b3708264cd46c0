#!/bin/sh
# The pure libraries must not be able to do anything: no socket, clock, thread, chance or file.
# Usage: tests/symbols.sh [BUILD]   (build/release)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${1:-$here/build/release}
forbidden='socket|socketpair|bind|connect|listen|accept4?|send|sendto|sendmsg|sendmmsg|recv|recvfrom|recvmsg|recvmmsg'
forbidden="$forbidden|clock_gettime|gettimeofday|time|nanosleep|clock_nanosleep|usleep|sleep|timerfd_create"
forbidden="$forbidden|getrandom|getentropy|rand|random|srand|RAND_bytes|arc4random"
forbidden="$forbidden|fork|vfork|clone|execve|execvp?|posix_spawnp?|system|popen|waitpid|kill"
forbidden="$forbidden|pthread_create|pthread_mutex_lock|dlopen|dlsym"
forbidden="$forbidden|open|open64|openat|read|write|pread|pwrite|fopen|fopen64|fread|fgets|mmap|stat|unlink|rename"
forbidden="$forbidden|poll|ppoll|select|epoll_wait|epoll_ctl|ioctl|getenv|secure_getenv|printf|puts|putchar|syslog"
status=0
seen=0
for folder in base wire config cluster resource core check; do
    library=$build/lib/libhb_$folder.a
    if [ ! -f "$library" ]; then
        echo "symbols: $library is not built" >&2
        exit 2
    fi
    seen=$((seen + 1))
    wanted=$(nm -uC "$library" 2>/dev/null | awk '$1 == "U" { sub(/^ *U /, ""); print }' | sort -u)
    bad=$(printf '%s\n' "$wanted" | sed 's/@.*//' |
        grep -E "^(__)?($forbidden)(_chk)?$|^std::chrono::.*::now\(|^std::random_device|^std::thread|^std::(basic_[io]?f|__basic_file)|^std::cout|^std::filesystem" || true)
    if [ -n "$bad" ]; then
        printf '%s\n' "$bad" | sed "s|^|symbols: lib/$folder needs |" >&2
        status=1
    fi
done
[ $status -ne 0 ] || echo "symbols: $seen libraries are pure"
exit $status
