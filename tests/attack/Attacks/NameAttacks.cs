using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>For any model name, a credential is sent only below its provider's base path.</summary>
internal static class NameAttacks
{
    private const string StrangersAddress = "127.0.0.66";
    private const string GoodModel = "fk-ok";

    public static readonly IReadOnlyList<Attack> All =
    [
        new("names", "credentials", "1", "a name leads below its provider's base path, or is a 400 or 404", NamesAsync) { IsFast = true },
        new("redirects", "credentials", "1", "a provider's redirect is never followed with a credential", RedirectsAsync) { IsFast = true },
    ];

    /// <summary>Suffixes after <c>provider/</c>. The first ones must not exist at a provider with the name in its path.</summary>
    private static readonly string[] Misleading =
    [
        $"//{StrangersAddress}/x", $"///{StrangersAddress}/x", "/x", "//x", "x/", "a//b", "..", "../x", "../../x", "a/../../x", "a/..", "%2e%2e/x", "..%2fx", "a%2f..%2f..%2fx",
        $"%2f%2f{StrangersAddress}/x", $"\\\\{StrangersAddress}\\x", "..\\..\\x", $"/\\{StrangersAddress}/x", $"\\/{StrangersAddress}/x", $"@{StrangersAddress}/x",
        $"x@{StrangersAddress}", $":80@{StrangersAddress}/x", "x?alt=sse", "x#fragment", $"http://{StrangersAddress}/x", $"//{StrangersAddress}:80/x",
        "x\0y", "x\r\nX-Injected: 1\r\n", "x\ny", "x\ty", "x\u007fy", "models/../../x", "tunedModels/../../x",
    ];

    private static readonly string[] Odd =
    [
        ".", "./x", "x;y=1", "x y", "x\u2028y", "x\u202ey", "%0d%0aX-Injected: 1", "x%00", "\uff0e\uff0e/x", "\uff0f\uff0fx", "\u2215\u2215x", "x:generateContent", "x:80", new('x', 5000), "\ud83d\udc4b", "x%",
    ];

    private static async Task NamesAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        using var stranger = Stranger.TryStart(StrangersAddress, 80);
        tally.Note(stranger is null ? "no stranger: port 80 may not be used here" : "a stranger listens on port 80");
        foreach (var kind in Providers.All)
        {
            var good = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body($"{kind.Name}/{GoodModel}"));
            tally.Expect(good.Status == 200, $"a good name at {kind.Name} is {good}");
        }

        var tries = Providers.All.SelectMany(kind => Misleading.Concat(Odd).Select(suffix => (kind, suffix, api: ClientApi.Chat)))
            .Concat(ClientApi.All.SelectMany(api => Misleading.Take(12).Select(suffix => (kind: Providers.Gemini, suffix, api))));
        await Parallel.ForEachAsync(tries, async (each, _) =>
        {
            var (kind, suffix, api) = each;
            var answer = await Client.PostAsync(field.Sidecar.Address, api.Path, api.Body($"{kind.Name}/{suffix}"));
            tally.Expect(answer.Status is not (0 or >= 500) || !Misleading.Contains(suffix), $"{kind.Name}/{suffix} at {api.Path} is {answer}");
            // An @ inside a segment is part of some real names and harmless there.
            if (kind == Providers.Gemini && Misleading.Contains(suffix))
                tally.Expect(answer.Status is 400 or 404 || (answer.Status == 200 && suffix.Contains('@', StringComparison.Ordinal)), $"{kind.Name}/{suffix} at {api.Path} is {answer}");
        });
        foreach (var call in field.Provider.Calls)
        {
            var owner = Providers.All.FirstOrDefault(kind => call.Target.StartsWith(kind.BasePath + "/", StringComparison.Ordinal));
            tally.Expect(owner is not null && call.Key == Sentinel.KeyOf(owner.Name), $"the provider was asked for {call.Target} with {call.Key}");
            tally.Expect(!call.Target.Contains("..", StringComparison.Ordinal) && !call.Target.Contains("//", StringComparison.Ordinal), $"the provider was asked for {call.Target}");
            tally.Expect(call.Header("x-injected") is null, $"a header came from a name: {call.Target}");
        }

        tally.Note($"the stranger was reached {stranger?.Connections ?? 0} times");
        tally.Expect(stranger is not { Connections: > 0 }, $"the stranger was reached {stranger?.Connections} times, with a key {stranger?.Received.Count(Sentinel.IsIn)} times: {stranger?.Received.FirstOrDefault()?.Split('\r')[0]}");
    }

    private static async Task RedirectsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        using var stranger = Stranger.TryStart("127.0.0.1")!;
        field.Provider.RedirectsTo = new Uri($"http://127.0.0.1:{stranger.Port}/x");
        foreach (var kind in Providers.All)
        {
            foreach (var status in (int[])[301, 302, 303, 307, 308])
            {
                var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body($"{kind.Name}/fk-redirect-{status}"));
                tally.Expect(answer.Status == 502, $"a redirect {status} of {kind.Name} is {answer}");
            }
        }

        tally.Expect(stranger.Connections == 0, $"{stranger.Connections} redirects were followed");
    }
}
