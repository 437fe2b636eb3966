using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Access.Budgets;

/// <summary>A message about a budget, signed as the Standard Webhooks specification describes it (https://www.standardwebhooks.com).</summary>
internal sealed class WebhookMessage
{
    /// <summary>Bytes of an id, of those of a digest.</summary>
    private const int IdBytes = 16;

    private readonly Uri url;
    private readonly byte[] body;

    /// <param name="notice">What it says.</param>
    /// <param name="url">Where it goes.</param>
    /// <param name="key">The key of signatures at the time of its first try.</param>
    public WebhookMessage(BudgetNotice notice, Uri url, ReadOnlySpan<byte> key)
    {
        this.url = url;
        // All processes have the same id for it, and another deployment, which has another secret, has another one.
        var digest = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{notice.Account}:{notice.KindName}"));
        Id = "budget_" + Convert.ToHexStringLower(digest.AsSpan(0, IdBytes));
        body = BodyOf(Id, notice);
    }

    /// <summary>Its id, by which a receiver knows a message that came twice.</summary>
    public string Id { get; }

    /// <summary>The request of one try, with a signature for each key: a receiver accepts a message of which one is right.</summary>
    public HttpRequestMessage ToRequest(DateTimeOffset now, IReadOnlyList<byte[]> keys)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("webhook-id", Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", string.Join(' ', keys.Select(key => "v1," + Sign(key, Id, timestamp, body))));
        return request;
    }

    /// <summary>The signature of a body, in base64.</summary>
    internal static string Sign(ReadOnlySpan<byte> secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hash.AppendData(body);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private static byte[] BodyOf(string id, BudgetNotice notice)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(output))
        {
            var (budget, period) = (notice.Budget, notice.Period);
            var begins = budget.Period.Kind != PeriodKind.Total;
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "budget." + notice.KindName);
            writer.WriteString("at"u8, UtcText.Of(notice.At));
            writer.WriteStartObject("budget"u8);
            writer.WriteString("scope"u8, budget.Owner.Kind);
            writer.WriteString("id"u8, budget.Owner.Id);
            writer.WriteString("team"u8, budget.Owner.Team);
            writer.WriteEndObject();
            writer.WriteString("period"u8, BudgetPeriod.NameOf(budget.Period.Kind));
            writer.WriteString("startedAt"u8, begins ? UtcText.Of(period.Start) : null);
            writer.WriteString("resetsAt"u8, begins ? UtcText.Of(period.End) : null);
            writer.WriteNumber("limit"u8, Picodollars.ToDollars(budget.Limit));
            if (budget.WarnAt is { } part)
                writer.WriteNumber("warnAt"u8, part);
            else
                writer.WriteNull("warnAt"u8);
            writer.WriteNumber("spent"u8, Picodollars.ToDollars(notice.Spent));
            writer.WriteNumber("reserved"u8, Picodollars.ToDollars(notice.Reserved));
            writer.WriteNumber("left"u8, Picodollars.ToDollars(notice.Left));
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
