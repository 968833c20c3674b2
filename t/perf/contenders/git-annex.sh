# SPDX-License-Identifier: MIT
# git-annex, default backend SHA256E, locked files (symlinks), -J$JOBS; plain bare git remote holding content
g() { git -C "$WT" -c gc.auto=0 -c user.name=b -c user.email=b@x "$@"; }
case $1 in
setup) git config --global gc.auto 0; git config --global init.defaultBranch main; git config --global user.name b; git config --global user.email b@x
       g init -q && g annex init -q here ;;
add|readd) g annex add -q -J"$JOBS" . && g commit -qm x ;;
status) g status --porcelain ;;
push_prep) git init -q --bare "$REMOTE" && git -C "$REMOTE" annex init -q remote && g remote add origin "$REMOTE" ;;
push) g push -q origin HEAD:refs/heads/main git-annex:refs/heads/synced/git-annex && g annex copy -q -J"$JOBS" --to origin . ;;
clone_prep) git --git-dir="$REMOTE" symbolic-ref HEAD refs/heads/main ;;
clone) git clone -q "$REMOTE" "$OUT" && cd "$OUT" && git annex init -q c && git annex get -q -J"$JOBS" . ;;
checkout_prep) mkdir "$RUN/trash/wt" && find "$WT" -mindepth 1 -maxdepth 1 ! -name .git -exec mv -t "$RUN/trash/wt" {} + ;;
checkout) g checkout -q -f HEAD -- . ;;
edit_prep) cd "$WT" && set -- * && g annex unlock -q "$1" ;;
store) echo "$WT/.git" ;;
esac
