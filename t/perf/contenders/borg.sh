# SPDX-License-Identifier: MIT
# borg 1.2, encryption none (SHA-256 ids), lz4; no push of its own: the repository itself may be remote
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes
new() { echo "a$(date +%s%N)" >"$RUN/last"; cat "$RUN/last"; }
case $1 in
setup) borg init -e none "$STORE" ;;
add|readd|status) cd "$WT" && borg create "$STORE::$(new)" . ;;
push_prep|push|clone_prep|clone|edit_prep) exit 64 ;;
checkout_prep) mkdir -p "$OUT" ; echo "$OUT" >"$RUN/outdir" ;;
checkout) cd "$OUT" && borg extract "$STORE::$(cat "$RUN/last")" ;;
store) echo "$STORE" ;;
esac
