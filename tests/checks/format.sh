#!/bin/sh
# Every source is as clang-format leaves it. Another version than 14 formats otherwise: skipped then.
clang-format --version | grep -q 'version 14\.' || exit 77
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
