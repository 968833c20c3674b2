# SPDX-License-Identifier: MIT
# restic, repository v2, auto compression, its cache in $HOME
export RESTIC_PASSWORD=x RESTIC_REPOSITORY="$STORE" GOMAXPROCS=2
case $1 in
setup) restic init -q ;;
add|readd|status) cd "$WT" && restic backup -q . ;;
push_prep) restic -r "$REMOTE" init -q --from-repo "$STORE" --from-password-command "echo x" --copy-chunker-params ;;
push) restic -r "$REMOTE" copy -q --from-repo "$STORE" --from-password-command "echo x" ;;
clone_prep|checkout_prep|store) [ $1 = store ] && echo "$STORE"; exit 0 ;;
clone) restic -r "$REMOTE" restore -q latest --target "$OUT" ;;
checkout) echo "$OUT" >"$RUN/outdir"; restic restore -q latest --target "$OUT" ;;
edit_prep) exit 64 ;;
esac
