using System.Text;
using OpenAI.Chat;

// The library marks reasoning effort and raw members as subject to change. The pinned version has them.
#pragma warning disable OPENAI001, SCME0001

namespace Dragoman.Functional.Tests.Sdks;

/// <summary><see cref="ChatClient"/>: <c>/v1/chat/completions</c>.</summary>
internal sealed class OpenAIChatSdk(Uri door) : ISdk
{
    public const string Title = "OpenAI (.NET) chat";

    public string Name => Title;

    public string Version => OpenAISdk.Version;

    public Task<Reply> AskAsync(Prompt prompt, bool streamed) => OpenAISdk.Understand(async () =>
    {
        var client = new ChatClient(prompt.Model, OpenAISdk.Key, OpenAISdk.Options(door));
        return streamed ? await StreamAsync(client, prompt) : Whole((await client.CompleteChatAsync(Messages(prompt), Options(prompt))).Value);
    });

    private static Reply Whole(ChatCompletion answer) => new()
    {
        Text = string.Concat(answer.Content.Select(part => part.Text)),
        Calls = [.. answer.ToolCalls.Select(call => new ReplyCall(call.Id, call.FunctionName, OpenAISdk.Parse(call.FunctionArguments)))],
        End = End(answer.FinishReason),
        InputTokens = answer.Usage.InputTokenCount,
        OutputTokens = answer.Usage.OutputTokenCount,
        ReasoningTokens = answer.Usage.OutputTokenDetails?.ReasoningTokenCount ?? 0,
        Reasoning = answer.Patch.TryGetValue("$.choices[0].message.reasoning_content"u8, out string? reasoning) ? reasoning ?? "" : "",
        Native = new AssistantChatMessage(answer),
    };

    private static async Task<Reply> StreamAsync(ChatClient client, Prompt prompt)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var pieces = 0;
        var calls = new SortedDictionary<int, (string Id, string Name, MemoryStream Arguments)>();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in client.CompleteChatStreamingAsync(Messages(prompt), Options(prompt)))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
                pieces += part.Text.Length > 0 ? 1 : 0;
            }
            if (update.Patch.TryGetValue("$.choices[0].delta.reasoning_content"u8, out string? thought))
                reasoning.Append(thought);
            foreach (var piece in update.ToolCallUpdates)
            {
                if (!calls.TryGetValue(piece.Index, out var call))
                    calls[piece.Index] = call = (piece.ToolCallId, piece.FunctionName, new MemoryStream());
                call.Arguments.Write(piece.FunctionArgumentsUpdate.ToMemory().Span);
            }
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        var toolCalls = calls.Values
            .Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromBytes(call.Arguments.ToArray()))).ToList();
        return new Reply
        {
            Text = text.ToString(),
            Calls = [.. toolCalls.Select(call => new ReplyCall(call.Id, call.FunctionName, OpenAISdk.Parse(call.FunctionArguments)))],
            End = finish is { } known ? End(known) : ReplyEnd.None,
            InputTokens = usage?.InputTokenCount ?? 0,
            OutputTokens = usage?.OutputTokenCount ?? 0,
            ReasoningTokens = usage?.OutputTokenDetails?.ReasoningTokenCount ?? 0,
            Reasoning = reasoning.ToString(),
            Pieces = pieces,
            Native = toolCalls.Count > 0 ? new AssistantChatMessage(toolCalls) : new AssistantChatMessage(text.ToString()),
        };
    }

    private static IEnumerable<ChatMessage> Messages(Prompt prompt)
    {
        if (prompt.System is not null)
            yield return new SystemChatMessage(prompt.System);
        foreach (var turn in prompt.Turns)
        {
            switch (turn)
            {
                case UserTurn { Png: { } png } user:
                    yield return new UserChatMessage(
                        ChatMessageContentPart.CreateTextPart(user.Text), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(png), "image/png"));
                    break;
                case UserTurn user:
                    yield return new UserChatMessage(user.Text);
                    break;
                case AssistantTurn assistant:
                    yield return new AssistantChatMessage(assistant.Text);
                    break;
                case ReplayedTurn replayed:
                    yield return (AssistantChatMessage)replayed.Reply.Native;
                    break;
                case ToolResultsTurn tools:
                    foreach (var (callId, result) in tools.Results)
                        yield return new ToolChatMessage(callId, result);
                    break;
            }
        }
    }

    private static ChatCompletionOptions Options(Prompt prompt)
    {
        var options = new ChatCompletionOptions();
        foreach (var tool in prompt.Tools)
            options.Tools.Add(ChatTool.CreateFunctionTool(tool.Name, $"Tells {tool.Name}.", BinaryData.FromString(tool.Parameters)));
        if (prompt.ForcedTool is { } forced)
            options.ToolChoice = forced == Prompt.AnyTool ? ChatToolChoice.CreateRequiredChoice() : ChatToolChoice.CreateFunctionChoice(forced);
        if (prompt.AnswerSchema is { } schema)
            options.ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(schema), jsonSchemaIsStrict: true);
        if (prompt.Reasoning)
            options.ReasoningEffortLevel = ChatReasoningEffortLevel.High;
        if (prompt.Stop is { } stop)
            options.StopSequences.Add(stop);
        return options;
    }

    private static ReplyEnd End(ChatFinishReason reason) => reason switch
    {
        ChatFinishReason.Stop => ReplyEnd.Stop,
        ChatFinishReason.ToolCalls => ReplyEnd.ToolCalls,
        ChatFinishReason.Length => ReplyEnd.Length,
        _ => throw new InvalidDataException($"unexpected finish reason {reason}"),
    };
}
