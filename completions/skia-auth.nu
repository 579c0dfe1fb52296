module completions {

  # The names of profiles, each with its base URL.
  def "nu-complete skia-auth profiles" [] {
    ^skia-auth config show --profile-names | complete | get stdout | lines
    | split column "\t" value description
  }

  # The command after "--": a program, then what the external completer offers for its arguments.
  # Without an external completer these are files.
  def "nu-complete skia-auth command" [context: string] {
    let words = $context | str replace --regex '^.*? -- +' '' | split row --regex ' +'
    if ($context !~ ' -- ') {
      []
    } else if ($words | length) == 1 {
      $env.PATH | split row (char esep) | where {|it| $it | path exists }
      | each {|it| ls --short-names $it | get name } | flatten | uniq
    } else if $env.config.completions.external.completer? != null {
      do $env.config.completions.external.completer $words
    }
  }

  def "nu-complete skia-auth color" [] {
    [ "auto" "always" "never" ]
  }

  # Log in to the Skia API and print the bearer token
  export extern skia-auth [
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth login output" [] {
    [ "token" "json" "text" "oauth" "header" "env" "fish" "powershell" "dotenv" ]
  }

  def "nu-complete skia-auth login to_file_mode" [] {
    [ "0600" "0640" "0440" "0400" ]
  }

  def "nu-complete skia-auth login color" [] {
    [ "auto" "always" "never" ]
  }

  # Request a new token from the server and print it
  export extern "skia-auth login" [
    --dry-run                 # Print the request, without the secret, and send nothing
    --output(-o): string@"nu-complete skia-auth login output" # Form of the result
    --to-file: path           # Write to this file instead of standard output
    --to-file-mode: string@"nu-complete skia-auth login to_file_mode" # Permissions of the file of --to-file
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret (-: stdin)
    --client-secret: string   # The client secret itself: other users can see it in the process list
    --scope: string           # The scope to request
    --timeout: string         # Time limit of the call [default: 30s]
    --retries: string         # How often to retry when the server is unavailable
    --ca-cert: path           # Trust these certificate authorities too (PEM)
    --allow-http              # Allow plain HTTP to another machine: the secret can be read on the way
    --sandbox                 # Use a local server that needs no account
    --no-cache                # Neither read nor write cached tokens
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth login color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth token output" [] {
    [ "token" "json" "text" "oauth" "header" "env" "fish" "powershell" "dotenv" ]
  }

  def "nu-complete skia-auth token to_file_mode" [] {
    [ "0600" "0640" "0440" "0400" ]
  }

  def "nu-complete skia-auth token color" [] {
    [ "auto" "always" "never" ]
  }

  # Print the cached token, or a new one if it is no longer valid
  export extern "skia-auth token" [
    --min-ttl: string         # Required remaining lifetime [default: 5m]
    --renew-before: string    # Log in if the token is valid for less than this
    --offline                 # Use the cache alone; exit 1 if it has no valid token
    --watch                   # Stay in the foreground and keep the file of --to-file fresh
    --output(-o): string@"nu-complete skia-auth token output" # Form of the result
    --to-file: path           # Write to this file instead of standard output
    --to-file-mode: string@"nu-complete skia-auth token to_file_mode" # Permissions of the file of --to-file
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret (-: stdin)
    --client-secret: string   # The client secret itself: other users can see it in the process list
    --scope: string           # The scope to request
    --timeout: string         # Time limit of the call [default: 30s]
    --retries: string         # How often to retry when the server is unavailable
    --ca-cert: path           # Trust these certificate authorities too (PEM)
    --allow-http              # Allow plain HTTP to another machine: the secret can be read on the way
    --sandbox                 # Use a local server that needs no account
    --no-cache                # Neither read nor write cached tokens
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth token color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth status output" [] {
    [ "text" "json" ]
  }

  def "nu-complete skia-auth status color" [] {
    [ "auto" "always" "never" ]
  }

  # Report whether a valid token is cached, for whom and until when
  export extern "skia-auth status" [
    --min-ttl: string         # Required remaining lifetime [default: 5m]
    --output(-o): string@"nu-complete skia-auth status output" # Form of the report
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --scope: string           # The scope of the token
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth status color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth inspect output" [] {
    [ "text" "json" ]
  }

  def "nu-complete skia-auth inspect color" [] {
    [ "auto" "always" "never" ]
  }

  # Show the header and the claims of a token
  export extern "skia-auth inspect" [
    --cached                  # Show the cached token, whatever standard input is
    --output(-o): string@"nu-complete skia-auth inspect output" # Form of the report
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --scope: string           # The scope of the token
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth inspect color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth logout color" [] {
    [ "auto" "always" "never" ]
  }

  # Delete the cached token
  export extern "skia-auth logout" [
    --all                     # Delete the cached tokens of every identity
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --scope: string           # The scope of the token
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth logout color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth config color" [] {
    [ "auto" "always" "never" ]
  }

  # Show the settings and profiles, or write the configuration file
  export extern "skia-auth config" [
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth config color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth config show output" [] {
    [ "text" "json" ]
  }

  def "nu-complete skia-auth config show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show every effective value with its provenance, secrets hidden
  export extern "skia-auth config show" [
    --output(-o): string@"nu-complete skia-auth config show output" # Form of the report
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret (-: stdin)
    --client-secret: string   # The client secret itself: other users can see it in the process list
    --scope: string           # The scope to request
    --timeout: string         # Time limit of the call [default: 30s]
    --retries: string         # How often to retry when the server is unavailable
    --ca-cert: path           # Trust these certificate authorities too (PEM)
    --allow-http              # Allow plain HTTP to another machine: the secret can be read on the way
    --sandbox                 # Use a local server that needs no account
    --no-cache                # Neither read nor write cached tokens
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth config show color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth config path color" [] {
    [ "auto" "always" "never" ]
  }

  # Print the path of the configuration file
  export extern "skia-auth config path" [
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth config path color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth config list output" [] {
    [ "text" "json" ]
  }

  def "nu-complete skia-auth config list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the profiles, with base URL, client id and where the secret is kept
  export extern "skia-auth config list" [
    --output(-o): string@"nu-complete skia-auth config list output" # Form of the report
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth config list color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth config init color" [] {
    [ "auto" "always" "never" ]
  }

  # Create the configuration file, or add a profile to it
  export extern "skia-auth config init" [
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth config init color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "skia-auth config help" [
  ]

  # Show every effective value with its provenance, secrets hidden
  export extern "skia-auth config help show" [
  ]

  # Print the path of the configuration file
  export extern "skia-auth config help path" [
  ]

  # List the profiles, with base URL, client id and where the secret is kept
  export extern "skia-auth config help list" [
  ]

  # Create the configuration file, or add a profile to it
  export extern "skia-auth config help init" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "skia-auth config help help" [
  ]

  def "nu-complete skia-auth doctor output" [] {
    [ "text" "json" ]
  }

  def "nu-complete skia-auth doctor color" [] {
    [ "auto" "always" "never" ]
  }

  # Check settings and connection, with a fix for each failure
  export extern "skia-auth doctor" [
    --login                   # Also log in, to check the credentials
    --output(-o): string@"nu-complete skia-auth doctor output" # Form of the report
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret (-: stdin)
    --client-secret: string   # The client secret itself: other users can see it in the process list
    --scope: string           # The scope to request
    --timeout: string         # Time limit of the call [default: 30s]
    --retries: string         # How often to retry when the server is unavailable
    --ca-cert: path           # Trust these certificate authorities too (PEM)
    --allow-http              # Allow plain HTTP to another machine: the secret can be read on the way
    --sandbox                 # Use a local server that needs no account
    --no-cache                # Neither read nor write cached tokens
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth doctor color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
  ]

  def "nu-complete skia-auth completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  def "nu-complete skia-auth completions color" [] {
    [ "auto" "always" "never" ]
  }

  # Print the completion script for a shell
  export extern "skia-auth completions" [
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth completions color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
    shell: string@"nu-complete skia-auth completions shell" # The shell
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "skia-auth help" [
  ]

  # Request a new token from the server and print it
  export extern "skia-auth help login" [
  ]

  # Print the cached token, or a new one if it is no longer valid
  export extern "skia-auth help token" [
  ]

  # Run a command with the token in SKIA_TOKEN
  export extern "skia-auth help exec" [
  ]

  # Report whether a valid token is cached, for whom and until when
  export extern "skia-auth help status" [
  ]

  # Show the header and the claims of a token
  export extern "skia-auth help inspect" [
  ]

  # Delete the cached token
  export extern "skia-auth help logout" [
  ]

  # Show the settings and profiles, or write the configuration file
  export extern "skia-auth help config" [
  ]

  # Check settings and connection, with a fix for each failure
  export extern "skia-auth help doctor" [
  ]

  # Run a local server that answers like the Skia API
  export extern "skia-auth help sandbox" [
  ]

  # Print the completion script for a shell
  export extern "skia-auth help completions" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "skia-auth help help" [
  ]

  def "nu-complete skia-auth exec color" [] {
    [ "auto" "always" "never" ]
  }

  # Run a command with the token in SKIA_TOKEN
  export extern "skia-auth exec" [
    --min-ttl: string         # Required remaining lifetime [default: 5m]
    --renew-before: string    # Log in if the token is valid for less than this
    --base-url: string        # Address of the environment
    --client-id: string       # The integration's client id
    --client-secret-file: path # File with the client secret (-: stdin)
    --client-secret: string   # The client secret itself: other users can see it in the process list
    --scope: string           # The scope to request
    --timeout: string         # Time limit of the call [default: 30s]
    --retries: string         # How often to retry when the server is unavailable
    --ca-cert: path           # Trust these certificate authorities too (PEM)
    --allow-http              # Allow plain HTTP to another machine: the secret can be read on the way
    --no-cache                # Neither read nor write cached tokens
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth exec color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
    ...command: string@"nu-complete skia-auth command"        # The command to run, and its arguments
  ]

  def "nu-complete skia-auth sandbox answer" [] {
    [ "ok" "rejected" "error" "unavailable" "slow" "html" "malformed" ]
  }

  def "nu-complete skia-auth sandbox output" [] {
    [ "env" "fish" "powershell" "dotenv" ]
  }

  def "nu-complete skia-auth sandbox color" [] {
    [ "auto" "always" "never" ]
  }

  # Run a local server that answers like the Skia API
  export extern "skia-auth sandbox" [
    --port: string            # Port on 127.0.0.1 (0: any free one)
    --answer: string@"nu-complete skia-auth sandbox answer" # How to answer a login
    --output(-o): string@"nu-complete skia-auth sandbox output" # Syntax of the variables
    --profile(-p): string@"nu-complete skia-auth profiles"     # Use this profile of the configuration file
    --config: path            # Read this configuration file (.toml or .json)
    --quiet(-q)               # Print no warnings
    --verbose(-v)             # Print each step; -vv also prints headers
    --color: string@"nu-complete skia-auth sandbox color" # When to use colours
    --help(-h)                # Print this summary; --help prints everything
    --version(-V)             # Print the version
    ...command: string@"nu-complete skia-auth command"        # The command to run, and its arguments
  ]

}

export use completions *
