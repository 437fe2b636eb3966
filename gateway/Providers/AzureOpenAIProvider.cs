using System.Globalization;
using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Identity;
using Dragoman.Locales;

namespace Dragoman.Providers;

/// <summary>
/// OpenAI's models in Azure, at the v1 endpoint or at the older one of deployments (specs/dialects.md 1.2, P-40). The
/// deployments are configured, because Azure lists models and not deployments.
/// </summary>
internal sealed class AzureOpenAIProvider(EntraTokens tokens) : ProviderKind
{
    internal const string DefaultApiVersion = "2024-10-21";
    private static readonly DateOnly FirstWithMaxCompletionTokens = new(2024, 9, 1);

    private const string Version1Path = ProviderSettings.AzureVersion1Path;
    private const string DeploymentsPath = "/openai/deployments/";
    private const string Version1Scope = "https://ai.azure.com/.default";
    private const string DeploymentsScope = "https://cognitiveservices.azure.com/.default";

    /// <summary>Every resource has its own address, which the configuration requires.</summary>
    public override Uri DefaultBaseUrl => throw new InvalidOperationException("an Azure OpenAI provider needs a baseUrl");

    public override IReadOnlyList<string> RequestIdHeaders { get; } = ["apim-request-id", "x-request-id"];

    public override ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl)
    {
        var chat = new OpenAIChatOutbound(null) { TakesMaxCompletionTokens = !settings.HasDeployments || KnowsMaxCompletionTokens(ApiVersionOf(settings)) };
        return new OpenAIApi(chat, listsModels: false);
    }

    public override Uri AddressOf(ProviderSettings settings, Uri baseUrl, UpstreamCall call)
    {
        if (!settings.HasDeployments)
            return UpstreamAddress.Below(baseUrl, settings.Options.ApiVersion is { } version ? $"{call.Path}?api-version={Uri.EscapeDataString(version)}" : call.Path);
        // The path of Responses is not below deployments, and most of their API versions do not have it.
        if (OpenAIResponsesOutbound.Wrote(call))
            return UpstreamAddress.Below(new Uri(baseUrl, Version1Path), call.Path);
        if (call.Model is not { } deployment || !UpstreamName.FitsSegment(deployment))
            throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, ProviderText.NoDeployment(call.Model)) { Field = "model" });
        return UpstreamAddress.Below(new Uri(baseUrl, DeploymentsPath), $"{Uri.EscapeDataString(deployment)}/{call.Path}?api-version={Uri.EscapeDataString(ApiVersionOf(settings))}");
    }

    public override IReadOnlyList<string> RootsOf(ProviderSettings settings, Uri baseUrl) =>
        settings.HasDeployments ? [DeploymentsPath, Version1Path] : base.RootsOf(settings, baseUrl);

    public override bool UsesKey(ProviderSettings settings) => base.UsesKey(settings) && settings.Options.Auth != "entra";

    /// <summary>Authenticates with a key or with a token, never with both.</summary>
    public override async ValueTask AuthenticateAsync(ProviderSettings settings, string? key, VerifiedRequest request, CancellationToken cancellation)
    {
        if (TokenScopeOf(settings) is not { } scope)
        {
            SetKey(request, "api-key", key!);
            return;
        }

        try
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(scope, cancellation).ConfigureAwait(false));
        }
        catch (EntraException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamRefusedKey, TextOf(error)) { Code = "upstream_auth_failed" }, error);
        }
    }

    private static Wording TextOf(EntraException error) =>
        error.IsMissing ? ProviderText.EntraNoCredential
        : error.IsSlow ? ProviderText.EntraTooSlow
        : error.IsUnreachable ? ProviderText.EntraUnreachable
        : ProviderText.EntraNoToken;

    /// <summary>The scope of the provider's tokens; null when it has a key, or is none of Azure.</summary>
    public static string? TokenScopeOf(ProviderSettings settings) =>
        settings.Dialect != "azure-openai" || (settings.ApiKey is not null && settings.Options.Auth != "entra") ? null
        : settings.Options.Scope ?? (settings.HasDeployments ? DeploymentsScope : Version1Scope);

    private static string ApiVersionOf(ProviderSettings settings) => settings.Options.ApiVersion ?? DefaultApiVersion;

    /// <summary>A version is a date, with or without <c>-preview</c>; any other text counts as newer than all dates.</summary>
    private static bool KnowsMaxCompletionTokens(string apiVersion) =>
        !DateOnly.TryParseExact(apiVersion.Split("-preview")[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        || date >= FirstWithMaxCompletionTokens;
}
