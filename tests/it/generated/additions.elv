
# The command after "--", the names of profiles and values. The rest is generated.
var generated~ = $edit:completion:arg-completer[skia-auth]

fn complete-words {|@words|
    var dashes = [(range 1 (- (count $words) 1) | each {|i| if (eq $words[$i] --) { put $i } })]
    if (> (count $dashes) 0) {
        # As after `sudo`: a command, or what its own completer offers.
        edit:complete-sudo (all $words[$dashes[0]..])
        return
    }
    var previous = $words[-2]
    if (has-value [-p --profile] $previous) {
        try { skia-auth config show --profile-names 2>/dev/null } catch { } | from-lines |
            each {|line|
                var name base-url = (str:split "\t" $line)
                edit:complex-candidate $name &display=$name' '$base-url
            }
        return
    }
    if (has-value $files $previous) {
        edit:complete-filename $words[-1]
        return
    }
    var command = ''
    for word $words[1..-1] {
        if (has-value $commands $word) {
            set command = $word
            break
        }
    }
    if (has-key $values $command' '$previous) {
        for value $values[$command' '$previous] {
            edit:complex-candidate $value[0] &display=$value[0]' '$value[1]
        }
        return
    }
    # It fails after an argument.
    try { generated $@words } catch { }
}

set edit:completion:arg-completer[skia-auth] = $complete-words~
