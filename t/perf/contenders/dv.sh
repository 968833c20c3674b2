# SPDX-License-Identifier: MIT
# dv in a git repository at $RUN, whose dataset is wt; DV names the program
dv() { command "${DV:-dv}" -C "$RUN" "$@"; }
g() { git -C "$RUN" -c user.name=b -c user.email=b@x "$@"; }
case $1 in
setup) git config --global user.name b; git config --global user.email b@x
       git config --global init.defaultBranch main
       g init -q && printf '/home/\n/out/\n/trash/\n/log\n' >"$RUN/.gitignore" &&
       g add .gitignore && g commit -qm code && dv init >/dev/null &&
       g add -A .dvconfig && g commit -qm dv ;;
add|readd) dv add -q wt && dv commit -q -m x ;;
status) dv status --porcelain ;;
push_prep|push|clone_prep|clone) exit 64 ;;
checkout_prep) mv "$WT" "$RUN/trash/wt" ;;
checkout) dv checkout -q ;;
edit_prep) exit 64 ;;
store) echo "$RUN/.git/dv" ;;
esac
