namespace Dragoman.Pipeline;

/// <summary>Lists the providers that are on, for people and for scripts.</summary>
public static class ProviderList
{
    /// <summary>
    /// A line for each provider: its name, its dialect and its address, with tabs between them. Empty when no provider is turned on: the
    /// emulator, which then stands in, may not run.
    /// </summary>
    public static string Of(GatewaySnapshot snapshot) => snapshot.Configuration.HasNoProvider
        ? ""
        : string.Join('\n', snapshot.Providers.Select(static provider => $"{provider.Settings.Name}\t{provider.Settings.Dialect}\t{provider.Address}"));
}
