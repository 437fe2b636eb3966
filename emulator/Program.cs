using Dragoman.Emulator;
using Dragoman.Startup;

const int CannotOpen = 1;
const int Misconfigured = 2;

return await Unexpected.CatchAsync(EmulatorOptions.Program, async () =>
{
    var options = EmulatorOptions.Read(args, ProcessEnvironment.Read(), out var page, out var mistakes);
    if (page is not null)
        return StandardStreams.TryWriteLine(page) is null ? 0 : CannotOpen;
    foreach (var mistake in mistakes)
        StandardStreams.WriteErrorLine(Printable.Line($"{EmulatorOptions.Program}: {mistake}"));
    if (mistakes.Count > 0)
        return Misconfigured;

    await using var app = EmulatorApplication.Build(options);
    try
    {
        await app.StartAsync();
    }
    catch (Exception error) when (ListenAddress.IsOpeningFailure(error))
    {
        StandardStreams.WriteErrorLine($"{EmulatorOptions.Program}: {ListenAddress.DescribeFailure(options.Address, options.Port, error)}");
        return CannotOpen;
    }

    if (!StandardStreams.TryAnnounce(EmulatorOptions.Program, $"{EmulatorOptions.Program} listening on {app.Urls.First()}"))
        return CannotOpen;
    foreach (var notice in options.Notices)
        StandardStreams.WriteErrorLine($"{EmulatorOptions.Program}: {notice}");
    Unexpected.BeginsToServe();
    await app.WaitForShutdownAsync();
    return 0;
});
