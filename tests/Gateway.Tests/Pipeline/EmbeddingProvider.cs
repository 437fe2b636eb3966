using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>
/// Makes a scripted upstream return embeddings. The vector of a text that is a number <c>n</c> is <c>[n, 1, 0]</c>. The vector of
/// any other text is <c>[length, 1, 0]</c>.
/// </summary>
internal sealed class EmbeddingProvider
{
    private readonly List<JsonElement> calls = [];

    private EmbeddingProvider()
    {
    }

    /// <summary>Returns the status and the message of an error for a call. Null when the call is good.</summary>
    public Func<JsonElement, (int Status, string Message)?> Refuse { get; set; } = _ => null;

    /// <summary>Runs before the answer to a good call.</summary>
    public Func<HttpContext, JsonElement, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The received requests, including rejected ones.</summary>
    public IReadOnlyList<JsonElement> Calls
    {
        get
        {
            lock (calls)
                return [.. calls];
        }
    }

    public static EmbeddingProvider Behind(ScriptedUpstream upstream)
    {
        var provider = new EmbeddingProvider();
        upstream.Answer = async http =>
        {
            var call = GatewayUnderTest.Json(ScriptedUpstream.BodyOf(http));
            lock (provider.calls)
                provider.calls.Add(call);
            if (provider.Refuse(call) is { } refusal)
            {
                await ScriptedUpstream.WriteAsync(http, refusal.Status, "application/json", $$$"""{"error":{"message":{{{JsonSerializer.Serialize(refusal.Message)}}}}}""");
                return;
            }

            await provider.Before(http, call);
            await ScriptedUpstream.WriteAsync(http, 200, "application/json", Answer(call));
        };
        return provider;
    }

    public static List<string> Texts(JsonElement call) => [.. call.GetProperty("input").EnumerateArray().Select(text => text.GetString()!)];

    /// <summary>The vectors are in reverse order, so that only the index gives their place.</summary>
    private static string Answer(JsonElement call)
    {
        var texts = Texts(call);
        var data = texts.Select((text, index) => $$"""{"object":"embedding","index":{{index}},"embedding":[{{(int.TryParse(text, out var number) ? number : text.Length)}},1,0]}""").Reverse();
        return $$"""{"object":"list","data":[{{string.Join(',', data)}}],"model":"x","usage":{"prompt_tokens":{{texts.Count}} } }""";
    }
}
