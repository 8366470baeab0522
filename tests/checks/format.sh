#!/bin/sh
# Every source is as clang-format leaves it. Another version than 14 formats otherwise: skipped then.
# SPDX-License-Identifier: LGPL-2.1-or-later
clang-format --version | grep -q 'version 14\.' || exit 77
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
