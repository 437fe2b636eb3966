using Dragoman.Dialects.Requests;

namespace Dragoman.Endpoints;

/// <summary>The model that a management request means: <c>model</c>, or <c>name</c> as older clients write (specs/ollama.md 2.8).</summary>
internal static class OllamaModelArgument
{
    /// <returns>Empty when neither is given.</returns>
    public static string Read(RequestObject request) => request.String("model") is { Length: > 0 } model ? model : request.String("name") ?? "";
}
