namespace Dragoman.Attack.Ground;

/// <summary>A provider at the hostile server, as the gateway is configured with it.</summary>
/// <param name="Name">The name in <c>gateway.json</c>, which is also the first segment of its base path.</param>
/// <param name="BasePath">The path that every call must be below.</param>
/// <param name="Members">The members of its entry besides address and key.</param>
internal sealed record HostileKind(string Name, string BasePath, string Members)
{
    /// <param name="address">The hostile server's address.</param>
    /// <param name="more">Further members, each with a comma before it.</param>
    public string Entry(Uri address, string more = "") =>
        $$"""
        "{{Name}}": { "baseUrl": "{{address.AbsoluteUri.TrimEnd('/')}}{{BasePath}}", "apiKey": "{{Sentinel.KeyOf(Name)}}", {{Members}}{{more}} }
        """;
}

/// <summary>A provider at the hostile server for each outbound dialect.</summary>
internal static class Providers
{
    public static readonly HostileKind Compatible = new("compatible", "/compatible/v1", "\"dialect\": \"openai\", \"options\": { \"server\": \"generic\" }");
    public static readonly HostileKind OpenAI = new("openai", "/openai/v1", "\"dialect\": \"openai\", \"options\": { \"server\": \"openai\" }");
    public static readonly HostileKind Azure = new("azure", "/azure/openai/v1", "\"dialect\": \"azure-openai\"");
    public static readonly HostileKind Mistral = new("mistral", "/mistral/v1", "\"dialect\": \"mistral\"");
    public static readonly HostileKind Anthropic = new("anthropic", "/anthropic/v1", "\"dialect\": \"anthropic\"");
    public static readonly HostileKind Gemini = new("gemini", "/gemini/v1beta", "\"dialect\": \"gemini\"");

    public static readonly IReadOnlyList<HostileKind> All = [Compatible, OpenAI, Azure, Mistral, Anthropic, Gemini];

    /// <summary>The text of <c>gateway.json</c>.</summary>
    /// <param name="address">The hostile server's address.</param>
    /// <param name="more">Further members of the file, each with a comma before it.</param>
    /// <param name="ofEach">Further members of each provider, each with a comma before it.</param>
    public static string Configuration(Uri address, string more = "", string ofEach = "") =>
        $$"""
        { "providers": { {{string.Join(", ", All.Select(kind => kind.Entry(address, ofEach)))}} }{{more}} }
        """;
}
