
# The command after "--" and the names of profiles. The rest is generated.
_skia_auth() {
    local completer i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] || continue
        # Of bash-completion, since 2.12 and before.
        for completer in _comp_command_offset _command_offset; do
            if declare -F "$completer" >/dev/null; then
                "$completer" $((i + 1))
                return
            fi
        done
        if ((i + 1 == COMP_CWORD)); then
            local IFS=$'\n'
            COMPREPLY=($(compgen -c -- "$2"))
        fi
        return
    done
    # `--option=value` arrives as three words.
    if [[ $3 == = ]]; then
        set -- "$1" "$2" "${COMP_WORDS[COMP_CWORD - 2]}"
    fi
    case $3 in
        -p | --profile)
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(skia-auth config show --profile-names 2>/dev/null | cut -f1)" -- "$2"))
            ;;
        *)
            _skia__auth "$@"
            ;;
    esac
}
