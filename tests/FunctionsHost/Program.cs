using System.Globalization;
using System.Runtime.InteropServices;
using Dragoman.FunctionsHost;

if (args is ["--measure", var runs, var isolated, var custom])
{
    await ColdStart.MeasureAsync(int.Parse(runs, CultureInfo.InvariantCulture), Path.GetFullPath(isolated), Path.GetFullPath(custom));
    return 0;
}

if (args is not ([_] or [_, _]))
{
    Console.Error.WriteLine("""
        usage: dragoman-functions-host FOLDER [PORT]                     runs a published function app of the .NET isolated worker
               dragoman-functions-host --measure RUNS ISOLATED CUSTOM    measures the cold starts of both published apps
        """);
    return 2;
}

var app = new WorkerApp(Path.GetFullPath(args[0])) { Port = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0 };
await using var host = await WorkerHost.StartAsync(app);
Console.WriteLine($"dragoman-functions-host listening on {host.Address.GetLeftPart(UriPartial.Authority)}, its worker is {host.WorkerProcessId}");
var stop = new TaskCompletionSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await stop.Task;
foreach (var line in host.Lines.Concat(host.Failures.Select(failure => $"failed: {failure}")))
    Console.WriteLine(line);
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}
