
# No command takes a file as an argument. Options that take one say so.
complete -c skia-auth -f

# "--", then the command as fish completes it without the words before it.
function __fish_skia_auth_after_dashes
    contains -- -- (commandline -opc)
end
function __fish_skia_auth_command
    set -l words (commandline -opc)
    set -e words[1..(contains -i -- -- $words)]
    set -l line (string join ' ' -- (string escape -- $words) (commandline -ct))
    complete -C "$line"
end
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec sandbox; and not __fish_skia_auth_after_dashes" -a "--"
complete -c skia-auth -n __fish_skia_auth_after_dashes -a "(__fish_skia_auth_command)"

# The values of arguments, which are not generated.
