namespace Dragoman.Startup;

/// <summary>The last net: what nobody expected ends the process with one sentence and an exit code, not with an abort.</summary>
public static class Unexpected
{
    /// <summary>Shows the details of what was not expected.</summary>
    public const string DebugVariable = "DRAGOMAN_DEBUG";

    /// <summary>The exit code for what the operator did not cause.</summary>
    public const int ExitCode = 1;

    private static volatile bool isServing;

    /// <summary>Runs a program to its end, with the net below it and below the threads that it starts.</summary>
    /// <param name="program">The executable's name.</param>
    /// <param name="run">Gives the exit code.</param>
    public static async Task<int> CatchAsync(string program, Func<Task<int>> run)
    {
        StandardStreams.Prepare();
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            Report(program, unhandled.ExceptionObject);
            Environment.Exit(ExitCode);
        };
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report(program, error);
            return ExitCode;
        }
    }

    /// <summary>From here on the details are always shown: what fails after hours of service cannot be made to fail again.</summary>
    public static void BeginsToServe() => isServing = true;

    private static void Report(string program, object failure)
    {
        var showsDetails = isServing || Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 };
        var what = failure is Exception error ? $"{error.GetType().Name}: {error.Message.Trim()}" : "an object was thrown";
        StandardStreams.WriteErrorLine(Printable.Line(
            $"{program}: failed in a way that nobody expected ({what}){(showsDetails ? "" : $"; set {DebugVariable}=1 for the details")}"));
        if (!showsDetails)
            return;
        try
        {
            StandardStreams.WriteErrorLine(failure.ToString() ?? "");
        }
        catch (Exception)
        {
            // The details need code that cannot be loaded when there are no files left; the sentence has been written.
        }
    }
}
