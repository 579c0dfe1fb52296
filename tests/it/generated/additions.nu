
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
