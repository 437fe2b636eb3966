using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Dialects.OpenAIResponses.Outbound;

namespace Dragoman.Gateway.Tests.Prices;

/// <summary>Reads answers as the gateway does, and returns what they used.</summary>
internal static class Answered
{
    public static IAnswerReader Chat() => new ChatCompletionReader(_ => throw new InvalidOperationException("the answer is an error"));

    public static IAnswerReader Responses() => new ResponsesReader(_ => throw new InvalidOperationException("the answer is an error"), "m");

    public static IAnswerReader Anthropic() => new AnthropicAnswerReader("m");

    public static IAnswerReader Gemini() => new GeminiAnswerReader("m");

    public static Usage Whole(IAnswerReader reader, string body)
    {
        var answer = new AnswerCollector();
        reader.ReadBody(Encoding.UTF8.GetBytes(body), answer);
        Assert.Null(answer.Error);
        return answer.Answer.Usage;
    }

    /// <param name="reader">The reader.</param>
    /// <param name="events">The data of the events, a line each.</param>
    public static Usage Streamed(IAnswerReader reader, string events)
    {
        var answer = new AnswerCollector();
        foreach (var line in events.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            reader.ReadEvent(default, Encoding.UTF8.GetBytes(line), answer);
        reader.Complete(answer);
        Assert.Null(answer.Error);
        return answer.Answer.Usage;
    }
}
