# SPDX-License-Identifier: MIT
# plain mercurial
hg_() { hg -R "$WT" --config ui.username=b "$@"; }
case $1 in
setup) hg init "$WT" ;;
add|readd) hg_ addremove -q -s 100 && hg_ commit -qm x ;;
status) hg_ status ;;
push_prep) hg init "$REMOTE" ;;
push) hg_ push -q "$REMOTE" ;;
clone_prep) : ;;
clone) hg clone -q --pull "$REMOTE" "$OUT" ;;
checkout_prep) hg_ update -q null ;;
checkout) hg_ update -q tip ;;
edit_prep) exit 64 ;;
store) echo "$WT/.hg" ;;
esac
