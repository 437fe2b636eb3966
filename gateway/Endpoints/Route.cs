using Dragoman.Configuration;
using Dragoman.Dialects;
using Dragoman.Pipeline.Memory;
using Dragoman.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>One public route.</summary>
/// <param name="Name">The name of the Azure function, and of the folder with its <c>function.json</c>.</param>
/// <param name="Methods">The allowed methods in upper case; <c>HEAD</c> only when it is listed (specs/ollama.md 0.2).</param>
/// <param name="Path">The path. It begins with a slash and may end in <c>/{*id}</c>, which matches the rest of a request's path.</param>
/// <param name="Home">The process that serves it.</param>
/// <param name="Errors">The format of its errors.</param>
/// <param name="Endpoint">The endpoint that handles its requests.</param>
public sealed record Route(string Name, IReadOnlyList<string> Methods, string Path, Home Home, IErrorShape Errors, IEndpoint Endpoint)
{
    private const string RestMark = "{*id}";

    /// <summary>The route of the same path for Anthropic's clients; null when they expect the same answer as others.</summary>
    public Route? Anthropic { get; init; }

    /// <summary>What the route asks of whoever calls it.</summary>
    public RouteAccess Access { get; init; } = RouteAccess.Caller;

    /// <summary>Whether the route is a probe of the process, which is answered also while the process is stopping.</summary>
    public bool IsProbe { get; init; }

    /// <summary>Creates the route's WebSocket session for a connection; null when the route has no WebSocket.</summary>
    internal Func<LimitSettings, MemoryBudget, MessageSession>? OpenWebSocket { get; init; }

    /// <summary>Whether the path matches the rest of a request's path.</summary>
    public bool TakesRest => Path.EndsWith(RestMark, StringComparison.Ordinal);

    /// <summary>The path without its rest mark.</summary>
    public string Prefix => TakesRest ? Path[..^RestMark.Length] : Path;

    /// <summary>The route for the request's client. Anthropic's clients send the version header, or at least a key in Anthropic's header.</summary>
    public Route For(IHeaderDictionary headers) =>
        Anthropic is not null && (headers.ContainsKey("anthropic-version") || (headers.ContainsKey("x-api-key") && !headers.ContainsKey("Authorization")))
            ? Anthropic
            : this;
}
