using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>A gateway with the teams <c>red</c> and <c>blue</c>, each with a lead who has a key.</summary>
internal sealed class TwoTeams : IAsyncDisposable
{
    public const string Red = "red";
    public const string Blue = "blue";

    private const string AdminKey = "an-administrators-own-key";

    private readonly DirectoryInfo folder;
    private readonly Dictionary<string, string> keys = [];

    private TwoTeams(DirectoryInfo folder, GatewayUnderTest gateway) => (this.folder, Gateway) = (folder, gateway);

    public GatewayUnderTest Gateway { get; }

    /// <param name="dialect">The dialect of the providers.</param>
    /// <param name="upstreamModel">The provider's name of the model <c>m</c>.</param>
    /// <param name="options">The options of the providers, as JSON.</param>
    /// <param name="red">Members of the team <c>red</c>, as JSON without braces.</param>
    /// <param name="blue">Members of the team <c>blue</c>, as JSON without braces.</param>
    public static async Task<TwoTeams> StartAsync(string dialect = "mistral", string upstreamModel = "upstream-m", string options = "{}", string red = "", string blue = "")
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("dragoman-two-teams-");
        var gateway = await GatewayUnderTest.StartAsync(
            dialect, upstreamModel: upstreamModel, options: options, access: $$"""{"mode":"keys","adminKey":"{{AdminKey}}"}""",
            store: $$"""{"connection":"sqlite:{{Path.Combine(folder.FullName, "dragoman.db")}}"}""");
        var teams = new TwoTeams(folder, gateway);
        foreach (var (team, members) in new[] { (Red, red), (Blue, blue) })
        {
            await teams.AdministrateAsync("POST", "teams", $$"""{"id":"{{team}}"{{(members.Length == 0 ? "" : "," + members)}} }""");
            await teams.AdministrateAsync("POST", "users", $$"""{"team":"{{team}}","id":"lead","roles":["lead"]}""");
            teams.keys[team] = (await teams.AdministrateAsync("POST", "keys", $$"""{"team":"{{team}}","user":"lead"}""")).GetProperty("key").GetString()!;
        }

        return teams;
    }

    public string KeyOf(string team) => keys[team];

    /// <summary>The public id of the team's key.</summary>
    public string KeyIdOf(string team) => keys[team].Substring(4, 12);

    /// <summary>Sends a request of a team.</summary>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Answer)> SendAsync(string team, string method, string path, string? body = null)
    {
        var answer = await Gateway.Client.SendAsync(Request(method, path, body, keys[team]));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    /// <summary>Sends a request of a team that must be answered well.</summary>
    public async Task<string> AskAsync(string team, string method, string path, string? body = null)
    {
        var (status, text, _) = await SendAsync(team, method, path, body);
        Assert.True(status == HttpStatusCode.OK, $"{team} {method} {path}: {(int)status} {text}");
        return text;
    }

    /// <summary>Opens an answer of a team that does not end.</summary>
    public async Task<StreamReader> OpenAsync(string team, string path)
    {
        var answer = await Gateway.Client.SendAsync(Request("GET", path, null, keys[team]), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    private async Task<JsonElement> AdministrateAsync(string method, string path, string body)
    {
        using var answer = await Gateway.Client.SendAsync(Request(method, "/dragoman/" + path, body, AdminKey));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    private static HttpRequestMessage Request(string method, string path, string? body, string key)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}
