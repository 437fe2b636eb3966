using System.Text.Json;
using Anthropic;
using Anthropic.Core;
using Anthropic.Exceptions;
using Anthropic.Helpers;
using Anthropic.Models.Messages;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary><see cref="AnthropicClient"/>: <c>/v1/messages</c>.</summary>
internal sealed class AnthropicSdk(Uri door) : ISdk, IDisposable
{
    public const string Title = "Anthropic (.NET)";

    private const int MaxTokens = 4096;

    // The tests check errors as the provider sends them, so the client does not retry.
    private readonly AnthropicClient client = new(new ClientOptions { BaseUrl = door.AbsoluteUri.TrimEnd('/'), ApiKey = "any", MaxRetries = 0 });

    public string Name => Title;

    public string Version { get; } = typeof(AnthropicClient).Assembly.GetName().Version!.ToString(3);

    public AnthropicClient Client => client;

    public Task<Reply> AskAsync(Prompt prompt, bool streamed) => Understand(async () =>
    {
        if (!streamed)
            return Whole(await client.Messages.Create(Request(prompt)), pieces: 0);
        var aggregator = new MessageContentAggregator();
        var pieces = 0;
        await foreach (var update in client.Messages.CreateStreaming(Request(prompt)).CollectAsync(aggregator))
        {
            if (update.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out _))
                pieces++;
        }
        return Whole(aggregator.Message(), pieces);
    });

    public Task<long> CountTokensAsync(Prompt prompt) => Understand(async () =>
    {
        var request = Request(prompt);
        var count = new MessageCountTokensParams
        {
            Model = prompt.Model,
            Messages = request.Messages,
            System = prompt.System is { } system ? new MessageCountTokensParamsSystem(system) : null,
        };
        return (await client.Messages.CountTokens(count)).InputTokens;
    });

    public void Dispose() => client.Dispose();

    public static async Task<T> Understand<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AnthropicApiException failure)
        {
            throw new SdkRefusal((int)failure.StatusCode, failure.RequestID, failure.Message, failure);
        }
        catch (AnthropicException failure)
        {
            throw new SdkRefusal(null, null, failure.Message, failure);
        }
    }

    private static Reply Whole(Message answer, int pieces)
    {
        var calls = answer.Content.Select(block => block.Value).OfType<ToolUseBlock>();
        return new Reply
        {
            Text = string.Concat(answer.Content.Select(block => block.Value).OfType<TextBlock>().Select(block => block.Text)),
            Calls = [.. calls.Select(call => new ReplyCall(call.ID, call.Name, JsonSerializer.SerializeToElement(call.Input)))],
            End = answer.StopReason?.Value() switch
            {
                null => ReplyEnd.None,
                StopReason.EndTurn => ReplyEnd.Stop,
                StopReason.StopSequence => ReplyEnd.StopSequence,
                StopReason.ToolUse => ReplyEnd.ToolCalls,
                StopReason.MaxTokens => ReplyEnd.Length,
                var other => throw new InvalidDataException($"unexpected stop reason {other}"),
            },
            InputTokens = (int)answer.Usage.InputTokens,
            OutputTokens = (int)answer.Usage.OutputTokens,
            ReasoningTokens = (int)(answer.Usage.OutputTokensDetails?.ThinkingTokens ?? 0),
            Reasoning = string.Concat(answer.Content.Select(block => block.Value).OfType<ThinkingBlock>().Select(block => block.Thinking)),
            Pieces = pieces,
            Native = answer,
        };
    }

    private static MessageCreateParams Request(Prompt prompt) => new()
    {
        Model = prompt.Model,
        MaxTokens = MaxTokens,
        System = prompt.System is { } system ? new MessageCreateParamsSystem(system) : null,
        Messages = [.. prompt.Turns.Select(Turn)],
        Tools = prompt.Tools.Count == 0 ? null : [.. prompt.Tools.Select(tool => new ToolUnion(Declared(tool)))],
        ToolChoice = prompt.ForcedTool switch
        {
            null => null,
            Prompt.AnyTool => new ToolChoiceAny(),
            var name => new ToolChoiceTool(name),
        },
        OutputConfig = Output(prompt),
        Thinking = prompt.Reasoning ? new ThinkingConfigParam(new ThinkingConfigAdaptive { Display = Display.Summarized }) : null,
        StopSequences = prompt.Stop is { } stop ? [stop] : null,
    };

    private static OutputConfig? Output(Prompt prompt) => prompt switch
    {
        { AnswerSchema: { } schema } => new OutputConfig { Format = new JsonOutputFormat { Schema = Members(schema) } },
        { Reasoning: true } => new OutputConfig { Effort = Effort.High },
        _ => null,
    };

    private static Tool Declared(PromptTool tool) => new()
    {
        Name = tool.Name,
        Description = $"Tells {tool.Name}.",
        InputSchema = new InputSchema(Members(tool.Parameters)),
    };

    private static Dictionary<string, JsonElement> Members(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(member => member.Name, member => member.Value);

    private static MessageParam Turn(PromptTurn turn) => turn switch
    {
        UserTurn { Png: { } png } user => new UserMessageParam(new List<ContentBlockParam>
        {
            new TextBlockParam(user.Text),
            new ImageBlockParam(new Base64ImageSource { Data = Convert.ToBase64String(png), MediaType = MediaType.ImagePng }),
        }),
        UserTurn user => new UserMessageParam(user.Text),
        AssistantTurn assistant => new AssistantMessageParam(assistant.Text),
        // Blocks of an answer become blocks of a request, including signatures.
        ReplayedTurn replayed => new AssistantMessageParam(((Message)replayed.Reply.Native).Content.Select(Replayed).ToList()),
        ToolResultsTurn tools => new UserMessageParam(
            tools.Results.Select(ContentBlockParam (result) => new ToolResultBlockParam(result.CallId) { Content = result.Result }).ToList()),
        _ => throw new ArgumentOutOfRangeException(nameof(turn), turn, "no such turn"),
    };

    private static ContentBlockParam Replayed(ContentBlock block) => block.Value switch
    {
        TextBlock text => new TextBlockParam(text.Text),
        ThinkingBlock thinking => new ThinkingBlockParam { Thinking = thinking.Thinking, Signature = thinking.Signature },
        RedactedThinkingBlock redacted => new RedactedThinkingBlockParam(redacted.Data),
        ToolUseBlock call => new ToolUseBlockParam { ID = call.ID, Name = call.Name, Input = call.Input },
        var other => throw new InvalidDataException($"unexpected block {other}"),
    };
}
