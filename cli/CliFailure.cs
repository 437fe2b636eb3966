namespace Dragoman.Cli;

/// <summary>A command cannot continue. The message is for people and contains no secret.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What went wrong, where, and what is allowed.</param>
internal sealed class CliFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>A mistake in the arguments or the settings.</summary>
    public static CliFailure Usage(string message) => new(Cli.ExitCode.Usage, message);
}
