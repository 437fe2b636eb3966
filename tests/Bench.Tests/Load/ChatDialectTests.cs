using System.Text;
using System.Text.Json;
using Dragoman.Bench.Load;
using Xunit;

namespace Dragoman.Bench.Tests.Load;

/// <summary>Wrong answers must not be counted.</summary>
public class ChatDialectTests
{
    private static readonly Workload Two = Workload.Small with { Tokens = 2 };

    private const string AnthropicWhole = """{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"Hi there"}],"usage":{"input_tokens":1,"output_tokens":2}}""";
    private const string OpenAIWhole = """{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi there"}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""";

    private const string AnthropicStream = """
        event: message_start
        data: {"type":"message_start"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" there"}}

        event: message_delta
        data: {"type":"message_delta","usage":{"output_tokens":2,"service_tier":"standard"}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private const string OpenAIStream = """
        data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}

        data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" there"}}]}

        data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}

        data: [DONE]


        """;

    [Fact]
    public void EachReadsItsOwn()
    {
        Assert.Equal("Hi there", ChatDialect.Anthropic.ReadWhole(Bytes(AnthropicWhole), Two));
        Assert.Equal("Hi there", ChatDialect.OpenAI.ReadWhole(Bytes(OpenAIWhole), Two));
        Assert.Equal("Hi there", ChatDialect.Anthropic.ReadStreamText(Bytes(AnthropicStream)));
        Assert.Equal("Hi there", ChatDialect.OpenAIToAnthropic.ReadStreamText(Bytes(OpenAIStream)));
        Assert.True(ChatDialect.Anthropic.IsBeginning(Bytes(AnthropicStream)));
        Assert.True(ChatDialect.OpenAI.IsBeginning(Bytes(OpenAIStream)));
        Assert.True(ChatDialect.Anthropic.IsEnd(Bytes(AnthropicStream), Two));
        Assert.True(ChatDialect.OpenAI.IsEnd(Bytes(OpenAIStream), Two));
    }

    [Fact]
    public void WhatWasPassedThroughIsNoTranslation()
    {
        Assert.Throws<WrongAnswerException>(() => ChatDialect.OpenAIOfPortkey.ReadWhole(Bytes(AnthropicWhole), Two));
        Assert.Throws<WrongAnswerException>(() => ChatDialect.Anthropic.ReadWhole(Bytes(OpenAIWhole), Two));
        Assert.Throws<WrongAnswerException>(() => ChatDialect.OpenAIOfPortkey.ReadStreamText(Bytes(AnthropicStream)));
        Assert.Throws<WrongAnswerException>(() => ChatDialect.Anthropic.ReadStreamText(Bytes(OpenAIStream)));
        Assert.Throws<WrongAnswerException>(() => ChatDialect.Ollama.ReadStreamText(Bytes(OpenAIStream)));
        Assert.False(ChatDialect.OpenAIOfPortkey.IsBeginning(Bytes(AnthropicStream)));
        Assert.False(ChatDialect.OpenAIOfPortkey.IsEnd(Bytes(AnthropicStream), Two));
    }

    [Fact]
    public void AnAnswerOfAnotherLengthIsWrong()
    {
        Assert.Throws<WrongAnswerException>(() => ChatDialect.OpenAI.ReadWhole(Bytes(OpenAIWhole), Workload.Small));
        Assert.Throws<WrongAnswerException>(() => ChatDialect.Anthropic.ReadWhole(Bytes(AnthropicWhole), Workload.Small));
        Assert.False(ChatDialect.OpenAI.IsEnd(Bytes(OpenAIStream), Workload.Small));
    }

    [Fact]
    public void AStreamThatWasCutHasNoEnd()
    {
        Assert.False(ChatDialect.OpenAI.IsEnd(Bytes(OpenAIStream[..^2]), Two));
        Assert.False(ChatDialect.Anthropic.IsEnd(Bytes(AnthropicStream[..^2]), Two));
    }

    [Fact]
    public void OnlyWhoNeedsThemSendsOptions()
    {
        Assert.DoesNotContain("max_tokens", Asked(ChatDialect.OpenAI), StringComparison.Ordinal);
        Assert.DoesNotContain("stream_options", Asked(ChatDialect.OpenAIOfPortkey), StringComparison.Ordinal);
        using var asked = JsonDocument.Parse(Asked(ChatDialect.OpenAIToAnthropic));
        Assert.True(asked.RootElement.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        Assert.Equal(Two.NameToAnthropic, asked.RootElement.GetProperty("model").GetString());
        Assert.InRange(asked.RootElement.GetProperty("max_tokens").GetInt32(), Two.Tokens + 1, 100);

        static string Asked(ChatDialect dialect) => Encoding.UTF8.GetString(dialect.Ask(Two, "Hi", stream: true));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));
}
