
use builtin;
use str;

set edit:completion:arg-completer[skia-auth] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'skia-auth'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'skia-auth'= {
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
            cand login 'Request a new token from the server and print it'
            cand token 'Print the cached token, or a new one if it is no longer valid'
            cand exec 'Run a command with the token in SKIA_TOKEN'
            cand status 'Report whether a valid token is cached, for whom and until when'
            cand inspect 'Show the header and the claims of a token'
            cand logout 'Delete the cached token'
            cand config 'Show the settings and profiles, or write the configuration file'
            cand doctor 'Check settings and connection, with a fix for each failure'
            cand sandbox 'Run a local server that answers like the Skia API'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'skia-auth;login'= {
            cand -o 'Form of the result'
            cand --output 'Form of the result'
            cand --to-file 'Write to this file instead of standard output'
            cand --to-file-mode 'Permissions of the file of --to-file'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret (-: stdin)'
            cand --client-secret 'The client secret itself: other users can see it in the process list'
            cand --scope 'The scope to request'
            cand --timeout 'Time limit of the call [default: 30s]'
            cand --retries 'How often to retry when the server is unavailable'
            cand --ca-cert 'Trust these certificate authorities too (PEM)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --dry-run 'Print the request, without the secret, and send nothing'
            cand --allow-http 'Allow plain HTTP to another machine: the secret can be read on the way'
            cand --sandbox 'Use a local server that needs no account'
            cand --no-cache 'Neither read nor write cached tokens'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;token'= {
            cand --min-ttl 'Required remaining lifetime [default: 5m]'
            cand --renew-before 'Log in if the token is valid for less than this'
            cand -o 'Form of the result'
            cand --output 'Form of the result'
            cand --to-file 'Write to this file instead of standard output'
            cand --to-file-mode 'Permissions of the file of --to-file'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret (-: stdin)'
            cand --client-secret 'The client secret itself: other users can see it in the process list'
            cand --scope 'The scope to request'
            cand --timeout 'Time limit of the call [default: 30s]'
            cand --retries 'How often to retry when the server is unavailable'
            cand --ca-cert 'Trust these certificate authorities too (PEM)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --offline 'Use the cache alone; exit 1 if it has no valid token'
            cand --watch 'Stay in the foreground and keep the file of --to-file fresh'
            cand --allow-http 'Allow plain HTTP to another machine: the secret can be read on the way'
            cand --sandbox 'Use a local server that needs no account'
            cand --no-cache 'Neither read nor write cached tokens'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;exec'= {
            cand --min-ttl 'Required remaining lifetime [default: 5m]'
            cand --renew-before 'Log in if the token is valid for less than this'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret (-: stdin)'
            cand --client-secret 'The client secret itself: other users can see it in the process list'
            cand --scope 'The scope to request'
            cand --timeout 'Time limit of the call [default: 30s]'
            cand --retries 'How often to retry when the server is unavailable'
            cand --ca-cert 'Trust these certificate authorities too (PEM)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --allow-http 'Allow plain HTTP to another machine: the secret can be read on the way'
            cand --no-cache 'Neither read nor write cached tokens'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;status'= {
            cand --min-ttl 'Required remaining lifetime [default: 5m]'
            cand -o 'Form of the report'
            cand --output 'Form of the report'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --scope 'The scope of the token'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;inspect'= {
            cand -o 'Form of the report'
            cand --output 'Form of the report'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --scope 'The scope of the token'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --cached 'Show the cached token, whatever standard input is'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;logout'= {
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --scope 'The scope of the token'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --all 'Delete the cached tokens of every identity'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;config'= {
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
            cand show 'Show every effective value with its provenance, secrets hidden'
            cand path 'Print the path of the configuration file'
            cand list 'List the profiles, with base URL, client id and where the secret is kept'
            cand init 'Create the configuration file, or add a profile to it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'skia-auth;config;show'= {
            cand -o 'Form of the report'
            cand --output 'Form of the report'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret (-: stdin)'
            cand --client-secret 'The client secret itself: other users can see it in the process list'
            cand --scope 'The scope to request'
            cand --timeout 'Time limit of the call [default: 30s]'
            cand --retries 'How often to retry when the server is unavailable'
            cand --ca-cert 'Trust these certificate authorities too (PEM)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --allow-http 'Allow plain HTTP to another machine: the secret can be read on the way'
            cand --sandbox 'Use a local server that needs no account'
            cand --no-cache 'Neither read nor write cached tokens'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;config;path'= {
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;config;list'= {
            cand -o 'Form of the report'
            cand --output 'Form of the report'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;config;init'= {
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;config;help'= {
            cand show 'Show every effective value with its provenance, secrets hidden'
            cand path 'Print the path of the configuration file'
            cand list 'List the profiles, with base URL, client id and where the secret is kept'
            cand init 'Create the configuration file, or add a profile to it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'skia-auth;config;help;show'= {
        }
        &'skia-auth;config;help;path'= {
        }
        &'skia-auth;config;help;list'= {
        }
        &'skia-auth;config;help;init'= {
        }
        &'skia-auth;config;help;help'= {
        }
        &'skia-auth;doctor'= {
            cand -o 'Form of the report'
            cand --output 'Form of the report'
            cand --base-url 'Address of the environment'
            cand --client-id 'The integration''s client id'
            cand --client-secret-file 'File with the client secret (-: stdin)'
            cand --client-secret 'The client secret itself: other users can see it in the process list'
            cand --scope 'The scope to request'
            cand --timeout 'Time limit of the call [default: 30s]'
            cand --retries 'How often to retry when the server is unavailable'
            cand --ca-cert 'Trust these certificate authorities too (PEM)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand --login 'Also log in, to check the credentials'
            cand --allow-http 'Allow plain HTTP to another machine: the secret can be read on the way'
            cand --sandbox 'Use a local server that needs no account'
            cand --no-cache 'Neither read nor write cached tokens'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;sandbox'= {
            cand --port 'Port on 127.0.0.1 (0: any free one)'
            cand --answer 'How to answer a login'
            cand -o 'Syntax of the variables'
            cand --output 'Syntax of the variables'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;completions'= {
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file (.toml or .json)'
            cand --color 'When to use colours'
            cand -q 'Print no warnings'
            cand --quiet 'Print no warnings'
            cand -v 'Print each step; -vv also prints headers'
            cand --verbose 'Print each step; -vv also prints headers'
            cand -h 'Print this summary; --help prints everything'
            cand --help 'Print this summary; --help prints everything'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'skia-auth;help'= {
            cand login 'Request a new token from the server and print it'
            cand token 'Print the cached token, or a new one if it is no longer valid'
            cand exec 'Run a command with the token in SKIA_TOKEN'
            cand status 'Report whether a valid token is cached, for whom and until when'
            cand inspect 'Show the header and the claims of a token'
            cand logout 'Delete the cached token'
            cand config 'Show the settings and profiles, or write the configuration file'
            cand doctor 'Check settings and connection, with a fix for each failure'
            cand sandbox 'Run a local server that answers like the Skia API'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'skia-auth;help;login'= {
        }
        &'skia-auth;help;token'= {
        }
        &'skia-auth;help;exec'= {
        }
        &'skia-auth;help;status'= {
        }
        &'skia-auth;help;inspect'= {
        }
        &'skia-auth;help;logout'= {
        }
        &'skia-auth;help;config'= {
        }
        &'skia-auth;help;doctor'= {
        }
        &'skia-auth;help;sandbox'= {
        }
        &'skia-auth;help;completions'= {
        }
        &'skia-auth;help;help'= {
        }
    ]
    $completions[$command]
}

var commands = [login token exec status inspect logout config doctor sandbox completions help]
var files = [--ca-cert --client-secret-file --config --to-file]
var values = [
    &' --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'completions --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'completions completions'=[['bash' ''] ['zsh' ''] ['fish' ''] ['powershell' ''] ['elvish' ''] ['nushell' '']]
    &'config --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'config --output'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'config -o'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'doctor --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'doctor --output'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'doctor -o'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'exec --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'inspect --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'inspect --output'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'inspect -o'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'login --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'login --output'=[['token' 'The token alone'] ['json' 'The full response as JSON, as the server sent it'] ['text' 'The full response for people, with the time left'] ['oauth' 'An OAuth 2.0 token response (RFC 6749), as JSON'] ['header' 'An Authorization header, for curl -H @-'] ['env' 'Variables for sh, bash and zsh, for eval'] ['fish' 'Variables for fish: skia-auth token -o fish | source'] ['powershell' 'For PowerShell: … | Out-String | Invoke-Expression'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
    &'login --to-file-mode'=[['0600' 'You can read and write'] ['0640' 'You can read and write, your group can read'] ['0440' 'You and your group can read'] ['0400' 'You can read']]
    &'login -o'=[['token' 'The token alone'] ['json' 'The full response as JSON, as the server sent it'] ['text' 'The full response for people, with the time left'] ['oauth' 'An OAuth 2.0 token response (RFC 6749), as JSON'] ['header' 'An Authorization header, for curl -H @-'] ['env' 'Variables for sh, bash and zsh, for eval'] ['fish' 'Variables for fish: skia-auth token -o fish | source'] ['powershell' 'For PowerShell: … | Out-String | Invoke-Expression'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
    &'logout --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'sandbox --answer'=[['ok' 'As the documented server would'] ['rejected' 'Refuses every credential (401)'] ['error' 'Fails inside (500)'] ['unavailable' 'Asks to come back in a second (503)'] ['slow' 'As the documented server would, after five seconds'] ['html' 'A web page instead of an answer (200)'] ['malformed' 'The documented 500, whose outer brace is doubled']]
    &'sandbox --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'sandbox --output'=[['env' 'Lines for sh, bash and zsh'] ['fish' 'Lines for fish'] ['powershell' 'Lines for PowerShell'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
    &'sandbox -o'=[['env' 'Lines for sh, bash and zsh'] ['fish' 'Lines for fish'] ['powershell' 'Lines for PowerShell'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
    &'status --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'status --output'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'status -o'=[['text' 'Lines for people'] ['json' 'One JSON object']]
    &'token --color'=[['auto' ''] ['always' ''] ['never' '']]
    &'token --output'=[['token' 'The token alone'] ['json' 'The full response as JSON, as the server sent it'] ['text' 'The full response for people, with the time left'] ['oauth' 'An OAuth 2.0 token response (RFC 6749), as JSON'] ['header' 'An Authorization header, for curl -H @-'] ['env' 'Variables for sh, bash and zsh, for eval'] ['fish' 'Variables for fish: skia-auth token -o fish | source'] ['powershell' 'For PowerShell: … | Out-String | Invoke-Expression'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
    &'token --to-file-mode'=[['0600' 'You can read and write'] ['0640' 'You can read and write, your group can read'] ['0440' 'You and your group can read'] ['0400' 'You can read']]
    &'token -o'=[['token' 'The token alone'] ['json' 'The full response as JSON, as the server sent it'] ['text' 'The full response for people, with the time left'] ['oauth' 'An OAuth 2.0 token response (RFC 6749), as JSON'] ['header' 'An Authorization header, for curl -H @-'] ['env' 'Variables for sh, bash and zsh, for eval'] ['fish' 'Variables for fish: skia-auth token -o fish | source'] ['powershell' 'For PowerShell: … | Out-String | Invoke-Expression'] ['dotenv' 'NAME=value lines, for docker run --env-file']]
]

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
