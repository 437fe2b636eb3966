using System.Collections.Frozen;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Locales;
using Dragoman.WebSockets;

namespace Dragoman.Endpoints;

/// <summary>
/// Every public route, once. Both hosts serve all of them. Tests check that the functions of both hosting models and nginx agree
/// with this table.
/// </summary>
public static class RouteTable
{
    private static readonly string[] Get = ["GET"];
    private static readonly string[] GetAndHead = ["GET", "HEAD"];
    private static readonly string[] Post = ["POST"];

    public static readonly IReadOnlyList<Route> Routes =
    [
        new("root", GetAndHead, "/", Home.Functions, OllamaErrors.Shape, new OllamaRootEndpoint()) { Access = RouteAccess.Nobody },
        new("health", GetAndHead, "/health", Home.Sidecar, OllamaErrors.Shape, new HealthEndpoint()) { IsProbe = true, Access = RouteAccess.Nobody },
        new("ready", GetAndHead, "/ready", Home.Sidecar, OllamaErrors.Shape, new ReadyEndpoint()) { IsProbe = true, Access = RouteAccess.Nobody },
        new("openapi", GetAndHead, "/openapi.json", Home.Functions, OllamaErrors.Shape, new OpenApiEndpoint()),

        Generation("chat", "/api/chat", new OllamaChat()) with { OpenWebSocket = (_, _) => new ChatSession() },
        Generation("generate", "/api/generate", new OllamaGenerate()),
        new("tags", GetAndHead, "/api/tags", Home.Functions, OllamaErrors.Shape, new OllamaTagsEndpoint()),
        new("show", Post, "/api/show", Home.Functions, OllamaErrors.Shape, new OllamaShowEndpoint()),
        new("ps", Get, "/api/ps", Home.Sidecar, OllamaErrors.Shape, new OllamaPsEndpoint()),
        new("version", GetAndHead, "/api/version", Home.Functions, OllamaErrors.Shape, new OllamaVersionEndpoint()),
        new("embed", Post, "/api/embed", Home.Functions, OllamaErrors.Shape, new OllamaEmbedEndpoint()),
        new("embeddings", Post, "/api/embeddings", Home.Functions, OllamaErrors.Shape, new OllamaEmbeddingsEndpoint()),
        new("pull", Post, "/api/pull", Home.Functions, OllamaErrors.Shape, new OllamaPullEndpoint()),
        new("push", Post, "/api/push", Home.Functions, OllamaErrors.Shape, new OllamaPushEndpoint()),
        new("create", Post, "/api/create", Home.Functions, OllamaErrors.Shape, new OllamaCreateEndpoint()),
        new("copy", Post, "/api/copy", Home.Functions, OllamaErrors.Shape, new OllamaCopyEndpoint()),
        new("delete", ["DELETE"], "/api/delete", Home.Functions, OllamaErrors.Shape, new OllamaDeleteEndpoint()),
        new("blobs", ["POST", "HEAD"], "/api/blobs/{*id}", Home.Functions, OllamaErrors.Shape, new OllamaBlobsEndpoint()),
        new("status", Get, "/api/status", Home.Functions, OllamaErrors.Shape, new OllamaStatusEndpoint()),
        new("me", Post, "/api/me", Home.Functions, OllamaErrors.Shape, new OllamaAccountEndpoint(FixedText.Unauthorized)),
        new("signout", Post, "/api/signout", Home.Functions, OllamaErrors.Shape, new OllamaAccountEndpoint(FixedText.NotSignedIn)),
        new("user-keys", ["DELETE"], "/api/user/keys/{*id}", Home.Functions, OllamaErrors.Shape, new OllamaAccountEndpoint(FixedText.NotSignedIn)),
        new("web-search", Post, "/api/experimental/web_search", Home.Functions, OllamaErrors.Shape, new OllamaCloudEndpoint("web search")),
        new("web-fetch", Post, "/api/experimental/web_fetch", Home.Functions, OllamaErrors.Shape, new OllamaCloudEndpoint("web fetch")),
        new("model-recommendations", Get, "/api/experimental/model-recommendations", Home.Functions, OllamaErrors.Shape, new OllamaRecommendationsEndpoint()),

        Generation("chat-completions", "/v1/chat/completions", new OpenAIChat()) with { OpenWebSocket = (_, _) => new ChatSession() },
        Generation("completions", "/v1/completions", new OpenAICompletions()),
        new("v1-embeddings", Post, "/v1/embeddings", Home.Functions, OpenAIErrors.Shape, new OpenAIEmbeddingsEndpoint()),
        Models("models", "/v1/models", new OpenAIModelsEndpoint(), new AnthropicModelsEndpoint()),
        Models("model", "/v1/models/{*id}", new ModelEndpoint(OpenAIModelObject.Write), new ModelEndpoint(AnthropicModelObject.Write)),
        new("transcriptions", Post, "/v1/audio/transcriptions", Home.Functions, OpenAIErrors.Shape, NotImplementedEndpoint.Instance),
        Generation("responses", "/v1/responses", new OpenAIResponses()) with { OpenWebSocket = (limits, memory) => new ResponsesSession(limits.RequestBytes, memory) },
        new("input-tokens", Post, "/v1/responses/input_tokens", Home.Functions, OpenAIErrors.Shape, new OpenAITokenCountEndpoint()),
        new("response", ["GET", "DELETE", "POST"], "/v1/responses/{*id}", Home.Functions, OpenAIErrors.Shape, new OpenAIKeptResponseEndpoint()),
        Generation("messages", "/v1/messages", new AnthropicMessages()),
        new("count-tokens", Post, "/v1/messages/count_tokens", Home.Functions, AnthropicErrors.Shape, new AnthropicTokenCountEndpoint()),

        Administration("organization", ["GET", "PATCH"], "/dragoman/organization"),
        Administration("teams", ["GET", "POST"], "/dragoman/teams"),
        Administration("team", ["GET", "PATCH", "DELETE"], "/dragoman/teams/{*id}"),
        Administration("keys", ["GET", "POST"], "/dragoman/keys"),
        Administration("key", ["GET", "PATCH", "DELETE", "POST"], "/dragoman/keys/{*id}"),
        Administration("users", ["GET", "POST"], "/dragoman/users"),
        Administration("user", ["GET", "PATCH", "DELETE"], "/dragoman/users/{*id}"),
        Administration("roles", Get, "/dragoman/roles"),
        Administration("limits", Get, "/dragoman/limits"),
        Administration("budgets", Get, "/dragoman/budgets"),
        Administration("usage", Get, "/dragoman/usage"),
        new("prices", Get, "/dragoman/prices", Home.Sidecar, ProblemErrors.Shape, new PricesEndpoint()) { Access = RouteAccess.Administration },
        Administration("ledger", ["GET", "POST"], "/dragoman/ledger/{*id}"),
        Administration("audit", Get, "/dragoman/audit"),
        Administration("whoami", Get, "/dragoman/whoami") with { Access = RouteAccess.AnyCaller },
        Administration("request", Get, "/dragoman/requests/{*id}") with { Access = RouteAccess.AnyCaller },
        new("config", Get, "/dragoman/config", Home.Sidecar, ProblemErrors.Shape, new ConfigurationEndpoint()) { Access = RouteAccess.Administration },
        new("config-reload", Post, "/dragoman/config/reload", Home.Sidecar, ProblemErrors.Shape, new ReloadEndpoint()) { Access = RouteAccess.Administration },
        new("keyvault-events", Post, VaultEventsEndpoint.Path, Home.Sidecar, ProblemErrors.Shape, new VaultEventsEndpoint()) { Access = RouteAccess.AfterHandshake },
        new("requests", Get, RequestsEndpoint.Path, Home.Sidecar, ProblemErrors.Shape, new RequestsEndpoint()) { Access = RouteAccess.Administration },
    ];

    private static readonly FrozenDictionary<string, Route> Exact =
        Routes.Where(route => !route.TakesRest).ToFrozenDictionary(route => route.Path, StringComparer.Ordinal);

    private static readonly Route[] WithRest = [.. Routes.Where(route => route.TakesRest)];

    private static Route Generation(string name, string path, IInboundDialect dialect) =>
        new(name, Post, path, Home.Sidecar, dialect.Errors, new GenerationEndpoint(dialect));

    private static Route Administration(string name, string[] methods, string path) =>
        new(name, methods, path, Home.Sidecar, ProblemErrors.Shape, new AdministrationEndpoint(path.Split('/')[2])) { Access = RouteAccess.Administration };

    /// <summary>One path for two kinds of clients (specs/dialects.md 4.3).</summary>
    private static Route Models(string name, string path, IEndpoint openAI, IEndpoint anthropic) =>
        new(name, Get, path, Home.Functions, OpenAIErrors.Shape, openAI)
        {
            Anthropic = new Route(name, Get, path, Home.Functions, AnthropicErrors.Shape, anthropic),
        };

    /// <summary>Finds the route of a request's path; double and trailing slashes are ignored (specs/ollama.md 0.2).</summary>
    /// <param name="path">The path as the client sent it, not decoded.</param>
    /// <param name="rest">The part that <c>{*id}</c> matches, decoded.</param>
    public static Route? Find(string path, out string rest)
    {
        rest = "";
        if (Exact.TryGetValue(path, out var route))
            return route;
        var clean = Clean(path);
        if (Exact.TryGetValue(clean, out route))
            return route;
        foreach (var candidate in WithRest)
        {
            if (clean.Length <= candidate.Prefix.Length || !clean.StartsWith(candidate.Prefix, StringComparison.Ordinal))
                continue;
            rest = Decode(clean[candidate.Prefix.Length..]);
            return candidate;
        }

        return null;
    }

    /// <summary>The error format for paths without a route.</summary>
    public static IErrorShape ErrorsOf(string path) => Clean(path) switch
    {
        var clean when clean.StartsWith("/v1/messages/", StringComparison.Ordinal) => AnthropicErrors.Shape,
        var clean when clean.StartsWith("/v1/", StringComparison.Ordinal) => OpenAIErrors.Shape,
        var clean when clean.StartsWith("/dragoman/", StringComparison.Ordinal) => ProblemErrors.Shape,
        _ => OllamaErrors.Shape,
    };

    private static string Clean(string path)
    {
        var clean = path;
        while (clean.Contains("//", StringComparison.Ordinal))
            clean = clean.Replace("//", "/", StringComparison.Ordinal);
        return clean.Length > 1 ? clean.TrimEnd('/') : clean;
    }

    /// <summary>The Functions host encodes an encoded slash once more (specs/functions-host.md 1).</summary>
    private static string Decode(string rest)
    {
        var decoded = Uri.UnescapeDataString(rest);
        return decoded.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(decoded) : decoded;
    }
}
