# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The fault matrix: 138 faults, each with the outcome that was written down before it was run.

Every scenario has a stand-in server, a library and processes of its own; the number of submits and
of tasks is counted at the server. Names on the command line are row numbers. With --long (or
PROMPT_TEST_LONG=1) also what takes minutes.
"""
import sys

from rows import harness
import rows_ambiguous
import rows_connect
import rows_disk
import rows_download
import rows_life
import rows_poll
import rows_submit

MODULES = (rows_connect, rows_submit, rows_ambiguous, rows_poll, rows_download, rows_disk, rows_life)
LAST = 138


def all_rows(is_long):
    found = [row for module in MODULES for row in module.ROWS]
    numbers = {row.number for row in found if not row.long_only}
    harness.check(numbers == set(range(1, LAST + 1)),
                  f"rows are missing: {sorted(set(range(1, LAST + 1)) ^ numbers)}")
    return [row for row in found if is_long or not row.long_only]


def run_rows(chosen, jobs, verbose):
    """The scenarios that failed or were skipped, by the row's number: [(outcome, text)]."""
    tasks = []
    for row in chosen:
        for index, scenario in enumerate(row.scenarios, 1):
            name = f"{row.number}" + (f".{index}" if len(row.scenarios) > 1 else "")
            tasks.append((name + (" long" if row.long_only else ""), scenario))
    # What waits longest begins first, so that nothing long is left for the end.
    slow = (105, 106, 91, 79, 80, 92, 60, 115, 114, 20, 118, 113, 86, 10, 9, 7, 3)
    tasks.sort(key=lambda task: int(task[0].split(" ")[0].split(".")[0]) not in slow)
    bad = {}
    for name, outcome, seconds, text in harness.run_all(tasks, jobs):
        if verbose or outcome != "passed":
            print(f"  {outcome} {name} ({seconds:.1f} s) {text}", flush=True)
        if outcome != "passed":
            bad.setdefault(int(name.split(" ")[0].split(".")[0]), []).append((outcome, text))
    return bad


def print_table(chosen, bad):
    survived = []
    for row in sorted(chosen, key=lambda row: row.number):
        outcomes = [outcome for outcome, _ in bad.get(row.number, [])]
        if row.elsewhere:
            verdict = "see " + row.elsewhere
        elif row.later or row.impossible:
            verdict = "later: " + row.later if row.later else "not injected: " + row.impossible
        elif "failed" in outcomes:
            verdict = "FAILED"
        else:
            verdict = "survived"
            survived.append(row.number)
            if outcomes:
                verdict += f" ({len(outcomes)} of {len(row.scenarios)} ways not possible here)"
        print(f"{row.number:4} {row.fault}: {row.expected or '-'} ... {verdict}")
    return survived


def main():
    parser = harness.suite_arguments(__doc__)
    parser.set_defaults(jobs=16)  # most of the time is waiting
    arguments = parser.parse_args()
    rows_disk.IS_LONG = arguments.long
    chosen = all_rows(arguments.long)
    if arguments.names:
        chosen = [row for row in chosen if str(row.number) in arguments.names]
    bad = run_rows(chosen, arguments.jobs, arguments.verbose)
    survived = print_table(chosen, bad)
    here = {row.number for row in chosen if row.scenarios}
    listed = {kind: sorted({row.number for row in chosen if getattr(row, kind)})
              for kind in ("elsewhere", "later", "impossible")}
    print(f"covered by other suites: {listed['elsewhere']}")
    print(f"of a later step (callbacks): {listed['later']}")
    print(f"not injected: {listed['impossible']}")
    failed = {number for number, outcomes in bad.items()
              if any(outcome == "failed" for outcome, _ in outcomes)}
    print(f"rows survived / rows: {len(set(survived))} / {len(here)}"
          f" (of {len({row.number for row in chosen})} in the catalogue)")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

