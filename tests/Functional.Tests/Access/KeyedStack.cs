using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.Access;

/// <summary>A full deployment that asks for keys. Sidecar and functions share a SQLite store.</summary>
internal sealed class KeyedStack : IAsyncDisposable
{
    public const string AdminKey = "the-administrators-own-key";

    private KeyedStack(DragomanStack stack)
    {
        Stack = stack;
        Admin = PlainHttpClient.For(stack.Door.Address);
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    public DragomanStack Stack { get; }

    /// <summary>A client of the front door with the administrator's key.</summary>
    public HttpClient Admin { get; }

    public Uri Door => Stack.Door.Address;

    /// <param name="access">Further members of <c>/access</c>, as JSON.</param>
    /// <param name="members">Further members of the configuration, as JSON.</param>
    /// <param name="environment">Further variables of sidecar and functions.</param>
    /// <param name="door">Further values for <c>nginx/render.sh</c>.</param>
    public static async Task<KeyedStack> StartAsync(
        string access = "{}", string members = "{}", IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyDictionary<string, string?>? door = null)
    {
        var configuration = JsonNode.Parse(members)!.AsObject();
        var settings = JsonNode.Parse(access)!.AsObject();
        settings["mode"] ??= "keys";
        settings["adminKey"] ??= AdminKey;
        configuration["access"] = settings;
        configuration["store"] ??= new JsonObject { ["connection"] = "sqlite:dragoman.db" };
        return new KeyedStack(await DragomanStack.StartFullAsync(
            environment, emulator => configuration.ToJsonString().Replace("EMULATOR", emulator.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal), door));
    }

    /// <summary>Makes a call of the administration, which must succeed.</summary>
    public async Task<JsonElement> AdministrateAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/dragoman/" + path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Admin.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>Creates a team.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="members">Its other members, as JSON.</param>
    public Task TeamAsync(string id, string members = "{}") => AdministrateAsync("POST", "teams", With(members, "id", id));

    /// <summary>Creates a key of a team and returns its text.</summary>
    /// <param name="team">The id of the team.</param>
    /// <param name="members">Its other members, as JSON.</param>
    public async Task<string> KeyAsync(string team, string members = "{}") =>
        (await AdministrateAsync("POST", "keys", With(members, "team", team))).GetProperty("key").GetString()!;

    /// <summary>The public id of a key.</summary>
    public static string IdOf(string key) => key.Substring("dgm_".Length, 12);

    /// <summary>Sends a request with a bearer key.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? key) => SendAsync(Stack.Client, request, key);

    /// <inheritdoc cref="SendAsync(HttpRequestMessage, string?)"/>
    public static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, string? key)
    {
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        return client.SendAsync(request);
    }

    /// <summary>Sends a request and returns its status.</summary>
    public async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request, string? key)
    {
        using var answer = await SendAsync(request, key);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Stack.DisposeAsync();
    }

    private static string With(string members, string name, string value)
    {
        var body = JsonNode.Parse(members)!.AsObject();
        body[name] = value;
        return body.ToJsonString();
    }
}
