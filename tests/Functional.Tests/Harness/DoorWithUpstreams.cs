using Microsoft.AspNetCore.Http;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>nginx in front of two recording upstreams, to see what the door itself does.</summary>
internal sealed class DoorWithUpstreams : IAsyncDisposable
{
    private DoorWithUpstreams(RecordingUpstream sidecar, RecordingUpstream functions, NginxFrontDoor door)
    {
        Sidecar = sidecar;
        Functions = functions;
        Door = door;
        Client = PlainHttpClient.For(door.Address);
    }

    public RecordingUpstream Sidecar { get; }

    public RecordingUpstream Functions { get; }

    public NginxFrontDoor Door { get; }

    public HttpClient Client { get; }

    /// <param name="sidecar">How the sidecar's stand-in answers; its name when null.</param>
    /// <param name="functions">How the functions' stand-in answers; its name when null.</param>
    /// <param name="withFunctions">False for the small deployment, in which nginx knows of no functions.</param>
    /// <param name="settings">Further values for <c>nginx/render.sh</c>.</param>
    public static async Task<DoorWithUpstreams> StartAsync(
        RequestDelegate? sidecar = null, RequestDelegate? functions = null, bool withFunctions = true,
        IReadOnlyDictionary<string, string?>? settings = null)
    {
        var sidecarUpstream = await RecordingUpstream.StartAsync("sidecar", sidecar);
        var functionsUpstream = await RecordingUpstream.StartAsync("functions", functions);
        var door = await NginxFrontDoor.StartAsync(
            sidecarUpstream.Authority, withFunctions ? functionsUpstream.Authority : null, settings);
        return new DoorWithUpstreams(sidecarUpstream, functionsUpstream, door);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Door.DisposeAsync();
        await Functions.DisposeAsync();
        await Sidecar.DisposeAsync();
    }
}
