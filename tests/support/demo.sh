#!/bin/bash
# The main job, from an empty folder to a delivery log: a made-up newsroom sends
# its sample release to the Europe media list, through a scripted SMTP server on
# loopback where one mailbox is full, one is unknown and one is greylisted.
#
#     demo.sh PROGRAM     what it makes is under build/demo
set -euo pipefail

program=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
demo=$top/build/demo
full=jonas.lindqvist@kvallsbladet.example
unknown=i.dacosta@oldpaper.example
greylisted=desk@grauwire.example

bold='' plain=''
[ -t 1 ] && bold=$'\e[1m' plain=$'\e[0m'

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Show a command as one would type it, then run it.
run() {
	printf '$ dateline %s\n' "$*"
	"$program" "$@"
}

fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

start_server() {
	/usr/bin/python3 "$top/tests/support/smtp_server.py" --folder "$demo/received" --port-file "$demo/port" \
		--seconds 120 --full "$full" --unknown "$unknown" --greylist "$greylisted" --delay-ms 40 &
	server=$!
	trap 'kill $server 2>/dev/null || true' EXIT
	for _ in $(seq 200); do
		[ -s "$demo/port" ] && return
		kill -0 $server 2>/dev/null || fail "the SMTP server didn't start"
		read -rt 0.05 <> <(:) || true
	done
	fail "the SMTP server doesn't answer"
}

# The relay is the scripted server; a greylisted message is tried again after a second.
point_at_server() {
	sed -i \
		-e "s|smtp://localhost:25|smtp://127.0.0.1:$(cat "$demo/port")|" \
		-e 's|tls = "required"; *// or|tls = "none";  // or|' \
		-e 's|after = \[.*\];|after = ["1s", "10m"];|' \
		-e 's|jitter = 0.2;|jitter = 0.0;|' dateline.cfg
}

# "accepted 17" and the like, from the JSON that programs read.
count() { "$program" log --json --count-by state | sed -n "s/.*\"$1\",\"count\":\([0-9]*\).*/\1/p"; }

reply_to() { "$program" log --json --address "$1" | grep -c "\"state\":\"$2\".*\"reply_code\":$3" || true; }

check() {
	local members=$1
	[ "$(count accepted)" = $((members - 2)) ] || fail "not all but two were accepted"
	[ "$(reply_to "$full" deferred 452)" = 1 ] || fail "$full isn't deferred with 452"
	[ "$(reply_to "$unknown" failed 550)" = 1 ] || fail "$unknown didn't fail with 550"
	[ "$("$program" log --json --address "$greylisted" | grep -c '"try":2,[^}]*"outcome":"accepted"')" = 1 ] ||
		fail "$greylisted wasn't accepted on the second try"
	[ "$(find "$demo/received" -name '*.eml' | wc -l)" = $((members - 2)) ] ||
		fail "the server didn't receive what the log says"
	[ "$(grep -lr '^DKIM-Signature: ' "$demo/received" | wc -l)" = $((members - 2)) ] ||
		fail "what the server received isn't signed"
}

rm -rf "$demo"
mkdir -p "$demo"
start_server
say "1. A newsroom, and the five media lists"
cd "$demo"
run init newsroom
cd newsroom
point_at_server
for list in africa americas asia-pacific europe mena; do
	run list import "$list" "lists/$list.csv"
done

say "2. Keys to sign with; their public halves are for the DNS"
run key new

say "3. The release, looked over and sent to Europe"
run release check harbour-fund
status=0
run send harbour-fund --to europe --yes --wait 30s || status=$?
[ $status = 5 ] || fail "send ended with $status instead of 5, unfinished"

say "4. The delivery log"
run log
run log --address "$greylisted"
check "$("$program" list export europe | tail -n +2 | wc -l)"

say "Done: all but two were accepted; one mailbox is full and will be tried again, one doesn't exist."
cat <<WORDS
The messages as they arrived:   build/demo/received/*.eml
The newsroom, to go on trying:  cd build/demo/newsroom && ../../release/dateline status
WORDS
