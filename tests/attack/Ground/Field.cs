using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Ground;

/// <summary>How a deployment differs from the usual one.</summary>
internal sealed record FieldPlan
{
    /// <summary>Further members of <c>gateway.json</c>, each with a comma before it.</summary>
    public string More { get; init; } = "";

    /// <summary>Further members of each provider, each with a comma before it.</summary>
    public string OfEachProvider { get; init; } = "";

    /// <summary>The whole <c>gateway.json</c> in place of the usual one.</summary>
    public Func<Uri, string>? Configuration { get; init; }

    public bool HasFunctions { get; init; } = true;

    public bool HasDoor { get; init; } = true;

    /// <summary>Overrides of the environment of sidecar and functions.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Values for <c>nginx/render.sh</c>.</summary>
    public IReadOnlyDictionary<string, string?>? NginxSettings { get; init; }
}

/// <summary>The real processes behind the real nginx, with a hostile provider behind them.</summary>
internal sealed class Field : IAsyncDisposable
{
    private Field(HostileProvider provider, string configurationFile, string directory)
    {
        Provider = provider;
        ConfigurationFile = configurationFile;
        Directory = directory;
    }

    public HostileProvider Provider { get; }

    public string ConfigurationFile { get; }

    public string Directory { get; }

    public DragomanProcess Sidecar { get; private set; } = null!;

    public DragomanProcess Functions { get; private set; } = null!;

    public NginxFrontDoor Door { get; private set; } = null!;

    /// <summary>All servers that a client can call, by name.</summary>
    public IReadOnlyList<(string Name, Uri Address)> Ways => [("nginx", Door.Address), ("sidecar", Sidecar.Address), ("functions", Functions.Address)];

    public static async Task<Field> StartAsync(AttackContext context, FieldPlan? plan = null)
    {
        plan ??= new FieldPlan();
        var provider = new HostileProvider();
        var directory = context.NewDirectory("field");
        var file = Path.Combine(directory, "gateway.json");
        await File.WriteAllTextAsync(file, plan.Configuration?.Invoke(provider.Address) ?? Providers.Configuration(provider.Address, plan.More, plan.OfEachProvider));
        var field = new Field(provider, file, directory);
        var environment = new Dictionary<string, string?>(plan.Environment) { ["DRAGOMAN_CONFIG"] = file };
        try
        {
            field.Sidecar = await DragomanProcess.StartAsync("sidecar", directory, environment);
            if (plan.HasFunctions)
                field.Functions = await DragomanProcess.StartAsync("functions", directory, environment);
            if (plan.HasDoor)
                field.Door = await NginxFrontDoor.StartAsync(field.Sidecar.Address.Authority, plan.HasFunctions ? field.Functions.Address.Authority : null, plan.NginxSettings);
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }

        return field;
    }

    public async Task<bool> IsHealthyAsync()
    {
        foreach (var (_, address) in Ways)
        {
            if ((await Client.GetAsync(address, "/health", within: TimeSpan.FromSeconds(3))).Status != 200)
                return false;
        }

        return true;
    }

    /// <summary>The logs of sidecar, functions and nginx.</summary>
    public async Task<string> LogsAsync() => string.Join(
        '\n', Sidecar.Log, Functions?.Log, Door?.ErrorLog, Door is null ? null : await Door.AccessLogTextAsync());

    public async ValueTask DisposeAsync()
    {
        if (Door is not null)
            await Door.DisposeAsync();
        if (Functions is not null)
            await Functions.DisposeAsync();
        if (Sidecar is not null)
            await Sidecar.DisposeAsync();
        Provider.Dispose();
    }
}
