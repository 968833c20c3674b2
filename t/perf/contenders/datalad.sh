# SPDX-License-Identifier: MIT
# datalad over git-annex; sibling is a plain bare git repository
export GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@x GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@x
case $1 in
setup) git config --global gc.auto 0; git config --global init.defaultBranch main; git config --global user.name b; git config --global user.email b@x
       datalad -l error create -f "$WT" ;;
add|readd) datalad -l error save -d "$WT" -J"$JOBS" -m x ;;
status) datalad -l error status -d "$WT" ;;
push_prep) git init -q --bare "$REMOTE" && git -C "$REMOTE" annex init -q remote && git -C "$WT" remote add origin "$REMOTE" ;;
push) datalad -l error push -d "$WT" --to origin ;;
clone_prep) git --git-dir="$REMOTE" symbolic-ref HEAD "$(git -C "$WT" symbolic-ref HEAD)" ;;
clone) datalad -l error clone "$REMOTE" "$OUT" && datalad -l error get -d "$OUT" -J"$JOBS" "$OUT" ;;
checkout_prep|checkout) exit 64 ;;
edit_prep) cd "$WT" && set -- * && datalad -l error unlock -d "$WT" "$1" ;;
store) echo "$WT/.git" ;;
esac
