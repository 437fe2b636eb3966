using Dragoman.Configuration;
using Dragoman.Dialects;
using Dragoman.Pipeline.Memory;
using Dragoman.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>One public route.</summary>
/// <param name="Name">The Azure function's name, and the folder that holds its <c>function.json</c>.</param>
/// <param name="Methods">In upper case; <c>HEAD</c> only where it is listed (specs/ollama.md 0.2).</param>
/// <param name="Path">Begins with a slash; may end in <c>/{*id}</c>, which takes the rest of a path.</param>
/// <param name="Home">Who serves it.</param>
/// <param name="Errors">The shape of its failures.</param>
/// <param name="Endpoint">What it does.</param>
public sealed record Route(string Name, IReadOnlyList<string> Methods, string Path, Home Home, IErrorShape Errors, IEndpoint Endpoint)
{
    private const string RestMark = "{*id}";

    /// <summary>The same path for Anthropic's clients, which expect another answer; null: they expect this one.</summary>
    public Route? Anthropic { get; init; }

    /// <summary>Asked by whoever watches the process, also while it is about to stop.</summary>
    public bool IsProbe { get; init; }

    /// <summary>What is the route's own in WebSocket messages, for one connection; null: it has no WebSocket.</summary>
    internal Func<LimitSettings, MemoryBudget, MessageSession>? OpenWebSocket { get; init; }

    /// <summary>Whether the path takes the rest of a request's path.</summary>
    public bool TakesRest => Path.EndsWith(RestMark, StringComparison.Ordinal);

    /// <summary>The path without its rest mark.</summary>
    public string Prefix => TakesRest ? Path[..^RestMark.Length] : Path;

    /// <summary>The route as the request's client knows it: Anthropic's name the version, or at least have a key in their own header.</summary>
    public Route For(IHeaderDictionary headers) =>
        Anthropic is not null && (headers.ContainsKey("anthropic-version") || (headers.ContainsKey("x-api-key") && !headers.ContainsKey("Authorization")))
            ? Anthropic
            : this;
}
