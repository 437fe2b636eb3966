using Dragoman.Locales;

namespace Dragoman.Conversation;

/// <summary>The canonical classes of failure (specs/dialects.md 1.8).</summary>
public enum ErrorKind
{
    InvalidRequest,
    ContextTooLong,
    ContentBlocked,
    Unauthenticated,
    Forbidden,
    ModelNotFound,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    RateLimited,
    QuotaExceeded,
    NotImplemented,
    UpstreamRefusedKey,
    UpstreamFailed,
    Overloaded,
    Timeout,
    Internal,

    /// <summary>The client did not send its request in time.</summary>
    RequestTimeout,

    /// <summary>A budget of the caller does not allow the request. <see cref="QuotaExceeded"/> is the provider's account.</summary>
    BudgetExceeded,
}

/// <summary>A failure, independent of any dialect. Inbound dialects give it their own format and status.</summary>
/// <param name="Kind">The class of failure.</param>
/// <param name="Text">The text for the person who reads it. It contains no secret.</param>
public sealed record GatewayError(ErrorKind Kind, Wording Text)
{
    /// <summary>The text in the language of <see cref="Locale"/>.</summary>
    public string Message => Text.In(Locale);

    /// <summary>The language of whom reads the error; English, the language of logs, unless <see cref="For"/> has chosen another one.</summary>
    public Locale Locale { get; private init; } = Locale.English;

    /// <summary>The request member at fault, as a path such as <c>messages[2].content</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The machine-readable code, either the provider's or the gateway's own.</summary>
    public string? Code { get; init; }

    /// <summary>How long the client should wait before it retries; null when unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The provider's id of the request that failed, for the provider's support.</summary>
    public string? UpstreamRequestId { get; init; }

    /// <summary>The rate limits that the provider reported with the error; null when it reported none.</summary>
    public RateLimits? RateLimits { get; init; }

    /// <summary>The HTTP status that most dialects use for <see cref="Kind"/>.</summary>
    public int Status => Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentBlocked => 400,
        ErrorKind.Unauthenticated => 401,
        ErrorKind.BudgetExceeded => 402,
        ErrorKind.Forbidden => 403,
        ErrorKind.ModelNotFound or ErrorKind.NotFound => 404,
        ErrorKind.MethodNotAllowed => 405,
        ErrorKind.RequestTimeout => 408,
        ErrorKind.TooLarge => 413,
        ErrorKind.RateLimited or ErrorKind.QuotaExceeded => 429,
        ErrorKind.NotImplemented => 501,
        ErrorKind.UpstreamRefusedKey or ErrorKind.UpstreamFailed => 502,
        ErrorKind.Overloaded => 503,
        ErrorKind.Timeout => 504,
        _ => 500,
    };

    /// <summary>Whether another attempt, here or at another target, may succeed.</summary>
    public bool IsRetryable => Kind is ErrorKind.RateLimited or ErrorKind.UpstreamFailed or ErrorKind.Overloaded or ErrorKind.Timeout;

    /// <summary>A 400 that names the member at fault.</summary>
    public static GatewayError Invalid(string field, Wording text) => new(ErrorKind.InvalidRequest, text) { Field = field };

    /// <summary>The same error for somebody who reads a language.</summary>
    public GatewayError For(Locale locale) => locale == Locale ? this : this with { Locale = locale };
}
