using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Api;

/// <summary>Why a request is refused by what all dialects share.</summary>
internal enum RefusalKind
{
    /// <summary>No such path.</summary>
    NotFound,

    /// <summary>The path has other methods.</summary>
    MethodNotAllowed,

    /// <summary>The body is too long.</summary>
    TooLarge,

    /// <summary>The body breaks off.</summary>
    Unreadable,

    /// <summary>The body is not JSON, not UTF-8, or nested too deep.</summary>
    InvalidJson,

    /// <summary>Members of the body are wrong.</summary>
    Fields,

    /// <summary>The model's name asks for a behaviour the emulator does not know.</summary>
    UnknownBehavior,

    /// <summary>The behaviour header is not understood.</summary>
    UnknownBehaviorHeader,

    /// <summary>The service fails by itself, with <see cref="Refusal.Status"/>.</summary>
    Injected,

    /// <summary>The service is overloaded for the moment.</summary>
    Unavailable,

    /// <summary>The prompt is blocked.</summary>
    Blocked,
}

/// <summary>A refusal that each dialect words in its own way.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">For the reader.</param>
internal sealed record Refusal(RefusalKind Kind, string Message)
{
    /// <summary>Of <see cref="RefusalKind.Injected"/> and <see cref="RefusalKind.Unreadable"/>.</summary>
    public int Status { get; init; } = 400;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Of <see cref="RefusalKind.MethodNotAllowed"/>: the methods there are.</summary>
    public string? Allow { get; init; }

    /// <summary>Of <see cref="RefusalKind.InvalidJson"/>: the byte where it stops being JSON.</summary>
    public long Position { get; init; }

    /// <summary>Of <see cref="RefusalKind.UnknownBehavior"/>: the name.</summary>
    public string Model { get; init; } = "";

    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    public static Refusal NotFound { get; } = new(RefusalKind.NotFound, "Not Found");

    public static Refusal Unavailable { get; } = new(RefusalKind.Unavailable, "Service unavailable.") { Status = 503 };

    public static Refusal Blocked { get; } = new(RefusalKind.Blocked, "The prompt was blocked, as the request asked the emulator to do.");

    public static Refusal Injected(int status, int? retryAfter) =>
        new(RefusalKind.Injected, $"The emulator was asked to answer with status {status}.") { Status = status, RetryAfter = retryAfter };
}

/// <summary>Ends the handling of a request; the dialect decides the answer's shape.</summary>
internal sealed class RefusalException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal => refusal;
}
