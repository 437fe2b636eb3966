using System.Buffers;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Administration;

/// <summary>Why a request was refused, as RFC 9457 describes it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Name">The last part of the type, for programs.</param>
/// <param name="Title">The kind of problem, for people.</param>
/// <param name="Detail">This problem, for people.</param>
public sealed record Problem(int Status, string Name, string Title, string Detail)
{
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(5);

    /// <summary>The mistakes of the request, all at once.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>The methods that are allowed, if the method is the problem.</summary>
    public string? Allow { get; init; }

    /// <summary>When to try again, if that may help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static Problem Invalid(IReadOnlyList<Mistake> mistakes) => new(400, "invalid-request", "The request is not valid", Summary(mistakes)) { Mistakes = mistakes };

    internal static Problem Invalid(Mistake mistake) => Invalid([mistake]);

    internal static Problem MediaType(string given) =>
        new(415, "media-type", "The body's media type is not supported", $"The body is {given}. It must be application/json, or application/merge-patch+json (RFC 7396) for PATCH.");

    internal static Problem Forbidden(string detail) => new(403, "forbidden", "The role does not allow it", detail);

    internal static Problem NotFound(string what) => new(404, "not-found", "Not found", $"There is no {what}.");

    internal static Problem Method(string path, string method, string allowed) =>
        new(405, "method", "The method is not allowed", $"/dragoman/{path} allows {allowed}, not {method}.") { Allow = allowed };

    internal static Problem Conflict(string detail) => new(409, "conflict", "The present state does not allow it", detail);

    /// <summary>The status of <see cref="Configuration"/>.</summary>
    internal const int ConfigurationStatus = 422;

    /// <summary>The configuration on disk has mistakes.</summary>
    /// <param name="mistakes">A line for each, with its file or variable and its pointer.</param>
    internal static Problem Configuration(IReadOnlyList<string> mistakes) => new(
        ConfigurationStatus, "configuration", "The configuration has mistakes", $"The one before stays in force. {(mistakes.Count == 1 ? mistakes[0] : $"There are {mistakes.Count} mistakes; errors lists them. The first: {mistakes[0]}")}")
    {
        Mistakes = [.. mistakes.Select(Mistake.InConfiguration)],
    };

    internal static Problem TooLarge(int largest) => new(413, "too-large", "The body is too large", $"The body may have at most {largest} bytes.");

    internal static Problem Precondition(string current) =>
        new(412, "precondition", "It has changed", $"If-Match does not list the present ETag {current}. Get it again, and decide anew.");

    internal static Problem OtherBody { get; } = new(
        422,
        "idempotency-key",
        "The idempotency key was used for another request",
        "The same caller has sent this Idempotency-Key with another method, path, query or body. Use a new key for a new request.");

    internal static Problem StoreAway { get; } = new(
        503,
        "store-away",
        "The store does not answer",
        "The store does not answer. A change may have been made or may still be. Send it again with the same Idempotency-Key, or look before you repeat it.")
    {
        RetryAfter = StorePause,
    };

    internal static Problem StoreSchema { get; } = new(
        503,
        "store-schema",
        "The store belongs to a newer release",
        "A newer release has changed the store. Use the release that the other processes use.");

    internal static Problem Unreadable(string kind, string id) =>
        new(500, "unreadable", "A document cannot be read", $"This release cannot read the {kind} {id} of the store. A newer release may have written it.");

    /// <summary>Writes the problem as <c>application/problem+json</c>.</summary>
    /// <param name="output">Receives the JSON.</param>
    /// <param name="requestId">The id under which logs mention the request.</param>
    public void Write(IBufferWriter<byte> output, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("type"u8, $"urn:dragoman:problem:{Name}");
        writer.WriteString("title"u8, Title);
        writer.WriteNumber("status"u8, Status);
        writer.WriteString("detail"u8, Detail);
        writer.WriteString("requestId"u8, requestId);
        if (Mistakes.Count > 0)
        {
            writer.WriteStartArray("errors"u8);
            foreach (var mistake in Mistakes)
            {
                writer.WriteStartObject();
                writer.WriteString(mistake.Place, mistake.Name);
                writer.WriteString("detail"u8, mistake.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    internal AdminAnswer ToAnswer(string requestId)
    {
        var body = new ArrayBufferWriter<byte>(512);
        Write(body, requestId);
        return new AdminAnswer(Status, body.WrittenMemory) { Allow = Allow, RetryAfter = RetryAfter };
    }

    private static string Summary(IReadOnlyList<Mistake> mistakes) => mistakes.Count == 1
        ? $"{Named(mistakes[0])}{mistakes[0].Detail}."
        : $"There are {mistakes.Count} mistakes; errors lists them. The first: {Named(mistakes[0])}{mistakes[0].Detail}.";

    private static string Named(Mistake mistake) => mistake.Name.Length == 0 ? "The body " : $"{mistake.Name} ";
}
