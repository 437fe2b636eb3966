using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses;
using Dragoman.Dialects.OpenAIResponses.Outbound;

namespace Dragoman.Providers;

/// <summary>
/// A server that has both of OpenAI's APIs. A request goes to Responses if its client uses that API or its model needs it, else
/// to chat completions (P-35). Only the Responses API counts tokens. Both report errors in the same format.
/// </summary>
/// <param name="chat">The dialect for chat completions.</param>
/// <param name="listsModels">Whether the server lists its models.</param>
internal sealed class OpenAIApi(OpenAIChatOutbound chat, bool listsModels = true) : ProviderApi(chat)
{
    private readonly OpenAIResponsesOutbound responses = new();

    public override ICountsTokens TokenCounts => responses;

    public override IListsModels? ModelList => listsModels ? base.ModelList : null;

    public override IOutboundDialect For(ChatRequest request, UpstreamModel model) =>
        request.Family == ResponsesFamily.Name || ResponsesModels.Needs(model.Base, request) ? responses : chat;

    public override UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => chat.Amend(call, refusal) ?? responses.Amend(call, refusal);
}
