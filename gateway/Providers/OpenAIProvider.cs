using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIChat;

namespace Dragoman.Providers;

/// <summary>OpenAI's API; with another address, any compatible server (specs/dialects.md 1.1, 1.6).</summary>
internal sealed class OpenAIProvider : ProviderKind
{
    public static readonly OpenAIProvider Kind = new();

    public override Uri DefaultBaseUrl { get; } = new("https://api.openai.com/v1/");

    public override IOutboundDialect DialectFor(Uri baseUrl) =>
        new OpenAIChatOutbound(isOpenAI: baseUrl.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase));
}
