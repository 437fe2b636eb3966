namespace Dragoman.Conversation;

/// <summary>A whole answer, which <c>AnswerCollector</c> builds from the events.</summary>
public sealed class ChatAnswer
{
    private readonly List<AnswerChoice> choices = [];

    /// <summary>The choices by index. A successful answer has at least one.</summary>
    public IReadOnlyList<AnswerChoice> Choices => choices;

    public string? UpstreamId { get; internal set; }

    public Usage Usage { get; internal set; } = Usage.Absent;

    internal AnswerChoice Choice(int index)
    {
        while (choices.Count <= index)
            choices.Add(new AnswerChoice());
        return choices[index];
    }
}
