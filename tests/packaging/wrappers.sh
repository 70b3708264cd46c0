#!/bin/bash
# The scripts of resource.d that stand for OCF agents: what the agent is told, and what the daemon hears,
# with agents that write down their environment. Usage: wrappers.sh SOURCE-DIR
set -u
export HB_OCF_WRAPPER=$1/packaging/ocf-wrapper LC_ALL=C
scripts=$1/resource.d
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OCF_ROOT=$work/ocf HA_DIR=$work RECORD=$work/record CODES=$work
agents=$OCF_ROOT/resource.d
mkdir -p "$agents/heartbeat" "$agents/zoo" "$work/conf/OCF/Tiger" "$work/conf/OCF/Dummy" \
    "$work/conf/OCF/None"
# It also says on stdout what the daemon must not take for an answer.
cat >"$work/agent" <<'END'
#!/bin/bash
line="${0##*/} $* "
for key in ${!OCF_RESKEY_@}; do line+=${key#OCF_RESKEY_}=${!key}\;; done
echo "$line" >>"$RECORD"
echo "$OCF_RESOURCE_PROVIDER/$OCF_RESOURCE_TYPE $OCF_RESOURCE_INSTANCE" >"$RECORD.who"
echo 'is running OK'
exit "$(<"$CODES/code")"
END
chmod +x "$work/agent"
wrong=0
bad() { echo "wrong: $*"; wrong=1; }

# run SCRIPT WORD...: what is on stdout, and the exit status behind it.
run() {
    local script=$1
    shift
    : >"$RECORD"
    said=$("$scripts/$script" "$@" 2>"$work/stderr")
    code=$?
}

# maps SCRIPT "WORD..." PARAMETERS: as the agent of that name is told.
maps() {
    local script=$1 words=$2 wanted=$3 action asked
    cp "$work/agent" "$agents/heartbeat/$script"
    for action in start stop status; do
        asked=$action
        [ $action != status ] || asked=monitor
        echo 0 >"$work/code"
        # shellcheck disable=SC2086
        run "$script" $words $action
        [ "$(<"$RECORD")" = "$script $asked $wanted" ] ||
            bad "$script $words $action: the agent was told '$(cat "$RECORD")', expected '$wanted'"
        [ $code = 0 ] || bad "$script $words $action: exit status $code"
        case $action:$said in
        status:'INFO:  Running OK' | st*:'INFO:  Success') ;;
        *) bad "$script $words $action: said '$said'" ;;
        esac
        [ $action = status ] || continue
        echo 7 >"$work/code"
        # shellcheck disable=SC2086
        run "$script" $words status
        [ "$code $said" = '7 INFO:  Resource is stopped' ] || bad "$script: stopped is '$code $said'"
    done
    # A word too many, a word too few, an unknown action: nothing is run.
    # shellcheck disable=SC2086
    run "$script" $words restart
    [ $code = 1 ] && [ -z "$said" ] && grep -q "^usage: $script " "$work/stderr" && [ ! -s "$RECORD" ] ||
        bad "$script $words restart: $code '$said'"
}

# refuses SCRIPT WORD...
refuses() {
    run "$@" start
    [ $code = 1 ] && [ -z "$said" ] && [ ! -s "$RECORD" ] || bad "$* start: $code '$said'"
}

maps AudibleAlarm '' 'nodelist=;'
maps AudibleAlarm 'alpha beta' 'nodelist=alpha beta;'
maps ICP '0 /dev/sda' 'device=/dev/sda;driveid=0;'
maps LVM vg0 'volgrpname=vg0;'
maps LinuxSCSI '0:0:1:2' 'ignore_deprecation=true;scsi=0:0:1:2;'
maps Raid1 '/etc/mdadm/mdadm.conf /dev/md0' 'raidconf=/etc/mdadm/mdadm.conf;raiddev=/dev/md0;'
maps Raid1 '/etc/mdadm/mdadm.conf auto' 'raidconf=/etc/mdadm/mdadm.conf;raiddev=auto;'
maps ServeRAID '1 3' 'mergegroup=3;serveraid=1;'
maps WAS '' ''
maps WAS 9081 'port=9081;'
maps WAS /opt/was.xml 'config=/opt/was.xml;'
maps WinPopup '' 'hostfile=hosts;'
maps WinPopup /etc/hosts.win 'hostfile=/etc/hosts.win;'
maps Xinetd tftp 'service=tftp;'
maps apache '' ''
maps apache /etc/apache2/apache2.conf 'configfile=/etc/apache2/apache2.conf;'
maps db2 db2inst1 'instance=db2inst1;'
maps ids '' ''
maps ids '/opt/ifx srv onconfig.x' 'informixdir=/opt/ifx;informixserver=srv;onconfig=onconfig.x;'
maps portblock 'tcp 80,443 block' 'action=block;portno=80,443;protocol=tcp;'
refuses ICP 0
refuses LVM
refuses LVM vg0 vg1
refuses Raid1 file
refuses ServeRAID 1 2 3
refuses WAS 1 2
refuses Xinetd
refuses apache a b
refuses ids a b c d
refuses portblock tcp 80
grep -q 'usage: portblock tcp|udp' "$work/stderr" || bad 'portblock: no usage'

# Every exit status, and what 3.0.6 said of it. None but 0 counts as running.
while read -r number exits text; do
    echo "$number" >"$work/code"
    run LVM vg0 status
    [ "$code $said" = "$exits $text" ] || bad "exit status $number: said '$code $said'"
done <<'END'
1 1 ERROR:  Generic error
2 2 ERROR:  Illegal argument
3 3 ERROR:  Function unimplemented
4 4 ERROR:  User had insufficient privilege
5 5 ERROR:  Program is not installed
6 6 ERROR:  Program is not configured
7 7 INFO:  Resource is stopped
9 1 ERROR:  Unknown error: 9
127 1 ERROR:  Unknown error: 127
END
rm "$agents/heartbeat/LVM"
run LVM vg0 start
[ "$code $said" = '5 ERROR:  Program is not installed' ] || bad "no agent: '$code $said'"
grep -q 'resource-agents' "$work/stderr" || bad 'no agent: it is not said which package has it'

# By another name the IBM server; the instance is a file name.
ln -s "$scripts/apache" "$work/IBMhttpd"
echo 0 >"$work/code"
: >"$RECORD"
"$work/IBMhttpd" /a/b.conf start >/dev/null 2>&1
[ "$(cat "$RECORD")" = 'apache start configfile=/a/b.conf;httpd=/opt/IBMHTTPServer/bin/httpd;' ] ||
    bad "IBM: $(cat "$RECORD")"
[ "$(cat "$RECORD.who")" = 'heartbeat/apache IBMhttpd__a_b.conf' ] || bad "IBM: $(cat "$RECORD.who")"

# OCF: parameters from a file, agents of any provider, those of `heartbeat` first.
cp "$work/agent" "$agents/zoo/Tiger"
cp "$work/agent" "$agents/zoo/Dummy"
cp "$work/agent" "$agents/heartbeat/Dummy"
printf '# the tiger\nname=x action=y\nOCF_RESKEY_food="two words"\n' >"$work/conf/OCF/Tiger/tom"
: >"$work/conf/OCF/Dummy/d"
: >"$work/conf/OCF/None/n"
run OCF Tiger tom start
[ "$code $said $(cat "$RECORD")" = '0 INFO:  Success Tiger start food=two words;' ] ||
    bad "OCF: '$code $said' $(cat "$RECORD")"
[ "$(cat "$RECORD.who")" = 'zoo/Tiger tom' ] || bad "OCF: $(cat "$RECORD.who")"
run OCF Tiger tom status
[ "$said" = $'Tiger tom is running\nINFO:  Running OK' ] || bad "OCF: $said"
echo 7 >"$work/code"
run OCF Tiger tom status
[ "$code $said" = $'7 Tiger tom is stopped\nINFO:  Resource is stopped' ] || bad "OCF: $said"
run OCF Dummy d stop
[ "$(cat "$RECORD.who")" = 'heartbeat/Dummy d' ] || bad "OCF: $(cat "$RECORD.who")"
run OCF Tiger nobody start
[ "$code $said" = '6 ERROR:  Program is not configured' ] || bad "OCF without file: '$code $said'"
grep -q "conf/OCF/Tiger/nobody" "$work/stderr" || bad 'OCF without file: which one is not said'
echo 'OCF_RESKEY_food="two' >"$work/conf/OCF/Tiger/broken"
run OCF Tiger broken status
[ "$code $said" = '6 ERROR:  Program is not configured' ] || bad "OCF with half a file: '$code $said'"
run OCF None n start
[ "$code $said" = '5 ERROR:  Program is not installed' ] || bad "OCF without agent: '$code $said'"
run OCF ../Tiger tom start
[ $code = 1 ] && [ -z "$said" ] || bad "OCF ../Tiger: '$code $said'"
exit $wrong
