using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>A foreign page in the operator's browser can neither send requests nor read answers.</summary>
internal static class BrowserAttacks
{
    private static readonly string[] ForeignOrigins =
    [
        "http://evil.example", "https://evil.example", "null", "http://evil.example:11434", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "https://localhost@evil.example", "http://evil.example#localhost", "http://127.0.0.1x", "http://xlocalhost",
        "file", "http://[::1].evil.example", "chrome-extension://abc", "http://192.168.1.1", "HTTP://EVIL.EXAMPLE", "http://evil.example, http://localhost", "data:", "javascript:",
    ];

    private static readonly string[] ForeignHosts =
    [
        "evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example.", "localhost:x@evil.example", "127.0.0.1@evil.example", "xlocalhost", "8.8.8.8", "203.0.113.9:11434", "[2001:db8::1]", "2130706433.evil.example", "\u00e9vil.example",
    ];

    public static readonly IReadOnlyList<Attack> All =
    [
        new("foreign-origins", "browser", "J", "a foreign page is refused before a provider is asked", OriginsAsync) { IsFast = true },
        new("foreign-hosts", "browser", "K", "a foreign Host on a loopback address is refused, for WebSockets too", HostsAsync) { IsFast = true },
        new("nosniff", "browser", "*", "answers say that their type is not to be guessed", NoSniffAsync) { IsFast = true },
    ];

    private static async Task OriginsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var origin in ForeignOrigins)
            {
                foreach (var type in (string[])["text/plain", "application/json"])
                {
                    var received = await Wire.SendAsync(address, Request(address, "POST", $"Origin: {origin}\r\nContent-Type: {type}\r\n", ClientApi.Chat.Body("mistral/fk-ok")));
                    tally.Expect(Wire.StatusOf(received) is 403 or 400, $"Origin {origin} ({type}) at {name} is {received.Split('\r')[0]}");
                    tally.Expect(!received.Contains("Access-Control-Allow-Origin", StringComparison.OrdinalIgnoreCase), $"Origin {origin} at {name} is allowed");
                }

                var preflight = await Wire.SendAsync(address, Request(address, "OPTIONS", $"Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n", ""));
                tally.Expect(Wire.StatusOf(preflight) is 403 or 400, $"a preflight of {origin} at {name} is {preflight.Split('\r')[0]}");
            }
        }

        tally.Expect(field.Provider.Calls.Count == 0, $"the provider was asked {field.Provider.Calls.Count} times");
        var own = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"), null, ("Origin", "http://localhost:3000"));
        tally.Expect(own.Status == 200, $"a page of this machine is {own}");
    }

    private static async Task HostsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var host in ForeignHosts)
            {
                var received = await Wire.SendAsync(address, $"POST {ClientApi.Chat.Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
                tally.Expect(Wire.StatusOf(received) is 403 or 400 or 421, $"Host {host} at {name} is {received.Split('\r')[0]}");
            }

            if (name == "functions")
                continue;
            foreach (var header in (string[])["Origin: http://evil.example", "Origin: null", "Host: evil.example"])
            {
                using var socket = new WireSocket();
                var head = await socket.HandshakeAsync(address, ClientApi.Chat.Path, header);
                tally.Expect(Wire.StatusOf(head) is 403 or 400 or 421, $"a WebSocket with {header} at {name} is {head.Split('\r')[0]}");
            }
        }

        tally.Expect(field.Provider.Calls.Count == 0, "the provider was asked");
    }

    private static async Task NoSniffAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var path in (string[])["/api/tags", "/v1/models", "/openapi.json", "/nowhere"])
                tally.Expect((await Client.GetAsync(address, path)).Header("X-Content-Type-Options") == "nosniff", $"{path} at {name}");
            foreach (var stream in (bool[])[false, true])
                tally.Expect((await Client.PostAsync(address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok", stream))).Header("X-Content-Type-Options") == "nosniff", $"a chat at {name}");
        }
    }

    private static string Request(Uri address, string method, string headers, string body) =>
        $"{method} {ClientApi.Chat.Path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}";
}
