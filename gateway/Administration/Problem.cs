using System.Buffers;
using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Administration;

/// <summary>Why a request was refused, as RFC 9457 describes it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Name">The last part of the type, for programs.</param>
/// <param name="Title">The kind of problem, for people.</param>
/// <param name="Detail">This problem, for people.</param>
public sealed record Problem(int Status, string Name, Wording Title, Wording Detail)
{
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(5);

    /// <summary>The mistakes of the request, all at once.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>The methods that are allowed, if the method is the problem.</summary>
    public string? Allow { get; init; }

    /// <summary>When to try again, if that may help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static Problem Invalid(IReadOnlyList<Mistake> mistakes) => new(400, "invalid-request", ProblemText.InvalidTitle, Summary(mistakes)) { Mistakes = mistakes };

    internal static Problem Invalid(Mistake mistake) => Invalid([mistake]);

    internal static Problem MediaType(Wording given) =>
        new(415, "media-type", ProblemText.MediaTypeTitle, ProblemText.MediaType(given));

    internal static Problem Forbidden(Wording detail) => new(403, "forbidden", ProblemText.ForbiddenTitle, detail);

    internal static Problem NotFound(Wording what) => NotFoundBut(ProblemText.NotFound(what));

    internal static Problem NotFoundBut(Wording detail) => new(404, "not-found", ProblemText.NotFoundTitle, detail);

    internal static Problem Method(string path, string method, string allowed) =>
        new(405, "method", ProblemText.MethodTitle, ProblemText.Method(path, allowed, method)) { Allow = allowed };

    internal static Problem Conflict(Wording detail) => new(409, "conflict", ProblemText.ConflictTitle, detail);

    /// <summary>The status of <see cref="Configuration"/>.</summary>
    internal const int ConfigurationStatus = 422;

    /// <summary>The configuration on disk has mistakes.</summary>
    /// <param name="mistakes">A line for each, with its file or variable and its pointer.</param>
    internal static Problem Configuration(IReadOnlyList<string> mistakes) => new(
        ConfigurationStatus, "configuration", ProblemText.ConfigurationTitle, mistakes.Count == 1 ? ProblemText.ConfigurationMistake(mistakes[0]) : ProblemText.ConfigurationMistakes(mistakes.Count, mistakes[0]))
    {
        Mistakes = [.. mistakes.Select(Mistake.InConfiguration)],
    };

    internal static Problem TooLarge(int largest) => new(413, "too-large", ProblemText.TooLargeTitle, ProblemText.TooLarge(largest));

    internal static Problem Precondition(string current) =>
        new(412, "precondition", ProblemText.PreconditionTitle, ProblemText.Precondition(current));

    internal static Problem OtherBody { get; } = new(
        422,
        "idempotency-key",
        ProblemText.OtherBodyTitle,
        ProblemText.OtherBody);

    internal static Problem StoreAway { get; } = new(
        503,
        "store-away",
        ProblemText.StoreAwayTitle,
        ProblemText.StoreAway)
    {
        RetryAfter = StorePause,
    };

    internal static Problem StoreSchema { get; } = new(
        503,
        "store-schema",
        ProblemText.StoreSchemaTitle,
        ProblemText.StoreSchema);

    internal static Problem Unreadable(string kind, string id) =>
        new(500, "unreadable", ProblemText.UnreadableTitle, ProblemText.Unreadable(kind, id));

    /// <summary>Writes the problem as <c>application/problem+json</c>.</summary>
    /// <param name="output">Receives the JSON.</param>
    /// <param name="requestId">The id under which logs mention the request.</param>
    /// <param name="locale">The reader's language.</param>
    public void Write(IBufferWriter<byte> output, string requestId, Locale locale)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("type"u8, $"urn:dragoman:problem:{Name}");
        writer.WriteString("title"u8, Title.In(locale));
        writer.WriteNumber("status"u8, Status);
        writer.WriteString("detail"u8, Detail.In(locale));
        writer.WriteString("requestId"u8, requestId);
        if (Mistakes.Count > 0)
        {
            writer.WriteStartArray("errors"u8);
            foreach (var mistake in Mistakes)
            {
                writer.WriteStartObject();
                writer.WriteString(mistake.Place, mistake.Name);
                writer.WriteString("detail"u8, mistake.Detail.In(locale));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    internal AdminAnswer ToAnswer(AdminCall call)
    {
        var body = new ArrayBufferWriter<byte>(512);
        Write(body, call.Actor.RequestId, call.Locale);
        return new AdminAnswer(Status, body.WrittenMemory) { Allow = Allow, RetryAfter = RetryAfter, Language = call.Locale.Language };
    }

    private static Wording Summary(IReadOnlyList<Mistake> mistakes) => mistakes.Count == 1
        ? ProblemText.OneMistake(Named(mistakes[0]))
        : ProblemText.Mistakes(mistakes.Count, Named(mistakes[0]));

    private static Wording Named(Mistake mistake) => mistake.Name.Length == 0 ? ProblemText.BodyMistake(mistake.Detail) : ProblemText.NamedMistake(mistake.Name, mistake.Detail);
}
