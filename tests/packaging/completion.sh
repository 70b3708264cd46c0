#!/bin/bash
# The words of the bash completion are what the programs themselves say, and all of it.
# Usage: completion.sh SOURCE-DIR FOLDER-OF-PROGRAMS
set -u
source_dir=$1
programs=$2
. "$source_dir/packaging/bash-completion"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# The two lists must be the same, one word a line.
compare() { # program, completed, said
    if ! diff <(sort -u "$2") <(sort -u "$3") > "$work/difference"; then
        echo "$1: completed (<) and said by --help (>):"
        cat "$work/difference"
        wrong=1
    fi
    [ "$(wc -l < "$3")" -ge 2 ] || { echo "$1 --help could not be read"; wrong=1; }
}

for program in heartbeatd hb_check hb_replay; do
    _heartbeat_words $program '' | tr ' ' '\n' > "$work/completed"
    # Other lines may name options of other programs.
    "$programs/$program" --help 2>&1 | grep '^ *-\|^usage' > "$work/help"
    { grep -o -- '--[a-z][a-z-]*' "$work/help"; echo --help; } > "$work/said"
    compare $program "$work/completed" "$work/said"
done

_heartbeat_words cl_status cl_status | tr ' ' '\n' > "$work/completed"
"$programs/cl_status" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' > "$work/said"
compare cl_status "$work/completed" "$work/said"

for program in hb_standby hb_takeover; do
    _heartbeat_words $program $program | tr ' ' '\n' | grep -v -- '^--' > "$work/completed"
    "$programs/$program" --help 2>&1 | sed -n 's/.*\[\(.*\)\]$/\1/p' | tr '|' '\n' > "$work/said"
    compare $program "$work/completed" "$work/said"
done

_heartbeat_words hb_report hb_report | tr ' ' '\n' > "$work/completed"
"$source_dir/tools/hb_report" --help | grep -o '^  -[^ ,]*\|^  -h, -V' |
    tr -d , | tr -s ' ' '\n' | grep . > "$work/said"
compare hb_report "$work/completed" "$work/said"

# As bash calls it: program, word, word before.
printf 'node alpha # node gamma\nnode beta\n' > "$work/ha.cf"
HA_CF=$work/ha.cf
expect() { # program, word, word before, what is offered
    _heartbeat "$1" "$2" "$3"
    [ "${COMPREPLY[*]}" = "$4" ] && return
    echo "$3 $2: offered '${COMPREPLY[*]}', expected '$4'"
    wrong=1
}
expect /usr/sbin/heartbeatd --st heartbeatd '--status --state-dir'
expect heartbeatd l --resources local
expect hb_takeover '' --confirm-fenced 'alpha beta'
expect hb_check ssh:b --peer ssh:beta
expect hb_check b : beta
expect cl_status nodes cl_status 'nodestatus nodesite'
expect cl_status '' nodestatus 'alpha beta'
expect hb_standby fo /usr/sbin/hb_standby foreign
expect hb_standby '' all ''
expect hb_report -Z hb_report -Z
expect hb_report be -n beta
expect hb_report '' -f ''
expect hb_report "$work/ha" -l "$work/ha.cf"
expect hb_replay "$work/ha" hb_replay "$work/ha.cf"
exit $wrong
