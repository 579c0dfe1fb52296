
# "--", then the command.
_skia-auth_command() {
    if (( ${${(z)LBUFFER}[(I)--]} )); then
        _cmdambivalent
    else
        compadd -- --
    fi
}

# The names of profiles, each with its base URL.
_skia-auth_profiles() {
    local name base_url
    local -a profiles
    while IFS=$'\t' read -r name base_url; do
        profiles+=("$name${base_url:+:$base_url}")
    done < <(skia-auth config show --profile-names 2>/dev/null)
    _describe -t profiles profile profiles
}
