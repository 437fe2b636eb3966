using Dragoman.Configuration;
using Dragoman.Dialects.OpenAIChat;

namespace Dragoman.Providers;

/// <summary>OpenAI's API or, at another address, any compatible server (specs/dialects.md 1.1, 1.6).</summary>
internal sealed class OpenAIProvider : ProviderKind
{
    public static readonly OpenAIProvider Kind = new();

    public override Uri DefaultBaseUrl { get; } = new("https://api.openai.com/v1/");

    /// <summary>OpenAI's own server also has the Responses API; other servers have it only if the configuration says so.</summary>
    public override ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl)
    {
        var server = ServerAt(settings.Options, baseUrl);
        var chat = new OpenAIChatOutbound(server);
        return settings.Options.HasResponses ?? server is null ? new OpenAIApi(chat) : new ProviderApi(chat);
    }

    /// <summary>LM Studio's native API is not below the path of its compatible one.</summary>
    public override IReadOnlyList<string> RootsOf(ProviderSettings settings, Uri baseUrl) =>
        PutsModelsAway(settings, baseUrl) ? [baseUrl.AbsolutePath, LMStudioModels.LoadAddress(baseUrl).AbsolutePath] : base.RootsOf(settings, baseUrl);

    public override IRecovery? RecoveryOf(
        ProviderSettings settings, Uri baseUrl, TimeProvider clock, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) =>
        PutsModelsAway(settings, baseUrl) ? new LMStudioModels(baseUrl, settings.Timeouts.FirstEvent, clock, send) : null;

    /// <summary>Whether the server unloads models by itself and then rejects requests for them.</summary>
    private static bool PutsModelsAway(ProviderSettings settings, Uri baseUrl) => ServerAt(settings.Options, baseUrl) is { PutsModelsAway: true };

    /// <summary>The kind of server: as configured, else by the port that such a server usually has; null for OpenAI's own.</summary>
    internal static CompatibleServer? ServerAt(ProviderOptions options, Uri baseUrl)
    {
        if (options.Server is "openai" || (options.Server is null && baseUrl.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase)))
            return null;
        var server = (options.Server, baseUrl.Port) switch
        {
            ("lmstudio", _) or (null, 1234) => CompatibleServer.LMStudio,
            ("vllm", _) or (null, 8000) => CompatibleServer.VLLM,
            ("ollama", _) or (null, 11434) => CompatibleServer.Ollama,
            ("mistralrs", _) => CompatibleServer.MistralRs,
            _ => CompatibleServer.Generic,
        };
        return server with
        {
            MergesSystem = options.MergesSystem ?? server.MergesSystem,
            EchoesReasoning = options.EchoesReasoning switch
            {
                "never" => ReasoningEcho.Never,
                "toolCalls" => ReasoningEcho.ToolCalls,
                "always" => ReasoningEcho.Always,
                _ => server.EchoesReasoning,
            },
        };
    }
}
