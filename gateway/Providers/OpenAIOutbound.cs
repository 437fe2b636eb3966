using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses;
using Dragoman.Dialects.OpenAIResponses.Outbound;

namespace Dragoman.Providers;

/// <summary>
/// Towards a server that has both of OpenAI's APIs: a request goes to the one that its client speaks or that its model
/// needs, and to chat completions where either will do (P-35).
/// </summary>
/// <param name="chat">Writes what goes to chat completions.</param>
/// <param name="listsModels">Whether the server tells what it serves.</param>
internal sealed class OpenAIOutbound(OpenAIChatOutbound chat, bool listsModels = true) : IOutboundDialect
{
    private readonly OpenAIResponsesOutbound responses = new();

    public string Name => chat.Name;

    public string? ModelListPath => listsModels ? ((IOutboundDialect)chat).ModelListPath : null;

    public EmbeddingLimits EmbeddingLimits => chat.EmbeddingLimits;

    /// <summary>As of a request that is only counted, which is always Responses'; so are the next two.</summary>
    public bool GivesState => responses.GivesState;

    public ToolNameRule ToolNames => ((IOutboundDialect)responses).ToolNames;

    public bool FetchesLink(Part part, string upstreamModel) => responses.FetchesLink(part, upstreamModel);

    public bool TakesPromptLists(string upstreamModel) => chat.TakesPromptLists(upstreamModel);

    public IOutboundDialect For(ChatRequest request, string upstreamModel) =>
        request.Family == ResponsesFamily.Name || ResponsesModels.Needs(upstreamModel, request) ? responses : chat;

    public UpstreamCall Write(ChatRequest request, string upstreamModel, LossReport losses) =>
        For(request, upstreamModel).Write(request, upstreamModel, losses);

    public UpstreamCall? TryPassThrough(ChatRequest request, string upstreamModel) =>
        For(request, upstreamModel).TryPassThrough(request, upstreamModel);

    public IAnswerReader OpenAnswer(ChatRequest request, string upstreamModel) =>
        For(request, upstreamModel).OpenAnswer(request, upstreamModel);

    public UpstreamCall? WriteTokenCount(ChatRequest request, string upstreamModel, LossReport losses) =>
        responses.WriteTokenCount(request, upstreamModel, losses);

    public long ReadTokenCount(ReadOnlyMemory<byte> body) => responses.ReadTokenCount(body);

    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) =>
        OpenAIResponsesOutbound.Wrote(call) ? ((IOutboundDialect)responses).Amend(call, refusal) : chat.Amend(call, refusal);

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, string upstreamModel, LossReport losses) =>
        chat.WriteEmbeddings(request, upstreamModel, losses);

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => chat.ReadEmbeddings(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => chat.ReadModels(body);

    /// <summary>Both tell their errors alike.</summary>
    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => chat.ReadError(status, body, retryAfter);
}
