using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.Gemini;

/// <summary>A model as <c>models</c> describes it, and what it supports (<c>specs/dialects.md 1.4, 4.3</c>).</summary>
/// <param name="Id">The name without <c>models/</c>.</param>
/// <param name="DisplayName">The name to show to people.</param>
internal sealed record GeminiModel(string Id, string DisplayName)
{
    private static readonly GeminiModel[] Listed =
    [
        new("gemini-3-pro", "Gemini 3 Pro") { Thinks = true, MustThink = true },
        new("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview") { Thinks = true, MustThink = true },
        new("gemini-3-flash", "Gemini 3 Flash") { Thinks = true, MustThink = true },
        new("gemini-3.5-flash", "Gemini 3.5 Flash") { Thinks = true, MustThink = true },
        new("gemini-2.5-pro", "Gemini 2.5 Pro") { Thinks = true, MustThink = true },
        new("gemini-2.5-flash", "Gemini 2.5 Flash") { Thinks = true },
        new("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite") { Thinks = true, ThinksOnRequest = true },
        new("gemini-2.0-flash", "Gemini 2.0 Flash"),
        new("gemini-embedding-001", "Gemini Embedding 001") { Embeds = true },
    ];

    public bool Thinks { get; init; }

    /// <summary>Whether thinking cannot be turned off.</summary>
    public bool MustThink { get; init; }

    /// <summary>Whether it thinks only when the request has a budget or a level, or asks for thoughts.</summary>
    public bool ThinksOnRequest { get; init; }

    public bool Embeds { get; init; }

    public bool IsEmulated { get; } = EmulatedBehavior.IsNamedBy(Id);

    /// <summary>Whether it is of the third generation: signatures are required, calls have ids, and thinking has levels.</summary>
    public bool IsThird { get; } = Id.StartsWith("gemini-3", StringComparison.Ordinal);

    public bool Generates => !Embeds || IsEmulated;

    /// <exception cref="ApiException">404: there is no such model, or it does not have this method.</exception>
    /// <exception cref="RefusalException">The emulator does not know the behavior.</exception>
    public static GeminiModel Find(string id, string method)
    {
        if (EmulatedBehavior.IsNamedBy(id))
        {
            EmulatedBehavior.FromModelName(id);
            return new(id, id) { Thinks = true, ThinksOnRequest = true, Embeds = true };
        }

        return Array.Find(Listed, model => model.Id == id && (method.Length == 0 || model.Methods.Contains(method)))
            ?? throw new ApiException(GeminiError.ModelNotFound(id, method.Length == 0 ? "generateContent" : method));
    }

    /// <summary>A page of the list by <c>pageSize</c> and <c>pageToken</c>.</summary>
    /// <exception cref="ApiException">400: the token is wrong.</exception>
    public static Action<Utf8JsonWriter> Page(IQueryCollection query)
    {
        var size = int.TryParse(query["pageSize"], out var given) && given > 0 ? given : 50;
        var start = 0;
        if (query.TryGetValue("pageToken", out var token) && token.ToString().Length > 0 && !(int.TryParse(token, out start) && start > 0 && start < Listed.Length))
            throw new ApiException(GeminiError.Invalid("* ListModelsRequest.page_token: Invalid page token"));
        var end = Math.Min(start + size, Listed.Length);
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models"u8);
            foreach (var model in Listed[start..end])
                model.Write(json);
            json.WriteEndArray();
            if (end < Listed.Length)
                json.WriteString("nextPageToken"u8, end.ToString());
            json.WriteEndObject();
        };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, $"models/{Id}");
        json.WriteString("version"u8, "001"u8);
        json.WriteString("displayName"u8, DisplayName);
        json.WriteString("description"u8, "A model of the emulator."u8);
        json.WriteNumber("inputTokenLimit"u8, Generates ? 1_048_576 : 2048);
        json.WriteNumber("outputTokenLimit"u8, Generates ? 65_536 : 1);
        json.WriteStartArray("supportedGenerationMethods"u8);
        foreach (var method in Methods)
            json.WriteStringValue(method);
        json.WriteEndArray();
        if (Generates)
        {
            json.WriteNumber("temperature"u8, 1);
            json.WriteNumber("topP"u8, 0.95);
            json.WriteNumber("topK"u8, 64);
            json.WriteNumber("maxTemperature"u8, 2);
            json.WriteBoolean("thinking"u8, Thinks);
        }

        json.WriteEndObject();
    }

    private string[] Methods => Embeds
        ? ["embedContent", "batchEmbedContents", "countTokens"]
        : ["generateContent", "streamGenerateContent", "countTokens"];
}
