using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>The emulator runs on the same machine as the browser and keeps its requests, so foreign pages must not reach it.</summary>
internal static class EmulatorAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("emulator-by-a-page", "browser", "20", "no foreign page reads or deletes what the emulator keeps", PageAsync),
    ];

    private static async Task PageAsync(AttackContext context, Tally tally)
    {
        await using var emulator = await DragomanProcess.StartAsync("emulator", context.NewDirectory("emulator"));
        var asked = await Client.PostAsync(emulator.Address, "/v1/chat/completions", ClientApi.Chat.Body("mistral-small-latest", text: "SECRET-PROMPT"), null, ("Authorization", "Bearer any"));
        tally.Expect(asked.Status == 200, $"the emulator is {asked}");
        foreach (var path in (string[])["/__emulator/requests", "/__parlel/requests", "/__emulator/requests/1"])
        {
            foreach (var host in (string[])["evil.example", $"evil.example:{emulator.Address.Port}", "127.0.0.1.evil.example"])
            {
                var answer = await Client.GetAsync(emulator.Address, path, null, ("Host", host));
                tally.Expect(answer.Status >= 400 && !answer.Body.Contains("SECRET-PROMPT", StringComparison.Ordinal), $"{path} for Host {host} is {answer}");
            }

            foreach (var origin in (string[])["http://evil.example", "null", "https://127.0.0.1.evil.example"])
            {
                var answer = await Client.SendAsync(HttpMethod.Delete, emulator.Address, path, null, null, ("Origin", origin));
                tally.Expect(answer.Status is 403 or 404 or 405, $"DELETE {path} from {origin} is {answer}");
                var read = await Client.GetAsync(emulator.Address, path, null, ("Origin", origin));
                tally.Expect(read.Status is 403 or 404 || (read.Header("Access-Control-Allow-Origin") is null && read.Status >= 400), $"GET {path} from {origin} is {read}");
            }
        }

        var own = await Client.GetAsync(emulator.Address, "/__emulator/requests");
        tally.Expect(own.Status == 200 && own.Body.Contains("SECRET-PROMPT", StringComparison.Ordinal), $"its own user gets {own}");
    }
}
