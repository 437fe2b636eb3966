using System.Text.Json;

namespace Dragoman.Endpoints.Documentation;

/// <summary>
/// The documentation of the routes: JSON files beside this one that are embedded in the assembly. <c>routes/NAME.json</c> has
/// <c>tag</c>, <c>id</c> (the path's parameter, if it has one) and <c>operations</c>: OpenAPI operations by method, without
/// what the route table knows.
/// </summary>
internal static class RouteDocumentation
{
    /// <summary>Schemas, headers and error responses that operations share, one file for each dialect.</summary>
    public static readonly IReadOnlyList<string> ComponentFiles =
        [.. new[] { "gateway", "ollama", "openai", "responses", "anthropic", "administration" }.Select(name => "components/" + name)];

    public static bool Has(string route) => typeof(RouteDocumentation).Assembly.GetManifestResourceInfo(ResourceOf("routes/" + route)) is not null;

    public static JsonDocument OpenRoute(string route) => Open("routes/" + route);

    /// <exception cref="InvalidOperationException">There is no such file.</exception>
    public static JsonDocument Open(string file)
    {
        using var stream = typeof(RouteDocumentation).Assembly.GetManifestResourceStream(ResourceOf(file))
            ?? throw new InvalidOperationException($"Documentation/{file}.json is missing.");
        return JsonDocument.Parse(stream);
    }

    private static string ResourceOf(string file) => $"Documentation/{file}.json";
}
