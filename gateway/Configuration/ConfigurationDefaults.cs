using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>What is in force because nobody has set it, so that a person sees all that counts.</summary>
internal static class ConfigurationDefaults
{
    /// <summary>The defaults of a configuration, and of each of its providers.</summary>
    public static IEnumerable<ConfigurationValue> Of(GatewayConfiguration configuration) => [
        .. OfProviders(configuration),
        .. OfAccess(configuration.Access),
        .. OfLimits(configuration.Limits),
        Text("/store/connection", configuration.StoreConnection?.Value),
        Text("/budgets/journal", configuration.Budgets.Journal),
        Text("/budgets/unknownPrice", configuration.Budgets.AllowsUnknownPrices ? "allow" : "refuse"),
        Text("/budgets/storeAway", configuration.Budgets.ServesWithoutStore ? "serve" : "refuse"),
        Number("/budgets/entriesDays", configuration.Budgets.EntriesDays),
        Text("/answers/cost", configuration.Answers.Cost.ToString().ToLowerInvariant()),
        Switch("/prices/replace", configuration.Prices.ReplacesBuiltIn),
    ];

    private static IEnumerable<ConfigurationValue> OfProviders(GatewayConfiguration configuration)
    {
        foreach (var provider in configuration.Providers)
        {
            var at = $"/providers/{ConfigurationText.Escape(provider.Name)}";
            yield return Text($"{at}/dialect", provider.Dialect);
            if (provider.BaseUrl is { } url)
                yield return Text($"{at}/baseUrl", url.ToString());
            yield return Text($"{at}/publish", provider.PublishesAll ? "all" : "none");
            yield return Switch($"{at}/direct", provider.AllowsDirectNames);
            yield return Seconds($"{at}/timeouts/connectSeconds", provider.Timeouts.Connect);
            yield return Seconds($"{at}/timeouts/firstEventSeconds", provider.Timeouts.FirstEvent);
            yield return Seconds($"{at}/timeouts/idleSeconds", provider.Timeouts.Idle);
            yield return Seconds($"{at}/timeouts/totalSeconds", provider.Timeouts.Total);
            yield return Seconds($"{at}/timeouts/afterClientSeconds", provider.Timeouts.AfterClient);
        }
    }

    private static IEnumerable<ConfigurationValue> OfAccess(AccessSettings access) => [
        Text("/access/mode", access.Mode.ToString().ToLowerInvariant()),
        Switch("/access/allowOpenNetwork", access.AllowsOpenNetwork),
        List("/access/origins", access.Origins),
        List("/access/hosts", access.Hosts),
        Text("/access/downloads", access.Downloads.ToString().ToLowerInvariant()),
        List("/access/proxies", access.Proxies.Select(static network => network.ToString())),
        Seconds("/access/storeAway/seconds", access.StoreAway.Grace),
        Text("/access/storeAway/then", access.StoreAway.ServesAfterwards ? "serve" : "refuse"),
        Number("/access/waitingRoom/most", access.WaitingRoom.Most),
        Number("/access/waitingRoom/mostPerTeam", access.WaitingRoom.MostPerTeam),
        Seconds("/access/waitingRoom/seconds", access.WaitingRoom.Longest),
    ];

    private static IEnumerable<ConfigurationValue> OfLimits(LimitSettings limits)
    {
        yield return Number("/limits/requestBytes", limits.RequestBytes);
        yield return Number("/limits/downloadBytes", limits.DownloadBytes);
        yield return Number("/limits/answerBytes", limits.AnswerBytes);
        if (limits.MemoryBytes is { } memory)
            yield return Number("/limits/memoryBytes", memory);
        yield return Seconds("/limits/keepAliveSeconds", limits.KeepAlive);
        yield return Seconds("/limits/stalledClientSeconds", limits.StalledClient);
        yield return Seconds("/limits/drainSeconds", limits.Drain);
        yield return Seconds("/limits/workSeconds", limits.Work);
    }

    private static ConfigurationValue Text(string pointer, string? text) => new(pointer, JsonValue.Create(text ?? ""), ValueOrigin.Default);

    private static ConfigurationValue Switch(string pointer, bool isOn) => new(pointer, JsonValue.Create(isOn), ValueOrigin.Default);

    private static ConfigurationValue Number(string pointer, double number) => new(pointer, JsonValue.Create(number), ValueOrigin.Default);

    private static ConfigurationValue Seconds(string pointer, TimeSpan time) => Number(pointer, time.TotalSeconds);

    private static ConfigurationValue List(string pointer, IEnumerable<string> texts) =>
        new(pointer, new JsonArray([.. texts.Select(static text => (JsonNode)JsonValue.Create(text))]), ValueOrigin.Default);
}
