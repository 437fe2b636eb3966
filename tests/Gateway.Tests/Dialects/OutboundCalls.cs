using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Gateway.Tests.Dialects;

/// <summary>A request as the provider gets it, and the reported losses.</summary>
internal sealed record Sent(string Path, JsonElement Body, IReadOnlyList<Loss> Losses);

internal static class OutboundCalls
{
    public static Sent Send(this IOutboundDialect dialect, ChatRequest request, string model = "upstream") => dialect.Send(request, (UpstreamModel)model);

    public static Sent Send(this IOutboundDialect dialect, ChatRequest request, UpstreamModel model)
    {
        var losses = new LossReport();
        var call = dialect.Write(request, model, losses);
        return new Sent(call.Path, Json.Parse(call.Body), losses.Items);
    }

    public static string Refuses(this IOutboundDialect dialect, ChatRequest request)
    {
        var error = Assert.Throws<GatewayException>(() => dialect.Send(request)).Error;
        Assert.Equal(400, error.Status);
        return error.Field!;
    }

    /// <summary>Asserts that every call has a result and every result a call, in order and with distinct ids (specs/dialects.md 0.2).</summary>
    public static void AssertPaired(JsonElement body, string idPattern)
    {
        var open = new List<string>();
        foreach (var message in body.GetProperty("messages").EnumerateArray())
        {
            if (message.Text("role") == "tool")
            {
                Assert.Contains(message.Text("tool_call_id"), open);
                open.Remove(message.Text("tool_call_id")!);
                continue;
            }

            Assert.Empty(open);
            if (!message.TryGetProperty("tool_calls", out var calls))
                continue;
            open.AddRange(calls.EnumerateArray().Select(call => call.Text("id")!));
            Assert.All(open, id => Assert.Matches(idPattern, id));
            Assert.Equal(open.Count, open.Distinct().Count());
            Assert.All(calls.EnumerateArray(), call => Assert.Equal(JsonValueKind.Object, Json.Parse(call.GetProperty("function").Text("arguments")!).ValueKind));
        }

        Assert.Empty(open);
    }
}
