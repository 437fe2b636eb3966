using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>Any request is rejected with the member's name, or written in a form that Anthropic accepts (specs/dialects.md 1.3, 2.16).</summary>
public sealed class AnthropicRequestPropertyTests
{
    private static readonly string[] Members =
    [
        "model", "max_tokens", "system", "messages", "tools", "tool_choice", "thinking", "output_config",
        "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier", "stream",
    ];

    private static readonly string[] Models = ["claude-3-5-haiku-20241022", "claude-haiku-4-5", "claude-opus-4-6", "claude-opus-4-8", "claude-opus-5-5", "imitation"];

    [Fact]
    public void Any_request_is_refused_by_name_or_legal() => Generated.Check(
        from request in ChatRequests.Any
        from model in FsCheck.Fluent.Gen.Elements(Models)
        select (request, model),
        600,
        pair =>
        {
            var (request, model) = pair;
            Sent sent;
            try
            {
                sent = new AnthropicOutbound().Send(request, model);
            }
            catch (GatewayException refusal)
            {
                Assert.Equal(400, refusal.Error.Status);
                Assert.Contains(refusal.Error.Field, (string[])["n", "logprobs", "logit_bias", "audio", "suffix", "messages"]);
                return;
            }

            var body = sent.Body;
            Assert.Subset(Members.ToHashSet(), body.Names().ToHashSet());
            Assert.Equal(body.Names().Length, body.Names().Distinct().Count());
            Assert.True(body.GetProperty("max_tokens").GetInt32() > 0);
            AssertMessages(body.GetProperty("messages").EnumerateArray().ToList(), model);
            AssertSampling(body);
            if (body.TryGetProperty("thinking", out var thinking) && thinking.Text("type") == "enabled")
                Assert.InRange(thinking.GetProperty("budget_tokens").GetInt32(), 1024, body.GetProperty("max_tokens").GetInt32() - 1);
            if (body.TryGetProperty("tool_choice", out var choice))
            {
                Assert.True(body.Has("tools"));
                Assert.False(choice.Text("type") is "any" or "tool" && body.TryGetProperty("thinking", out var on) && on.Text("type") != "disabled");
            }
        });

    private static void AssertSampling(JsonElement body)
    {
        foreach (var name in ((string[])["temperature", "top_p"]).Where(name => body.Has(name)))
            Assert.InRange(body.GetProperty(name).GetDouble(), 0, 1);
        if (body.TryGetProperty("stop_sequences", out var stop))
            Assert.All(stop.EnumerateArray(), word => Assert.False(string.IsNullOrWhiteSpace(word.GetString())));
    }

    /// <summary>Roles alternate and begin with the user, nothing is empty, and every call has its result first in the next message.</summary>
    private static void AssertMessages(List<JsonElement> messages, string model)
    {
        Assert.Equal("user", messages[0].Text("role"));
        var open = new HashSet<string?>();
        for (var index = 0; index < messages.Count; index++)
        {
            var role = messages[index].Text("role");
            var blocks = messages[index].GetProperty("content").EnumerateArray().ToList();
            Assert.NotEmpty(blocks);
            Assert.All(blocks.Where(block => block.Text("type") == "text"), block => Assert.False(string.IsNullOrWhiteSpace(block.Text("text"))));
            if (index > 0)
                Assert.NotEqual(messages[index - 1].Text("role"), role);
            if (role == "system")
            {
                Assert.True(model is "claude-opus-4-8" or "claude-opus-5-5");
                Assert.True(index == messages.Count - 1 || messages[index + 1].Text("role") == "assistant");
                Assert.Equal("user", messages[index - 1].Text("role"));
            }

            var results = blocks.TakeWhile(block => block.Text("type") == "tool_result").Select(block => block.Text("tool_use_id")).ToList();
            Assert.DoesNotContain(blocks.Skip(results.Count), block => block.Text("type") == "tool_result");
            Assert.Equal(open, results.ToHashSet());
            open = [.. blocks.Where(block => block.Text("type") == "tool_use").Select(block => block.Text("id"))];
            Assert.All(open, id => Assert.Matches("^[a-zA-Z0-9_-]+$", id));
        }

        Assert.Empty(open);
        if (messages[^1].Text("role") == "assistant")
            Assert.False(char.IsWhiteSpace(messages[^1].GetProperty("content").EnumerateArray().Last().Text("text")![^1]));
    }
}
