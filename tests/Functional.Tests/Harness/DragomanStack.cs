using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>The real processes behind the real nginx, each on a free port, with the emulator as their provider.</summary>
internal sealed class DragomanStack : IAsyncDisposable
{
    private readonly ScratchDirectory directory;

    private DragomanStack(
        ScratchDirectory directory, DragomanProcess emulator, DragomanProcess sidecar, DragomanProcess? functions, NginxFrontDoor door)
    {
        this.directory = directory;
        Emulator = emulator;
        Sidecar = sidecar;
        Functions = functions;
        Door = door;
        Client = PlainHttpClient.For(door.Address);
    }

    public DragomanProcess Emulator { get; }

    public DragomanProcess Sidecar { get; }

    /// <summary>The directory in which the processes run, with their data.</summary>
    public string DirectoryPath => this.directory.Path;

    /// <summary>Null in the small deployment.</summary>
    public DragomanProcess? Functions { get; }

    public NginxFrontDoor Door { get; }

    /// <summary>A client of the front door.</summary>
    public HttpClient Client { get; }

    /// <summary>nginx, sidecar, functions and emulator.</summary>
    /// <param name="environment">Overrides of the environment of sidecar and functions.</param>
    /// <param name="configuration">Returns the text of <c>gateway.json</c> for the emulator's address. No file when null.</param>
    /// <param name="door">Further values for <c>nginx/render.sh</c>.</param>
    /// <param name="executables">Returns the file to start for a name; those of this build when null.</param>
    public static Task<DragomanStack> StartFullAsync(
        IReadOnlyDictionary<string, string?>? environment = null, Func<Uri, string>? configuration = null,
        IReadOnlyDictionary<string, string?>? door = null, Func<string, string>? executables = null) =>
        StartAsync(withFunctions: true, environment, configuration, door, executables);

    /// <summary>nginx, sidecar and emulator.</summary>
    /// <param name="environment">Overrides of the environment of the sidecar.</param>
    public static Task<DragomanStack> StartSmallAsync(IReadOnlyDictionary<string, string?>? environment = null) =>
        StartAsync(withFunctions: false, environment);

    /// <summary>The emulator's captured requests, the oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> ProviderRequestsAsync()
    {
        using var log = JsonDocument.Parse(await Emulator.Client.GetStringAsync("/__emulator/requests"));
        return [.. log.RootElement.GetProperty("requests").EnumerateArray().Select(request => request.Clone())];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Door.DisposeAsync();
        await Sidecar.DisposeAsync();
        if (Functions is not null)
            await Functions.DisposeAsync();
        await Emulator.DisposeAsync();
        this.directory.Dispose();
    }

    private static async Task<DragomanStack> StartAsync(
        bool withFunctions, IReadOnlyDictionary<string, string?>? environment, Func<Uri, string>? configuration = null,
        IReadOnlyDictionary<string, string?>? doorSettings = null, Func<string, string>? executables = null)
    {
        var directory = new ScratchDirectory();
        executables ??= Repository.Executable;
        var started = new List<IAsyncDisposable>();
        async Task<T> Keep<T>(Task<T> starting)
            where T : IAsyncDisposable
        {
            var process = await starting;
            started.Add(process);
            return process;
        }

        try
        {
            var emulator = await Keep(DragomanProcess.StartAsync("emulator", directory.Path, command: [executables("emulator")]));
            var complete = new Dictionary<string, string?> { ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri };
            if (configuration is not null)
            {
                var file = directory.File("gateway.json");
                await File.WriteAllTextAsync(file, configuration(emulator.Address));
                complete["DRAGOMAN_CONFIG"] = file;
            }
            foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
                complete[key] = value;
            var sidecar = await Keep(DragomanProcess.StartAsync("sidecar", directory.Path, complete, [executables("sidecar")]));
            var functions = withFunctions ? await Keep(DragomanProcess.StartAsync("functions", directory.Path, complete, [executables("functions")])) : null;
            var door = await Keep(NginxFrontDoor.StartAsync(sidecar.Address.Authority, functions?.Address.Authority, doorSettings));
            return new DragomanStack(directory, emulator, sidecar, functions, door);
        }
        catch
        {
            foreach (var process in Enumerable.Reverse(started))
                await process.DisposeAsync();
            directory.Dispose();
            throw;
        }
    }
}
