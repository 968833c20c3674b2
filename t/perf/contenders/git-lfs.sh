# SPDX-License-Identifier: MIT
# git-lfs, everything tracked; file:// remote (standalone file transfer)
g() { git -C "$WT" -c gc.auto=0 -c user.name=b -c user.email=b@x "$@"; }
case $1 in
setup) git config --global gc.auto 0; git config --global init.defaultBranch main; git config --global lfs.locksverify false
       git lfs install --skip-repo && g init -q && g lfs install --local &&
       printf '* filter=lfs diff=lfs merge=lfs -text\n.gitattributes !filter !diff !merge text\n' >"$WT/.gitattributes" ;;
add|readd) g add -A && g commit -qm x ;;
status) g status --porcelain ;;
push_prep) git init -q --bare "$REMOTE" && g remote add origin "file://$REMOTE" ;;
push) g push -q origin HEAD:refs/heads/main ;;
clone_prep) git --git-dir="$REMOTE" symbolic-ref HEAD refs/heads/main ;;
clone) git clone -q "file://$REMOTE" "$OUT" ;;
checkout_prep) mkdir "$RUN/trash/wt" && find "$WT" -mindepth 1 -maxdepth 1 ! -name .git -exec mv -t "$RUN/trash/wt" {} + ;;
checkout) g checkout -q -f HEAD -- . ;;
edit_prep) exit 64 ;;
store) echo "$WT/.git" ;;
esac
