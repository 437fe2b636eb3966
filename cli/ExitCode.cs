namespace Dragoman.Cli;

/// <summary>The exit codes, which scripts rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotAuthenticated = 3;
    public const int NotAllowed = 4;
    public const int NotFound = 5;
    public const int Conflict = 6;
    public const int Limited = 7;
    public const int Interrupted = 130;

    /// <summary>All codes with their meanings, for the help.</summary>
    public static readonly IReadOnlyList<(string Name, string Text)> All =
    [
        ("0", "Done."),
        ("1", "Failed: the store, the gateway or the issuer does not answer, doctor has found a failure, something unexpected happened, or what was compared differs (prices check, config diff, ledger verify)."),
        ("2", "Wrong usage: a command, an option, a value or a setting is not valid."),
        ("3", "Not authenticated: there is no credential, or it is not accepted."),
        ("4", "Not allowed: the role does not permit it."),
        ("5", "Not found."),
        ("6", "Conflict: it exists already, it has changed since (--if-match), or its state does not permit it."),
        ("7", "Limited: too many requests; try again later."),
        ("130", "Interrupted, by Ctrl+C or a stop signal."),
    ];

    /// <summary>The code for the HTTP status of an answer.</summary>
    public static int Of(int status) => status switch
    {
        < 400 => Done,
        400 or 413 or 415 => Usage,
        401 => NotAuthenticated,
        403 => NotAllowed,
        404 => NotFound,
        409 or 412 or 422 => Conflict,
        429 => Limited,
        _ => Failed,
    };
}
