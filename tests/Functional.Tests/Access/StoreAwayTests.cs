using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>The store cannot be read: when the processes start, and while they serve.</summary>
public class StoreAwayTests
{
    /// <summary>A process starts without its store, says so to whoever asks, and serves as soon as the store is there.</summary>
    [Fact]
    public async Task At_start_every_request_gets_a_503_until_the_store_is_there()
    {
        using var place = new ScratchDirectory();
        var store = Path.Combine(place.Path, "later", "dragoman.db");
        // Nobody can make a directory where there is a file.
        await File.WriteAllTextAsync(Path.Combine(place.Path, "later"), "");
        await using var keyed = await KeyedStack.StartAsync(members: $$"""{"store":{"connection":"sqlite:{{store}}"} }""");

        foreach (var route in AskedRoute.All.Where(route => route.Path is "/api/chat" or "/v1/chat/completions" or "/v1/messages" or "/api/tags" or "/v1/models"))
        {
            using var away = await keyed.SendAsync(route.Request(), KeyedDeployment.UnknownKey);
            var text = await away.Content.ReadAsStringAsync();
            // Anthropic's own status for an overload is 529.
            Assert.True((int)away.StatusCode is 503 or 529, $"{route}: {(int)away.StatusCode} {text}");
            Assert.Contains("store does not answer", route.MessageOf(text), StringComparison.Ordinal);
            Assert.NotNull(away.Headers.RetryAfter);
        }

        using var administration = await keyed.Admin.GetAsync(new Uri("/dragoman/teams", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, administration.StatusCode);
        using var health = await keyed.Stack.Client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        File.Delete(Path.Combine(place.Path, "later"));
        Directory.CreateDirectory(Path.Combine(place.Path, "later"));
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await keyed.Admin.GetAsync(new Uri("/dragoman/teams", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            },
            () => keyed.Stack.Sidecar.Log);
        await keyed.TeamAsync("web");
        var key = await keyed.KeyAsync("web");
        await Eventually.HoldsAsync(
            async () => await keyed.StatusAsync(Requests.OllamaChat(stream: false), key) == HttpStatusCode.OK,
            () => keyed.Stack.Functions!.Log);
    }

    /// <summary>A known key goes on for the configured time, also while the store is away; an unknown one cannot be checked.</summary>
    [Fact]
    public async Task In_mid_flight_known_keys_go_on()
    {
        using var place = new ScratchDirectory();
        var folder = Directory.CreateDirectory(Path.Combine(place.Path, "store"));
        await using var keyed = await KeyedStack.StartAsync(members: $$"""{"store":{"connection":"sqlite:{{Path.Combine(folder.FullName, "dragoman.db")}}"} }""");
        await keyed.TeamAsync("web");
        var (known, unknown) = (await keyed.KeyAsync("web"), await keyed.KeyAsync("web"));
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: false), known));
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: true), known));

        foreach (var file in folder.GetFiles())
            await File.WriteAllBytesAsync(file.FullName, new byte[64 * 1024]);
        await Eventually.HoldsAsync(
            async () => (int)await keyed.StatusAsync(Requests.OllamaChat(stream: true), unknown) == 503,
            () => keyed.Stack.Sidecar.Log);

        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: true), known));
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: false), known));
    }
}
