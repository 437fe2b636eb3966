using System.CommandLine;
using Dragoman.Administration;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary>Shows the state of one thing to a person.</summary>
internal static class Shown
{
    /// <summary>An option that prints the ETag alone.</summary>
    public static Option<bool> ETagOption() => new("--etag") { Description = "Prints the ETag alone, for --if-match." };

    public static void Details(AdminRunner runner, AdminAnswer answer)
    {
        var rows = JsonView.Rows(AdminRunner.ParsedBody(answer)).ToList();
        if (answer.ETag is { } etag)
            rows.Add(("etag", etag.Trim('"')));
        Tables.WriteDetails(runner.Context.Terminal, rows);
    }

    /// <summary>The state after a change, unless the person wants to read nothing.</summary>
    public static void Changed(AdminRunner runner, ParseResult parse, AdminAnswer answer)
    {
        if (!runner.IsQuiet(parse))
            Details(runner, answer);
    }

    /// <summary>The command <c>show</c> of something.</summary>
    public static Task<int> ShowAsync(AdminRunner runner, ParseResult parse, Option<bool> etag, AdminCall call, CancellationToken cancellation) =>
        parse.GetValue(etag)
            ? ShowETagAsync(runner, parse, call, cancellation)
            : runner.RunAsync(parse, call, null, answer => Details(runner, answer), cancellation);

    private static async Task<int> ShowETagAsync(AdminRunner runner, ParseResult parse, AdminCall call, CancellationToken cancellation)
    {
        var client = runner.Open(parse);
        await using (client.ConfigureAwait(false))
        {
            var answer = await client.SendAsync(call, cancellation).ConfigureAwait(false);
            if (answer.Status >= 400)
                return runner.Report(parse, answer, null);
            runner.Context.Terminal.WriteLine(answer.ETag?.Trim('"') ?? throw new CliFailure(ExitCode.Failed, "the answer has no ETag"));
            return ExitCode.Done;
        }
    }
}
