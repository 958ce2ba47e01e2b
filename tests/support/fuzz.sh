#!/bin/sh
# Run fuzzers one after the other, each with its corpus and its share of the time.
# New inputs are kept under the build folder; a finding ends with a non-zero status
# and the input's path.
#
# usage: fuzz.sh BUILD SECONDS SEED FUZZER...
set -eu

build=$1
share=$(($2 / ($# - 3)))
seed=$3
shift 3
[ "$share" -gt 0 ] || share=1

for fuzzer in "$@"; do
	name=${fuzzer##*/fuzz_}
	grown=$build/corpus/$name
	findings=$build/findings/$name
	mkdir -p "$grown" "$findings"
	set -- "$grown"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	[ ! -f "tests/fuzz/$name.dict" ] || set -- "$@" "-dict=tests/fuzz/$name.dict"
	log=$findings/log
	if ! "$fuzzer" "$@" -max_total_time="$share" -seed="$seed" -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$findings/" -print_final_stats=1 >"$log" 2>&1; then
		tail -n 60 "$log"
		echo "fuzz_$name: a finding: its input is in $findings"
		exit 1
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	printf '  fuzz    %-24s %9s runs in %s s, nothing found\n' "$name" "$runs" "$share"
done
