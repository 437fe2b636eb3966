using Dragoman.Cli;
using Dragoman.Cli.Output;
using Dragoman.Startup;

return await Unexpected.CatchAsync(CommandTree.Program, async () =>
{
    if (StandardStreams.OutputProblem is { } problem)
    {
        StandardStreams.WriteErrorLine($"{CommandTree.Program}: standard output cannot be used: {problem}; allowed: a file, a pipe, a terminal, or /dev/null");
        return ExitCode.Failed;
    }

    using var interruption = new Interruption();
    var environment = ProcessEnvironment.Read();
    using var terminal = Terminal.OfProcess(environment);
    return await CommandTree.RunAsync(args, new CliContext(environment, terminal, TimeProvider.System), interruption.Token);
});
