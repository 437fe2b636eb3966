using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Chat;

/// <summary>The question of a chat request, in any dialect.</summary>
/// <param name="Messages">The messages. The last one is the user's, a tool's, or an assistant's that must be continued.</param>
/// <param name="Tools">The tools that may be called.</param>
/// <param name="Format">The required format of the text.</param>
/// <param name="Behavior">The pace and faults.</param>
/// <param name="Seed">The number that decides the answer.</param>
internal sealed record ChatQuestion(
    IReadOnlyList<ChatMessage> Messages, ToolUse Tools, ResponseFormat Format, EmulatedBehavior Behavior, ulong Seed)
{
    private const int TokensPerMessage = 4;
    private const int TokensPerImage = 256;

    /// <summary>Whether the model thinks before it answers.</summary>
    public bool Reasons { get; init; }

    public CallIds CallIds { get; init; } = CallIds.OfMistral;

    /// <summary>The answer with the requested number of choices, each cut by the limits.</summary>
    public Completion Answer(ChoiceLimits limits, int promptTokens, int choices = 1) =>
        new(Behavior, [.. Enumerable.Range(0, choices).Select(index => new Choice(index, ChatAnswer.Content(this, index), limits))], promptTokens);

    /// <summary>Counts the tokens of the messages and of the text that declares the tools.</summary>
    public static int CountPrompt(IEnumerable<ChatMessage> messages, string tools = "")
    {
        var tokens = Tokenizer.Count(tools);
        foreach (var message in messages)
        {
            tokens += TokensPerMessage + Tokenizer.Count(message.Text) + ((message.Images.Count + message.Attachments.Count) * TokensPerImage);
            foreach (var call in message.ToolCalls)
                tokens += Tokenizer.Count(call.Name) + Tokenizer.Count(call.Arguments);
        }

        return tokens;
    }
}
