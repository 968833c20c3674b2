# SPDX-License-Identifier: MIT
# plain git with core.compression=0, core.looseCompression=0, bigFileThreshold left alone
g() { git -C "$WT" -c gc.auto=0 -c core.compression=0 -c user.name=b -c user.email=b@x -c init.defaultBranch=main "$@"; }
case $1 in
setup) g init -q && g config gc.auto 0 && g config core.compression 0 && g config pack.window 0 ;;
add|readd) g add -A && g commit -qm x ;;
status) g status --porcelain ;;
push_prep) git init -q --bare "$REMOTE" && g remote add origin "$REMOTE" ;;
push) g push -q origin HEAD:refs/heads/main ;;
clone_prep) git --git-dir="$REMOTE" symbolic-ref HEAD refs/heads/main ;;
clone) git clone -q "$REMOTE" "$OUT" ;;
checkout_prep) mkdir "$RUN/trash/wt" && find "$WT" -mindepth 1 -maxdepth 1 ! -name .git -exec mv -t "$RUN/trash/wt" {} + ;;
checkout) g checkout -q -f HEAD -- . ;;
edit_prep) exit 64 ;;
store) echo "$WT/.git" ;;
esac
