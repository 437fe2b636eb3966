namespace Dragoman.Conversation;

/// <summary>A whole answer: what <c>AnswerCollector</c> gathered from the events.</summary>
public sealed class ChatAnswer
{
    private readonly List<AnswerChoice> choices = [];

    /// <summary>By index; at least one in a good answer.</summary>
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
