<#
.SYNOPSIS
Installs skia-auth for this user from a release: the program and its completions for PowerShell.

.PARAMETER Version
The release to install. Default: $env:SKIA_AUTH_VERSION, else the latest.

.PARAMETER Prefix
The directory of the program. Default: Programs\skia-auth in the local application data.

.PARAMETER BaseAddress
Where the releases are, for a mirror: its files are URL/download/vVERSION/FILE and
URL/latest/download/SHA256SUMS. Default: $env:SKIA_AUTH_BASE_ADDRESS, else those of the project.
#>
param(
    [string] $Version = $env:SKIA_AUTH_VERSION,
    [string] $Prefix = (Join-Path $env:LOCALAPPDATA 'Programs\skia-auth'),
    [string] $BaseAddress = $env:SKIA_AUTH_BASE_ADDRESS
)

# A function, so that a download that ends early runs nothing. `throw` instead of `exit`, because
# `irm URL | iex` runs this inside the shell of the user.
function Install-SkiaAuth([string] $Version, [string] $Prefix, [string] $BaseAddress) {
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell downloads slowly while it shows progress.
    $ProgressPreference = 'SilentlyContinue'
    # The address of the repository. A release has it filled in.
    $Repository = ''

    if (-not $BaseAddress -and $Repository) { $BaseAddress = "$Repository/releases" }
    if (-not $BaseAddress) {
        throw 'the address of the releases is not known: pass -BaseAddress URL'
    }
    $address = [uri] $BaseAddress.TrimEnd('/')
    $loopback = $address.Scheme -eq 'http' -and $address.IsLoopback
    if ($address.Scheme -ne 'https' -and -not $loopback) {
        throw "the base address is not https: $BaseAddress"
    }
    if ($address.UserInfo) { throw 'the base address contains user information' }
    $base = $address.AbsoluteUri.TrimEnd('/')
    if ($env:PROCESSOR_ARCHITECTURE -eq 'x86' -and -not $env:PROCESSOR_ARCHITEW6432) {
        throw 'there is no archive for 32-bit Windows'
    }
    # .NET has a current directory of its own.
    $Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix)
    # Windows PowerShell on older systems offers TLS 1.0 alone.
    [Net.ServicePointManager]::SecurityProtocol =
        [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

    $scratch = Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid())
    $null = New-Item -ItemType Directory $scratch
    try {
        $Version = $Version -replace '^v', ''
        if (-not $Version -or $Version -eq 'latest') {
            $sums = "$base/latest/download/SHA256SUMS"
        } else {
            $sums = "$base/download/v$Version/SHA256SUMS"
        }
        $list = Join-Path $scratch 'SHA256SUMS'
        Get-SkiaAuthFile $sums $list
        $pattern = '^([0-9a-f]{64}) [ *]' +
            '(skia-auth-([0-9][0-9A-Za-z.-]*)-x86_64-pc-windows-(?:msvc|gnu)\.zip)$'
        $found = @(Get-Content $list | Select-String -CaseSensitive -Pattern $pattern)
        if ($found.Count -ne 1) { throw "$sums does not list one archive for Windows" }
        $sum, $archive, $listed = @($found[0].Matches[0].Groups | ForEach-Object { $_.Value })[1..3]
        if ($Version -and $Version -notin 'latest', $listed) { throw "$sums is of version $listed" }

        $url = "$base/download/v$listed/$archive"
        $zip = Join-Path $scratch $archive
        Get-SkiaAuthFile $url $zip
        if ((Get-FileHash -Algorithm SHA256 $zip).Hash -ne $sum) {
            throw "$url does not match its checksum in SHA256SUMS"
        }
        Expand-Archive $zip $scratch
        $tree = Join-Path $scratch ($archive -replace '\.zip$', '')

        # The program is the last one: a new program implies new completions.
        $changed = $false
        $null = New-Item -ItemType Directory -Force $Prefix
        foreach ($file in 'completions\_skia-auth.ps1', 'skia-auth.exe') {
            $source = Join-Path $tree $file
            $place = Join-Path $Prefix (Split-Path -Leaf $file)
            if ((Test-Path $place) -and
                (Get-FileHash $place).Hash -eq (Get-FileHash $source).Hash) { continue }
            $changed = $true
            $staged = "$place.$PID"
            try {
                Copy-Item $source $staged
                if (Test-Path $place) {
                    [IO.File]::Replace($staged, $place, [NullString]::Value)
                } else {
                    [IO.File]::Move($staged, $place)
                }
            } catch {
                throw "cannot write ${place}: $($_.Exception.GetBaseException().Message)"
            } finally {
                Remove-Item -Force -ErrorAction SilentlyContinue $staged
            }
        }
    } finally {
        Remove-Item -Recurse -Force $scratch
    }

    $program = Join-Path $Prefix 'skia-auth.exe'
    if ($changed) { "skia-auth $listed is installed: $program" }
    else { "skia-auth $listed is already installed: $program" }
    if ($Prefix -notin ($env:Path -split ';').TrimEnd('\')) {
        "$Prefix is not in Path. To add it, for new windows:"
        "  `$path = [Environment]::GetEnvironmentVariable('Path', 'User')"
        "  [Environment]::SetEnvironmentVariable('Path', ""`$path;$Prefix"", 'User')"
    }
    'For completions, add this to $PROFILE:'
    "  . '$(Join-Path $Prefix '_skia-auth.ps1')'"
}

function Get-SkiaAuthFile([string] $Url, [string] $File) {
    try {
        Invoke-WebRequest -UseBasicParsing -TimeoutSec 300 -Uri $Url -OutFile $File
    } catch {
        throw "cannot download ${Url}: $($_.Exception.Message)"
    }
}

Install-SkiaAuth $Version $Prefix $BaseAddress
