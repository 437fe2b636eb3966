using Dragoman.Dialects.Requests;

namespace Dragoman.Endpoints;

/// <summary>Reads the model of a management request: <c>model</c>, or <c>name</c> from older clients (specs/ollama.md 2.8).</summary>
internal static class OllamaModelArgument
{
    /// <returns>The name; empty when neither member is given.</returns>
    public static string Read(RequestObject request) => request.String("model") is { Length: > 0 } model ? model : request.String("name") ?? "";
}
