# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_skia_auth_global_optspecs
    string join \n p/profile= config= q/quiet v/verbose color= h/help V/version
end

function __fish_skia_auth_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_skia_auth_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_skia_auth_using_subcommand
    set -l cmd (__fish_skia_auth_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c skia-auth -n "__fish_skia_auth_needs_command" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_needs_command" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_needs_command" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "login" -d 'Request a new token from the server and print it'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "token" -d 'Print the cached token, or a new one if it is no longer valid'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "exec" -d 'Run a command with the token in SKIA_TOKEN'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "status" -d 'Report whether a valid token is cached, for whom and until when'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "inspect" -d 'Show the header and the claims of a token'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "logout" -d 'Delete the cached token'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "config" -d 'Show the settings and profiles, or write the configuration file'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "doctor" -d 'Check settings and connection, with a fix for each failure'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "sandbox" -d 'Run a local server that answers like the Skia API'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c skia-auth -n "__fish_skia_auth_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s o -l output -d 'Form of the result' -r -f -a "token\t'The token alone'
json\t'The full response as JSON, as the server sent it'
text\t'The full response for people, with the time left'
oauth\t'An OAuth 2.0 token response (RFC 6749), as JSON'
header\t'An Authorization header, for curl -H @-'
env\t'Variables for sh, bash and zsh, for eval'
fish\t'Variables for fish: skia-auth token -o fish | source'
powershell\t'For PowerShell: … | Out-String | Invoke-Expression'
dotenv\t'NAME=value lines, for docker run --env-file'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l to-file -d 'Write to this file instead of standard output' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l to-file-mode -d 'Permissions of the file of --to-file' -r -f -a "0600\t'You can read and write'
0640\t'You can read and write, your group can read'
0440\t'You and your group can read'
0400\t'You can read'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l client-secret-file -d 'File with the client secret (-: stdin)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l client-secret -d 'The client secret itself: other users can see it in the process list' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l scope -d 'The scope to request' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l timeout -d 'Time limit of the call [default: 30s]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l retries -d 'How often to retry when the server is unavailable' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l ca-cert -d 'Trust these certificate authorities too (PEM)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l dry-run -d 'Print the request, without the secret, and send nothing'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l allow-http -d 'Allow plain HTTP to another machine: the secret can be read on the way'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l sandbox -d 'Use a local server that needs no account'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -l no-cache -d 'Neither read nor write cached tokens'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand login" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l min-ttl -d 'Required remaining lifetime [default: 5m]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l renew-before -d 'Log in if the token is valid for less than this' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s o -l output -d 'Form of the result' -r -f -a "token\t'The token alone'
json\t'The full response as JSON, as the server sent it'
text\t'The full response for people, with the time left'
oauth\t'An OAuth 2.0 token response (RFC 6749), as JSON'
header\t'An Authorization header, for curl -H @-'
env\t'Variables for sh, bash and zsh, for eval'
fish\t'Variables for fish: skia-auth token -o fish | source'
powershell\t'For PowerShell: … | Out-String | Invoke-Expression'
dotenv\t'NAME=value lines, for docker run --env-file'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l to-file -d 'Write to this file instead of standard output' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l to-file-mode -d 'Permissions of the file of --to-file' -r -f -a "0600\t'You can read and write'
0640\t'You can read and write, your group can read'
0440\t'You and your group can read'
0400\t'You can read'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l client-secret-file -d 'File with the client secret (-: stdin)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l client-secret -d 'The client secret itself: other users can see it in the process list' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l scope -d 'The scope to request' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l timeout -d 'Time limit of the call [default: 30s]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l retries -d 'How often to retry when the server is unavailable' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l ca-cert -d 'Trust these certificate authorities too (PEM)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l offline -d 'Use the cache alone; exit 1 if it has no valid token'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l watch -d 'Stay in the foreground and keep the file of --to-file fresh'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l allow-http -d 'Allow plain HTTP to another machine: the secret can be read on the way'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l sandbox -d 'Use a local server that needs no account'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -l no-cache -d 'Neither read nor write cached tokens'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand token" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l min-ttl -d 'Required remaining lifetime [default: 5m]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l renew-before -d 'Log in if the token is valid for less than this' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l client-secret-file -d 'File with the client secret (-: stdin)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l client-secret -d 'The client secret itself: other users can see it in the process list' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l scope -d 'The scope to request' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l timeout -d 'Time limit of the call [default: 30s]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l retries -d 'How often to retry when the server is unavailable' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l ca-cert -d 'Trust these certificate authorities too (PEM)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l allow-http -d 'Allow plain HTTP to another machine: the secret can be read on the way'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -l no-cache -d 'Neither read nor write cached tokens'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand exec" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l min-ttl -d 'Required remaining lifetime [default: 5m]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s o -l output -d 'Form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l scope -d 'The scope of the token' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand status" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s o -l output -d 'Form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l scope -d 'The scope of the token' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -l cached -d 'Show the cached token, whatever standard input is'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand inspect" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l scope -d 'The scope of the token' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -l all -d 'Delete the cached tokens of every identity'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand logout" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -f -a "show" -d 'Show every effective value with its provenance, secrets hidden'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -f -a "path" -d 'Print the path of the configuration file'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -f -a "list" -d 'List the profiles, with base URL, client id and where the secret is kept'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -f -a "init" -d 'Create the configuration file, or add a profile to it'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and not __fish_seen_subcommand_from show path list init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l client-secret-file -d 'File with the client secret (-: stdin)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l client-secret -d 'The client secret itself: other users can see it in the process list' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l scope -d 'The scope to request' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Time limit of the call [default: 30s]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l retries -d 'How often to retry when the server is unavailable' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust these certificate authorities too (PEM)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l allow-http -d 'Allow plain HTTP to another machine: the secret can be read on the way'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l sandbox -d 'Use a local server that needs no account'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither read nor write cached tokens'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from path" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from list" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -l client-secret-file -d 'File with the client secret' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from init" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every effective value with its provenance, secrets hidden'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print the path of the configuration file'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the profiles, with base URL, client id and where the secret is kept'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Create the configuration file, or add a profile to it'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s o -l output -d 'Form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l base-url -d 'Address of the environment' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l client-id -d 'The integration\'s client id' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l client-secret-file -d 'File with the client secret (-: stdin)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l client-secret -d 'The client secret itself: other users can see it in the process list' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l scope -d 'The scope to request' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l timeout -d 'Time limit of the call [default: 30s]' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l retries -d 'How often to retry when the server is unavailable' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l ca-cert -d 'Trust these certificate authorities too (PEM)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l login -d 'Also log in, to check the credentials'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l allow-http -d 'Allow plain HTTP to another machine: the secret can be read on the way'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l sandbox -d 'Use a local server that needs no account'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -l no-cache -d 'Neither read nor write cached tokens'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand doctor" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -l port -d 'Port on 127.0.0.1 (0: any free one)' -r -f
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -l answer -d 'How to answer a login' -r -f -a "ok\t'As the documented server would'
rejected\t'Refuses every credential (401)'
error\t'Fails inside (500)'
unavailable\t'Asks to come back in a second (503)'
slow\t'As the documented server would, after five seconds'
html\t'A web page instead of an answer (200)'
malformed\t'The documented 500, whose outer brace is doubled'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s o -l output -d 'Syntax of the variables' -r -f -a "env\t'Lines for sh, bash and zsh'
fish\t'Lines for fish'
powershell\t'Lines for PowerShell'
dotenv\t'NAME=value lines, for docker run --env-file'"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand sandbox" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -s p -l profile -f -a "(skia-auth config show --profile-names 2>/dev/null)" -d 'Use this profile of the configuration file' -r
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -l config -d 'Read this configuration file (.toml or .json)' -r -F
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -s q -l quiet -d 'Print no warnings'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -s v -l verbose -d 'Print each step; -vv also prints headers'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -s h -l help -d 'Print this summary; --help prints everything'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -s V -l version -d 'Print the version'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "login" -d 'Request a new token from the server and print it'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "token" -d 'Print the cached token, or a new one if it is no longer valid'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "exec" -d 'Run a command with the token in SKIA_TOKEN'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "status" -d 'Report whether a valid token is cached, for whom and until when'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "inspect" -d 'Show the header and the claims of a token'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "logout" -d 'Delete the cached token'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "config" -d 'Show the settings and profiles, or write the configuration file'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "doctor" -d 'Check settings and connection, with a fix for each failure'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "sandbox" -d 'Run a local server that answers like the Skia API'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "completions" -d 'Print the completion script for a shell'
complete -c skia-auth -n "__fish_skia_auth_using_subcommand help; and not __fish_seen_subcommand_from login token exec status inspect logout config doctor sandbox completions" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'

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
complete -c skia-auth -n "__fish_skia_auth_using_subcommand completions" -a "bash zsh fish powershell elvish nushell"
