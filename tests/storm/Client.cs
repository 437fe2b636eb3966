using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dragoman.Storm;

/// <summary>A client that sends one request after another to a gateway.</summary>
/// <param name="gateway">The gateway.</param>
/// <param name="callers">Whose keys it uses.</param>
/// <param name="random">What it decides by.</param>
/// <param name="number">The number of the next request of all clients.</param>
internal sealed class Client(Gateway gateway, IReadOnlyList<Caller> callers, Random random, Func<int> number)
{
    /// <summary>Each token of the emulator's text has so many characters, and so does each token of the prompt, as the gateway estimates it.</summary>
    private const int CharactersPerToken = 4;

    /// <summary>The longest pause after a refusal in milliseconds, so that the gateways have time for others.</summary>
    private const int Pause = 100;

    /// <summary>The longest pause after a gateway or its store did not answer.</summary>
    private const int LongPause = 500;

    private static readonly int TotalWeight = Ask.All.Sum(ask => ask.Weight);

    public List<Asked> Sent { get; } = [];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var asked = await SendAsync();
            Sent.Add(asked);
            if (asked.Ending is Ending.Refused or Ending.Busy or Ending.Broken)
                await Task.Delay(random.Next(asked.Ending == Ending.Refused ? Pause : LongPause), CancellationToken.None);
        }
    }

    private async Task<Asked> SendAsync()
    {
        var (ask, caller) = (Draw(), callers[random.Next(callers.Count)]);
        var id = string.Create(CultureInfo.InvariantCulture, $"storm{number():D7}");
        var asked = new Asked(id, ask, caller.Id, gateway.Run);
        var model = $"{ask.Model}-{StormField.ProviderNames[random.Next(StormField.ProviderNames.Count)]}";
        // Two words of 12 characters are 2 tokens for the emulator, which adds 4 for the message: 6 tokens, as the gateway estimates.
        var body = $$"""{"model":"{{model}}","stream":{{(ask.Streams ? "true" : "false")}},"max_tokens":64,"messages":[{"role":"user","content":"{{id}} abcdefghijk"}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Key);
        request.Headers.Add("X-Request-Id", id);
        using var leaving = new CancellationTokenSource();
        // A stream is left after a random number of tokens, or like everything else before the answer.
        var most = ask.Leaving switch
        {
            Leaving.AtFault => Ask.FaultAfter,
            Leaving.AtRandom => random.Next(1, 60),
            _ => int.MaxValue,
        };
        if (ask.Leaving == Leaving.AtRandom && (!ask.Streams || random.Next(4) == 0))
            leaving.CancelAfter(random.Next(200));
        try
        {
            using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            asked.Ending = answer.StatusCode != HttpStatusCode.OK ? await ReadRefusalAsync(asked, answer, leaving.Token)
                : ask.Streams ? await ReadStreamAsync(asked, answer, most, leaving.Token)
                : await ReadWholeAsync(asked, answer, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            asked.Ending = Ending.Left;
        }
        catch (OperationCanceledException)
        {
            (asked.Ending, asked.Surprise) = (Ending.Left, "no answer in time");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            asked.Ending = Ending.Broken;
        }

        return asked;
    }

    private Ask Draw()
    {
        var left = random.Next(TotalWeight);
        foreach (var ask in Ask.All)
        {
            left -= ask.Weight;
            if (left < 0)
                return ask;
        }

        return Ask.All[^1];
    }

    private static async Task<Ending> ReadRefusalAsync(Asked asked, HttpResponseMessage answer, CancellationToken leaving)
    {
        var text = await answer.Content.ReadAsStringAsync(leaving);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.TooManyRequests when text.Contains("insufficient_quota", StringComparison.Ordinal):
                return Ending.Refused;
            case HttpStatusCode.ServiceUnavailable:
                return Ending.Busy;
            case HttpStatusCode.BadGateway:
                return Ending.Failed;
            default:
                asked.Surprise = $"{(int)answer.StatusCode} {text}";
                return Ending.Failed;
        }
    }

    private static async Task<Ending> ReadStreamAsync(Asked asked, HttpResponseMessage answer, int most, CancellationToken leaving)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(leaving));
        var hasFailed = false;
        while (await reader.ReadLineAsync(leaving) is { } line)
        {
            if (line == "data: [DONE]" && !hasFailed)
                return Ending.Answered;
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
                continue;
            using var json = JsonDocument.Parse(line.AsMemory("data: ".Length));
            hasFailed |= json.RootElement.TryGetProperty("error", out _);
            if (json.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
            {
                asked.Tokens += content.GetString()!.Length / CharactersPerToken;
            }

            if (asked.Tokens >= most)
                return Ending.Left;
        }

        return hasFailed ? Ending.Failed : Ending.Broken;
    }

    private static async Task<Ending> ReadWholeAsync(Asked asked, HttpResponseMessage answer, CancellationToken leaving)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(leaving));
        asked.Tokens = json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Length / CharactersPerToken;
        return Ending.Answered;
    }
}
