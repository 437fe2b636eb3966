using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses;
using Dragoman.Dialects.OpenAIResponses.Outbound;

namespace Dragoman.Providers;

/// <summary>
/// A server that has both of OpenAI's APIs: a request goes to the one that its client speaks or that its model needs, and
/// to chat completions where either will do (P-35). Only Responses count tokens; both report errors alike.
/// </summary>
/// <param name="chat">Writes what goes to chat completions.</param>
/// <param name="listsModels">Whether the server lists what it serves.</param>
internal sealed class OpenAIApi(OpenAIChatOutbound chat, bool listsModels = true) : ProviderApi(chat)
{
    private readonly OpenAIResponsesOutbound responses = new();

    public override ICountsTokens TokenCounts => responses;

    public override IListsModels? ModelList => listsModels ? base.ModelList : null;

    public override IOutboundDialect For(ChatRequest request, UpstreamModel model) =>
        request.Family == ResponsesFamily.Name || ResponsesModels.Needs(model.Base, request) ? responses : chat;

    public override UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => chat.Amend(call, refusal) ?? responses.Amend(call, refusal);
}
