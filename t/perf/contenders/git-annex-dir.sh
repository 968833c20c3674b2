# SPDX-License-Identifier: MIT
# git-annex with a directory special remote (no encryption) for push; clone: get from it
g() { git -C "$WT" -c gc.auto=0 "$@"; }
case $1 in
setup) git config --global gc.auto 0; git config --global init.defaultBranch main; git config --global user.name b; git config --global user.email b@x
       g init -q && g annex init -q here ;;
add|readd) g annex add -q -J"$JOBS" . && g commit -qm x ;;
status) g status --porcelain ;;
push_prep) mkdir -p "$REMOTE" && g annex initremote d type=directory directory="$REMOTE" encryption=none ;;
push) g annex copy -q -J"$JOBS" --to d . ;;
clone_prep) g annex drop -q --force -J2 . ;;
clone) g annex get -q -J"$JOBS" --from d . && echo "$WT" >"$RUN/clonedir" ;;
checkout_prep|checkout|edit_prep) exit 64 ;;
store) echo "$WT/.git" ;;
esac
