using OpenAI.Responses;

// The library marks all of Responses as subject to change. The pinned version has it.
#pragma warning disable OPENAI001

namespace Dragoman.Functional.Tests.Sdks;

/// <summary><see cref="ResponsesClient"/>: <c>/v1/responses</c>. The provider stores nothing.</summary>
internal sealed class OpenAIResponsesSdk(Uri door) : ISdk
{
    public const string Title = "OpenAI (.NET) responses";

    private readonly ResponsesClient client = new(
        OpenAISdk.Key, new ResponsesClientOptions { Endpoint = new Uri(door, "v1"), RetryPolicy = OpenAISdk.OneTry });

    public string Name => Title;

    public string Version => OpenAISdk.Version;

    public Task<Reply> AskAsync(Prompt prompt, bool streamed) => OpenAISdk.Understand(async () =>
    {
        var request = Request(prompt);
        request.StreamingEnabled = streamed;
        return streamed ? await StreamAsync(request) : Understand((await client.CreateResponseAsync(request)).Value, pieces: 0);
    });

    private async Task<Reply> StreamAsync(CreateResponseOptions request)
    {
        ResponseResult? answer = null;
        var streamedText = "";
        var pieces = 0;
        await foreach (var update in await client.CreateResponseStreamingAsync(request))
        {
            switch (update)
            {
                case StreamingResponseOutputTextDeltaUpdate delta:
                    streamedText += delta.Delta;
                    pieces++;
                    break;
                case StreamingResponseCompletedUpdate completed:
                    answer = completed.Response;
                    break;
                case StreamingResponseIncompleteUpdate incomplete:
                    answer = incomplete.Response;
                    break;
                // The library reports failures of a stream as updates, not as exceptions.
                case StreamingResponseFailedUpdate failed:
                    throw new SdkRefusal(null, null, failed.Response.Error.Message);
                case StreamingResponseErrorUpdate error:
                    throw new SdkRefusal(null, null, error.Message);
            }
        }
        if (answer is null)
            throw new InvalidDataException("the stream ended without a word on how");
        var reply = Understand(answer, pieces);
        return reply.Text == streamedText ? reply : throw new InvalidDataException($"streamed {streamedText}, completed {reply.Text}");
    }

    private static Reply Understand(ResponseResult answer, int pieces)
    {
        if (answer.Status == ResponseStatus.Failed)
            throw new SdkRefusal(null, null, answer.Error.Message);
        var calls = answer.OutputItems.OfType<FunctionCallResponseItem>().ToList();
        return new Reply
        {
            Text = string.Concat(answer.OutputItems.OfType<MessageResponseItem>().SelectMany(item => item.Content).Select(part => part.Text)),
            Calls = [.. calls.Select(call => new ReplyCall(call.CallId, call.FunctionName, OpenAISdk.Parse(call.FunctionArguments)))],
            End = answer.Status == ResponseStatus.Incomplete ? ReplyEnd.Length : calls.Count > 0 ? ReplyEnd.ToolCalls : ReplyEnd.Stop,
            InputTokens = answer.Usage.InputTokenCount,
            OutputTokens = answer.Usage.OutputTokenCount,
            ReasoningTokens = answer.Usage.OutputTokenDetails.ReasoningTokenCount,
            Reasoning = string.Concat(answer.OutputItems.OfType<ReasoningResponseItem>().Select(item => item.GetSummaryText())),
            Pieces = pieces,
            Native = answer.OutputItems.ToList(),
        };
    }

    private static CreateResponseOptions Request(Prompt prompt)
    {
        var request = new CreateResponseOptions { Model = prompt.Model, StoredOutputEnabled = false, Instructions = prompt.System };
        foreach (var item in prompt.Turns.SelectMany(Items))
            request.InputItems.Add(item);
        foreach (var tool in prompt.Tools)
            request.Tools.Add(ResponseTool.CreateFunctionTool(tool.Name, BinaryData.FromString(tool.Parameters), strictModeEnabled: false, $"Tells {tool.Name}."));
        if (prompt.ForcedTool is { } forced)
        {
            request.ToolChoice = forced == Prompt.AnyTool
                ? ResponseToolChoice.CreateRequiredChoice() : ResponseToolChoice.CreateFunctionChoice(forced);
        }
        if (prompt.AnswerSchema is { } schema)
        {
            request.TextOptions = new ResponseTextOptions
            {
                TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(schema), jsonSchemaIsStrict: true),
            };
        }
        if (prompt.Reasoning)
        {
            request.ReasoningOptions = new ResponseReasoningOptions
            {
                ReasoningEffortLevel = ResponseReasoningEffortLevel.High,
                ReasoningSummaryVerbosity = ResponseReasoningSummaryVerbosity.Auto,
            };
            request.IncludedProperties.Add(IncludedResponseProperty.ReasoningEncryptedContent);
        }
        return request;
    }

    private static IEnumerable<ResponseItem> Items(PromptTurn turn) => turn switch
    {
        UserTurn { Png: { } png } user =>
        [
            ResponseItem.CreateUserMessageItem(
            [
                ResponseContentPart.CreateInputTextPart(user.Text),
                ResponseContentPart.CreateInputImagePart(new Uri($"data:image/png;base64,{Convert.ToBase64String(png)}")),
            ]),
        ],
        UserTurn user => [ResponseItem.CreateUserMessageItem(user.Text)],
        AssistantTurn assistant => [ResponseItem.CreateAssistantMessageItem(assistant.Text)],
        ReplayedTurn replayed => (List<ResponseItem>)replayed.Reply.Native,
        ToolResultsTurn tools => tools.Results.Select(ResponseItem (result) => ResponseItem.CreateFunctionCallOutputItem(result.CallId, result.Result)),
        _ => throw new ArgumentOutOfRangeException(nameof(turn), turn, "no such turn"),
    };
}
