namespace Dragoman.Startup;

/// <summary>The last handler: an unexpected failure ends the process with one message and an exit code, not with an abort.</summary>
public static class Unexpected
{
    /// <summary>The variable that shows the details of unexpected failures.</summary>
    public const string DebugVariable = "DRAGOMAN_DEBUG";

    /// <summary>The exit code for failures that the operator did not cause.</summary>
    public const int ExitCode = 1;

    private static volatile bool isServing;

    /// <summary>Runs a program to its end and reports unexpected failures, also those of threads that it starts.</summary>
    /// <param name="program">The executable's name.</param>
    /// <param name="run">The program; returns the exit code.</param>
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

    /// <summary>From now on the details are always shown: a failure after hours of service cannot simply be repeated.</summary>
    public static void BeginsToServe() => isServing = true;

    private static void Report(string program, object failure)
    {
        var showsDetails = isServing || Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 };
        var what = failure is Exception error ? $"{error.GetType().Name}: {error.Message.Trim()}" : "an object was thrown";
        StandardStreams.WriteErrorLine(Printable.Line(
            $"{program}: failed unexpectedly ({what}){(showsDetails ? "" : $"; set {DebugVariable}=1 for the details")}"));
        if (!showsDetails)
            return;
        try
        {
            StandardStreams.WriteErrorLine(failure.ToString() ?? "");
        }
        catch (Exception)
        {
            // The details need code that cannot be loaded when no descriptor is left. The message has been written already.
        }
    }
}
