# SPDX-License-Identifier: MIT
# mercurial with largefiles (every file large); path remote
hg_() { hg -R "$WT" --config extensions.largefiles= --config ui.username=b "$@"; }
case $1 in
setup) hg init "$WT" ;;
add|readd) hg_ add -q --large "$WT" ; hg_ commit -qm x ;;
status) hg_ status ;;
push_prep) hg init "$REMOTE" ;;
push) hg_ push -q "$REMOTE" ;;
clone_prep) printf '[extensions]\nlargefiles=\n' >"$HOME/.hgrc" ;;
clone) hg clone -q --pull "$REMOTE" "$OUT" ;;
checkout_prep) hg_ update -q null ;;
checkout) hg_ update -q tip ;;
edit_prep) exit 64 ;;
store) echo "$WT/.hg" ;;
esac
