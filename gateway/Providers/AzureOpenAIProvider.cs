using System.Net.Http.Headers;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIChat;

namespace Dragoman.Providers;

/// <summary>
/// OpenAI's models in Azure, at the v1 endpoint or at the older one of deployments (specs/dialects.md 1.2, P-40). What
/// is deployed is configured: Azure lists models, not deployments.
/// </summary>
internal sealed class AzureOpenAIProvider(EntraTokens tokens) : ProviderKind
{
    public static readonly AzureOpenAIProvider Kind = new(EntraTokens.OfProcess);

    private const string DefaultApiVersion = "2024-10-21";
    private const string Version1Path = "/openai/v1/";
    private const string Version1Scope = "https://ai.azure.com/.default";
    private const string DeploymentsScope = "https://cognitiveservices.azure.com/.default";

    /// <summary>Every resource has its own; the configuration demands it.</summary>
    public override Uri DefaultBaseUrl => throw new InvalidOperationException("an Azure OpenAI provider needs a baseUrl");

    public override IReadOnlyList<string> RequestIdHeaders { get; } = ["apim-request-id", "x-request-id"];

    public override IOutboundDialect DialectFor(ProviderSettings settings, Uri baseUrl) => new OpenAIOutbound(new OpenAIChatOutbound(null), listsModels: false);

    public override Uri AddressOf(ProviderSettings settings, Uri baseUrl, UpstreamCall call)
    {
        if (!HasDeployments(settings, baseUrl))
            return new Uri(baseUrl, settings.Options.ApiVersion is { } version ? $"{call.Path}?api-version={Uri.EscapeDataString(version)}" : call.Path);
        var query = "?api-version=" + Uri.EscapeDataString(settings.Options.ApiVersion ?? DefaultApiVersion);
        var root = new Uri(baseUrl, "/");
        // Responses are not below deployments.
        if (call.Path.StartsWith("responses", StringComparison.Ordinal))
            return new Uri(root, $"openai/{call.Path}{query}");
        if (call.Model is not { Length: > 0 } deployment || deployment is "." or "..")
            throw GatewayException.Invalid("model", $"\"{call.Model}\" is not the name of a deployment");
        return new Uri(root, $"openai/deployments/{Uri.EscapeDataString(deployment)}/{call.Path}{query}");
    }

    /// <summary>By key or by token, never both.</summary>
    public override async ValueTask AuthenticateAsync(ProviderSettings settings, HttpRequestHeaders headers, CancellationToken cancellation)
    {
        if (settings.ApiKey is not null && settings.Options.Auth != "entra")
        {
            headers.Add("api-key", settings.ApiKey);
            return;
        }

        var scope = settings.Options.Scope ?? (HasDeployments(settings, settings.BaseUrl!) ? DeploymentsScope : Version1Scope);
        headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(scope, cancellation).ConfigureAwait(false));
    }

    private static bool HasDeployments(ProviderSettings settings, Uri baseUrl) =>
        settings.Options.Deployments ?? !baseUrl.AbsolutePath.EndsWith(Version1Path, StringComparison.OrdinalIgnoreCase);
}
