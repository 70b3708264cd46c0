#!/bin/sh
# Our command stonith prints and ends as cluster-glue's does, where both can do the same.
# Usage: same_as_cluster_glue.sh STONITH PLUGIN_FOLDER
set -u
ours=$1
export HB_STONITH_PLUGINS=$2
theirs=/usr/sbin/stonith
command -v dpkg >/dev/null && dpkg -S $theirs 2>/dev/null | grep -q cluster-glue ||
    { echo "cluster-glue is not here"; exit 77; }
[ -f "$2/stonith2.so" ] || { echo "libstonith1-dev is not here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0
fail() {
    echo "$*"
    wrong=1
}

# both ARGUMENT...: stdout and status of each, side by side.
both() {
    timeout 200 $theirs "$@" </dev/null >"$work/theirs" 2>"$work/theirs.err" &
    pid=$!
    timeout 200 "$ours" "$@" </dev/null >"$work/ours" 2>"$work/ours.err"
    status=$?
    wait $pid
    expected=$?
    [ $status -eq $expected ] || fail "stonith $*: exit status $status, expected $expected"
}
same() {
    both "$@"
    diff -u "$work/theirs" "$work/ours" >"$work/diff" || { cat "$work/diff"; fail "stonith $*: see above"; }
}

same -t null -p 'foo bar' -l
same -t null -p 'foo bar' foo
same -t null -p 'foo bar' -S
same -t null -p 'foo bar' -T reset foo
same -t null -p 'a,b  c' -c 2 -l
printf '# hosts\n\n a,b  c \nnot read\n' >"$work/file"
same -t null -F "$work/file" -l
same -t suicide -T reset no-such-node
for type in null meatware ssh suicide apcmaster external/ssh; do
    same -t $type -n
    same -t $type -m
done
# Usage goes to stderr: compared to the letter.
for arguments in '' '-t null -S' '-t null -T bar foo' '-t null -c x hostlist=a -l' \
    '-t null hostlist=a -T reset' '-t null -p a -E -l' '-n'; do
    # shellcheck disable=SC2086
    both $arguments
    cmp -s "$work/theirs.err" "$work/ours.err" || {
        diff -u "$work/theirs.err" "$work/ours.err"
        fail "stonith $arguments: stderr differs"
    }
done
both -t no_such_type -n
both -t null -F /no/such/file -l

# What the file of a `stonith` line may say besides: names, one to a line; and pipes.
printf 'hostlist=a  b\n# more\n' | "$ours" -t null -F /dev/stdin -l >"$work/ours" 2>&1
printf 'a\nb\n' | cmp -s - "$work/ours" || { cat "$work/ours"; fail "-F: names are not read"; }
printf 'hostlist=a\nhunter2\n' >"$work/file"
"$ours" -t null -F "$work/file" -l >"$work/ours" 2>&1
[ $? -eq 1 ] && grep -q "file:2: expected NAME=VALUE as in line 1" "$work/ours" ||
    { cat "$work/ours"; fail "-F: a mistake is not told with its line"; }

# -L may list more, -h one device more, at its end.
both -L
comm -23 "$work/theirs" "$work/ours" | grep . && fail "stonith -L: does not list these"
grep -qx 'external/ipmi' "$work/ours" || fail "stonith -L: external/ipmi is not there"
both -h
lines=$(wc -l <"$work/theirs")
head -n "$lines" "$work/ours" | diff -u "$work/theirs" - || fail "stonith -h: see above"
[ "$lines" -gt 300 ] || fail "stonith -h of cluster-glue gave $lines lines"
[ $wrong -ne 0 ] || echo "the same"
exit $wrong
